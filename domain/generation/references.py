"""References: the texts that a model writes from, and the port that knows an encyclopedia's."""

import re
from collections.abc import Sequence
from typing import Protocol

import msgspec

from domain.generation.script import Source, TopicMatch

BYTES_PER_TOKEN = 3
"""of UTF-8: tokens of English have four letters or more, of most other languages two or three; an
estimate from above"""


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """One source as it's given to a model: what it says, and how it's attributed."""

    source: Source
    text: str


class Encyclopedia(Protocol):
    """Articles by topic."""

    @property
    def identity(self) -> str:
        """Changes whenever the outcome for the same input may change."""
        ...

    def match(self, topic: str, language: str) -> TopicMatch | None:
        """The article that a topic means in this language, or None."""
        ...

    def references(self, topic: str, language: str) -> list[Reference]:
        """That article, then those that truly belong to it, nearest first; empty without one."""
        ...


def estimate_tokens(text: str) -> int:
    """About how many tokens a text has, rather too many than too few."""
    return len(text.encode()) // BYTES_PER_TOKEN + 1


def fit_references(references: Sequence[Reference], tokens: int) -> tuple[list[Reference], bool]:
    """The references that fit into so many tokens, the first ones first; and whether any was cut.

    One that doesn't fit as a whole is cut at the end of a sentence.
    """
    kept: list[Reference] = []
    left = tokens
    for reference in references:
        needs = estimate_tokens(reference.text)
        if needs > left:
            cut = _cut(reference.text, left * BYTES_PER_TOKEN)
            if cut:
                kept.append(msgspec.structs.replace(reference, text=cut))
            return kept, True
        kept.append(reference)
        left -= needs
    return kept, False


def _cut(text: str, most_bytes: int) -> str:
    head = text.encode()[: max(most_bytes, 0)].decode(errors="ignore")
    ends = [found.end() for found in re.finditer(r"[.!?。！？](?=\s|$)|\n", head)]
    return head[: ends[-1]].rstrip() if ends else ""
