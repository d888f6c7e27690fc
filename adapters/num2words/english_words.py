"""Rules for English words without figures: abbreviations, letters, numerals, links, symbols."""

import re
import unicodedata

from adapters.num2words import figures
from adapters.num2words.english_numbers import is_number
from adapters.num2words.lexicon import (
    ABBREVIATIONS,
    ALSO_WORDS,
    BEFORE_FIGURES,
    EMPHATIC,
    ERAS,
    GREEK,
    NEVER_NUMERALS,
    NUMBERED,
    REGNAL,
    SAID_AS_WORDS,
    SPELLED,
    SYMBOLS,
)
from adapters.num2words.places import Place, Rule
from adapters.num2words.transliteration import is_foreign, latin

_URL = re.compile(
    r"(?:(?:https?|ftp)://)?(?:www\.)?(?P<host>(?:[\w-]+\.)+(?:com|org|net|edu|gov|io|ai|tv|dev|"
    r"app|info|co|uk|de|fr|eu|us|ca|au|jp|ch|at|nl|se|wiki|me|xyz))(?P<path>[/?#]\S*)?",
    re.IGNORECASE,
)
_ANY_URL = re.compile(r"(?:https?|ftp)://(?:www\.)?(?P<host>[^\s/?#]+)(?P<path>[/?#]\S*)?")
_EMAIL = re.compile(r"(?P<user>[\w.+-]+)@(?P<host>(?:[\w-]+\.)+\w+)")
_DOTTED_LETTERS = re.compile(r"(?:[A-Za-z]\.){2,}[A-Za-z]?|(?:[A-Z]\.)+[A-Z]")
_INITIAL = re.compile(r"[A-Z]\.")
_CAPITALS = re.compile(r"(?P<letters>[A-Z]{2,6})(?P<ending>'?s)?")
_NUMERAL = re.compile(r"(?P<numeral>[IVXL]+)(?P<ending>'s?)?")
_TAG = re.compile(r"#(?P<name>\w*[^\W\d]\w*)")
_HANDLE = re.compile(r"@(?P<name>\w+)")
_PRONOUNCEABLE = re.compile(
    r"(?:S?[CPTKM][LR]?|[BDGFV][LR]?|TH?R?|SH|CH|WH?|QU|S[LNW]?|[HJLNRYZ])?"
    r"[AEIOUY]{1,2}(?:[^AEIOUY]{1,2}[AEIOUY]{1,2})*"
    r"(?:[LRNS]?[BCDFGKLMNPRSTVXYZ]|CT|FT|PT|CK|FF|TH|SH|CH)?S?"
)
"""Letters that could be an English word, judged by how its syllables are built."""
_SHORT_ABBREVIATION = 3
_VOWELS = frozenset("AEIOUY")
_DOMAIN_WORDS = {"com": "com", "org": "org", "net": "net", "www": "W W W", "gov": "gov"}
_LONGEST_SPELLED_ENDING = 3
_LINK_SIGNS = {
    ".": "dot", "/": "slash", "-": "dash", "_": "underscore", "@": "at", "?": "question mark",
    "=": "equals", "&": "and", "#": "hash", "+": "plus", "%": "percent", ":": "colon", "~": "tilde",
}  # fmt: skip


def link(place: Place) -> str | None:
    """URLs and e-mail addresses; a URL's scheme and query are not spoken."""
    email = _EMAIL.fullmatch(place.core)
    if email:
        return f"{_link_parts(email['user'])} at {_link_parts(email['host'])}"
    match = _URL.fullmatch(place.core) or _ANY_URL.fullmatch(place.core)
    if not match or place.dotted in ABBREVIATIONS:
        return None
    path = (match["path"] or "").split("?")[0].split("#")[0].rstrip("/")
    return _link_parts(match["host"]) + (f" {_link_parts(path)}" if path else "")


def abbreviation(place: Place) -> str | None:
    """ "Dr.", "e.g.", "St. Paul", "Main St.", "No. 5", "U.S.", and initials."""
    if place.core == "St":
        before_name = place.after[:1].isupper() and not place.before[:1].isupper()
        return "Saint" if before_name or not place.before else "Street"
    before_figure = place.after[:1].isdecimal()
    for text in (place.dotted, place.core):
        if before_figure and text in BEFORE_FIGURES:
            return BEFORE_FIGURES[text]
        said = ABBREVIATIONS.get(text) or ABBREVIATIONS.get(text[:1].lower() + text[1:])
        if said or text in ERAS:
            return said or ERAS[text]
    is_initial = _INITIAL.fullmatch(place.dotted) and place.after[:1].isupper()
    if is_initial or _DOTTED_LETTERS.fullmatch(place.dotted):
        return spelled(place.core.replace(".", ""))
    return None


