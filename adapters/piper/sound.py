"""The voice's raw sound, made ready: resampled to 48 kHz, silence trimmed, joined.

Sound in here is mono float32 in -1 to 1; it becomes signed 16-bit at the very end. The voice's
level is kept: it is steady from sentence to sentence, which scaling each one's peak would spoil.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from domain.generation.narration import SAMPLE_RATE

Sound = NDArray[np.float32]

HOP = SAMPLE_RATE // 400
"""Step of the level curve: 2.5 ms."""
WINDOW = 4 * HOP
"""Length of sound that each point of the level curve is measured on: 10 ms."""
SILENCE_BELOW_SPEECH_DB = 28.0
"""How far under the sentence's own level silence begins. Measured on joe: vowels lie around the
sentence's level, fricatives 5 to 15 dB under it, stops' closures 25 to 60, pauses 65 to 75."""
EDGE_SILENCE = SAMPLE_RATE * 20 // 1000
"""Silence kept at either end: 20 ms, under the port's 30 ms by more than a window."""
_FADE = SAMPLE_RATE * 3 // 1000
_FLOOR = 1e-6


class Levels(msgspec.Struct, frozen=True):
    """How loud a sound is, step by step; what is quieter than ``threshold`` is silence."""

    rms: NDArray[np.float64]
    """point ``k`` is measured around sample ``k * HOP``"""
    threshold: float

    def first_sound(self, start: int, end: int) -> int | None:
        """The first sample from ``start`` on, before ``end``, that isn't silent."""
        loud = self._loud(start, end)
        return None if loud is None else max(start, int(loud[0]) * HOP)

    def last_sound(self, start: int, end: int) -> int | None:
        """The end of the last stretch before ``end``, after ``start``, that isn't silent."""
        loud = self._loud(start, end)
        return None if loud is None else min(end, (int(loud[-1]) + 1) * HOP)

    def rings_on(self, start: int, end: int, gap: int) -> int:
        """Where a sound that goes on past ``start`` is followed by ``gap`` samples of silence."""
        position = start
        loud = self._loud(start, end)
        for point in () if loud is None else loud:
            if int(point) * HOP - position > gap:
                break
            position = (int(point) + 1) * HOP
        return min(position, end)

    def _loud(self, start: int, end: int) -> NDArray[np.int64] | None:
        low, high = -(-start // HOP), max(-(-start // HOP) + 1, end // HOP)
        found = np.flatnonzero(self.rms[low:high] >= self.threshold)
        return found + low if found.size else None


def levels(sound: Sound) -> Levels:
    """Measure a sound's level curve."""
    padded = np.pad(np.square(sound, dtype=np.float64), (WINDOW // 2, WINDOW))
    sums = np.concatenate([[0.0], np.cumsum(padded)])
    starts = np.arange(0, len(sound) + 1, HOP)
    rms = np.sqrt(np.maximum(sums[starts + WINDOW] - sums[starts], 0.0) / WINDOW)
    whole = float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) if len(sound) else 0.0
    return Levels(rms, max(_FLOOR, whole * 10 ** (-SILENCE_BELOW_SPEECH_DB / 20)))


def resampled(sound: Sound, rate: int) -> Sound:
    """The same sound at 48 kHz; the resampler's delay is taken out, so that times hold."""
    if rate == SAMPLE_RATE:
        return sound
    import soxr

    return np.asarray(soxr.resample(sound, rate, SAMPLE_RATE, quality="VHQ"), dtype=np.float32)


def speech_edges(sound: Sound) -> tuple[int, int]:
    """Where the speech in a sound begins and ends, with the silence that is kept around it."""
    curve = levels(sound)
    first = curve.first_sound(0, len(sound))
    last = curve.last_sound(0, len(sound))
    if first is None or last is None:
        return 0, 0
    return max(0, first - EDGE_SILENCE), min(len(sound), last + EDGE_SILENCE)


def faded(sound: Sound) -> Sound:
    """The same sound with its edges faded over 3 ms, so that no cut clicks."""
    length = min(_FADE, len(sound) // 2)
    ramp = np.linspace(0.0, 1.0, length, endpoint=False, dtype=np.float32)
    out = sound.copy()
    out[:length] *= ramp
    out[len(out) - length :] *= ramp[::-1]
    return out


def joined(sounds: Sequence[Sound], gap: int) -> Sound:
    """Sounds one after another, with ``gap`` samples of silence between."""
    silence = np.zeros(gap, dtype=np.float32)
    pieces = [piece for sound in sounds for piece in (silence, sound)][1:]
    return np.concatenate(pieces) if pieces else silence[:0]


def to_pcm(sound: Sound) -> bytes:
    """Signed 16-bit little-endian."""
    pcm: NDArray[np.int16] = np.rint(np.clip(sound, -1.0, 1.0) * 32_767.0).astype("<i2")
    return pcm.tobytes()
