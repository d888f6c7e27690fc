"""The gain of the music over time: level with itself, low under the voice, up in the gaps.

A side-chain compressor guesses where the voice is; the narration's timings are known, so the gain
is computed. Everything is on a grid of milliseconds.
"""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from adapters.ffmpeg.loudness import BLOCK_MS, Curve
from domain.generation.narration import SAMPLE_RATE

SAMPLES_PER_MS = SAMPLE_RATE // 1000

LOOK_AHEAD_MS = 150
"""the music begins to fall this long before the first word"""
ATTACK_MS = 100
HOLD_MS = 300
RELEASE_MS = 500
GAP_MS = 800
"""in longer pauses of the voice the music comes up"""
LEVELLING_MS = 3_000
"""the music's own loudness is evened out over this span (the short-term window of R 128)"""
MOMENTARY_MS = 400
"""length of the window that a momentary loudness looks back on"""
DEEPEST_BELOW_LOUDEST_LU = 18.0
"""quieter passages than this are meant; they are not lifted any further"""
CHUNK_MS = 1_000


class DuckingLevels(msgspec.Struct, frozen=True, kw_only=True):
    """Where the music is to stand, in LUFS."""

    under_voice: float
    in_gaps: float


def spoken_sections(speech: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spoken stretches (samples) across pauses of at most ``GAP_MS``."""
    sections: list[tuple[int, int]] = []
    for start, end in sorted(speech):
        if sections and start - sections[-1][1] <= GAP_MS * SAMPLES_PER_MS:
            sections[-1] = (sections[-1][0], max(end, sections[-1][1]))
        else:
            sections.append((start, end))
    return sections


def ducking(speech: Sequence[tuple[int, int]], samples: int) -> Curve:
    """How far the music is ducked, 0 to 1, for every millisecond."""
    length = _milliseconds(samples)
    depth = np.zeros(length)
    for start, end in spoken_sections(speech):
        first, last = start / SAMPLES_PER_MS, end / SAMPLES_PER_MS
        corners = [
            first - LOOK_AHEAD_MS,
            first - LOOK_AHEAD_MS + ATTACK_MS,
            last + HOLD_MS,
            last + HOLD_MS + RELEASE_MS,
        ]
        left, right = max(0, int(corners[0])), min(length, int(corners[-1]) + 2)
        shape = np.interp(np.arange(left, right), corners, [0.0, 1.0, 1.0, 0.0])
        depth[left:right] = np.maximum(depth[left:right], shape)
    return depth


def music_gain(
    speech: Sequence[tuple[int, int]],
    samples: int,
    momentary: Curve,
    levels: DuckingLevels,
    *,
    fade_in_ms: int,
    fade_out_ms: int,
) -> Curve:
    """The factor on the music for every millisecond.

    ``momentary`` is the untouched music's momentary loudness, one value per 100 ms.
    """
    length = _milliseconds(samples)
    depth = ducking(speech, samples)
    wanted = levels.in_gaps + (levels.under_voice - levels.in_gaps) * depth
    gain = 10 ** ((wanted - _own_loudness(momentary, length)) / 20)
    return np.asarray(gain * _fades(length, fade_in_ms, fade_out_ms), dtype=np.float64)


def sampled(gain: Curve, samples: int) -> Iterator[bytes]:
    """The gain at every sample as f32le, second by second."""
    grid = np.arange(len(gain)) * SAMPLES_PER_MS
    step = CHUNK_MS * SAMPLES_PER_MS
    for start in range(0, samples, step):
        positions = np.arange(start, min(start + step, samples))
        yield np.interp(positions, grid, gain).astype("<f4").tobytes()


def _own_loudness(momentary: Curve, length: int) -> Curve:
    """The music's loudness around every millisecond, in LUFS."""
    if len(momentary) == 0:
        return np.zeros(length)
    power = 10 ** (momentary / 10)
    window = LEVELLING_MS // BLOCK_MS
    padded = np.pad(power, window // 2, mode="edge")
    sums = np.cumsum(np.insert(padded, 0, 0.0))
    smooth = (sums[window:] - sums[:-window]) / window
    centres = np.arange(len(smooth)) * BLOCK_MS + BLOCK_MS - MOMENTARY_MS / 2
    curve = 10 * np.log10(np.maximum(smooth, 1e-12))
    curve = np.maximum(curve, curve.max() - DEEPEST_BELOW_LOUDEST_LU)
    return np.asarray(np.interp(np.arange(length), centres, curve), dtype=np.float64)


def _fades(length: int, fade_in_ms: int, fade_out_ms: int) -> Curve:
    """Raised-cosine fades at both ends."""
    at = np.arange(length)
    rise = np.clip(at / fade_in_ms, 0, 1) if fade_in_ms else np.ones(length)
    fall = np.clip((length - at) / fade_out_ms, 0, 1) if fade_out_ms else np.ones(length)
    return np.asarray(np.sin(rise * np.pi / 2) ** 2 * np.sin(fall * np.pi / 2) ** 2)


def _milliseconds(samples: int) -> int:
    return -(-samples // SAMPLES_PER_MS) + 1
