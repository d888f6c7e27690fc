"""Hashtags: the few tags that stand below a description, and how two tags may name one thing."""

import unicodedata
from collections.abc import Sequence
from itertools import zip_longest

from domain.generation.tokens import sentence_case

MAX_HASHTAGS = 3
MAX_HASHTAG_CHARS = 40
"""longer ones are sentences run together"""
MAX_TITLE_TAG_WORDS = 3
"""as far as words are parted by spaces"""

_VOWEL_SIGNS = ("Mn", "Mc")
"""Unicode's categories of what Indian and other scripts write vowels with"""


def tags_of_title(title: str) -> list[str]:
    """The title where it could be searched for; nobody types a whole sentence."""
    is_short = len(title.split()) <= MAX_TITLE_TAG_WORDS and len(title) <= MAX_HASHTAG_CHARS
    return [title] if is_short else []


def hashtags_of(tags: Sequence[str]) -> list[str]:
    """The first tags of letters and digits only, run together.

    A name directly before its own ending ("Wolfgang Amadeus Mozart", "Mozart") gives way to it.
    """
    whole = [
        tag
        for tag, following in zip_longest(tags, tags[1:], fillvalue="")
        if not is_ending_of(following, tag)
    ]
    words = ["".join(sentence_case(word) for word in tag.split()) for tag in whole]
    return [f"#{word}" for word in words if _is_hashtag(word)][:MAX_HASHTAGS]


def is_ending_of(short: str, name: str) -> bool:
    """Whether a name of several words ends on ``short``, whatever its case."""
    words, ending = name.casefold().split(), short.casefold().split()
    return 0 < len(ending) < len(words) and words[-len(ending) :] == ending


def _is_hashtag(word: str) -> bool:
    signs = [char for char in word if unicodedata.category(char) not in _VOWEL_SIGNS]
    return "".join(signs).isalnum() and not word.isdigit() and len(word) <= MAX_HASHTAG_CHARS
