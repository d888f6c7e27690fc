"""Pauses, scenes of whole frames, and stretches of speech."""

import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.generation.narration import (
    LONG_FORM,
    SAMPLES_PER_FRAME,
    SHORT_FORM,
    NarratedSentence,
    SceneNarration,
    Utterance,
    Word,
    assemble_scene,
    milliseconds,
    pace_for,
    rhythm_for,
    silent_utterance,
    speech_stretches,
    speed_for,
    with_comma_pauses,
)

LOUD = 9_000


def spoken(*words: tuple[str, int], gap_ms: int = 50) -> Utterance:
    """Words of so many milliseconds at a steady level, with silence between."""
    pcm = b""
    found = []
    for index, (text, length_ms) in enumerate(words):
        if index:
            pcm += bytes(2 * milliseconds(gap_ms))
        start = len(pcm) // 2
        pcm += struct.pack("<h", LOUD) * milliseconds(length_ms)
        found.append(Word(text, start, len(pcm) // 2))
    return Utterance(pcm, found, "engine")


def sound_of(utterance: Utterance, word: Word) -> bytes:
    return utterance.pcm[2 * word.start : 2 * word.end]


def gaps_ms(utterance: Utterance) -> list[float]:
    pairs = zip(utterance.words, utterance.words[1:], strict=False)
    return [(after.start - before.end) / 48 for before, after in pairs]


@pytest.mark.parametrize("gap_ms", [0, 10, 119, 120, 400])
@pytest.mark.parametrize(
    ("mark", "pause_ms"), [(",", 120), (";", 120), ("—", 120), (":", 200), (",”", 120), ("", None)]
)
def test_a_pause_gets_the_rhythms_length_whatever_the_voice_made(
    mark: str, pause_ms: int | None, gap_ms: int
) -> None:
    utterance = spoken(("one" + mark, 300), ("two", 300), ("three", 200), gap_ms=gap_ms)
    paused = with_comma_pauses(utterance, SHORT_FORM)
    assert gaps_ms(paused) == [gap_ms if pause_ms is None else pause_ms, gap_ms]
    assert paused.samples - utterance.samples == sum(
        milliseconds(after) - milliseconds(before)
        for before, after in zip(gaps_ms(utterance), gaps_ms(paused), strict=True)
    )


def test_words_keep_their_sound_when_pauses_change() -> None:
    utterance = spoken(("one,", 300), ("two,", 300), ("three", 200), gap_ms=400)
    paused = with_comma_pauses(utterance, LONG_FORM)
    for before, after in zip(utterance.words, paused.words, strict=True):
        assert sound_of(paused, after) == sound_of(utterance, before)


def test_a_cut_through_sound_is_faded_and_never_jumps() -> None:
    hum = struct.pack("<h", LOUD) * milliseconds(1_000)
    words = [Word("one,", 0, milliseconds(300)), Word("two", milliseconds(700), milliseconds(1000))]
    paused = with_comma_pauses(Utterance(hum, words, "engine"), SHORT_FORM)
    values = struct.unpack(f"<{paused.samples}h", paused.pcm)
    assert max(abs(b - a) for a, b in itertools.pairwise(values)) < LOUD / 50
    assert gaps_ms(paused) == [120]


def test_a_dash_or_emoji_of_its_own_stays_with_the_word_before_its_pause() -> None:
    utterance = spoken(
        ("one,", 300), ("🎉", 20), ("two", 300), ("—", 20), ("three", 200), gap_ms=10
    )
    assert gaps_ms(with_comma_pauses(utterance, SHORT_FORM)) == [10, 120, 10, 120]


def test_a_sentence_without_marks_is_left_alone() -> None:
    utterance = spoken(("one", 100), ("two,", 100))
    assert with_comma_pauses(utterance, SHORT_FORM) is utterance


def test_a_scene_is_whole_frames_with_its_pauses_between() -> None:
    first, second = spoken(("one", 333), ("two", 111)), spoken(("three", 777))
    pcm, sentences = assemble_scene(
        ["one two", "three"],
        [first, second],
        SHORT_FORM,
        pause_after_ms=None,
        is_hook=False,
        is_last=False,
    )
    assert len(pcm) % (2 * SAMPLES_PER_FRAME) == 0
    assert [s.text for s in sentences] == ["one two", "three"]
    assert sentences[0].start == 0
    assert sentences[0].end == first.samples
    assert sentences[1].start - sentences[0].end == milliseconds(300)
    tail = len(pcm) // 2 - sentences[1].end
    assert milliseconds(450) <= tail < milliseconds(450) + SAMPLES_PER_FRAME
    for sentence, utterance in zip(sentences, [first, second], strict=True):
        for word, spoken_word in zip(sentence.words, utterance.words, strict=True):
            assert pcm[2 * word.start : 2 * word.end] == sound_of(utterance, spoken_word)


@pytest.mark.parametrize(
    ("pause_after_ms", "is_hook", "is_last", "expected_ms"),
    [
        (None, False, False, 450),
        (None, True, False, 350),
        (None, False, True, 450),
        (None, True, True, 450),
        (0, True, False, 0),
        (2_000, False, False, 2_000),
    ],
)
def test_the_pause_after_a_scene(
    pause_after_ms: int | None, is_hook: bool, is_last: bool, expected_ms: int
) -> None:
    pcm, sentences = assemble_scene(
        ["one"],
        [spoken(("one", 500))],
        SHORT_FORM,
        pause_after_ms=pause_after_ms,
        is_hook=is_hook,
        is_last=is_last,
    )
    tail = len(pcm) // 2 - sentences[-1].end
    assert milliseconds(expected_ms) <= tail < milliseconds(expected_ms) + SAMPLES_PER_FRAME


def test_a_hooks_first_word_comes_at_once_even_after_an_emoji() -> None:
    _, sentences = assemble_scene(
        ["🎉", "one"],
        [silent_utterance(), spoken(("one", 500))],
        SHORT_FORM,
        pause_after_ms=None,
        is_hook=True,
        is_last=False,
    )
    assert sentences[1].words[0].start <= milliseconds(150)


def test_a_scene_with_nothing_to_say_is_a_short_silence() -> None:
    pcm, sentences = assemble_scene(
        ["🎉"], [silent_utterance()], SHORT_FORM, pause_after_ms=0, is_hook=True, is_last=True
    )
    assert sentences[0].words == []
    assert len(pcm) >= 2 * SAMPLES_PER_FRAME
    assert not any(pcm)


@given(lengths=st.lists(st.integers(1, 3_000), min_size=1, max_size=8), hook=st.booleans())
def test_scenes_of_any_sentences_hold_their_words_on_whole_frames(
    lengths: list[int], hook: bool
) -> None:
    utterances = [Utterance(bytes(2 * n), [Word("x", 0, n)], "engine") for n in lengths]
    pcm, sentences = assemble_scene(
        ["x"] * len(lengths),
        utterances,
        LONG_FORM,
        pause_after_ms=None,
        is_hook=hook,
        is_last=False,
    )
    assert len(pcm) % (2 * SAMPLES_PER_FRAME) == 0
    position = 0
    for sentence, length in zip(sentences, lengths, strict=True):
        assert position <= sentence.start
        assert sentence.end - sentence.start == length
        position = sentence.end
    assert position <= len(pcm) // 2


def test_speech_stretches_run_over_scenes_and_join_over_short_gaps() -> None:
    def scene(*words: tuple[int, int]) -> SceneNarration:
        found = [Word("w", milliseconds(a), milliseconds(b)) for a, b in words]
        sentence = NarratedSentence("w", 0, milliseconds(2_000), found, "engine")
        return SceneNarration(audio="", frames=60, sentences=[sentence])

    stretches = speech_stretches(
        [scene((0, 500), (700, 1_000), (1_300, 1_900)), scene((100, 900)), scene()]
    )
    assert [(a // 48, b // 48) for a, b in stretches] == [(0, 1_000), (1_300, 2_900)]


def test_landscape_is_long_form_and_everything_else_short() -> None:
    assert rhythm_for("16:9") is LONG_FORM
    assert rhythm_for("9:16") is rhythm_for("1:1") is SHORT_FORM
    assert 165 <= pace_for("9:16") <= 180
    assert 150 <= pace_for("16:9") <= 165


def test_the_speed_brings_a_voice_to_the_formats_pace_but_not_beyond_itself() -> None:
    assert speed_for("9:16", 172.0) == 1.0
    assert speed_for("9:16", 172.0, chosen=1.5) == 1.5
    assert speed_for("9:16", 160.0) == pytest.approx(1.075)
    assert speed_for("9:16", 60.0) == 1.2
    assert speed_for("16:9", 400.0) == pytest.approx(1 / 1.2, abs=0.001)
