"""The narration: what is spoken, when each shown word sounds, and the pauses between.

Audio is 48 kHz, mono, signed 16-bit little-endian; times are in samples. A frame at 30 fps
is exactly 1,600 samples, so a scene padded to whole frames never drifts from its picture.
"""

from typing import Literal

import msgspec

SAMPLE_RATE = 48_000
FRAME_RATE = 30
SAMPLES_PER_FRAME = SAMPLE_RATE // FRAME_RATE
BYTES_PER_SAMPLE = 2

TimingSource = Literal["engine", "forced_alignment", "proportional"]


class SpokenSpan(msgspec.Struct, frozen=True):
    """Some neighbouring shown words and the words that are spoken for them.

    "$3.5 million" is two shown words and five spoken ones: "three point five million
    dollars". A shown word that is not spoken by itself (a dash, an emoji) joins a neighbour.
    """

    shown: list[str]
    """words as captions show them, in order, none empty"""
    spoken: str
    """words as the voice says them, separated by single spaces, not empty"""


class SpokenSentence(msgspec.Struct, frozen=True):
    """One sentence in both its texts, aligned."""

    text: str
    spans: list[SpokenSpan]

    @property
    def spoken(self) -> str:
        """The whole sentence as the voice is given it."""
        return " ".join(span.spoken for span in self.spans)


class Word(msgspec.Struct, frozen=True):
    """A shown word and when it sounds: samples from the start of what contains it."""

    text: str
    start: int
    end: int


class Utterance(msgspec.Struct, frozen=True):
    """One spoken sentence: sound, and its words in order, without overlap, inside the sound."""

    pcm: bytes
    """48 kHz mono s16le; at most 30 ms of silence at either end"""
    words: list[Word]
    timing: TimingSource

    @property
    def samples(self) -> int:
        """Length of the sound in samples."""
        return len(self.pcm) // BYTES_PER_SAMPLE


class NarratedSentence(msgspec.Struct, frozen=True):
    """A sentence in its scene: start and end in samples from the scene's start."""

    text: str
    start: int
    end: int
    words: list[Word]
    timing: TimingSource


class SceneNarration(msgspec.Struct, frozen=True, kw_only=True):
    """A scene's sound (in the artifact store under ``audio``) and all its word timings."""

    schema: int = 1
    audio: str
    """SHA-256 of the PCM bytes"""
    frames: int
    """length in frames; the sound is exactly ``frames * 1600`` samples long"""
    sentences: list[NarratedSentence]

    @property
    def words(self) -> list[Word]:
        """All words of the scene in order."""
        return [word for sentence in self.sentences for word in sentence.words]
