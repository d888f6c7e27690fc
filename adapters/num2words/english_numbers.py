"""Rules for plain figures in English: numbers, ordinals, fractions, ranges, powers, phones.

A rule takes a place and returns what is said there, or None when it isn't its business.
"""

import re

from adapters.num2words import figures
from adapters.num2words.places import Place

INTEGER = r"\d{1,3}(?:[,\u00a0\u202f]\d{3})+|\d+"
"""a whole number, as part of a pattern"""
SIGN = r"[-−+±~≈<>≤≥]?"
_NUMBER = re.compile(rf"(?P<sign>{SIGN})(?P<whole>{INTEGER})?(?:\.(?P<fraction>\d+))?")
_ORDINAL = re.compile(rf"(?P<number>{INTEGER})(?:st|nd|rd|th)", re.IGNORECASE)
_FRACTION = re.compile(r"(?:(?P<whole>\d+)[ -]?)?(?P<top>\d{1,3})[/⁄](?P<bottom>\d{1,3})")
_RANGE = re.compile(rf"(?P<left>{INTEGER})(?P<lf>\.\d+)?[-–—](?P<right>{INTEGER})(?P<rf>\.\d+)?")
_PHONE = re.compile(
    r"\+?\d{1,3}[-.]\d{3}[-.]\d{3,4}(?:[-.]\d{4})?|\d{3}-\d{4}|\+\d{7,15}|\d{3}\.\d{3}\.\d{4}"
)
_DOTTED_NUMBERS = re.compile(r"v?\d+(?:\.\d+){2,}")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_POWER = re.compile(
    r"(?:(?P<factor>\d+(?:\.\d+)?)[x×·])?(?P<base>\d+)(?P<exponent>\^-?\d+|[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)"
)

SIGNS = {
    "": "", "+": "plus ", "-": "minus ", "−": "minus ", "±": "plus or minus ", "~": "about ",
    "≈": "about ", "<": "less than ", ">": "more than ", "≤": "at most ", "≥": "at least ",
}  # fmt: skip
"""how a sign before a figure is said"""
_SPOKEN_FRACTIONS = {"24/7": "twenty-four seven", "9/11": "nine eleven", "50/50": "fifty fifty"}
_SMALLEST_DENOMINATOR = 2
_SHORT_YEAR = 2


def number(text: str) -> str | None:
    """A signed cardinal or decimal: "1,234.5", "−5", ".5", "~50"."""
    match = _NUMBER.fullmatch(text)
    if not match or not (match["whole"] or match["fraction"]):
        return None
    sign = SIGNS[match["sign"]]
    if match["fraction"]:
        return sign + figures.decimal(match["whole"] or "", match["fraction"])
    return sign + figures.cardinal(match["whole"])


def is_number(text: str) -> bool:
    """Whether a bare word is a figure that a unit may follow."""
    return bool(text) and (
        number(text) is not None
        or _RANGE.fullmatch(text) is not None
        or _FRACTION.fullmatch(text) is not None
        or _POWER.fullmatch(text) is not None
    )


def ordinal(place: Place) -> str | None:
    """ "1st", "21st", "1,000th"."""
    match = _ORDINAL.fullmatch(place.core)
    if not match or len(match["number"]) > figures.MAX_CARDINAL_DIGITS:
        return None
    return figures.ordinal(int(re.sub(r"\D", "", match["number"])))


def fraction(place: Place) -> str | None:
    """ "1/2", "2/3", "1 1/2", "5½"; other pairs are read as they stand: "24/7"."""
    if place.core in _SPOKEN_FRACTIONS:
        return _SPOKEN_FRACTIONS[place.core]
    match = _FRACTION.fullmatch(place.core)
    if not match:
        return None
    top, bottom = int(match["top"]), int(match["bottom"])
    if top == 0 or bottom <= top or bottom < _SMALLEST_DENOMINATOR:
        return f"{figures.cardinal(match['top'])} over {figures.cardinal(match['bottom'])}"
    said = figures.fraction(top, bottom)
    if not match["whole"]:
        return said
    part = said.removeprefix("one ")
    part = f"{'an' if part[:1] in 'aeiou' else 'a'} {part}" if top == 1 else said
    return f"{figures.cardinal(match['whole'])} and {part}"


def span(place: Place) -> str | None:
    """Ranges: "1914–1918", "1914–18", "10-20", "1.5–2.5"."""
    match = _RANGE.fullmatch(place.core)
    if not match:
        return None
    left, right = match["left"] + (match["lf"] or ""), match["right"] + (match["rf"] or "")
    from_year, until_year = figures.year_value(left), figures.year_value(right)
    if from_year and (until_year or (len(right) == _SHORT_YEAR and int(right) > int(left[-2:]))):
        until = figures.year(until_year) if until_year else figures.cardinal(str(int(right)))
        return f"{figures.year(from_year)} to {until}"
    return f"{number(left)} to {number(right)}"


def power(place: Place) -> str | None:
    """ "10⁶", "5.97×10²⁴", "2^8"."""
    match = _POWER.fullmatch(place.core)
    if not match:
        return None
    exponent = match["exponent"].translate(_RAISED).lstrip("^")
    factor = f"{number(match['factor'])} times " if match["factor"] else ""
    return f"{factor}{number(match['base'])} to the power of {number(exponent)}"


def phone(place: Place) -> str | None:
    """ "555-0199" and "+1-202-555-0143", digit by digit; "3.11.7" part by part."""
    if _PHONE.fullmatch(place.core):
        groups = re.split(r"[-.]", place.core.lstrip("+"))
        said = ", ".join(figures.digit_by_digit(group) for group in groups)
        return f"plus {said}" if place.core.startswith("+") else said
    if _DOTTED_NUMBERS.fullmatch(place.core):
        parts = place.core.lstrip("v").split(".")
        said = " point ".join(map(figures.cardinal, parts))
        return f"version {said}" if place.core.startswith("v") else said
    return None


def plain(place: Place) -> str | None:
    """Any other number."""
    return number(place.core)
