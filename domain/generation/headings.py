"""Headings: two to six words on what a scene is about, made of its own; else none at all.

A heading isn't what is spoken below it: its words come from the scene, their order doesn't.
Only what is sure is claimed: whose a thing is where the scene says so, from when to when, and
which two things it talks of alike. One word alone heads a scene only where it is a name.
"""

import re
from collections.abc import Iterator, Set
from itertools import combinations
from typing import NamedTuple

from domain.generation.grammar import FINITE, PARTICIPLES, PREPOSITIONS
from domain.generation.nouns import is_nominal, names_something
from domain.generation.subject import Subject

MAX_HEADING_WORDS = 6
MIN_APART = 4
"""words between two things, so that a heading of both is no run of the sentence"""
THEME = 30.0
"""what it is worth that a scene names a thing twice"""
NAMED = 12.0
TWO_WORDS = 8.0
MOST_TELLING = 3
"""pairs among which the seed picks"""
FIRST_YEAR, LAST_YEAR = 1000, 2100

#: What stands right before a noun phrase.
_OPENERS = frozenset(
    "the a an its their his her our of by for in into on with from through between among within "
    "across under over against and or called".split()
)
_BREAKS = frozenset("and or that which who when where while but to".split())
_NO_HEAD = frozenset("he she it they".split())
_NO_NAMES = frozenset(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday this that these those earth sun "
    "north south east west northern southern eastern western french dutch greek czech swiss "
    "great god world war age".split()
)
_NATIONAL = re.compile(r"(?:ish|ese|ian|ean|can|man|ern|ic|al|ite)$")
MIN_NAME_CHARS = 4
MIN_PLURAL_CHARS = 5
_WHERE = "in|within|across|of|to|from|throughout|for"
"""before the name of a place, which says little of a scene"""
_VAGUE = frozenset(
    "different particular various certain several such other given specific main turn".split()
)
_KINDS = frozenset(
    "sport game city town state kingdom province island term word name study practice art concept "
    "theory field age period history antithesis opposite".split()
)
"""what stands before "of" and a name without being the name's: "the sport of biathlon" """
_WORD = re.compile(r"[^\W\d_]+(?:[-–'’][^\W\d_]+)*|\d+|\S")
_NAME = re.compile(r"(?<=[^.!?] )[A-Z][\w-]+")
_YEAR = re.compile(r"(?<![\d,.])[12]\d{3}(?!,?\d|\.\d|s\b)")


class _Thing(NamedTuple):
    """A noun phrase of one or two words, where its last word stands, and what leads to it."""

    text: str
    place: int
    name: bool
    after: str = ""
    """the preposition before it"""


def heading_for(
    text: str,
    taken: Set[str],
    known: str = "",
    turn: float = 0.0,
    subject: Subject | None = None,
) -> str | None:
    """What a scene is about in two to six words, or one name; None where nothing is sure.

    ``taken`` holds the headings that other scenes have, ``known`` what all scenes talk of: it
    tells nothing about this one. ``turn``, 0 to 1, picks one of the most telling.
    """
    usual = {_stem(word) for word in known.split()}
    for heading in (
        *_owned(text, subject),
        *_span(text),
        *_pairs(text, usual, turn),
        *_names(text, usual),
    ):
        fresh = {_stem(w) for w in heading.split()} - {_stem(w) for t in taken for w in t.split()}
        shown = heading[:1].upper() + heading[1:]
        if fresh and len(heading.split()) <= MAX_HEADING_WORDS and not said_in(shown, text):
            return shown
    return None


def said_in(heading: str, text: str) -> bool:
    """Whether a heading of several words only repeats what the captions say."""
    words = _plain(heading)
    return len(words) > 1 and f" {' '.join(words)} " in f" {' '.join(_plain(text))} "


def _plain(text: str) -> list[str]:
    bare = ("".join(c for c in word if c.isalnum()).casefold() for word in text.split())
    return [word for word in bare if word]


def _stem(word: str) -> str:
    return word.lower().removesuffix("'s").removesuffix("’s").rstrip("s")


# -- forms -------------------------------------------------------------------------------------


def _owned(text: str, subject: Subject | None) -> Iterator[str]:
    """ "The surface of Mercury is ..." -> "Mercury's surface"."""
    if subject is None:
        return
    for form in (subject.name, f"the {subject.bare}", subject.bare):
        found = re.search(
            rf"\b[Tt]he (?P<noun>[a-z]+(?:-[a-z]+)?) of {re.escape(form)}(?= (?P<next>[\w'’]+))",
            text,
        )
        if found is None or found["noun"] in _KINDS:
            continue
        if found["next"] in FINITE and names_something(found["noun"]):
            yield f"{subject.possessive} {found['noun']}"


def _span(text: str) -> Iterator[str]:
    """ "From 1804 to 1815", where a scene goes through three years or more."""
    years = [int(year) for year in _YEAR.findall(text)]
    years = [year for year in years if FIRST_YEAR <= year <= LAST_YEAR]
    if len(set(years)) > 2 and years == sorted(years):  # noqa: PLR2004 - two are a timeline's
        yield f"From {years[0]} to {years[-1]}"


