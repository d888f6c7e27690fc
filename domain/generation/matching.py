"""How well a label's words fit a scene's terms.

A wrong picture is worse than none: words are reduced no further than to the singular and the
plain verb, and a term of several words needs all of them to count fully.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

RULES_VERSION = "1"
"""raised whenever the same folder and terms may give other scores"""

FLOOR = 0.35
"""the score below which a file isn't offered"""

_FIRST_WEIGHT = 0.85
_WEIGHT_STEP = 0.08
_LAST_WEIGHT = 0.4
"""what a term alone is worth: the most telling one, less for each next, down to the last"""

_PARTIAL = 0.5
"""what the found share of a term of several words counts when not all are found"""

_MIN_STEM = 3
"""letters that stay: "his" isn't the plural of "hi" """

_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_FRAME_SIZE = re.compile(r"(?<!\d)\d{3,4}\s*[x×]\s*\d{3,4}(?!\d)|(?<!\d)\d{3,4}[pi](?![a-z])", re.I)
_CAMERA_NUMBER = re.compile(r"\b(?:dsc[fn]?|img|mvi|pxl|vid)[_-]?\d+", re.IGNORECASE)
_YEAR = re.compile(r"1\d{3}|20\d{2}")

_FILE_WORDS = frozenset(
    # what cameras, stock sites and editors call their files
    "clip copy dsc edit export file final footage free hd image img jpeg jpg mov movie mp4 mvi"
    " new original photo picture pxl screenshot shot stock uhd untitled vid video".split()
)

_EMPTY_WORDS = _FILE_WORDS | frozenset(
    # articles and joints of sentences
    "a an and as at by for from in into is it its of on or that the this to with".split()
)

_VOWELS = frozenset("aeiouy")


def stems(text: str) -> frozenset[str]:
    """The telling words of a text, reduced to their stems; case and accents don't matter.

    Counters and frame sizes ("0042", "1080p") tell nothing; years do.
    """
    spaced = _spaced(text)
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", spaced.casefold())
        if not unicodedata.combining(character)
    )
    return frozenset(
        _stem(word)
        for word in _WORD.findall(plain)
        if word not in _EMPTY_WORDS and _tells_something(word)
    )


def readable(name: str) -> str:
    """A file's name (its folders' too) as words: "Night Dives/reef_shark-0042.mp4" is "Night Dives
    reef shark"."""
    stem = name.rsplit(".", 1)[0] if "." in name.rsplit("/", 1)[-1] else name
    words = _WORD.findall(_spaced(stem))
    telling = [word for word in words if not word.isdecimal() or _YEAR.fullmatch(word)]
    return " ".join(word for word in telling if word.casefold() not in _FILE_WORDS)


def score(terms: Sequence[str], words: Iterable[str]) -> float:
    """How well stems ``words`` fit ``terms`` (most telling first), 0 to 1.

    Each term that fits is independent evidence of its own weight, so that a file which fits
    two scores above one that fits either alone, and never above 1.
    """
    known = frozenset(words)
    doubt = 1.0
    position = 0
    for term in dict.fromkeys(stems(term) for term in terms):
        if not term:
            continue
        weight = max(_LAST_WEIGHT, _FIRST_WEIGHT - _WEIGHT_STEP * position)
        position += 1
        share = len(term & known) / len(term)
        doubt *= 1 - weight * (share if share == 1 else share * _PARTIAL)
    return round(1 - doubt, 6)


def _spaced(text: str) -> str:
    """Words that are written together apart; without counters and frame sizes."""
    named = unicodedata.normalize("NFC", text)
    for numbers in (_CAMERA_NUMBER, _FRAME_SIZE):
        named = numbers.sub(" ", named)
    return _CAMEL.sub(" ", named)


def _tells_something(word: str) -> bool:
    if word.isdecimal():
        return _YEAR.fullmatch(word) is not None
    return len(word) > 1 or not word.isascii()  # one character is a word in Chinese


def _stem(word: str) -> str:
    return _plain_verb(_singular(word))


def _singular(word: str) -> str:
    """English plurals; words like "glass", "octopus", "axis" end in s by themselves."""
    if word.endswith("ies") and len(word) > _MIN_STEM + 1:
        return word[:-3] + "y"
    if word.endswith("ie") and len(word) > _MIN_STEM + 1:
        return word[:-2] + "y"  # "movie", whose plural looks like that of "city"
    if word.endswith(("ches", "shes", "sses", "xes", "zes", "uses")) and len(word) > 5:  # noqa: PLR2004
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > _MIN_STEM:
        return word[:-1]
    return word


def _plain_verb(word: str) -> str:
    """ "swimming" and "swim", "diving" and "dive" become one: the verb without its last e."""
    for ending in ("ing", "ed"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= _MIN_STEM and _VOWELS & set(stem) and stem[-1] != "e":
            doubled = stem[-1] == stem[-2] and stem[-1] not in "lsz"
            return (stem[:-1] if doubled else stem).removesuffix("e")
    return word.removesuffix("e") if len(word) > _MIN_STEM else word
