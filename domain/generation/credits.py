"""Credits: what in a video is whose, under which licence, and how viewers are told.

What a licence demands goes into the description, and so does what a machine has made.
"""

from collections.abc import Iterable, Sequence

import msgspec

from domain.generation.script import Source
from domain.generation.tokens import sentence_case

DECLARED_KINDS = frozenset({"music", "clip", "still"})
"""what YouTube wants declared (``containsSyntheticMedia``) when a machine has made it: music, and
pictures of people, places or events that could be taken for real. Nobody here can tell whether a
generated picture could, so any is declared. Scripts, captions and drawings are exempt; so is a
voice that is no particular person's, which is why a voice that imitates somebody has to be
declared by whoever publishes."""


TERMS = "the provider's terms of use"
"""under which a model's work is used: there is no licence by name"""


class Credit(msgspec.Struct, frozen=True, kw_only=True):
    """One thing in the video that somebody made: what, whose, under which licence."""

    what: str
    """``text``, ``voice``, ``music``, ``font``, ``pictogram``, ``clip``, ``still``, ``model``"""
    title: str
    author: str = ""
    license: str = ""
    url: str = ""
    proof: str = ""
    """the sentence of the source that states the licence"""
    machine_made: bool = False
    attribution_required: bool = False


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """Where one of a manifest's credits is seen or heard, and the very file."""

    credit: int
    """its place in ``credits``"""
    sha256: str = ""
    """of the file; empty where there's none of its own"""
    scenes: list[int] = []
    """numbers of scenes; empty: all through"""


def contains_synthetic_media(credits_: Iterable[Credit]) -> bool:
    """Whether YouTube has to be told; see ``DECLARED_KINDS``."""
    return any(credit.machine_made and credit.what in DECLARED_KINDS for credit in credits_)


def source_lines(sources: Sequence[Source]) -> list[str]:
    """How viewers are told where the words are from."""
    lines = []
    for source in sources:
        if not source.is_published:
            continue
        title = source.title if not source.author else f"{source.title}, {source.author}"
        licence = f" ({source.license})" if source.license else ""
        changed = ", changed" if source.changed else ""
        same = "; narration under the same licence" if source.license.startswith("CC BY-SA") else ""
        lines.append(f"Text adapted from {title}{licence}{changed}{same}.")
        lines += [url for url in (source.url, source.license_url) if url]
    return lines


def credit_lines(credits_: Sequence[Credit]) -> list[str]:
    """How viewers are told whose the rest is: one line for each that has to be named."""
    lines = []
    for credit in credits_:
        if not (credit.attribution_required or credit.machine_made):
            continue
        author = f" by {credit.author}" if credit.author else ""
        licence = f" ({credit.license})" if credit.license else ""
        made = ", machine-made" if credit.machine_made else ""
        url = f" {credit.url}" if credit.url else ""
        lines.append(f"{sentence_case(credit.what)}: {credit.title}{author}{licence}{made}.{url}")
    return list(dict.fromkeys(lines))
