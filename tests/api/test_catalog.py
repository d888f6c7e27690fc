"""What a server offers: capabilities, voices to listen to, music, palettes."""

import asyncio
import io
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import numpy as np
import pytest
from dishka import Provider, Scope
from live_server import serve

from adapters.directory import DirectorySamples
from app.config import Settings
from domain.generation.narration import SpokenSentence, Utterance
from domain.generation.packaging import Credit
from domain.generation.ports import Narrator, SampleShelf, Voice
from domain.generation.voice_sample import SENTENCES
from domain.providers.errand import UNPAID, Errand

SAMPLE = "/api/voices/en_US-joe-medium/sample"


async def features_of(api: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    response = await api.get("/api/capabilities")
    assert response.status_code == 200, response.text
    return {feature["name"]: feature for feature in response.json()["features"]}


# -- capabilities ------------------------------------------------------------------------------


async def test_a_fresh_installation_says_what_it_can_and_what_would_be_needed_for_more(
    api: httpx.AsyncClient,
) -> None:
    found = await features_of(api)
    for name in ("script.topic", "script.scenes", "voice", "visuals.drawn", "music", "queue"):
        assert found[name]["available"], name
    for name, setting in {"visuals.media_folder": "MEDIA_DIR", "music.own": "MUSIC_DIR"}.items():
        assert not found[name]["available"]
        assert found[name]["setting"] == setting
        assert setting in found[name]["hint"]
    assert found["storage.database"]["detail"].startswith("SQLite")
    for name, feature in found.items():
        assert feature["available"] or feature["missing"], name


async def test_a_bucket_that_could_send_videos_itself_says_so(
    make_settings: Callable[..., Settings], bucket: dict[str, Any]
) -> None:
    with serve(make_settings(**bucket)) as address:
        async with httpx.AsyncClient(base_url=address, timeout=180) as api:
            signed = (await features_of(api))["storage.signed_urls"]
    assert (signed["available"], signed["setting"]) == (False, "S3_SIGNED_URLS")
    assert signed["missing"]


async def test_settings_that_are_named_are_settings(api: httpx.AsyncClient) -> None:
    known = {field.encode_name for field in msgspec.structs.fields(Settings)}
    for feature in (await features_of(api)).values():
        assert feature["setting"] is None or feature["setting"] in known


async def test_the_limits_are_those_that_requests_are_held_to(api: httpx.AsyncClient) -> None:
    limits = (await api.get("/api/capabilities")).json()["limits"]
    assert limits["aspect_ratios"]["9:16"] == {"width": 1080, "height": 1920}
    script = "a" * (limits["max_text_characters"] + 1)
    for wrong in (
        {"topic": "a" * (limits["max_topic_characters"] + 1)},
        {"script": script},
        {"script": "Hello.", "duration": limits["min_duration_seconds"] - 1},
        {"script": "Hello.", "duration": limits["max_duration_seconds"] + 1},
        {"script": "Hello.", "duration": limits["max_vertical_seconds"] + 1},
        {"scenes": [{"text": "a"}] * (limits["max_scenes"] + 1)},
        {"source_text": " ".join(["word"] * (limits["min_article_words"] - 1))},
    ):
        assert (await api.post("/api/generate", json=wrong)).status_code == 400, wrong
    body = {"script": "Hello.", "duration": limits["max_vertical_seconds"]}
    assert (await api.post("/api/generate", json=body)).status_code == 202


async def test_what_is_counted_for_each_key_is_told(
    make_settings: Callable[..., Settings],
) -> None:
    settings = make_settings(rate_limit=0, concurrent_limit=7, failure_limit=9, max_body_seconds=5)
    with serve(settings) as address:
        async with httpx.AsyncClient(base_url=address, timeout=180) as api:
            limits = (await api.get("/api/capabilities")).json()["limits"]
            told = (await features_of(api))["limits"]
    assert limits["max_requests_per_minute"] is None
    assert limits["max_requests_at_once"] == 7
    assert limits["max_failures_per_minute"] == 9
    assert limits["max_body_seconds"] == 5
    assert (told["available"], told["setting"]) == (True, "RATE_LIMIT")
    assert told["detail"] == "each key: 7 at once; counted by each process"


async def test_without_numbers_keys_are_not_limited_and_it_is_said(
    make_settings: Callable[..., Settings],
) -> None:
    with serve(make_settings(rate_limit=0, concurrent_limit=0)) as address:
        async with httpx.AsyncClient(base_url=address, timeout=180) as api:
            told = (await features_of(api))["limits"]
    assert not told["available"]
    assert "RATE_LIMIT" in told["hint"]


async def test_webhooks_approval_events_and_dry_runs_are_there(api: httpx.AsyncClient) -> None:
    found = await features_of(api)
    for name in ("webhooks", "webhooks.secrets", "events", "approval", "dry_run", "presets"):
        assert found[name]["available"], name
    assert "/api/events" in found["events"]["detail"]
    assert "SECRET_KEY" in found["webhooks.secrets"]["hint"]
    assert not found["webhooks.private_urls"]["available"]
    assert "ALLOW_PRIVATE_URLS" in found["webhooks.private_urls"]["hint"]


async def test_own_networks_and_a_key_for_secrets_are_told_without_what_they_are(
    make_settings: Callable[..., Settings],
) -> None:
    settings = make_settings(
        secret_key="s3cret" * 8,
        allow_private_urls="10.9.8.0/24,hooks.inside",
        allow_private_sources="wiki.inside",
    )
    with serve(settings) as address:
        async with httpx.AsyncClient(base_url=address, timeout=180) as api:
            found = await features_of(api)
            text = (await api.get("/api/capabilities")).text
    assert found["webhooks.private_urls"]["available"]
    assert found["script.private_pages"]["available"]
    assert found["webhooks.secrets"]["detail"] == "encrypted with SECRET_KEY"
    for secret in ("s3cret", "10.9.8", "hooks.inside", "wiki.inside"):
        assert secret not in text


async def test_choices_are_those_of_the_lists(api: httpx.AsyncClient) -> None:
    able = (await api.get("/api/capabilities")).json()
    assert able["voices"] == [v["id"] for v in (await api.get("/api/voices")).json()["items"]]
    assert able["moods"] == (await api.get("/api/music")).json()["moods"]
    assert able["version"] == (await api.get("/api/health")).json()["version"]


async def test_what_is_set_up_is_told_without_a_secret_or_a_path(
    make_settings: Callable[..., Settings], tmp_path: Path, bucket: dict[str, Any]
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    settings = make_settings(
        media_dir=folder, music_dir=tmp_path / "gone", s3_signed_urls=True, **bucket
    )
    with serve(settings) as address:
        async with httpx.AsyncClient(base_url=address, timeout=180) as api:
            found = await features_of(api)
            text = (await api.get("/api/capabilities")).text
    assert found["visuals.media_folder"]["available"]
    assert not found["music.own"]["available"]
    assert found["music.own"]["missing"] == "the folder that it names"
    assert found["storage.artifacts"]["detail"] == "a bucket"
    assert found["storage.signed_urls"]["available"]
    for secret in ("s3cret", str(tmp_path), settings.s3_endpoint_url, settings.artifacts_url):
        assert secret not in text


async def test_without_a_voice_the_extra_is_named(make_settings: Callable[..., Settings]) -> None:
    with serve(make_settings(), VoicesOf(Voiceless())) as address:
        async with httpx.AsyncClient(base_url=address, timeout=180) as api:
            voice = (await features_of(api))["voice"]
            listed = (await api.get("/api/voices")).json()
    assert not voice["available"]
    assert "-e '.[voice]'" in voice["hint"]
    assert listed["items"] == []
    assert "-e '.[voice]'" in listed["hint"]


async def test_voices_that_tell_no_times_are_told_with_all_that_they_speak(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.pocketsphinx.aligner.find_spec", lambda _: None)
    base = "http://127.0.0.1:9/v1"
    with serve(make_settings(narrators="openai", openai_speech_base_url=base)) as address:
        async with httpx.AsyncClient(base_url=address, timeout=180) as api:
            able = (await api.get("/api/capabilities")).json()
            listed = (await api.get("/api/voices")).json()["items"]
    found = {feature["name"]: feature for feature in able["features"]}
    aligner = found["voice.aligner"]
    assert not aligner["available"]
    assert "54 ms" in aligner["detail"]
    assert "-e '.[voices]'" in aligner["hint"]
    assert {voice["word_timing"] for voice in listed} == {"proportional"}
    assert "de" in listed[0]["languages"]
    assert {"en", "de"} <= set(able["languages"])
    assert (found["voice"]["setting"], found["voice"]["hint"]) == ("NARRATORS", None)


# -- voices ------------------------------------------------------------------------------------


async def test_a_voice_is_listed_with_its_licence_and_where_to_hear_it(
    api: httpx.AsyncClient,
) -> None:
    [joe] = (await api.get("/api/voices")).json()["items"]
    assert (joe["language"], joe["quality"]) == ("en-US", "medium")
    assert "CC0" in joe["license"]
    assert joe["sample_url"] == SAMPLE


async def test_a_voice_can_be_heard(api: httpx.AsyncClient) -> None:
    response = await api.get(SAMPLE)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(response.content)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (48_000, 1, 2)
        assert 3.0 <= sound.getnframes() / 48_000 <= 5.5
        samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2")
    assert np.abs(samples).max() > 3_000, "it isn't silence"


async def test_a_sample_is_revalidated_and_comes_in_parts(api: httpx.AsyncClient) -> None:
    whole = await api.get(SAMPLE)
    tag = {"if-none-match": whole.headers["etag"]}
    same = await api.get(SAMPLE, headers=tag)
    assert (same.status_code, same.content) == (304, b"")
    part = await api.get(SAMPLE, headers={"range": "bytes=4-9"})
    assert (part.status_code, part.content) == (206, whole.content[4:10])
    beyond = await api.get(SAMPLE, headers={"range": "bytes=99999999-"})
    assert (beyond.status_code, "content-range" in beyond.headers) == (416, True)
    head = await api.head(SAMPLE)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))


@pytest.mark.parametrize(
    "voice", ["nobody", "..", "%2e%2e%2fetc%2fpasswd", "..%5c", "en_US-joe-medium%00", "a" * 500]
)
async def test_a_voice_that_is_not_there_is_not_found(api: httpx.AsyncClient, voice: str) -> None:
    response = await api.get(f"/api/voices/{voice}/sample")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


class Counting:
    """A narrator of one voice, which says nothing but counts how often it was asked."""

    def __init__(self) -> None:
        self.spoke = 0
        self.said = ""

    def voices(self) -> list[Voice]:
        credit = Credit(what="voice", title="Anna", license="CC0")
        return [
            Voice(id="Anna #1", name="Anna", language="de_DE", words_per_minute=1, credit=credit)
        ]

    def identity(self, voice: Voice) -> str:
        return f"counting/{voice.id}"

    async def speak(
        self,
        sentence: SpokenSentence,
        voice: Voice,  # noqa: ARG002 - the port's
        speed: float,  # noqa: ARG002
        seed: int,  # noqa: ARG002
        errand: Errand = UNPAID,  # noqa: ARG002
    ) -> Utterance:
        self.spoke += 1
        self.said = sentence.text
        await asyncio.sleep(0)
        return Utterance(pcm=b"\1\0" * 4_800, words=[], timing="engine")


class Voiceless(Counting):
    """A narrator without a voice."""

    def voices(self) -> list[Voice]:
        return []


class VoicesOf(Provider):
    """Puts a narrator into the container."""

    scope = Scope.APP

    def __init__(self, narrator: Counting, shelf: Path | None = None) -> None:
        super().__init__()
        self.narrator = narrator
        self.provide(lambda: narrator, provides=Narrator)
        if shelf is not None:
            self.provide(lambda: DirectorySamples(shelf), provides=SampleShelf)


@pytest.fixture
def anna(make_settings: Callable[..., Settings], tmp_path: Path) -> Iterator[tuple[str, Counting]]:
    narrator = Counting()
    with serve(make_settings(), VoicesOf(narrator, tmp_path / "samples")) as address:
        yield address, narrator


async def test_however_many_ask_at_once_a_voice_speaks_once_in_its_language(
    anna: tuple[str, Counting],
) -> None:
    address, narrator = anna
    async with httpx.AsyncClient(base_url=address, timeout=180) as api:
        [voice] = (await api.get("/api/voices")).json()["items"]
        answers = await asyncio.gather(*(api.get(voice["sample_url"]) for _ in range(8)))
        again = await api.get(voice["sample_url"])
    assert {answer.status_code for answer in [*answers, again]} == {200}
    assert len({answer.content for answer in [*answers, again]}) == 1
    assert (narrator.spoke, narrator.said) == (1, SENTENCES["de"])


async def test_a_sample_can_be_heard_where_it_cannot_be_kept(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    narrator = Counting()
    with serve(make_settings(), VoicesOf(narrator, tmp_path / "file")) as address:
        async with httpx.AsyncClient(base_url=address, timeout=180) as api:
            assert (await api.get("/api/voices/Anna%20%231/sample")).status_code == 200
    assert narrator.spoke == 1


# -- music and palettes ------------------------------------------------------------------------


async def test_music_is_listed_with_its_licences(api: httpx.AsyncClient) -> None:
    music = (await api.get("/api/music")).json()
    assert music["moods"] == sorted({track["mood"] for track in music["items"]})
    for track in music["items"]:
        assert track["credit"]["license"] == "MIT"
        assert track["credit"]["machine_made"]
    body = {"script": "Hello there.", "music": {"mood": music["moods"][0]}}
    assert (await api.post("/api/generate", json=body)).status_code == 202
