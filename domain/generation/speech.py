"""What makes an utterance of the sound that a voice service sends: ports around its making.

Voices that run elsewhere answer a file. Somebody decodes it, somebody finds the words in it, and
somebody remembers how fast the voice speaks; each is a port, for each needs a library or a file.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from domain.generation.word_times import Times


class UnreadableSound(Exception):
    """What was sent is no sound of the form it was said to have; the message says why."""


class Clip(msgspec.Struct, frozen=True):
    """Speech as it is used: 48 kHz mono s16le, at most 30 ms of silence at either end."""

    pcm: bytes
    cut: int
    """samples that were taken off its start"""
    stretches: list[Times]
    """where somebody speaks: samples of ``pcm``, in order; a pause is 120 ms of silence or more"""


class SoundReader(Protocol):
    """Decodes speech."""

    def read(self, data: bytes, form: str, tempo: float = 1.0) -> Clip:
        """Decode, resample, bring to a tempo without changing the pitch, and trim; blocking.

        Args:
            form: ``wav``, ``mp3``, or ``pcm_RATE`` for mono s16le samples at so many hertz.
            tempo: how many times as fast; ``cut`` counts samples of the faster sound.

        Raises:
            UnreadableSound: it can't be decoded, is silent, or goes on for too long.
        """
        ...


class Aligner(Protocol):
    """Finds known words in speech."""

    @property
    def identity(self) -> str:
        """Changes whenever the times found in the same sound may change."""
        ...

    def knows(self, language: str) -> bool:
        """Whether it has a model for a language (BCP 47), and the library that it needs."""
        ...

    def align(self, pcm: bytes, words: Sequence[str]) -> list[Times | None]:
        """When each word sounds, in samples, in order; None for a word that isn't found; blocking.

        ``pcm`` is 48 kHz mono s16le. All None where the sound isn't these words at all.
        """
        ...


class PaceBook(Protocol):
    """Remembers how fast voices speak."""

    def pace(self, voice_id: str, language: str) -> float | None:
        """Words a minute at speed 1, pauses included; None while too little was heard.

        Doesn't change while a process lives: a script and the voice that reads it go by one pace.
        """
        ...

    def heard(self, voice_id: str, language: str, words: int, samples: int) -> None:
        """Note that so many words took so many samples at speed 1, with the pause after them."""
        ...
