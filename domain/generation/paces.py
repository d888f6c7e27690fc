"""How many words a minute a language takes, beside English.

The figures are relative: words a minute of the same texts, translated, read silently by native
speakers of 17 languages (Trauzettel-Klosinski, Dietz: "Standardized assessment of reading
performance", IOVS 53, 2012). That it's so aloud too is an assumption, good enough until a voice
has spoken for two minutes: then its own pace is known.
"""

from domain.generation.languages import primary_language

_ENGLISH = 228.0
_READ = {
    "ar": 138, "de": 179, "en": 228, "es": 218, "fi": 161, "fr": 195, "he": 187, "it": 188,
    "ja": 193, "nl": 202, "pl": 166, "pt": 181, "ru": 184, "sl": 180, "sv": 199, "tr": 166,
    "zh": 158,
}  # fmt: skip
_OTHERS = 180.0
"""for a language that wasn't measured: the middle of those that were"""


def pace_in(language: str, english: float) -> float:
    """Words a minute of a voice in a language, from its pace in English."""
    return round(english * _READ.get(primary_language(language), _OTHERS) / _ENGLISH)