def numeral(place: Place) -> str | None:
    """ "Henry VIII": the eighth; "World War II": two; "Apollo XI": eleven."""
    match = _NUMERAL.fullmatch(place.core)
    if not match or place.shouting:
        return None
    text, name = match["numeral"], place.before
    value = figures.roman_value(text)
    if not value or not name or (name.lower(), text) in NEVER_NUMERALS:
        return None
    ending = "'s" if match["ending"] else ""
    if name.lower() in REGNAL and name[:1].isupper():
        return f"the {figures.ordinal(value)}{ending}"
    if name.lower() in NUMBERED or (name.isupper() and len(text) > 1):
        return figures.cardinal(str(value)) + ending
    if name[:1].isupper() and len(text) > 1:
        return f"the {figures.ordinal(value)}{ending}"
    return None


def letters(place: Place) -> str | None:
    """Abbreviations in capitals: "FBI" letter by letter, "NASA" as a word, "CDs"."""
    match = _CAPITALS.fullmatch(place.core)
    if not match:
        return None
    text = match["letters"]
    if text in SAID_AS_WORDS or (place.shouting and text in ALSO_WORDS):
        return None
    unknown = not place.shouting and text not in EMPHATIC
    is_short = len(text) <= _SHORT_ABBREVIATION
    if (
        text in SPELLED
        or not _VOWELS & set(text)
        or (unknown and (is_short or not _PRONOUNCEABLE.fullmatch(text)))
    ):
        return spelled(text) + ("'s" if match["ending"] else "")
    return None


def tag(place: Place) -> str | None:
    """ "#blackhole" and "@name"."""
    match = _TAG.fullmatch(place.core)
    if match:
        return f"hashtag {match['name'].replace('_', ' ')}"
    match = _HANDLE.fullmatch(place.core)
    return f"at {match['name'].replace('_', ' ')}" if match else None


def symbol(place: Place) -> str | None:
    """A sign or a Greek letter that stands alone."""
    if place.core in SYMBOLS:
        if place.core == "-" and not is_number(place.before):
            return None
        return SYMBOLS[place.core]
    if len(place.core) == 1:
        greek = GREEK.get(place.core.lower())
        if greek:
            return ("capital " if place.core.isupper() else "") + greek
    return None


def spelled(text: str) -> str:
    """ "FBI": F B I."""
    return " ".join(character.upper() for character in text)


def as_word(text: str, shouting: bool) -> str:
    """What is left: the word itself, its signs spoken or dropped, capitals no longer shouted."""
    said = []
    for character in text:
        if character in SYMBOLS:
            said.append(f" {SYMBOLS[character]} ")
        elif character.isalnum() or character in "'-.," or unicodedata.combining(character):
            said.append(character)
        else:
            said.append(" ")
    words = "".join(said).split()
    return " ".join(_quiet(word, shouting) for word in words if any(map(str.isalnum, word)))


def _quiet(word: str, shouting: bool) -> str:
    """Capitals said as a word are said as any other; those known as names stay."""
    letters_only = word.strip("'-.,")
    if letters_only in SAID_AS_WORDS or letters_only == "I":
        return word
    shouted = letters_only.isupper() and (shouting or len(letters_only) > 1)
    return word.lower() if shouted else word


def _link_parts(text: str) -> str:
    said = []
    for part in re.split(r"([^\w]|_)", text):
        if part in _LINK_SIGNS:
            said.append(_LINK_SIGNS[part])
        elif part.isdecimal():
            said.append(figures.cardinal(figures.ascii_digits(part)))
        elif part.lower() in _DOMAIN_WORDS:
            said.append(_DOMAIN_WORDS[part.lower()])
        elif part and not _VOWELS & set(part.upper()) and len(part) <= _LONGEST_SPELLED_ENDING:
            said.append(spelled(part))
        elif part.isalnum():
            said.append(part)
    return " ".join(said)


def foreign(place: Place) -> str | None:
    """A word in Greek or Cyrillic, in Latin letters: the voice would spell it letter by letter."""
    return latin(place.core) if len(place.core) > 1 and is_foreign(place.core) else None


WORD_RULES: tuple[Rule, ...] = (abbreviation, link, foreign, numeral, letters, tag, symbol)
"""In order: the first that answers is right."""
