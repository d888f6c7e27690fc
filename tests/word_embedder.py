"""An ``Embedder`` whose meanings are a short list of words that mean the same."""

from collections.abc import Sequence
from zlib import crc32

from domain.generation.matching import stems
from domain.generation.ports import Vector

MEANINGS = (
    ("octopus", "cephalopod", "tentacle"),
    ("sea", "ocean", "reef", "tide"),
    ("money", "coin", "saving", "bank"),
    ("train", "locomotive", "railway"),
    ("volcano", "lava", "eruption"),
)

STRANGERS = 1_000
"""axes for texts without any of them"""


class WordEmbedder:
    """One axis a meaning; a text with none of them lies on an axis of its own."""

    identity = "words/1"

    def __init__(self) -> None:
        self._axes = {
            stem: axis for axis, words in enumerate(MEANINGS) for stem in stems(" ".join(words))
        }

    def speaks(self, language: str) -> bool:
        return language.split("-", maxsplit=1)[0] == "en"

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> Vector:
        counts = [0.0] * (len(MEANINGS) + STRANGERS)
        for stem in stems(text):
            if stem in self._axes:
                counts[self._axes[stem]] += 1
        if not any(counts):
            counts[len(MEANINGS) + crc32(text.encode()) % STRANGERS] = 1
        length = sum(count * count for count in counts) ** 0.5
        return [count / length for count in counts]
