"""The music steps back before the first word and returns after the last, as the narration says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ffmpeg.ducking import (
    ATTACK_MS,
    DuckingLevels,
    ducking,
    music_gain,
    sampled,
    spoken_sections,
)
from domain.generation.narration import SAMPLE_RATE

MS = SAMPLE_RATE // 1000
LEVELS = DuckingLevels(under_voice=-30, in_gaps=-24)
EVEN = np.full(200, -20.0)
"""music whose loudness never changes: 20 s"""


def ms(*spans: tuple[int, int]) -> list[tuple[int, int]]:
    return [(start * MS, end * MS) for start, end in spans]


def test_short_pauses_belong_to_the_speech_and_long_ones_are_gaps() -> None:
    assert spoken_sections(ms((0, 100), (900, 950), (1_751, 1_800))) == ms((0, 950), (1_751, 1_800))


def test_it_looks_ahead_attacks_holds_and_releases() -> None:
    depth = ducking(ms((1_000, 2_000)), 4_000 * MS)
    assert depth[850] == 0
    assert depth[850 + ATTACK_MS] == 1
    assert depth[900] == pytest.approx(0.5)
    assert depth[2_300] == 1
    assert depth[2_550] == pytest.approx(0.5)
    assert depth[2_800] == 0


@given(st.lists(st.tuples(st.integers(0, 8_000), st.integers(1, 2_000)), max_size=6))
def test_it_is_fully_down_whenever_somebody_speaks(spans: list[tuple[int, int]]) -> None:
    speech = ms(*((start, start + length) for start, length in spans))
    depth = ducking(speech, 10_000 * MS)
    assert depth.min() >= 0
    assert depth.max() <= 1
    for start, end in speech:
        assert (depth[start // MS : end // MS] == 1).all()


def test_even_music_gets_the_wanted_levels_and_faded_ends() -> None:
    gain = music_gain(
        ms((5_000, 8_000)), 15_000 * MS, EVEN, LEVELS, fade_in_ms=200, fade_out_ms=800
    )
    decibels = 20 * np.log10(np.maximum(gain, 1e-6))
    assert decibels[6_000] == pytest.approx(-10, abs=0.01)
    assert decibels[3_000] == pytest.approx(-4, abs=0.01)
    assert gain[0] == 0
    assert gain[100] == pytest.approx(gain[3_000] / 2, rel=0.01)
    assert gain[15_000] == pytest.approx(0, abs=1e-5)


def test_quiet_passages_are_lifted_but_silence_is_not() -> None:
    music = np.concatenate([np.full(100, -20.0), np.full(100, -26.0), np.full(100, -120.0)])
    gain = music_gain([], 30_000 * MS, music, LEVELS, fade_in_ms=0, fade_out_ms=0)
    decibels = 20 * np.log10(gain)
    assert decibels[5_000] == pytest.approx(-4, abs=0.1)
    assert decibels[15_000] == pytest.approx(2, abs=0.1)
    assert decibels[27_000] == pytest.approx(14, abs=0.1)


@given(st.integers(1, 5_000))
def test_every_sample_gets_its_gain(samples: int) -> None:
    gain = np.linspace(0, 1, 200)
    values = np.frombuffer(b"".join(sampled(gain, samples)), "<f4")
    assert len(values) == samples
    assert values[-1] == pytest.approx(
        np.interp((samples - 1) / MS, np.arange(200), gain), abs=1e-6
    )
