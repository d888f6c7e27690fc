"""Languages other than English: plain numbers, decimals, ordinals, percent, years, currency."""

import re
from functools import lru_cache

from msgspec.structs import replace
from num2words import num2words

from adapters.num2words import figures
from adapters.num2words.languages import CURRENCIES, SPEECH, Speech, form
from adapters.num2words.places import Place

_SPACES = "\u00a0\u202f"
_INTEGER = re.compile(r"\d{1,15}")
_PERCENT = frozenset({"%"})
_MOST_DIGITS = 15
_HUNDREDS = re.compile(r"[-−]?\d{1,3}")
_THOUSANDS = re.compile(r"\d{3}(?!\d)")
_DATIVE = frozenset("am vom zum beim im den dem des seit ab".split())
"""words after which a German ordinal ends in -n"""
_FEMININE = {"premier": "première", "second": "seconde"}
_SIGNS = "-−"


def speak(place: Place, language: str) -> str | None:
    """What is said for one shown word; None to leave it as it is."""
    primary = _primary(language)
    speech = SPEECH.get(primary)
    core = figures.ascii_digits(place.core)
    if speech is None:
        return figures.in_language(core, language) if _INTEGER.fullmatch(core) else None
    if place.dotted in speech.abbreviations or core in speech.abbreviations:
        return speech.abbreviations.get(place.dotted) or speech.abbreviations[core]
    if core in _PERCENT:
        return _percent_alone(place, speech, primary)
    if not any(character.isdecimal() for character in core):
        return None
    place = replace(place, core=core)
    for rule in (_ordinal, _year, _percent, _money, _number):
        said = rule(place, speech, primary)
        if said is not None:
            return said
    return None


def dotted(place: Place, language: str) -> bool:
    """Whether a word's full stop is its own: an abbreviation's, or an ordinal's."""
    speech = SPEECH.get(_primary(language))
    if speech is None:
        return False
    ordinal = speech.dotted_ordinals and figures.ascii_digits(place.core).isdecimal()
    return ordinal or place.dotted in speech.abbreviations


def speak_amount(first: Place, second: Place, language: str) -> str | None:
    """Amounts in two words: "3,5 Millionen", "$3,5 Millionen", "20 €", "50 %"."""
    primary = _primary(language)
    speech = SPEECH.get(primary)
    if speech is None or (first.mark and first.mark != "."):
        return None
    core = figures.ascii_digits(first.core)
    sign = next((sign for sign in CURRENCIES if core.startswith(sign)), "")
    if sign and second.core in speech.scales:
        number = _plain(core.removeprefix(sign), speech, primary)
        noun = getattr(speech, CURRENCIES[sign])
        if number is None or not noun:
            return None
        link = speech.scales[second.core]
        if link.endswith("'"):  # elided before a vowel
            link = link if noun[-1][0] in "aeiou" else "de"
        joint = f"{link}{noun[-1]}" if link.endswith("'") else f"{link} {noun[-1]}"
        return f"{_before_noun(number, speech)} {second.core} {joint}"
    if (
        not first.mark
        and speech.grouping == " "
        and _HUNDREDS.fullmatch(core)
        and _THOUSANDS.match(second.core)
    ):
        return _plain(f"{core} {figures.ascii_digits(second.core)}", speech, primary)
    if second.core in CURRENCIES:
        return _money(replace(first, core=core + second.core), speech, primary)
    return None


def _primary(language: str) -> str:
    return language.lower().replace("_", "-").split("-")[0]


def _number(place: Place, speech: Speech, primary: str) -> str | None:
    return _plain(place.core, speech, primary)


def _plain(core: str, speech: Speech, primary: str) -> str | None:
    """ "1.234", "3,5", "-7": None for whatever isn't written as the language writes numbers."""
    negative = core[:1] in tuple(_SIGNS)
    bare = core[1:] if negative else core
    whole, sign, fraction = bare.partition(speech.decimal)
    digits = _whole(whole, speech)
    if digits is None or (sign and not fraction.isdecimal()):
        return None
    said = _cardinal(digits, primary)
    if said and sign:
        said = _decimal(said, digits, fraction, speech, primary)
    return f"{speech.minus} {said}" if said and negative else said


def _whole(text: str, speech: Speech) -> str | None:
    """The digits of a whole number without the marks between its thousands."""
    for space in _SPACES:
        text = text.replace(space, " ")
    groups = text.split(speech.grouping if speech.grouping in text else " ")
    grouped = len(groups) > 1
    if grouped and (not 1 <= len(groups[0]) <= 3 or any(len(g) != 3 for g in groups[1:])):  # noqa: PLR2004 - thousands
        return None
    digits = "".join(groups)
    return digits if digits.isdecimal() and len(digits) <= _MOST_DIGITS else None


