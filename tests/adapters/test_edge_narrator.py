"""Edge: its word boundaries, its refusals, and its list of voices."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import narrator_rows
import pytest
from narrator_rows import Row
from toned_speech import toned

from adapters.num2words import Num2WordsVerbalizer
from domain.generation.narration import SAMPLE_RATE
from domain.providers.failures import ProviderFailed, Verdict

MS = SAMPLE_RATE // 1000
TEXT = "A well-known fish & three hearts, <so> 10,000 'brains'."
SAID = Num2WordsVerbalizer().verbalize(TEXT, "en", {})


@pytest.fixture
def row(tmp_path: Path) -> Iterator[Row]:
    with narrator_rows.row(narrator_rows.EDGE, tmp_path) as row:
        yield row


def test_words_are_where_its_boundaries_are_in_mp3_too(row: Row) -> None:
    voice = row.narrator.voice_for("en", None)
    utterance = asyncio.run(row.narrator.speak(SAID, voice, 1.0, 1))
    assert utterance.timing == "engine"
    said = toned(SAID.spoken).words
    starts = {word: start for word, start, _ in said}
    first = utterance.words[0].start / SAMPLE_RATE - said[0][1]
    for word in utterance.words:
        known = starts.get("".join(filter(str.isalnum, word.text)))
        if known is not None:
            assert abs(word.start / SAMPLE_RATE - known - first) <= 0.012, word
    assert sum("".join(filter(str.isalnum, w.text)) in starts for w in utterance.words) >= 6


def test_a_refusal_says_that_the_service_is_unofficial(row: Row) -> None:
    row.troubles["refused"]()
    voice = row.narrator.voice_for("en", None)
    with pytest.raises(ProviderFailed, match="unofficial service bars whole networks") as caught:
        asyncio.run(row.narrator.speak(SAID, voice, 1.0, 1))
    assert caught.value.verdict is Verdict.BLOCKED
    assert "edge-tts" in caught.value.hint_text


def test_a_sentence_that_is_broken_off_is_not_taken_for_a_whole_one(row: Row) -> None:
    row.troubles["cut"]()
    voice = row.narrator.voice_for("en", None)
    with pytest.raises(ProviderFailed, match="broke off within a sentence"):
        asyncio.run(row.narrator.speak(SAID, voice, 1.0, 1))


def test_its_list_is_fetched_once_and_kept(row: Row) -> None:
    assert len(row.narrator.voices()) > 60
    assert asyncio.run(row.narrator.refresh()) == 3  # type: ignore[attr-defined]
    kept = row.make()
    assert [voice.id for voice in kept.voices()] == [
        "edge:en-US-EmmaMultilingualNeural",
        "edge:en-GB-SoniaNeural",
        "edge:de-DE-KatjaNeural",
    ]
    assert kept.voice_for("de", None).id == "edge:de-DE-KatjaNeural"
    row.troubles["refused"]()
    with pytest.raises(ProviderFailed, match="403"):
        asyncio.run(row.narrator.refresh())  # type: ignore[attr-defined]
    assert len(row.make().voices()) == 3


def test_without_the_extra_there_are_no_voices_and_the_error_names_it(
    row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    from domain.errors import VoiceNotFound

    monkeypatch.setattr("adapters.edge.narrator.find_spec", lambda _: None)
    assert row.narrator.voices() == []
    with pytest.raises(VoiceNotFound) as caught:
        row.narrator.voice_for("en", None)
    assert "-e '.[voices]'" in caught.value.hint_text
