"""Phrasing: written English as a narrator would say it, without a change in meaning.

Applied once to every statement. A pair is in the tables only if both say the same wherever
the first stands; quoted words and names are never touched.
"""

import re
from collections.abc import Callable

from domain.generation.reordering import reordered
from domain.generation.subject import Subject
from domain.generation.synonyms import SYNONYMS

_PLAIN_PATTERN = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(re.escape(k) for k in sorted(SYNONYMS, key=len, reverse=True))
    + r")(?![\w-])",
    re.IGNORECASE,
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_SUPERLATIVE = r"(?:second-|third-)?(?:largest|smallest|highest|longest|oldest|tallest|deepest)"
_PATTERNS: list[tuple[re.Pattern[str], str]] = [
    # Figures: the other word for the same bound.
    (re.compile(r"\b(?:around|some|roughly) (?=\d[\d.,]*\s(?!century))"), "about "),
    (re.compile(r"(?<!sway )\bover (?=\d[\d,.]* (?!and))"), "more than "),
    (re.compile(r"(?<=\d )km(?![\w/²2])"), "kilometres"),
    (re.compile(rf"\b(\d{{1,2}}) ({_MONTHS}) (\d{{4}})\b"), r"\2 \1, \3"),
    (re.compile(r"\bhas a diameter of (about )?(\d[\w,.]* \w+)"), r"is \1\2 across"),
    (re.compile(r"\bhas an area of (?=\w*\s?\d)"), "covers "),
    (re.compile(r"\bhas a total length of (?=\w*\s?\d)"), "runs for "),
    (re.compile(r"\bhas a population of ((?:about |more than )?\d[\d.,]*\d?(?: million| billion)?)"
                r"(?= (?:in|as|and|with|within|spread)\b|[.;]|$)"), r"is home to \1 people"),
    (re.compile(r"\bwith a population of ((?:about |more than )?\d[\d.,]*\d?(?: million| billion)?)"
                r"(?= (?:in|as|and|within|spread)\b|[,.;]|$)"), r"with \1 people"),
    (re.compile(r"\bbetween (1\d{3}|20\d\d) and (1\d{3}|20\d\d)\b"), r"from \1 to \2"),
    (re.compile(r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )\b(?:located|situated) "
                r"(?=(?:in|on|at|between|near|along|off)\b)"), ""),
    (re.compile(r"\b(is|are|was|were) considered (?=(?:one of|an?|the)\b)"), r"\1 seen as "),
    # Order of words.
    (re.compile(rf"\bthe ({_SUPERLATIVE}) ([a-z-]+(?: [a-z-]+)?) in the world\b"),
     r"the world's \1 \2"),
    (re.compile(r"\bthat (?:are|is) (?=(?:essential|used|found|made|known|called|native)\b)"),
     ""),
    (re.compile(r"\b(?:allow|enable)s (it|them|him|her|us|people|humans|users) to "), r"lets \1 "),
    (re.compile(r"\b(?:allow|enable) (it|them|him|her|us|people|humans|users) to "), r"let \1 "),
    (re.compile(r"\b(?:allow|enabl)ed (it|them|him|her|us|people|humans|users) to "), r"let \1 "),
    (re.compile(r"\bas well as (?=(?:the|a|an|its|their|his|her|many|some|other)\b)"),
     "along with "),
    (re.compile(r"\bworldwide(?=[.,;]|$)"), "around the world"),
]  # fmt: skip
_CONTRACTIONS: list[tuple[re.Pattern[str], str]] = [
    (re.compile(r"\b(It|He|She|That|There|it|he|she|there) is (?=[\w\"“])"), r"\1's "),
    (re.compile(r"\b(They|they) are (?=[\w\"“])"), r"\1're "),
    (re.compile(r"\b(It|He|She|it|he|she) has been\b"), r"\1's been"),
    (re.compile(r"\b(They|they) have been\b"), r"\1've been"),
    (re.compile(r"\bcannot\b"), "can't"),
    (re.compile(r"\b(is|are|was|were|does|did|do|has|have|had|could|would) not\b(?! only)"),
     r"\1n't"),
]  # fmt: skip
_LIST = re.compile(
    r"(?P<lead>\b(?:like|including|with|from|into|includes|among them) )"
    r"(?P<items>(?:[\w'-]+(?: [\w'-]+)?, ){2,5})(?P<word>and|or) (?P<last>[\w'-]+(?: [\w'-]+)?)"
    r"(?=[.;]|$)"
)
#: "the late 19th century" -> "the late 1800s"; of earlier ones that would sound odd.
_CENTURY = re.compile(
    r"\bthe (?P<part>(?:early|late|mid) )?(?P<number>1[5-9])th century\b(?! (?:BC|[a-z]+ist))"
)
_QUOTED = re.compile(r"(\"[^\"]*\"|“[^”]*”)")


def spoken_style(text: str) -> str:
    """Replace written phrases by spoken ones. To be applied once: pairs may go both ways."""
    quoted = _QUOTED.search(text) is not None
    return _outside_quotes(text if quoted else reordered(text), _say)


def contract(text: str) -> str:
    """Contract what a narrator contracts: "It is" -> "It's". May be applied again."""
    return _outside_quotes(text, _contract)


def with_pronoun(sentence: str, before: str, subject: Subject) -> str:
    """Call the subject by its pronoun where the sentence before named it in the same number."""
    now, last = subject.opens(sentence), subject.opens(before)
    if now is None or last is None or now[1] != last[1] or not subject.pronoun:
        return sentence
    pronoun = "they" if now[1] == "plural" else subject.pronoun
    rest = sentence[len(now[0]) :]
    if not re.match(r"\s\w", rest) or rest.startswith((" and ", " or ", " of ")):
        return sentence
    return pronoun[0].upper() + pronoun[1:] + rest


def _outside_quotes(text: str, change: Callable[[str], str]) -> str:
    # Every second part stands between quotation marks.
    parts = _QUOTED.split(text)
    return "".join(part if i % 2 else change(part) for i, part in enumerate(parts))


def _say(text: str) -> str:
    text = _PLAIN_PATTERN.sub(_same_case, text)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    text = _CENTURY.sub(_as_hundreds, text)
    return _contract(_LIST.sub(_turned, text))


def _as_hundreds(found: re.Match[str]) -> str:
    return f"the {found['part'] or ''}{int(found['number']) - 1}00s"


def _contract(text: str) -> str:
    for pattern, replacement in _CONTRACTIONS:
        text = pattern.sub(replacement, text)
    return text


def _turned(found: re.Match[str]) -> str:
    """A list in another order: last item first. A figure may rule over what follows it."""
    items = [item for item in found["items"].split(", ") if item]
    if any(
        re.search(r"\d|\b(?:a|an|the|its|other|both|many|most|more|all|of)\b", i)
        for i in (*items, found["last"])
    ):
        return found.group()
    first, *rest = items
    return f"{found['lead']}{found['last']}, {', '.join(rest)} {found['word']} {first}"


def _same_case(found: re.Match[str]) -> str:
    plain = SYNONYMS[found.group().lower()]
    return plain[0].upper() + plain[1:] if found.group()[0].isupper() else plain
