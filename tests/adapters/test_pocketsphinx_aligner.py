"""Forced alignment, measured against the times that Piper tells of its own phonemes."""

import asyncio
from dataclasses import dataclass

import numpy as np
import pytest

from adapters.num2words import Num2WordsVerbalizer
from adapters.piper import PiperNarrator
from adapters.pocketsphinx import PocketsphinxAligner
from adapters.pocketsphinx.spelling import sounds_of
from adapters.pyav import PyavReader
from domain.generation.narration import SAMPLE_RATE, Utterance
from domain.generation.word_times import over_stretches

pytest.importorskip("piper", reason="the extra `voice` is not installed")
pytest.importorskip("pocketsphinx", reason="the extra `voices` is not installed")

MS = SAMPLE_RATE // 1000
TEXT = [
    "The baker opened his shop before dawn, swept the floor, and lit the old oven.",
    "Salmon return to the river of their birth, guided by nothing more than its smell.",
    "In the summer of that year, the bridge was closed because of the heavy rain.",
    "Who would believe that a spider could fly across the ocean?",
    "Cats sleep for most of the day and hunt when it is dark.",
    "Silk was worth more than gold, and the secret of making it was kept for centuries.",
]


@dataclass(frozen=True)
class Measured:
    """How far start and end of each word are from Piper's, in milliseconds."""

    starts: "np.ndarray[tuple[int], np.dtype[np.float64]]"
    ends: "np.ndarray[tuple[int], np.dtype[np.float64]]"


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> list[Utterance]:
    joe = PiperNarrator(tmp_path_factory.mktemp("voices"))
    voice, verbalizer = joe.voice_for("en", None), Num2WordsVerbalizer()
    said = [verbalizer.verbalize(text, "en", {}) for text in TEXT]
    return [asyncio.run(joe.speak(one, voice, 1.0, 3)) for one in said]


@pytest.fixture(scope="module")
def aligner() -> PocketsphinxAligner:
    return PocketsphinxAligner()


def off(utterance: Utterance, times: list[tuple[int, int]]) -> list[tuple[float, float]]:
    return [
        ((start - word.start) / MS, (end - word.end) / MS)
        for word, (start, end) in zip(utterance.words, times, strict=True)
    ]


def test_words_are_found_where_piper_says_that_they_are(
    spoken: list[Utterance], aligner: PocketsphinxAligner
) -> None:
    """Half of the starts within 25 ms, 19 of 20 within 80; by length alone half are 40 ms off."""
    aligned: list[tuple[float, float]] = []
    by_length: list[tuple[float, float]] = []
    for utterance in spoken:
        words = [word.text for word in utterance.words]
        found = aligner.align(utterance.pcm, words)
        assert all(found), words
        aligned += off(utterance, [time for time in found if time])
        clip = PyavReader().read(utterance.pcm, f"pcm_{SAMPLE_RATE}")
        by_length += off(utterance, over_stretches(words, clip.stretches))
    starts, ends = np.abs(np.array(aligned)).T
    assert np.median(starts) <= 25
    assert np.percentile(starts, 95) <= 80
    assert np.median(ends) <= 25
    assert np.percentile(ends, 95) <= 80
    guessed = np.abs(np.array(by_length))[:, 0]
    assert np.median(guessed) > 1.5 * np.median(starts)
    assert np.percentile(guessed, 95) <= 300


def test_the_same_sound_is_aligned_the_same_whatever_came_before(
    spoken: list[Utterance], aligner: PocketsphinxAligner
) -> None:
    words = [word.text for word in spoken[3].words]
    once = aligner.align(spoken[3].pcm, words)
    aligner.align(spoken[0].pcm, [word.text for word in spoken[0].words])
    assert aligner.align(spoken[3].pcm, words) == once
    assert PocketsphinxAligner().align(spoken[3].pcm, words) == once


def test_words_that_no_dictionary_has_are_found_by_their_spelling(
    spoken: list[Utterance], aligner: PocketsphinxAligner
) -> None:
    words = [word.text for word in spoken[4].words]
    known = aligner.align(spoken[4].pcm, words)
    odd = aligner.align(spoken[4].pcm, ["Kattz", "sleape", *words[2:]])
    for before, after in zip(known, odd, strict=True):
        assert before
        assert after
        assert abs(before[0] - after[0]) <= 60 * MS


def test_what_has_no_letters_has_no_time(
    spoken: list[Utterance], aligner: PocketsphinxAligner
) -> None:
    words = [word.text for word in spoken[4].words]
    found = aligner.align(spoken[4].pcm, [words[0], "—", "日本", *words[1:]])
    assert found[1] is None
    assert found[2] is None
    assert found[0]
    assert all(found[3:])


@pytest.mark.parametrize("pcm", [b"", bytes(100), bytes(96_000 * 61)])
def test_sound_of_an_impossible_length_is_left_alone(
    aligner: PocketsphinxAligner, pcm: bytes
) -> None:
    assert aligner.align(pcm, ["one", "two"]) == [None, None]


def test_it_knows_english_alone(aligner: PocketsphinxAligner) -> None:
    assert aligner.knows("en-GB")
    assert not aligner.knows("de")


@pytest.mark.parametrize(
    ("word", "sounds"),
    [("nation", "N AE SH AH N"), ("Zoë", "Z AA EH"), ("xyz", "K S IY Z"),
     ("hmm", "EY CH EH M EH M"), ("the", "TH EH"), ("bake", "B AE K"), ("日本", "")],
)  # fmt: skip
def test_spelling_tells_about_how_a_word_sounds(word: str, sounds: str) -> None:
    assert sounds_of(word) == sounds
