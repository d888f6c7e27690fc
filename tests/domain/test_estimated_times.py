"""What is told of words whose times were estimated, and where the way out is another one."""

import msgspec
import pytest

from domain.generation.casting import Cast, Role
from domain.generation.estimated_times import (
    CODE,
    advice_on,
    estimated_times,
    times_to_be_estimated,
    word_times_in_words,
)
from domain.generation.narration import (
    NarratedSentence,
    SceneNarration,
    TimingSource,
    Word,
)
from domain.generation.packaging import Credit
from domain.generation.ports import Voice
from domain.generation.script import Scene, Script, Sentence

COMMAND = "`pip install -c constraints.txt -e '.[voices]'` in the checkout"


def voice(name: str, timing: TimingSource | None, language: str = "en") -> Voice:
    credit = Credit(what="voice", title=name)
    return Voice(
        id=name,
        name=name,
        language=language,
        words_per_minute=160,
        word_timing=timing,
        credit=credit,
    )


ALLOY = voice("openai:alloy", "proportional")
FOUND = voice("openai:alloy", "forced_alignment")
JOE = voice("joe", "engine")


def scene(*timings: TimingSource, text: str = "Honey keeps.") -> SceneNarration:
    words = [Word(word, 0, 1_000) for word in text.split()]
    sentences = [NarratedSentence(text, 0, 1_000, words, timing) for timing in timings]
    return SceneNarration(audio="a" * 64, frames=30, sentences=sentences)


def test_exact_times_are_no_reason_for_a_warning() -> None:
    narrations = [scene("engine", "forced_alignment"), scene("engine")]
    assert estimated_times(narrations, "en", [JOE]) == []


def test_the_sentences_are_counted_and_the_figures_told() -> None:
    narrations = [scene("proportional", "engine"), scene("engine", "proportional")]
    [warning] = estimated_times(narrations, "en", [ALLOY, JOE])
    assert (warning.code, warning.pointer) == (CODE, "/voice/id")
    assert "In 2 of 4 sentences" in warning.message
    assert all(figure in warning.message for figure in ("54 ms", "198 ms", "within 13 and 58 ms"))
    assert COMMAND in warning.hint


@pytest.mark.parametrize(
    ("count", "said"), [(1, "In the only sentence"), (3, "In 3 of 3 sentences")]
)
def test_a_whole_video_is_told_as_such(count: int, said: str) -> None:
    [warning] = estimated_times([scene(*["proportional"] * count)], "en", [ALLOY])
    assert said in warning.message


def test_a_sentence_in_which_nothing_is_said_does_not_count() -> None:
    silent = scene("proportional", text="?!")
    assert estimated_times([silent, scene("engine")], "en", [JOE]) == []
    [warning] = estimated_times([silent, scene("engine", "proportional")], "en", [JOE])
    assert "In 1 of 2 sentences" in warning.message


def test_another_language_is_not_helped_by_the_extra() -> None:
    [warning] = estimated_times([scene("proportional")], "de-AT", [ALLOY])
    assert "pip" not in warning.hint
    assert '"word_timing": "engine"' in warning.hint


@pytest.mark.parametrize("heard", [FOUND, JOE])
def test_a_single_sentence_that_was_not_found_is_to_be_worded_otherwise(heard: Voice) -> None:
    [warning] = estimated_times(
        [scene("proportional", heard.word_timing or "engine")], "en", [heard]
    )
    assert "In 1 of 2 sentences" in warning.message
    assert "pip" not in warning.hint
    assert "`pronunciations`" in warning.hint


def test_of_a_voice_that_says_nothing_or_is_gone_another_is_advised() -> None:
    for heard in ([voice("far", None)], []):
        [warning] = estimated_times([scene("proportional")], "en", heard)
        assert "`pronunciations`" not in warning.hint
        assert '"word_timing": "engine"' in warning.hint


def test_before_a_script_is_spoken_the_voices_are_named() -> None:
    cast = Cast(main=Role(JOE, 1.0, "9:16"), speakers={"guest": Role(ALLOY, 1.0, "9:16")}, paces={})
    script = Script(title="Honey", language="en", scenes=[Scene(sentences=[Sentence("Yes.")])])
    assert times_to_be_estimated(script, cast) == [], "the guest says nothing"
    spoken = Scene(sentences=[Sentence("No.", speaker="guest")])
    [warning] = times_to_be_estimated(msgspec.structs.replace(script, scenes=[spoken]), cast)
    assert warning.code == CODE
    assert "'openai:alloy'" in warning.message
    assert COMMAND in warning.hint


def test_an_operator_reads_which_voices_are_exact() -> None:
    many = [voice(f"openai:{number}", "proportional") for number in range(5)]
    told = word_times_in_words([JOE, *many, voice("far", None)])
    assert told.startswith("when words are heard is told by joe; ")
    assert "the words of openai:0, openai:1, openai:2 and 2 more are heard" in told
    assert "198 ms" in told
    assert told.endswith("of far nobody says whether word times are told")
    assert "other languages" in word_times_in_words([FOUND])


def test_advice_is_for_those_who_need_it() -> None:
    assert advice_on([JOE, FOUND]) == ""
    german = voice("openai:de", "proportional", "de")
    assert COMMAND in advice_on([german, ALLOY])
    assert "pip" not in advice_on([german])
