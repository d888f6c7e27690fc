"""Headings: the thing a scene talks of, as one noun out of its own words; else none at all."""

import re
from collections import Counter

from domain.generation.grammar import FINITE, PARTICIPLES, PREPOSITIONS
from domain.generation.nouns import names_something

MAX_HEADING_WORDS = 6

#: What stands right before a noun phrase.
_OPENERS = frozenset(
    "the a an its their his her our of by for in into on with from through between among within "
    "across under over against and or called".split()
)
_WORD = re.compile(r"[^\W\d_]+(?:[-–][^\W\d_]+)*|\S")


def heading_for(text: str, taken: set[str], known: str = "", turn: float = 0.0) -> str | None:
    """The telling noun of a scene that isn't taken yet; None where no noun is sure.

    ``known`` is what all scenes talk of: it tells nothing about this one. ``turn``, 0 to 1,
    picks one of the two most telling.
    """
    usual = {word.lower().rstrip("s") for word in known.split()}
    scores: Counter[str] = Counter()
    for place, noun in enumerate(_nouns(text)):
        plain = noun.lower()
        if plain.rstrip("s") in usual or plain.rstrip("s") in {
            t.lower().rstrip("s") for t in taken
        }:
            continue
        # Named twice, it is the theme; else what is named first.
        scores[plain] += 100 - place
    if not scores:
        return None
    telling = [noun for noun, _ in scores.most_common(2)]
    best = telling[min(int(turn * len(telling)), len(telling) - 1)]
    return best[:1].upper() + best[1:]


def _nouns(text: str) -> list[str]:
    """The last words of noun phrases: behind an article or a preposition, before what ends one."""
    words = _WORD.findall(text)
    found: list[str] = []
    for index, word in enumerate(words):
        if word.lower() not in _OPENERS:
            continue
        end = index + 1
        while end < len(words) and _goes_on(words[end]):
            end += 1
        phrase = words[index + 1 : end]
        closed = end >= len(words) or _ends(words[end])
        compared = end < len(words) and words[end].lower() == "than"
        # "marine species depend on": behind a plural stands a verb rather than a noun.
        verb = len(phrase) > 1 and phrase[-2].endswith("s") and not phrase[-2].endswith("ous")
        if phrase and closed and not compared and not verb and _is_noun(phrase[-1]):
            found.append(phrase[-1])
    return found


def _goes_on(word: str) -> bool:
    return word[0].isalpha() and not _ends(word)


def _ends(word: str) -> bool:
    plain = word.lower()
    return (
        word in ",.;:!?)—–"
        or plain in PREPOSITIONS
        or plain in FINITE
        or plain in {"and", "or", "that", "which", "who", "when", "where", "while", "but", "to"}
    )


def _is_noun(word: str) -> bool:
    plain = word.lower()
    # A name's last part alone may mean somebody or something else.
    return word.islower() and plain not in PARTICIPLES and names_something(plain)