def _pairs(text: str, usual: Set[str], turn: float) -> Iterator[str]:
    """Two things that the scene talks of alike, in its order."""
    things = [t for t in _things(text) if not {_stem(w) for w in t.text.split()} & usual]
    counts = [_stem(thing.text.split()[-1]) for thing in things]
    things = [t for t in things if _tells(t) or counts.count(_stem(t.text)) > 1]
    scored: list[tuple[float, str]] = []
    for one, two in combinations(things, 2):
        if two.place - one.place < MIN_APART or _stem(one.text) == _stem(two.text):
            continue
        if set(map(_stem, one.text.split())) & set(map(_stem, two.text.split())):
            continue
        if not any(" " in thing.text or thing.name for thing in (one, two)):
            continue
        if not _alike(one, two):
            continue
        worth = 0.0
        for thing in (one, two):
            worth += THEME * (counts.count(_stem(thing.text.split()[-1])) - 1)
            worth += (NAMED if thing.name else 0.0) - thing.place
            worth += TWO_WORDS if " " in thing.text else 0.0
        scored.append((worth, f"{one.text} and {two.text}"))
    scored.sort(key=lambda item: -item[0])
    best = [heading for _, heading in scored[:MOST_TELLING]]
    first = int(turn * len(best))
    yield from best[first:] + best[:first]


def _alike(one: _Thing, two: _Thing) -> bool:
    """Whether two things belong together: both have names, or the same word leads to both.

    "It carries oxygen to the soft tissues, and waste to the lungs." is about both; a fist and
    what lies between the lungs are two nouns of one sentence.
    """
    if one.name or two.name:
        return one.name and two.name
    return one.after == two.after and one.after not in ("", "of")


def _tells(thing: _Thing) -> bool:
    """Whether a thing says something by itself: a name, two words, or many of a kind."""
    plural = thing.text.endswith("s") and not thing.text.endswith(("ss", "us", "is"))
    return thing.name or " " in thing.text or (plural and len(thing.text) >= MIN_PLURAL_CHARS)


def _names(text: str, usual: Set[str]) -> Iterator[str]:
    """One name, where the scene tells of no other: one of many is picked by chance."""
    names = {t.text for t in _things(text) if t.name and " " not in t.text}
    told = {word for word in _NAME.findall(text) if _stem(word) not in usual}
    if len(names) == 1 and told <= names:
        name = names.pop()
        if _stem(name) not in usual and not re.search(
            rf"\b(?:{_WHERE}) (?:the )?{re.escape(name)}", text
        ):
            yield name


# -- things ------------------------------------------------------------------------------------


def _things(text: str) -> list[_Thing]:
    """The ends of noun phrases: behind an article or a preposition, before what ends one."""
    words = _WORD.findall(text)
    found: dict[str, _Thing] = {}
    for index, word in enumerate(words):
        if word.lower() not in _OPENERS:
            continue
        end = index + 1
        while end < len(words) and _goes_on(words[end]):
            end += 1
        phrase = words[index + 1 : end]
        closed = end >= len(words) or _ends(words[end])
        compared = end < len(words) and words[end].lower() in ("than", "of")
        # "marine species depend on": behind a plural stands a verb rather than a noun.
        verb = len(phrase) > 1 and phrase[-2].endswith("s") and not phrase[-2].endswith("ous")
        if not phrase or not closed or compared or verb:
            continue
        before = words[index - 1].lower() if index else ""
        leads = next((w for w in (word.lower(), before) if w in PREPOSITIONS), "")
        if phrase[0].endswith("ing") and leads:
            continue  # "by adding speed"
        thing = _thing(phrase, end - 1, leads)
        inside = index > 0 and words[index - 1][0].isupper() and word in ("of", "the", "and")
        if thing is not None and not (thing.name and inside):  # "Ring of Fire" is one name
            found.setdefault(f"{thing.text} {thing.place}", thing)
    return sorted(found.values(), key=lambda thing: thing.place)


def _thing(phrase: list[str], place: int, after: str) -> _Thing | None:
    last = phrase[-1]
    if all(word[0].isupper() for word in phrase):
        named = len(phrase) <= 3 and _is_name(phrase)  # noqa: PLR2004 - a name
        whole = not any("'" in word or "’" in word for word in phrase)
        return _Thing(" ".join(phrase), place, name=True, after=after) if named and whole else None
    if not last.islower() or last in PARTICIPLES or not names_something(last):
        return None
    before = phrase[-2] if len(phrase) > 1 else ""
    if before.islower() and len(phrase) == 2 and _qualifies(before):  # noqa: PLR2004 - both words
        return _Thing(f"{before} {last}", place, name=False, after=after)
    return _Thing(last, place, name=False, after=after) if len(phrase) <= 2 else None  # noqa: PLR2004


def _is_name(phrase: list[str]) -> bool:
    """Whether capitals name somebody or something, rather than say whence it is."""
    last = phrase[-1]
    if len(phrase) > 1:
        return len(last) > 1 and last.lower() not in _NO_NAMES  # "Dwight D. Eisenhower"
    plain = last.lower()
    return len(plain) >= MIN_NAME_CHARS and plain not in _NO_NAMES and not _NATIONAL.search(plain)


def _qualifies(word: str) -> bool:
    """Whether a word may stand before a noun in a heading: an adjective or another noun."""
    if word.endswith("ly") or word in FINITE | PARTICIPLES | _VAGUE or "'" in word:
        return False
    return not is_nominal(word) or names_something(word)


def _goes_on(word: str) -> bool:
    return word[0].isalpha() and not _ends(word)


def _ends(word: str) -> bool:
    plain = word.lower()
    verb = plain in FINITE and word.islower()  # no verb in "United States"
    return verb or word in ",.;:!?)—–" or plain in PREPOSITIONS | _BREAKS | _NO_HEAD
