"""Figures in running text: what is counted, in which unit, and what only looks like a count.

Years, dates, ranks, ranges, fractions and names ("Apollo 11") are not figures to count up to.
"""

import re
from collections.abc import Sequence

import msgspec

from domain.generation import lexicon
from domain.generation.tokens import Token, joined

MAX_LABEL_WORDS = 5
FIRST_YEAR, LAST_YEAR = 1000, 2100
MIN_SPELLED, MAX_SPELLED = 3, 100
"""spelled figures that are worth counting up: "two" is said of nearly everything"""
GROUPED_FROM = 10_000

_FIGURE = re.compile(
    r"^(?P<sign>[-−–])?(?P<currency>[$€£¥])?(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<fraction>\d+))?"
    r"(?P<unit>%|°[CF]?|[kKMBT]|bn|tn|m(?:n)?|km|kg|cm|mm|-[a-z]+)?\+?$"
)
_YEAR = re.compile(r"^(?:1\d{3}|20\d{2}|2100)$")
_DECADE = re.compile(r"^(?:1\d{3}|20\d{2})s$")

_ABOUT = frozenset(
    ["about", "around", "approximately", "roughly", "nearly", "almost", "some", "circa"]
)
_ANAPHORA = frozenset(
    """
    these those the this that its their his her our other first last
    """.split()
)
_COUNTER_NOUNS = frozenset(
    """
    number no. no chapter part type phase class stage level version volume route highway
    figure page apollo
    """.split()
)
_RANKS = frozenset("one first second third fourth fifth last eldest youngest".split())
_COMPOUND_UNITS = frozenset(
    ["years", "months", "weeks", "days", "hours", "hour", "minutes", "feet", "foot", "pounds"]
)
_LABEL_STOPS = (
    lexicon.AUXILIARIES | lexicon.PRONOUNS | lexicon.COORDINATORS | (lexicon.CLAUSE_OPENERS)
)


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that can be counted up: ``value`` is what the digits show, before ``suffix``."""

    value: float
    decimals: int
    grouping: bool
    prefix: str
    suffix: str
    first: int
    """position of its first token in the clause"""
    last: int
    """position of its last token"""
    label: str
    ratio: bool = False
    """"three times ...": says how two things compare"""

    @property
    def text(self) -> str:
        """The figure as it reads when it has landed."""
        digits = f"{self.value:{',' if self.grouping else ''}.{self.decimals}f}"
        return f"{self.prefix}{digits}{self.suffix}"


def year_of(token: Token) -> int | None:
    """The year a token names, if it is one by its looks (1000 to 2100, no separator)."""
    return int(token.core) if _YEAR.match(token.core) else None


def is_year(tokens: Sequence[Token], index: int) -> bool:
    """Whether ``tokens[index]`` is a year rather than a count of something."""
    token = tokens[index]
    if _DECADE.match(token.core):
        return True
    if year_of(token) is None:
        return False
    following = tokens[index + 1] if index + 1 < len(tokens) and not token.mark else None
    if following is None:
        return True
    before = tokens[index - 1].lower if index else ""
    if before in {"in", "since", "by", "until", "from", "circa", "after", "before", "of"}:
        return following.lower not in lexicon.UNITS
    return not (
        following.lower in lexicon.UNITS
        or (following.lower.endswith("s") and not following.is_function_word)
    )


def figures_in(tokens: Sequence[Token]) -> list[Figure]:
    """Every figure of a clause that can be counted up and has something it counts, in order."""
    found = []
    index = 0
    while index < len(tokens):
        figure = _figure_at(tokens, index)
        if figure is None:
            index += 1
        else:
            found.append(figure)
            index = figure.last + 1
    return found


def _figure_at(tokens: Sequence[Token], index: int) -> Figure | None:
    token = tokens[index]
    before = tokens[index - 1] if index else None
    parsed = _digits(token) or _spelled(
        token, before, tokens[index + 1].lower if index + 1 < len(tokens) else ""
    )
    if parsed is None or _is_something_else(tokens, index):
        return None
    value, decimals, prefix, suffix, grouping = parsed
    last = index
    following = tokens[index + 1] if index + 1 < len(tokens) and not token.mark else None
    if following is not None and following.lower in lexicon.MULTIPLIERS and not suffix:
        if decimals == 0 and following.lower in ("hundred", "thousand"):
            value *= lexicon.MULTIPLIERS[following.lower]
        else:
            suffix = f" {following.lower}"
        last = index + 1
    prefix, suffix, limit = _qualified(tokens, index, prefix, suffix)
    rest = tokens[last + 1 :] if not tokens[last].mark else []
    ratio = bool(rest) and rest[0].lower == "times"
    if not suffix.strip("+") and rest and rest[0].lower in ("percent", "per") and not ratio:
        percent = rest[0].lower == "percent" or [t.lower for t in rest[:2]] == ["per", "cent"]
        if percent:
            suffix = "%" + suffix
            rest = rest[1 if rest[0].lower == "percent" else 2 :]
            last = rest[0].index - tokens[0].index - 1 if rest else len(tokens) - 1
    before_it = tokens[:index]
    if rest and rest[0].core in lexicon.UNIT_SYMBOLS - {"in", "C", "F"} and not suffix.strip("+"):
        suffix += f" {rest[0].core}"
        last += 1
        rest = [] if rest[0].mark else rest[1:]
        label = _label(rest) or _measured(before_it)
    else:
        label = _label(rest, ratio=ratio) or _measured(before_it)
    if limit:
        label = f"{label} {limit}".strip()
    if not label and suffix.strip("+ ") in {"", *lexicon.MULTIPLIERS}:
        return None
    return Figure(
        value=value,
        decimals=decimals,
        grouping=grouping,
        prefix=prefix,
        suffix=suffix,
        first=index,
        last=last,
        label=label,
        ratio=ratio,
    )


def _digits(token: Token) -> tuple[float, int, str, str, bool] | None:
    text = token.core
    if token.text.lstrip("(“\"'").startswith(("-", "−")) and not text.startswith(("-", "−")):
        text = "−" + text
    match = _FIGURE.match(text)
    if match is None:
        return None
    digits, fraction = match["digits"], match["fraction"] or ""
    if len(digits) > 1 and digits.startswith("0"):
        return None
    value = float(digits.replace(",", "") + ("." + fraction if fraction else ""))
    unit = match["unit"] or ""
    if unit.startswith("-"):
        if unit[1:] not in lexicon.UNITS and unit[1:] + "s" not in lexicon.UNITS:
            return None
        unit = " " + unit[1:]
    elif unit and unit[0].isalpha() and len(unit) > 1:
        unit = " " + unit
    elif unit in ("k", "K", "M", "B", "T", "m") and not match["currency"]:
        if unit != "m":
            return None
        unit = " m"
    prefix = ("−" if match["sign"] else "") + (match["currency"] or "")
    grouping = "," in digits or value >= GROUPED_FROM
    return value, len(fraction), prefix, unit, grouping


def _spelled(
    token: Token, before: Token | None, following: str
) -> tuple[float, int, str, str, bool] | None:
    word = token.lower
    if before is not None and before.lower in _ANAPHORA:
        return None
    fewest = MIN_SPELLED if following not in lexicon.MULTIPLIERS else 1
    if lexicon.NUMBER_WORDS.get(word, 0) >= fewest:
        return float(lexicon.NUMBER_WORDS[word]), 0, "", "", True
    tens, _, ones = word.partition("-")
    if tens in lexicon.NUMBER_WORDS and (ones in lexicon.NUMBER_WORDS or ones == "one"):
        value = lexicon.NUMBER_WORDS[tens] + lexicon.NUMBER_WORDS.get(ones, 1)
        if lexicon.NUMBER_WORDS[tens] % 10 == 0 and value < MAX_SPELLED:
            return float(value), 0, "", "", True
    return None


def _is_something_else(  # noqa: PLR0911 - a rule a line reads best
    tokens: Sequence[Token], index: int
) -> bool:
    """Whether the digits are a year, a date, a name, a range, a fraction, or a time."""
    token = tokens[index]
    if is_year(tokens, index):
        return True
    before = tokens[index - 1] if index and not tokens[index - 1].mark else None
    following = tokens[index + 1] if index + 1 < len(tokens) and not token.mark else None
    if before is not None:
        named = before.capitalised and before.lower not in _ABOUT
        if named or before.lower in lexicon.MONTHS or before.lower in _COUNTER_NOUNS:
            return True
        if before.lower == "of" and index > 1 and tokens[index - 2].lower in _RANKS:
            return True  # "the third of five sons"
        if before.lower in ("to", "and", "or", "-", "–") and index > 1:
            earlier = tokens[index - 2]
            if _digits(earlier) or earlier.lower in lexicon.NUMBER_WORDS:
                return True
        if _digits(before) or before.lower in lexicon.NUMBER_WORDS or _is_compound(tokens, index):
            return True
    if following is None:
        return False
    if _begins_compound(tokens, index):
        return True
    if following.lower in lexicon.MONTHS or following.core in ("BC", "BCE", "AD", "CE"):
        return True
    if following.lower in ("to", "or", "–", "and") and index + 2 < len(tokens):
        later = tokens[index + 2]
        ranged = bool(_digits(later)) or later.lower in lexicon.NUMBER_WORDS
        return ranged and (following.lower != "and" or _opens_between(tokens, index))
    fraction = following.lower.rstrip("s") in (
        "third", "half", "halve", "quarter", "fifth", "sixth", "eighth", "tenth", "of"
    )  # fmt: skip
    return fraction and not token.core.endswith("%")


def _is_compound(tokens: Sequence[Token], index: int) -> bool:
    """Whether the figure is the smaller part of one measure: "two hours and forty minutes"."""
    three = tokens[max(0, index - 3) : index]
    return (
        len(three) == 3  # noqa: PLR2004 - figure, unit, "and"
        and three[0].numeric
        and three[1].lower in _COMPOUND_UNITS
        and three[2].lower == "and"
    )


def _begins_compound(tokens: Sequence[Token], index: int) -> bool:
    return index + 3 < len(tokens) and _is_compound(tokens, index + 3) and tokens[index + 3].numeric


def _opens_between(tokens: Sequence[Token], index: int) -> bool:
    return index > 0 and tokens[index - 1].lower == "between"


def _qualified(
    tokens: Sequence[Token], index: int, prefix: str, suffix: str
) -> tuple[str, str, str]:
    """Carry "about", "more than", "up to" along: a figure must not say more than its sentence."""
    one = tokens[index - 1].lower if index else ""
    two = f"{tokens[index - 2].lower} {one}" if index > 1 else ""
    if one in _ABOUT:
        return f"~{prefix}", suffix, ""
    if two in ("more than", "at least", "greater than") or one in ("over", "exceeding"):
        plus = f"+{suffix}" if suffix.startswith(" ") else f"{suffix}+"
        return prefix, plus, ""
    if two in ("less than", "fewer than") or one in ("under", "below"):
        return f"<{prefix}", suffix, ""
    if two in ("up to", "at most", "as much", "no more"):
        return prefix, suffix, "at most"
    return prefix, suffix, ""


def _label(rest: Sequence[Token], *, ratio: bool = False) -> str:
    """What is counted: the words after the figure, to the end of their phrase."""
    words: list[Token] = []
    for position, token in enumerate(rest):
        stops = token.lower in _LABEL_STOPS and not (ratio and token.lower in ("than", "as"))
        if stops or token.negates or not token.core:
            break
        if token.numeric:
            words = _cut_at_preposition(words)
            break
        if position and token.verb and token.lower not in lexicon.UNITS:
            break
        words.append(token)
        if token.mark or len(words) == MAX_LABEL_WORDS:
            break
    complete = bool(words) and (len(words) == len(rest) or bool(words[-1].mark))
    if not complete:
        words = _cut_at_preposition(words)
    while words and (words[-1].is_function_word or words[-1].lower.endswith(("ly", "ing"))):
        if words[-1].lower in lexicon.EXTENTS or len(words) == 1:
            break
        words.pop()
    if not any(not t.is_function_word or t.lower in lexicon.EXTENTS for t in words):
        return ""
    return joined(words)


def _cut_at_preposition(words: list[Token]) -> list[Token]:
    """A label that broke off inside a prepositional phrase ends before it."""
    openers = lexicon.PREPOSITIONS - {"of", "per"}
    for position in range(len(words) - 1, 0, -1):
        if words[position].lower in openers:
            return words[:position]
    return words


def _measured(before: Sequence[Token]) -> str:
    """The quantity right before a figure with its unit: "a temperature of 737 K"."""
    words = list(before)
    while words and words[-1].lower in lexicon.QUALIFIERS:
        words.pop()
    if words and words[-1].lower in lexicon.AUXILIARIES:
        return _subject(words)
    if not words or words[-1].lower != "of":
        return _lead(words)
    named: list[Token] = []
    for token in reversed(words[:-1]):
        if token.is_function_word or token.mark or token.verb or token.numeric:
            break
        named.insert(0, token)
    return joined(named) if len(named) <= MAX_LABEL_WORDS else ""


def _lead(before: Sequence[Token]) -> str:
    """A short clause up to the figure: "its sales fell by 45%"."""
    words = list(before)
    while words and (words[-1].is_function_word or words[-1].lower in lexicon.QUALIFIERS):
        words.pop()
    while words and words[0].lower in lexicon.DETERMINERS | lexicon.COORDINATORS:
        words = words[1:]
    whole = 1 < len(words) < MAX_LABEL_WORDS and any(token.verb for token in words)
    plain = not any(t.mark or t.negates or t.lower in lexicon.PRONOUNS for t in words)
    return joined(words) if whole and plain else ""


def _subject(before: Sequence[Token]) -> str:
    """What the figure is said of, when nothing follows it: "The population is 45,000"."""
    for position, token in enumerate(before):
        if token.lower in lexicon.AUXILIARIES:
            subject = [t for t in before[:position] if t.lower not in lexicon.DETERMINERS]
            nouns = bool(subject) and all(t.lower not in lexicon.PRONOUNS for t in subject)
            return joined(subject) if nouns and len(subject) <= MAX_LABEL_WORDS else ""
    return ""
