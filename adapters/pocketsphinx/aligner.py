"""The ``Aligner`` for English: PocketSphinx with the acoustic model that its wheel carries."""

import threading
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import TYPE_CHECKING

import av
import numpy as np
from av.audio.resampler import AudioResampler

from adapters.pocketsphinx.spelling import sounds_of
from domain.generation.languages import primary_language
from domain.generation.narration import SAMPLE_RATE
from domain.generation.word_times import MIN_WORD, Times

if TYPE_CHECKING:
    import pocketsphinx

RULES_VERSION = 1
"""Counted up whenever the same sound would get other times."""

MODEL_RATE = 16_000
_FRAMES_PER_SECOND = 100
_PADDING = MODEL_RATE // 5
"""silence on both sides, for the first and the last word to begin and end at: 200 ms"""
START_LATER = SAMPLE_RATE * 25 // 1000
END_LATER = SAMPLE_RATE * 15 // 1000
"""A frame's number is the start of a window of 25.6 ms, and what it tells is its middle, 12.8 ms
later; the rest is what remained against Piper's own times over 20 sentences
(``tests/adapters/test_pocketsphinx_aligner.py`` measures it on others)."""
_SEARCH = {"bestpath": False, "beam": 1e-80, "pbeam": 1e-80, "wbeam": 1e-60}
"""A row of words that is known is followed to its end: with a second pass over the lattice, or
narrow beams, one sentence in twenty lost its last word."""
LONGEST_SECONDS = 60.0
"""beyond this the search costs more than it brings"""
SHORTEST_SECONDS = 0.05


class PocketsphinxAligner:
    """Finds English words; needs the extra ``voices``.

    The model (0.2 s, 60 MB) is opened by the first sentence; one is aligned at a time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._decoder: pocketsphinx.Decoder | None = None

    @property
    def identity(self) -> str:
        """Changes with the library, which carries the model, and with the rules."""
        try:
            return f"pocketsphinx-{version('pocketsphinx')}/rules-{RULES_VERSION}"
        except PackageNotFoundError:
            return "pocketsphinx-none"

    def knows(self, language: str) -> bool:
        """Whether it's English, and the library was there when it was first asked for."""
        return primary_language(language) == "en" and self._is_installed

    @cached_property
    def _is_installed(self) -> bool:
        return find_spec("pocketsphinx") is not None

    def align(self, pcm: bytes, words: Sequence[str]) -> list[Times | None]:
        """When each word sounds; see the port."""
        if not SHORTEST_SECONDS <= len(pcm) / 2 / SAMPLE_RATE <= LONGEST_SECONDS:
            return [None] * len(words)
        with self._lock:
            decoder = self._open()
            said = [_in_dictionary(decoder, word) for word in words]
            segments = _segments(decoder, _at_model_rate(pcm), [word for word in said if word])
        if segments is None:
            return [None] * len(words)
        found = iter(segments)
        return [_times(*next(found), len(pcm) // 2) if word else None for word in said]

    def _open(self) -> "pocketsphinx.Decoder":
        if self._decoder is None:
            import pocketsphinx

            self._decoder = pocketsphinx.Decoder(lm=None, loglevel="FATAL", **_SEARCH)
        return self._decoder


def _in_dictionary(decoder: "pocketsphinx.Decoder", word: str) -> str | None:
    """The word as the dictionary has it, added to it if need be; None when it's nothing to say."""
    bare = word.lower().replace("’", "'").strip(".,;:?!…—–-\"'“”‘()[]*_")
    if decoder.lookup_word(bare) is not None:
        return bare
    sounds = " ".join(
        decoder.lookup_word(part) or sounds_of(part) for part in bare.replace(".", "-").split("-")
    ).strip()
    if not sounds:
        return None
    name = "".join(c for c in bare if c.isalnum() or c in "'-") + "_"
    if decoder.lookup_word(name) is None:
        decoder.add_word(name, sounds, True)
    return name


def _segments(
    decoder: "pocketsphinx.Decoder", sound: bytes, words: Sequence[str]
) -> list[tuple[int, int]] | None:
    """First and last frame of each word; None when they aren't to be found."""
    if not words:
        return None
    decoder.reinit_feat()  # else what was heard before would change the times a little
    decoder.set_align_text(" ".join(words))
    decoder.start_utt()
    decoder.process_raw(sound, full_utt=True)
    decoder.end_utt()
    heard = [
        (segment.word, segment.start_frame, segment.end_frame)
        for segment in decoder.seg() or ()
        if not segment.word.startswith(("<", "["))
    ]
    # a word that has several pronunciations is told as "read(2)"
    if [word.split("(")[0] for word, _, _ in heard] != [*words]:
        return None
    return [(first, last) for _, first, last in heard]


def _times(first: int, last: int, length: int) -> Times:
    step = SAMPLE_RATE // _FRAMES_PER_SECOND
    padding = _PADDING * SAMPLE_RATE // MODEL_RATE
    start = first * step - padding + START_LATER
    end = (last + 1) * step - padding + END_LATER
    start = min(max(0, start), max(0, length - MIN_WORD))
    return start, min(max(end, start + MIN_WORD), length)


def _at_model_rate(pcm: bytes) -> bytes:
    """The sound as the model was trained on it, with silence around."""
    frame = av.AudioFrame.from_ndarray(
        np.frombuffer(pcm, "<i2").reshape(1, -1), format="s16", layout="mono"
    )
    frame.sample_rate = SAMPLE_RATE
    resampler = AudioResampler(format="s16", layout="mono", rate=MODEL_RATE)
    pieces = [
        piece.to_ndarray().tobytes() for part in (frame, None) for piece in resampler.resample(part)
    ]
    silence = bytes(2 * _PADDING)
    return silence + b"".join(pieces) + silence
