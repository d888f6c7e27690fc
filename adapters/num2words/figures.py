"""Numbers as words, in English and in whatever else num2words knows."""

import re
import unicodedata

from num2words import num2words

MAX_CARDINAL_DIGITS = 15
"""Longer figures are read digit by digit: nobody follows septillions by ear."""

_ROMAN = re.compile(r"(?=[IVXL])(XL|L?X{0,3})(IX|IV|V?I{0,3})")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}
_ROMAN_STEPS = {"IX": 9, "IV": 4, "XL": 40}
_YEAR_DIGITS = 4
_FIRST_YEAR, _LAST_YEAR = 1100, 2099
_DENOMINATORS = {2: "half", 4: "quarter"}


def ascii_digits(text: str) -> str:
    """The text with every writing system's decimal digits as 0 to 9."""
    return "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character
        for character in text
    )


def cardinal(digits: str) -> str:
    """ "1,234" or "1234": grouping commas and signs don't matter; leading zeros are spoken."""
    bare = digits.replace(",", "").replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
    if len(bare) > MAX_CARDINAL_DIGITS or (len(bare) > 1 and bare.startswith("0")):
        return digit_by_digit(bare)
    return _words(int(bare))


def decimal(whole: str, fraction: str) -> str:
    """ "3" and "14": three point one four."""
    return f"{cardinal(whole or '0')} point {digit_by_digit(fraction)}"


def digit_by_digit(digits: str) -> str:
    """ "007": zero zero seven."""
    return " ".join(_words(int(digit)) for digit in digits if digit.isdecimal())


def ordinal(value: int) -> str:
    """21: twenty-first; 1000: one thousandth."""
    return str(num2words(value, to="ordinal")).replace(",", "")


def year(value: int) -> str:
    """1916: nineteen sixteen; 2005: two thousand and five; 1905: nineteen oh five."""
    return str(num2words(value, to="year")).replace(",", "").replace("oh-", "oh ")


def year_value(text: str) -> int | None:
    """The year that four digits may well be, or None."""
    if len(text) == _YEAR_DIGITS and text.isdecimal() and _FIRST_YEAR <= int(text) <= _LAST_YEAR:
        return int(text)
    return None


def decade(value: int) -> str:
    """1990: nineteen nineties; 90: nineties; 1900: nineteen hundreds."""
    return plural(year(value))


def plural(words: str) -> str:
    """ "nineteen ninety": nineteen nineties."""
    return f"{words[:-1]}ies" if words.endswith("y") else f"{words}s"


def fraction(numerator: int, denominator: int) -> str:
    """1 and 2: one half; 3 and 4: three quarters; 2 and 3: two thirds."""
    part = _DENOMINATORS.get(denominator) or ordinal(denominator)
    if numerator != 1:
        part = "halves" if part == "half" else f"{part}s"
    return f"{_words(numerator)} {part}"


def roman_value(numeral: str) -> int | None:
    """The value of a Roman numeral up to 89 (the range that names and titles use)."""
    if not _ROMAN.fullmatch(numeral):
        return None
    value, rest = 0, numeral
    while rest:
        step = _ROMAN_STEPS.get(rest[:2])
        value += step if step is not None else _ROMAN_VALUES[rest[0]]
        rest = rest[2:] if step is not None else rest[1:]
    return value


def in_language(digits: str, language: str) -> str | None:
    """A whole number in another language, or None when num2words doesn't know it."""
    if len(digits) > MAX_CARDINAL_DIGITS:
        return None
    try:
        return " ".join(str(num2words(int(digits), lang=language)).split())
    except (NotImplementedError, OverflowError, ValueError):
        return None


def _words(value: int) -> str:
    return str(num2words(value)).replace(",", "")