def _decimal(said: str, digits: str, fraction: str, speech: Speech, primary: str) -> str | None:
    if not speech.point:  # the fraction is named by its size
        return _num2words(f"{digits}.{fraction}", primary, "cardinal")
    rest = [_cardinal(digit, primary) for digit in fraction]
    return " ".join([said, speech.point, *filter(None, rest)])


def _ordinal(place: Place, speech: Speech, primary: str) -> str | None:
    dotted = (
        speech.dotted_ordinals
        and place.core.isdecimal()
        and place.dotted.endswith(".")
        and not place.last
    )
    if dotted:
        said = _num2words(place.core, primary, "ordinal")
        inflected = primary == "de" and place.before.lower() in _DATIVE
        return f"{said}n" if said and inflected else said
    match = re.fullmatch(speech.ordinal, place.core) if speech.ordinal else None
    if not match:
        return None
    said = _num2words(match["n"], primary, "ordinal")
    return None if said is None else _gendered(said, match["end"], primary)


def _gendered(said: str, end: str, primary: str) -> str | None:
    """An ordinal as its ending asks: "1re", "3ª", "1er"."""
    if primary == "fr":
        if end in ("re", "ère", "nde"):
            return _FEMININE.get(said)
        return f"{said}s" if end.endswith("s") else said
    if end == "ª":
        words = [f"{word[:-1]}a" if word.endswith("o") else word for word in said.split()]
        return " ".join(words)
    if end == "er":
        return said.removesuffix("o")
    return said


def _year(place: Place, speech: Speech, primary: str) -> str | None:
    if not speech.years or figures.year_value(place.core) is None:
        return None
    said = _num2words(place.core, primary, "year")
    # "negentien honderd zestien" is one number; from 2000 on the years are plain numbers
    return _cardinal(place.core, primary) if place.core >= "2000" else said


def _percent(place: Place, speech: Speech, primary: str) -> str | None:
    if not place.core.endswith("%"):
        return None
    core = place.core[:-1].rstrip(_SPACES)
    said = _plain(core, speech, primary)
    if said is None or not speech.percent:
        return None
    return f"{said} {_percent_form(core, speech)}"


def _percent_alone(place: Place, speech: Speech, primary: str) -> str | None:
    before = figures.ascii_digits(place.before)
    if not speech.percent or _plain(before, speech, primary) is None:
        return None
    return _percent_form(before, speech)


def _percent_form(number: str, speech: Speech) -> str:
    digits = _whole(number.lstrip(_SIGNS), speech)
    if digits is None:  # after a fraction: the form of "two"
        return speech.percent[min(1, len(speech.percent) - 1)]
    return form(speech.percent, digits)


def _money(place: Place, speech: Speech, primary: str) -> str | None:
    """ "€20", "20€", "3,50 €"."""
    for sign, name in CURRENCIES.items():
        noun: tuple[str, ...] = getattr(speech, name)
        if sign not in place.core or not noun:
            continue
        number = place.core.strip(sign + _SPACES)
        whole, mark, cents = number.partition(speech.decimal)
        digits = _whole(whole, speech)
        said = None if digits is None else _cardinal(digits, primary)
        if digits is None or said is None or (mark and len(cents) != 2):  # noqa: PLR2004 - cents
            return None
        amount = f"{_before_noun(said, speech)} {form(noun, digits)}"
        rest = _cardinal(cents.lstrip("0"), primary) if mark and int(cents) else None
        return f"{amount}{speech.cents}{rest}" if rest else amount
    return None


def _before_noun(number: str, speech: Speech) -> str:
    for end, other in speech.before_one.items():
        if number == end or number.endswith(f" {end}") or (len(end) > 4 and number.endswith(end)):  # noqa: PLR2004 - a word of its own
            return number.removesuffix(end) + other
    return number


def _cardinal(digits: str, primary: str) -> str | None:
    if not digits or len(digits) > _MOST_DIGITS:
        return None
    if len(digits) > 1 and digits.startswith("0"):  # a code: digit by digit
        parts = [_num2words(digit, primary, "cardinal") for digit in digits]
        return " ".join(filter(None, parts))
    return _num2words(digits, primary, "cardinal")


@lru_cache(maxsize=4096)
def _num2words(number: str, primary: str, kind: str) -> str | None:
    """What num2words says; None when it can't."""
    lang = "no" if primary in ("nb", "nn") else primary
    value = number if "." in number else int(number)
    try:
        return " ".join(str(num2words(value, lang=lang, to=kind)).split())
    except (NotImplementedError, OverflowError, ValueError, TypeError, AttributeError, KeyError):
        return None
