"""A sentence as the rules see it: bare words with what stands around them."""

import unicodedata
from collections.abc import Callable, Sequence

import msgspec

_LEADING = "\"'“”‘’«»‹›„‚([{<*_¿¡•·|"
_TRAILING = "\"'“”‘’«»‹›)]}>*_.,;:!?…—–―-|®™©"
_SILENT = str.maketrans(dict.fromkeys("®™©\u00ad\u200b\u200c\u200d\u200e\u200f\ufe0f\ufeff"))
_MARKS = (
    ("?", "?"), ("!", "!"), (";", ";"), (":", ":"), (",", ","), ("—", ","), ("–", ","),
    ("…", ","), ("...", ","), (".", "."), (")", ","), ("]", ","),
)  # fmt: skip
"""Signs after a word and what the voice is given for them; the first that is there counts."""
_NEIGHBOURLY = ("", ".")
"""Marks that don't part two words: a full stop inside a sentence is an abbreviation's."""
_DASHES = frozenset({"-", "--", "---", "–", "—", "―"})


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A bare word and its surroundings."""

    core: str
    """without quotes, brackets and marks at its ends"""
    dotted: str
    """the core with its full stop, when it has one: it may be part of an abbreviation"""
    mark: str = ""
    """the punctuation that the voice should hear after it: one of ``? ! ; : , .`` or none"""
    before: str = ""
    """the core of the word before; empty at the start, and after a mark but a full stop"""
    after: str = ""
    """the core of the word after; empty at the end, and before a mark but a full stop"""
    reference: bool = False
    """a figure in square brackets, as encyclopedias refer to their sources"""
    shouting: bool = False
    """the whole sentence is in capitals"""
    last: bool = False


Rule = Callable[[Place], str | None]
"""Says what is spoken at a place, or None when it isn't this rule's business."""


def places(words: Sequence[str]) -> list[Place]:
    """The places of a sentence's shown words."""
    letters = [c for word in words for c in word if c.isalpha()]
    capitals = sum(1 for word in words if sum(map(str.isalpha, word)) > 1)
    shouting = capitals > 1 and bool(letters) and not any(c.islower() for c in letters)
    bare = [_bare(word) for word in words]
    found = []
    for index, (core, lead, trail) in enumerate(bare):
        last = not any(_speaks(later) for later, _, _ in bare[index + 1 :])
        left = bare[index - 1] if index else ("", "", "")
        right = bare[index + 1] if index + 1 < len(bare) else ("", "", "")
        found.append(
            Place(
                core=core,
                dotted=core + "." if trail.startswith(".") else core,
                mark=_mark(trail, right[1], last) if core or trail not in _DASHES else ",",
                before=left[0] if _mark(left[2], lead, last=False) in _NEIGHBOURLY else "",
                after=right[0] if _mark(trail, right[1], last=False) in _NEIGHBOURLY else "",
                reference="[" in lead and "]" in trail and core.isdecimal(),
                shouting=shouting,
                last=last,
            )
        )
    return found


def _bare(word: str) -> tuple[str, str, str]:
    """Core, what stands before it and what after."""
    text = word.translate(_SILENT).replace("’", "'").replace("‘", "'").replace("ʼ", "'")
    start = len(text) - len(text.lstrip(_LEADING))
    end = len(text.rstrip(_TRAILING))
    if start >= end:
        return "", "", text
    # an inch or foot mark after a figure is no quotation mark
    while end < len(text) and text[end] in "\"'″′" and text[end - 1].isdigit() and not start:
        end += 1
    return text[start:end], text[:start], text[end:]


def _mark(trail: str, next_lead: str, last: bool) -> str:
    for sign, mark in _MARKS:
        if sign in trail:
            return mark
    if not last and ("(" in next_lead or "[" in next_lead):
        return ","
    return ""


def _speaks(core: str) -> bool:
    return any(unicodedata.category(c)[0] in "LN" for c in core)
