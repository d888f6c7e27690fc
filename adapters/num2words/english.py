"""English: the order in which the rules are asked, and words made of several parts."""

import re
import unicodedata

from msgspec.structs import replace

from adapters.num2words import figures
from adapters.num2words.english_amounts import measure, money, unit
from adapters.num2words.english_dates import calendar, clock, decade, year
from adapters.num2words.english_numbers import fraction, ordinal, phone, plain, power, span
from adapters.num2words.english_words import WORD_RULES, as_word, spelled
from adapters.num2words.lexicon import GREEK, MONTHS, SCALES, SYMBOLS
from adapters.num2words.places import Place, Rule

_FIGURE_RULES: tuple[Rule, ...] = (
    money, calendar, clock, phone, decade, ordinal, fraction, span, measure, power, year, plain,
)  # fmt: skip
"""In order: the first that answers is right."""

_SUPERSCRIPTS = {"²": " squared", "³": " cubed"}
_VULGAR = re.compile(r"(\d)?([½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])")
_PART_BREAK = re.compile(r"(—|…|\.{3,}|;|:(?=\D)|,(?=[^\d\s]))")
_JOINERS = re.compile(r"([-–/&+=×÷<>~≈_→])")
_LETTERS_AND_FIGURES = re.compile(r"\d[\d,]*(?:\.\d+)?|[^\W\d_]+|[^\w]+")
_SHORT_CODE = 3
_SILENT_JOINERS = {"-": "", "_": ""}


def speak(place: Place) -> str:
    """What is said for one shown word; empty when there is nothing to say."""
    if place.reference:
        return ""
    said = unit(place) or power(place)
    if said is not None:
        return said
    core = _normal(place.core)
    place = replace(place, core=core, dotted=_normal(place.dotted))
    if not core:
        return ""
    if any(character.isdecimal() for character in core):
        for rule in _FIGURE_RULES:
            said = rule(place)
            if said is not None:
                return said
    for rule in WORD_RULES:
        said = rule(place)
        if said is not None:
            return said
    return _in_parts(place)


def speak_amount(first: Place, second: Place) -> str | None:
    """Amounts in two words: "$3.5 million", "1 1/2"."""
    if first.mark:
        return None
    together = replace(first, core=f"{_normal(first.core)} {_normal(second.core)}")
    if second.core in SCALES and second.core.islower() and len(second.core) > 1:
        return money(together)
    return fraction(together) if first.core.isdecimal() else None


def _in_parts(place: Place) -> str:
    """A word made of several: "war—and", "10-year-old", "and/or", "H2O"."""
    core = place.core
    phrases = [part for part in _PART_BREAK.split(core) if part]
    if len(phrases) > 1:
        said = [_part(place, part) for part in phrases if not _PART_BREAK.fullmatch(part)]
        return ", ".join(filter(None, said))
    has_figure = any(character.isdecimal() for character in core)
    parts = [part for part in _JOINERS.split(core) if part]
    hyphenated = core.replace("-", "").isalpha() and not any(p.lower() in GREEK for p in parts)
    if len(parts) > 1 and not hyphenated:
        return " ".join(filter(None, (_joined_part(place, parts, i) for i in range(len(parts)))))
    if has_figure:
        return " ".join(filter(None, map(_code_part, _LETTERS_AND_FIGURES.findall(core))))
    return as_word(core, place.shouting)


def _joined_part(place: Place, parts: list[str], index: int) -> str:
    """One of several parts, or the sign between two."""
    part = parts[index]
    if not _JOINERS.fullmatch(part):
        initials = "&" in parts and part.isupper() and len(part) <= _SHORT_CODE
        return spelled(part) if initials else _part(place, part)
    if part == "/":
        left, right = parts[index - 1] if index else "", "".join(parts[index + 1 : index + 2])
        return "or" if left.islower() and right.islower() and left != "and" else ""
    if part == "–":
        months = parts[index - 1] in MONTHS and parts[-1] in MONTHS
        return "to" if months or "".join(parts[index + 1 :])[:1].isdecimal() else ""
    return _SILENT_JOINERS.get(part, SYMBOLS.get(part, ""))


def _part(place: Place, part: str) -> str:
    """One part, without the whole's surroundings."""
    bare = part.strip("\"'“”()[]{}")
    if not bare or bare == place.core:
        return as_word(bare, place.shouting)
    return speak(replace(place, core=bare, dotted=bare, before="", after="", last=False))


def _code_part(part: str) -> str:
    if part[0].isdecimal():
        whole, _, rest = part.partition(".")
        whole = whole.rstrip(",")
        return figures.decimal(whole, rest) if rest else figures.cardinal(whole)
    if part.isupper() and len(part) <= _SHORT_CODE:
        return spelled(part)
    return as_word(part, shouting=False)


def _normal(core: str) -> str:
    """One way of writing: plain digits, ligatures undone, powers and fractions in the open."""
    for sign, word in _SUPERSCRIPTS.items():
        if sign in core and not re.search(rf"[a-z]{sign}$", core):
            core = core.replace(sign, word)
    core = _VULGAR.sub(lambda m: f"{m[1] or ''}{' ' if m[1] else ''}{m[2]}", core)
    if core in SYMBOLS:
        return core
    plain = "".join(
        c if c in SYMBOLS and c not in "½¼¾" else unicodedata.normalize("NFKC", c) for c in core
    )
    return figures.ascii_digits(plain).strip()
