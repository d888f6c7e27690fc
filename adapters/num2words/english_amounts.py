"""Rules for English amounts: money, and figures with units."""

import re

from adapters.num2words import figures
from adapters.num2words.english_numbers import INTEGER, SIGN, SIGNS, is_number, number, span
from adapters.num2words.lexicon import CURRENCIES, SCALES, UNITS, UNSPACED_UNITS
from adapters.num2words.places import Place

_CURRENCY = "|".join(sorted(map(re.escape, CURRENCIES), key=len, reverse=True))
_SCALE = "|".join(sorted(SCALES, key=len, reverse=True))
_MONEY = re.compile(
    rf"(?P<sign>[-−~≈<>]?)(?P<currency>{_CURRENCY})(?P<whole>{INTEGER})(?:\.(?P<fraction>\d+))?"
    rf"(?:[-–—](?:{_CURRENCY})?(?P<upto>{INTEGER})(?:\.(?P<uptofraction>\d+))?)?"
    rf"(?:[ -]?(?P<scale>{_SCALE}))?(?P<plus>\+?)"
)
_MONEY_AFTER = re.compile(rf"(?P<number>{INTEGER}(?:\.\d+)?)(?P<currency>[€£¥₹₩₽$])")
_MEASURE = re.compile(rf"(?P<number>{SIGN}(?:{INTEGER})?(?:\.\d+)?)(?P<unit>[^\d\s.,].*)")
_RANGE_MEASURE = re.compile(r"(?P<number>\d[\d,.]*[-–—]\d[\d,.]*)(?P<unit>[^\d\s.,-].*)")
_HEIGHT = re.compile(r"(?P<feet>\d+)['′](?P<inches>\d+)[\"″]?")
_TIMES = re.compile(r"(?P<left>\d+(?:\.\d+)?)[x×](?P<right>\d+(?:\.\d+)?)")
_DIMENSIONS = {"sq": "square", "sq.": "square", "cu": "cubic", "cu.": "cubic"}
_CENTS_DIGITS = 2


def counted(spoken: str, forms: tuple[str, str]) -> str:
    """A number and its unit: "one meter", "two meters"."""
    return f"{spoken} {forms[0] if spoken in ('one', 'minus one') else forms[1]}"


def money(place: Place) -> str | None:
    """ "$3.5M", "$3.5 million", "£20", "€1,000.50", "$3-5 billion", "20€"."""
    match = _MONEY.fullmatch(place.core)
    if not match:
        after = _MONEY_AFTER.fullmatch(place.core)
        if not after:
            return None
        match = _MONEY.fullmatch(after["currency"] + after["number"])
        if not match:
            return None
    one, many, small_one, small_many = CURRENCIES[match["currency"]]
    sign, plus = SIGNS[match["sign"]], " plus" if match["plus"] else ""
    amount, rest = match["whole"], match["fraction"]
    if match["upto"] or match["scale"]:
        said = number(f"{amount}.{rest}" if rest else amount)
        if match["upto"]:
            upto = match["upto"] + (f".{match['uptofraction']}" if match["uptofraction"] else "")
            said = f"{said} to {number(upto)}"
        scale = f" {SCALES[match['scale']]}" if match["scale"] else ""
        return f"{sign}{said}{scale} {many}{plus}"
    if rest and len(rest) != _CENTS_DIGITS:
        return f"{sign}{figures.decimal(amount, rest)} {many}{plus}"
    said = counted(figures.cardinal(amount), (one, many))
    if rest and int(rest):
        cents = counted(figures.cardinal(str(int(rest))), (small_one, small_many))
        said = cents if amount == "0" else f"{said} and {cents}"
    return f"{sign}{said}{plus}"


def measure(place: Place) -> str | None:
    """A figure with its unit stuck to it: "50%", "60km/h", "10–20%", "5'11\\"", "4K", "3×4"."""
    height = _HEIGHT.fullmatch(place.core)
    if height:
        feet = counted(figures.cardinal(height["feet"]), ("foot", "feet"))
        return f"{feet} {figures.cardinal(height['inches'])}"
    product = _TIMES.fullmatch(place.core)
    if product:
        return f"{number(product['left'])} by {number(product['right'])}"
    match = _RANGE_MEASURE.fullmatch(place.core) or _MEASURE.fullmatch(place.core)
    if not match or not match["number"] or match["unit"] not in UNSPACED_UNITS:
        return None
    said = span(Place(core=match["number"], dotted="")) or number(match["number"])
    if said is None:
        return None
    if match["unit"] == "K" and match["number"] in ("2", "4", "5", "8"):
        return f"{said} K"
    return counted(said, UNSPACED_UNITS[match["unit"]])


def unit(place: Place) -> str | None:
    """A unit that follows its figure: "5 km", "37 °C"."""
    if place.core in _DIMENSIONS and is_number(place.before) and place.after in UNITS:
        return _DIMENSIONS[place.core]
    if place.core in UNITS and place.before in _DIMENSIONS:
        return UNITS[place.core][1]
    if place.core == "in" and place.mark and is_number(place.before):
        return "inch" if place.before == "1" else "inches"
    if place.core not in UNITS or not is_number(place.before):
        return None
    return UNITS[place.core][0 if place.before == "1" else 1]
