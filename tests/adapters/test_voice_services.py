"""What each voice service does that the others don't: forms, lists, quotas, alignments."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import narrator_rows
import pytest
from elevenlabs_server import KEY, ElevenLabsServer, detail
from loopback import Loopback, Reply, instead, json_reply, running_aside, with_headers
from open_purse import OpenPurse, paid
from speech_server import KEY as OPENAI_KEY
from speech_server import SpeechServer
from toned_speech import RATE, Toned, toned

from adapters.directory import DirectoryVoiceLists
from adapters.elevenlabs import ElevenLabsNarrator
from adapters.httpx import HttpxExchange
from adapters.num2words import Num2WordsVerbalizer
from adapters.openai import OpenAINarrator
from domain.errors import VoiceNotFound
from domain.generation.narration import SAMPLE_RATE, Utterance
from domain.generation.ports import Narrator
from domain.generation.service_voices import read_voices
from domain.providers.errand import Errand
from domain.providers.failures import ProviderFailed, Verdict

MS = SAMPLE_RATE // 1000
TEXT = "Three hearts, and nine brains."
SAID = Num2WordsVerbalizer().verbalize(TEXT, "en", {})


@pytest.fixture
def eleven() -> Iterator[ElevenLabsServer]:
    server = ElevenLabsServer()
    with running_aside(server):
        yield server


@pytest.fixture
def openai() -> Iterator[SpeechServer]:
    server = SpeechServer()
    with running_aside(server):
        yield server


def elevenlabs(server: Loopback, folder: Path, **more: object) -> ElevenLabsNarrator:
    settings = {"key": KEY, "base_url": server.origin} | more
    return ElevenLabsNarrator(
        HttpxExchange(),
        narrator_rows.mastering(folder),
        DirectoryVoiceLists(folder),
        **settings,  # type: ignore[arg-type]
    )


def endpoint(server: Loopback, folder: Path, **more: object) -> OpenAINarrator:
    settings = {"key": OPENAI_KEY, "base_url": f"{server.origin}/v1"} | more
    return OpenAINarrator(
        HttpxExchange(),
        narrator_rows.mastering(folder),
        **settings,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("base_url", "author"),
    [("https://api.openai.com/v1", "OpenAI"), ("http://10.0.0.7:8880/v1", "")],
)
def test_a_credit_tells_no_address_of_one_s_own(tmp_path: Path, base_url: str, author: str) -> None:
    narrator = OpenAINarrator(
        HttpxExchange(), narrator_rows.mastering(tmp_path), key=OPENAI_KEY, base_url=base_url
    )
    [credit, *_] = [voice.credit for voice in narrator.voices()]
    assert credit.author == author
    assert "10.0.0.7" not in f"{credit}"


def speak(
    narrator: Narrator,
    *,
    voice_id: str | None = None,
    speed: float = 1.0,
    errand: Errand | None = None,
) -> Utterance:
    voice = narrator.voice_for("en", voice_id)
    return asyncio.run(narrator.speak(SAID, voice, speed, 1, errand or paid()))


def assert_on_the_words(utterance: Utterance, speed: float = 1.0) -> None:
    """Every word begins where the hums do, within 12 ms."""
    said = toned(TEXT, speed)
    first = said.words[0][1]
    for word, (_, start, _) in zip(utterance.words, said.words, strict=True):
        begins = (start - first) * SAMPLE_RATE + utterance.words[0].start
        assert abs(word.start - begins) <= 12 * MS, word


@pytest.mark.parametrize("form", ["pcm_24000", "mp3_24000_48"])
def test_elevenlabs_words_are_where_its_characters_are(
    eleven: ElevenLabsServer, tmp_path: Path, form: str
) -> None:
    utterance = speak(elevenlabs(eleven, tmp_path, output_format=form))
    assert utterance.timing == "engine"
    assert utterance.words[0].start <= 30 * MS
    assert_on_the_words(utterance)
    assert eleven.asked[-1].query == {"output_format": form}


def test_elevenlabs_speeds_beyond_its_own_are_made_here(
    eleven: ElevenLabsServer, tmp_path: Path
) -> None:
    narrator = elevenlabs(eleven, tmp_path)
    once, twice = speak(narrator), speak(narrator, speed=2.0)
    assert eleven.asked[-1].json["voice_settings"] == {"speed": 1.2}
    assert "voice_settings" not in eleven.asked[0].json
    assert once.samples / twice.samples == pytest.approx(2.0, rel=0.06)


def test_elevenlabs_is_told_the_language_by_models_that_take_it(
    eleven: ElevenLabsServer, tmp_path: Path
) -> None:
    speak(elevenlabs(eleven, tmp_path, model="eleven_flash_v2_5"))
    speak(elevenlabs(eleven, tmp_path))
    assert eleven.asked[0].json["language_code"] == "en"
    assert "language_code" not in eleven.asked[1].json


def test_elevenlabs_own_count_of_characters_is_what_was_used(
    eleven: ElevenLabsServer, tmp_path: Path
) -> None:
    purse = OpenPurse()
    eleven.plan("/", instead(json_reply({"audio_base64": "", "alignment": None})))
    with pytest.raises(ProviderFailed, match="no sound"):
        speak(elevenlabs(eleven, tmp_path), errand=Errand(purse=purse))
    assert purse.sold == []  # nothing unusable is kept
    speak(elevenlabs(eleven, tmp_path), errand=Errand(purse=purse))
    eleven.plan("/", with_headers(character_cost="15"))
    speak(elevenlabs(eleven, tmp_path), errand=Errand(purse=purse))
    assert [sold.units for sold in purse.sold] == [{"characters": 30.0}, {"characters": 15.0}]


SHORT = {
    "characters": ["T"],
    "character_start_times_seconds": [],
    "character_end_times_seconds": [],
}


@pytest.mark.parametrize("alignment", [None, SHORT])
def test_elevenlabs_without_usable_times_has_its_words_looked_for(
    eleven: ElevenLabsServer, tmp_path: Path, alignment: object
) -> None:
    import base64

    sound = base64.b64encode(toned(TEXT).samples.tobytes()).decode()
    eleven.plan("/", instead(json_reply({"audio_base64": sound, "alignment": alignment})))
    assert speak(elevenlabs(eleven, tmp_path)).timing in ("forced_alignment", "proportional")


@pytest.mark.parametrize(
    ("said", "verdict", "hint"),
    [
        (detail(401, "quota_exceeded", "3 credits left"), Verdict.BLOCKED, "used up"),
        (detail(402, "payment_required", "Pay"), Verdict.BLOCKED, "ELEVENLABS_API_KEY"),
        (detail(403, "only_for_creator+", "Creator"), Verdict.BLOCKED, "ELEVENLABS_API_KEY"),
        (detail(429, "too_many_concurrent_requests", "Wait"), Verdict.RETRY, "WORKER_SLOTS"),
        (detail(429, "system_busy", "Busy"), Verdict.RETRY, ""),
        (detail(400, "max_character_limit_exceeded", "Long"), Verdict.NEXT, ""),
        (json_reply({"detail": [{"loc": ["body"], "msg": "bad"}]}, 422), Verdict.NEXT, ""),
    ],
)
def test_elevenlabs_words_for_its_errors_are_understood(
    eleven: ElevenLabsServer, tmp_path: Path, said: Reply, verdict: Verdict, hint: str
) -> None:
    eleven.plan("/", instead(said))
    with pytest.raises(ProviderFailed) as caught:
        speak(elevenlabs(eleven, tmp_path))
    assert caught.value.verdict is verdict
    assert hint in caught.value.hint_text


def test_elevenlabs_list_is_fetched_page_by_page_and_outlives_the_process(
    eleven: ElevenLabsServer, tmp_path: Path
) -> None:
    narrator = elevenlabs(eleven, tmp_path)
    assert "elevenlabs:bare0000000000000002" not in [voice.id for voice in narrator.voices()]
    assert asyncio.run(narrator.refresh()) == 3
    eleven.asked.clear()
    again = elevenlabs(eleven, tmp_path)
    assert [voice.name for voice in again.voices()] == ["George", "Own one", "Bare"]
    assert again.voices()[1].language == "de-DE"
    assert eleven.asked == []  # nobody asks the network which voices there are


def test_a_voice_of_several_languages_is_one_of_the_language_asked_for(
    eleven: ElevenLabsServer, tmp_path: Path
) -> None:
    narrator = elevenlabs(eleven, tmp_path)
    german = narrator.voice_for("de", "elevenlabs:JBFqnCBsd6RMkjVDRZzb")
    assert german.language == "de"
    assert german.words_per_minute < narrator.voice_for("en", german.id).words_per_minute


def test_elevenlabs_voice_that_is_gone_is_the_callers_to_change(
    eleven: ElevenLabsServer, tmp_path: Path
) -> None:
    narrator = elevenlabs(eleven, tmp_path, voices=read_voices("gone=en", "en"))
    with pytest.raises(VoiceNotFound, match="gone"):
        speak(narrator)


@pytest.mark.parametrize("form", ["wav", "pcm", "mp3"])
@pytest.mark.parametrize("speed", [1.0, 2.2])
def test_the_endpoint_is_asked_for_form_speed_and_voice(
    openai: SpeechServer, tmp_path: Path, form: str, speed: float
) -> None:
    narrator = endpoint(openai, tmp_path, response_format=form)
    utterance = speak(narrator, voice_id="openai:nova", speed=speed)
    asked = openai.asked[-1]
    assert asked.json == {
        "model": "gpt-4o-mini-tts",
        "voice": "nova",
        "input": TEXT,
        "response_format": form,
        "speed": speed,
    }
    assert asked.headers["idempotency-key"] == "purchase-1"
    length = toned(TEXT, speed).words[-1][2] - toned(TEXT, speed).words[0][1]
    assert utterance.samples / SAMPLE_RATE == pytest.approx(length + 0.04, abs=0.025)


def test_a_local_endpoint_has_its_own_voices_and_no_key(
    openai: SpeechServer, tmp_path: Path
) -> None:
    voices = read_voices("af_heart, dora=es (Dora)", "en")
    narrator = endpoint(openai, tmp_path, key="", voices=voices, service="kokoro")
    assert [(v.id, v.language, v.name) for v in narrator.voices()] == [
        ("kokoro:af_heart", "en", "af_heart"),
        ("kokoro:dora", "es", "Dora"),
    ]
    with pytest.raises(ProviderFailed, match="kokoro answered 401"):
        speak(narrator)
    assert "authorization" not in openai.asked[-1].headers


@pytest.mark.parametrize("field", ["model", "voices"])
def test_what_the_endpoint_doesnt_have_is_no_reason_to_try_again(
    openai: SpeechServer, tmp_path: Path, field: str
) -> None:
    wrong = {"model": "tts-9", "voices": read_voices("nobody", "en")}
    with pytest.raises(ProviderFailed, match=r"exist|Invalid voice") as caught:
        speak(endpoint(openai, tmp_path, **{field: wrong[field]}))
    assert caught.value.verdict is Verdict.NEXT


def test_words_of_a_service_without_times_are_found_by_alignment(tmp_path: Path) -> None:
    """The sound is Piper's, so that it's known where the words are."""
    pytest.importorskip("pocketsphinx", reason="the extra `voices` is not installed")
    with narrator_rows.row(narrator_rows.PIPER, tmp_path) as row:
        joe = row.narrator.voice_for("en", None)
        truth = asyncio.run(row.narrator.speak(SAID, joe, 1.0, 1))
    samples = memoryview(truth.pcm).cast("h")[:: SAMPLE_RATE // RATE]

    def voice(text: str, speed: float) -> Toned:
        import numpy as np

        return Toned(np.array(samples, "<i2"), [])

    server = SpeechServer(voice)
    with running_aside(server):
        utterance = speak(endpoint(server, tmp_path))
    assert utterance.timing == "forced_alignment"
    for word, true in zip(utterance.words, truth.words, strict=True):
        assert abs(word.start - true.start) <= 100 * MS


@pytest.mark.parametrize("text", [",,=de", "a:b", "=en"])
def test_a_list_of_voices_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no voice"):
        read_voices(text, "en")
