"""Quantities: the numbers of a text by their value, however they are written."""

import re
from decimal import Decimal

import msgspec

ROUNDING = Decimal("0.05")
"""by which a number may differ that is said to be about so much"""

_SCALES = {
    "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "bn": 9,
    "tausend": 3, "millionen": 6, "milliarde": 9, "milliarden": 9, "billionen": 12,
    "mille": 3, "millions": 6, "milliard": 9, "milliards": 9, "mil": 3, "millon": 6,
    "millones": 6, "millón": 6, "milione": 6, "milioni": 6, "miliardi": 9, "miljoen": 6,
    "miljard": 9,
}  # fmt: skip
"""words behind a figure, and the power of ten that they stand for"""
_LETTERS = {"k": 3, "m": 6, "b": 9}
"""the same as letters at a figure, where "150m" may be metres as well"""
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: value for value, word in enumerate(_UNITS)} | {
    word: 20 + 10 * place for place, word in enumerate(_TENS)
}
_ENGLISH_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_HEDGES = re.compile(
    r"(?:about|around|roughly|approximately|nearly|almost|over|under|some|more than|less than|"
    r"up to|close to|at least|etwa|rund|fast|über|environ|près de|casi|unos|circa|c\.|~|≈)\s*$",
    re.IGNORECASE,
)

HEDGE_CHARS = 24
"""before a number, in which a hedge is looked for"""
_FIGURE = re.compile(
    r"(?<![\w.])(?P<digits>\d+(?:[.,'’\u00a0\u2009\u202f ]\d{3})+(?:[.,]\d+)?(?!\d)"
    r"|\d+(?:[.,]\d+)?)"
    r"(?:(?P<space>[\s\u00a0-]?)(?P<scale>[^\W\d_]+))?"
)
_SEPARATORS = re.compile("['’\u00a0\u2009\u202f ]")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*", re.IGNORECASE)


class Quantity(msgspec.Struct, frozen=True):
    """A number of a text."""

    text: str
    values: tuple[Decimal, ...]
    """that it may mean: "1.550" is two numbers, as one is used to read it"""
    is_rounded: bool = False

    def is_told_by(self, other: "Quantity") -> bool:
        """Whether the other is the same number, or this one rounds it."""
        return any(
            mine == its or (self.is_rounded and abs(mine - its) <= ROUNDING * abs(its))
            for mine in self.values
            for its in other.values
        )


def quantities_in(text: str, language: str) -> list[Quantity]:
    """Every number of a text, in figures or, in English, in words.

    A lone "one" is none: it's a pronoun more often.
    """
    is_english = language.split("-", maxsplit=1)[0].lower() == "en"
    found = []
    for match in _FIGURE.finditer(text):
        scale = (match["scale"] or "").casefold()
        powers = [_SCALES.get(scale, 0)]
        if scale in _LETTERS and not match["space"]:
            powers.append(_LETTERS[scale])
        whole = match.group() if any(powers) else match["digits"]
        readings = _readings(match["digits"], is_english)
        values = tuple(r.scaleb(power).normalize() for power in powers for r in readings)
        found.append(Quantity(whole.strip(), values, _is_hedged(text, match.start())))
    if is_english:
        found += _in_words(text)
    return found


def _is_hedged(text: str, begin: int) -> bool:
    return _HEDGES.search(text[max(0, begin - HEDGE_CHARS) : begin]) is not None


def _readings(digits: str, is_english: bool) -> list[Decimal]:
    """What a figure may mean: in English a comma parts thousands, elsewhere either sign may."""
    plain = _SEPARATORS.sub("", digits)
    last = max(plain.rfind(","), plain.rfind("."))
    if last < 0:
        readings = [plain]
    else:
        head = re.sub("[.,]", "", plain[:last])
        as_decimal, as_group = f"{head}.{plain[last + 1 :]}", head + plain[last + 1 :]
        marks = {char for char in plain if char in ",."}
        if len(marks) > 1 or not _GROUPED.fullmatch(plain):
            readings = [as_decimal]
        elif plain.count(plain[last]) > 1 or (is_english and plain[last] == ","):
            readings = [as_group]
        else:
            readings = [as_decimal] if is_english else [as_decimal, as_group]
    return [Decimal(reading) for reading in readings]


def _in_words(text: str) -> list[Quantity]:
    found: list[Quantity] = []
    run: list[tuple[str, int]] = []
    last_end = -1
    for match in _WORD.finditer(text):
        parts = match.group().casefold().split("-")
        is_number = all(part in _WORDS or part in _ENGLISH_SCALES for part in parts)
        between = text[last_end : match.start()].strip()
        joins = not between or (between == "and" and run[-1:] and run[-1][0] in _ENGLISH_SCALES)
        if match.group() == "and" and not between and run:
            continue  # "three hundred and five"
        if run and not (is_number and joins):
            _add(found, text, run, last_end)
            run = []
        if is_number:
            run += [(part, match.start()) for part in parts]
            last_end = match.end()
    _add(found, text, run, last_end)
    return found


def _add(found: list[Quantity], text: str, run: list[tuple[str, int]], end: int) -> None:
    words = [word for word, _ in run]
    # "1.5 million" is a figure with its scale, "hundred of" no number, "one" a pronoun
    if not words or words[0] in _ENGLISH_SCALES or words == ["one"]:
        return
    begin = run[0][1]
    value = Decimal(_value_of(words)).normalize()
    found.append(Quantity(text[begin:end], (value,), _is_hedged(text, begin)))


def _value_of(words: list[str]) -> int:
    total, group = 0, 0
    for word in words:
        power = _ENGLISH_SCALES.get(word)
        if power is None:
            group += _WORDS[word]
        elif power == 2:  # noqa: PLR2004 - a hundred stays in its group
            group *= 100
        else:
            total += group * 10**power
            group = 0
    return total + group
