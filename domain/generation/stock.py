"""What stock libraries have in common: what they are asked, and which file of a hit is taken."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, Protocol
from urllib.parse import unquote, urlsplit

import msgspec

from domain.generation.keywords import key_terms
from domain.generation.limits import cut_between_words
from domain.generation.packaging import Credit
from domain.generation.ports import VisualRequest

MAX_QUERIES = 3
"""from the most specific to the most general"""
ENOUGH = 8
"""offers, after which no more general query is made"""
MAX_QUERY_CHARS = 100
"""of Pixabay's, the shorter of the limits"""
MAX_TERM_WORDS = 4
"""of what is searched for as it stands; longer texts are reduced to their key words"""
MAX_STILL_PIXELS = 60_000_000
"""more is no gain in a video, and much to decode"""
FULL_HD_SHORT_SIDE = 1080

MediaType = Literal["clip", "still"]
Orientation = Literal["landscape", "portrait", "any"]

_SLUG_ID = re.compile(r"-?\d+$")


class AnswerShelf(Protocol):
    """Keeps what stock libraries answered, for the day that their answers hold."""

    async def get(self, tag: str) -> bytes | None:
        """What was kept under a tag, a SHA-256 in hex; None for nothing, or too old."""
        ...

    async def put(self, tag: str, answer: bytes) -> None:
        """Keep it, if that's possible."""
        ...


class Rendition(msgspec.Struct, frozen=True):
    """One of the files that a hit can be had as."""

    url: str
    width: int
    height: int


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A clip or still that a library has, and the files that it can be had as."""

    id: str
    """the library's name and its number for it; the same for all renditions"""
    type: MediaType
    label: str
    duration_ms: int
    """0 for stills"""
    renditions: list[Rendition]
    """at least one"""
    credit: Credit


class Misread(Exception):
    """A row of an answer can't be used; the message says why."""


def best_rendition(renditions: Sequence[Rendition], width: int, height: int) -> Rendition:
    """The smallest that covers so many pixels, else the largest."""
    by_size = sorted(renditions, key=lambda r: (r.width * r.height, r.url))
    for rendition in by_size:
        if rendition.width >= width and rendition.height >= height:
            return rendition
    return by_size[-1]


def same_rendition(renditions: Sequence[Rendition], width: int, height: int) -> Rendition:
    """The one of exactly this size, else the best for it."""
    for rendition in renditions:
        if (rendition.width, rendition.height) == (width, height):
            return rendition
    return best_rendition(renditions, width, height)


def orientation_of(width: int, height: int) -> Orientation:
    """What to ask for. A square is cut out of anything, and few pictures are square."""
    if width == height:
        return "any"
    return "landscape" if width > height else "portrait"


def queries_for(request: VisualRequest) -> list[str]:
    """What to search for, from specific to general: as the request says, else from its terms."""
    given = [
        cut_between_words(query, MAX_QUERY_CHARS) for query in request.queries if query.strip()
    ]
    return given[:MAX_QUERIES] or queries_from(request.terms)


def queries_from(terms: Sequence[str]) -> list[str]:
    """What to search for, from specific to general: all terms, the first, its first key word.

    Terms of a few words are taken as they stand; running text gives its key words.
    """
    found = [_searchable(term) for term in terms]
    found = [words for words in found if words]
    if not found:
        return []
    together = _unique(word for words in found for word in words)[:MAX_TERM_WORDS]
    queries = [together, found[0][:MAX_TERM_WORDS], found[0][:1]]
    texts = [cut_between_words(" ".join(words), MAX_QUERY_CHARS) for words in queries]
    return list(dict.fromkeys(text for text in texts if text))[:MAX_QUERIES]


def words_of_page(url: str) -> str:
    """The words in the last part of a page's address, without its number.

    ``https://www.pexels.com/video/an-octopus-in-the-sea-8856785/`` -> ``an octopus in the sea``
    """
    try:
        last = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2]
    except ValueError:
        return ""
    return _SLUG_ID.sub("", last).replace("-", " ").strip()


def rank_scores(count: int) -> Iterator[float]:
    """Scores for hits in a library's own order, which is all that it says about how they fit."""
    for place in range(count):
        yield 0.9 * (1 - place / (count + 1))


def _searchable(term: str) -> list[str]:
    """The words of a term to search for; empty where it names nothing."""
    words = [word for word in term.split() if any(ch.isalnum() for ch in word)]
    key = [word for found in key_terms(term, MAX_TERM_WORDS) for word in found.split()]
    if len(words) > MAX_TERM_WORDS:
        return key
    return words if key or not term.isascii() else []


def _unique(words: Iterable[str]) -> list[str]:
    found: dict[str, str] = {}
    for word in words:
        found.setdefault(word.casefold(), word)
    return list(found.values())
