"""YouTube's limits on text, and names for files and folders.

Source: YouTube Data API v3, resource ``videos``: titles of 100 characters, descriptions of
5,000 bytes, neither with ``<`` or ``>``; tags of 500 characters in all, commas counted, a tag
with a space counting two more.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from uuid import UUID

MAX_TITLE_CHARS = 100
MAX_DESCRIPTION_BYTES = 5_000
MAX_TAGS_CHARS = 500
MAX_SLUG_BYTES = 60
ID_CHARS = 4
"""of a video's id, so that two videos of one day and topic have different folders"""

_ZERO_WIDTH_JOINER = "\u200d"
_ELLIPSIS = "…"
_ANGLES = str.maketrans({"<": "‹", ">": "›"})


def plain_text(text: str) -> str:
    """Text that YouTube takes: angle brackets become single guillemets, controls go."""
    kept = (c for c in text.translate(_ANGLES) if c == "\n" or unicodedata.category(c)[0] != "C"
            or c == _ZERO_WIDTH_JOINER)  # fmt: skip
    lines = "".join(kept).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines).strip()


def cut_to_chars(text: str, limit: int) -> str:
    """At most ``limit`` code points, cut at a word where one ends in the second half."""
    if len(text) <= limit:
        return text
    return _cut(text, lambda part: len(part) <= limit)


def cut_between_words(text: str, limit: int) -> str:
    """At most ``limit`` code points without an ellipsis, whole words where there are some: for
    whatever is read by machines."""
    if len(text) <= limit:
        return text
    head, space, _ = text[: limit + 1].rpartition(" ")
    return head if space else text[:limit]


def cut_to_bytes(text: str, limit: int) -> str:
    """At most ``limit`` bytes of UTF-8, cut at a sentence, else at a word."""
    if len(text.encode()) <= limit:
        return text
    end = len(text.encode()[:limit].decode(errors="ignore"))
    head = text[:end]
    sentence = max(head.rfind(f"{mark} ") for mark in ".!?")
    if sentence > end // 2:
        return head[: sentence + 1]
    return _cut(text, lambda part: len(part.encode()) <= limit)


def _cut(text: str, fits: Callable[[str], bool]) -> str:
    """The longest beginning with an ellipsis that fits, at a word where one is near."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[:middle] + _ELLIPSIS) else (low, middle - 1)
    end = low
    space = text.rfind(" ", 0, end + 1)
    if space > end // 2:
        end = space
    while end and not is_boundary(text, end):
        end -= 1
    return f"{text[:end].rstrip()}{_ELLIPSIS}" if end else ""


def is_boundary(text: str, index: int) -> bool:
    """Whether a text may be cut before ``index`` without taking a written sign apart.

    Marks, variation selectors, skin tones and joined emoji belong to what precedes them;
    regional indicators go in pairs.
    """
    if index in (0, len(text)):
        return True
    before, after = text[index - 1], text[index]
    if _ZERO_WIDTH_JOINER in (before, after):
        return False
    if unicodedata.category(after)[0] == "M" or "\U0001f3fb" <= after <= "\U0001f3ff":
        return False
    if _is_regional(before) and _is_regional(after):
        run = 0
        while run < index and _is_regional(text[index - 1 - run]):
            run += 1
        return run % 2 == 0
    return True


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def youtube_length(tags: Sequence[str]) -> int:
    """Characters of a list of tags as YouTube counts them."""
    quotes = sum(2 for tag in tags if " " in tag)
    return sum(len(tag) for tag in tags) + quotes + max(0, len(tags) - 1)


def clean_tag(tag: str) -> str:
    """A tag that YouTube takes as one: without commas and quotation marks."""
    return " ".join(plain_text(tag).replace(",", " ").replace('"', " ").split())


def fitting_tags(tags: Iterable[str]) -> list[str]:
    """The first tags that fit YouTube's limit, each once whatever its case."""
    kept: list[str] = []
    known: set[str] = set()
    for tag in tags:
        clean = clean_tag(tag)
        fits = youtube_length([*kept, clean]) <= MAX_TAGS_CHARS
        if clean and clean.casefold() not in known and fits:
            known.add(clean.casefold())
            kept.append(clean)
    return kept


def slugify(title: str) -> str:
    """A title as a part of a file name: ASCII where it can be, at most 60 bytes, never empty."""
    decomposed = unicodedata.normalize("NFKD", title).casefold()
    slug = _hyphened("".join(c for c in decomposed if c.isascii()))
    if not slug:
        slug = _hyphened(unicodedata.normalize("NFC", title.casefold()))
    while len(slug.encode()) > MAX_SLUG_BYTES:
        head, hyphen, _ = slug.rpartition("-")
        slug = head if hyphen else cut_to_bytes(slug, MAX_SLUG_BYTES).rstrip(_ELLIPSIS)
    return slug or "video"


def _hyphened(text: str) -> str:
    return re.sub(r"[\W_]+", "-", re.sub(r"['’]", "", text)).strip("-")


def folder_name(day: date, slug: str, video_id: UUID) -> str:
    """The folder of a video: ``2026-11-22-octopus-3f2a``."""
    return f"{day:%Y-%m-%d}-{slug}-{video_id.hex[-ID_CHARS:]}"
