"""Labelled clips and the sentences that they show, from tables of tab-separated values."""

from pathlib import Path
from typing import NamedTuple


class Pair(NamedTuple):
    """A sentence, and the clips that show it."""

    kind: str
    sentence: str
    clips: frozenset[str]


class Pairs(NamedTuple):
    """All of a list."""

    library: dict[str, str]
    """label by clip"""
    sentences: list[Pair]

    @property
    def kinds(self) -> list[str]:
        """Of sentences, in the order of the list."""
        return list(dict.fromkeys(pair.kind for pair in self.sentences))


def read_pairs(library: Path, sentences: Path) -> Pairs:
    """Read both tables; a sentence's last three columns are its kind, itself, and its clips."""
    labels = {row[0]: row[1] for row in _rows(library)}
    pairs = [
        Pair(row[-3], row[-2], frozenset(row[-1].replace(";", " ").split()))
        for row in _rows(sentences)
    ]
    return Pairs(labels, pairs)


def _rows(table: Path) -> list[list[str]]:
    lines = table.read_text().splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]
