"""Transliteration: Greek and Cyrillic words in Latin letters, as an English voice can say them.

Modern Greek by sound after ELOT 743, Cyrillic after the BGN/PCGN romanization of Russian with
the letters that Ukrainian, Belarusian, Bulgarian, Serbian and Macedonian have besides.
"""

import re
import unicodedata

_GREEK_PAIRS = {
    "ου": "ou", "αι": "ai", "ει": "ei", "οι": "oi", "υι": "yi", "αυ": "av", "ευ": "ev",
    "γγ": "ng", "γκ": "gk", "γχ": "nch", "γξ": "nx", "μπ": "b", "ντ": "nt",
}  # fmt: skip
_LETTERS = dict(
    zip("αβγδεζηθικλμνξοπρσςτυφχψω",
        "a v g d e z i th i k l m n x o p r s s t y f ch ps o".split(), strict=True)
) | dict(
    zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch . y . e yu ya".split(),
        strict=True)
) | dict(
    zip("іїєґўјљњћђџќѓѕ", "i yi ye g w y ly ny ch j j ky gy dz".split(), strict=True)
)  # fmt: skip
_FOREIGN = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff\u0400-\u04ff]")
_PAIR = re.compile("|".join(_GREEK_PAIRS))
_UNSOUNDED = "."
"""stands in the tables for a sign without a sound of its own"""
_STRESS = "\u0301\u0300\u0342\u0313\u0314\u0345"
"""accents and breathings, which change no letter"""


def is_foreign(word: str) -> bool:
    """Whether a word has no letter but Greek or Cyrillic ones."""
    letters = [c for c in word if c.isalpha()]
    return bool(letters) and all(_FOREIGN.match(c) for c in letters)


def latin(word: str) -> str:
    """The word in Latin letters, small but for a capital at its start.

    What is in none of the tables stays.
    """
    # Cyrillic "й" and "ё" are letters, not accented ones: only Greek is taken apart.
    plain = "".join(_bare(c) for c in word.lower())
    said = _PAIR.sub(lambda found: _GREEK_PAIRS[found.group()], plain)
    said = "".join(_LETTERS.get(c, c) for c in said).replace(_UNSOUNDED, "")
    return said[:1].upper() + said[1:] if word[:1].isupper() else said


def _bare(letter: str) -> str:
    """A letter without accents; a diaeresis keeps Greek vowels apart by a mark of no sound."""
    if not "\u0370" <= letter <= "\u03ff" and not "\u1f00" <= letter <= "\u1fff":
        return "" if letter in _STRESS else letter
    parts = unicodedata.normalize("NFD", letter)
    apart = _UNSOUNDED if "\u0308" in parts else ""
    return apart + "".join(c for c in parts if not unicodedata.combining(c))
