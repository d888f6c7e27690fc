"""POST /api/generate: a job at once, or everything that is wrong with the request."""

import json
from typing import Any
from uuid import UUID

import httpx
import pytest
from live_server import serve

from app.config import Settings
from app.controllers.examples import REQUEST_EXAMPLES
from domain.importing import read_request

JSON = {"content-type": "application/json"}
EXAMPLES = REQUEST_EXAMPLES["post", "/api/generate"]


def errors_of(response: httpx.Response) -> dict[str, dict[str, str]]:
    """The wrong fields of a 400, by pointer."""
    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == "application/problem+json"
    return {error["pointer"]: error for error in response.json()["errors"]}


async def post_raw(api: httpx.AsyncClient, body: bytes) -> httpx.Response:
    return await api.post("/api/generate", content=body, headers=JSON)


async def test_a_topic_becomes_a_job(api: httpx.AsyncClient) -> None:
    response = await api.post("/api/generate", json={"topic": "Octopus"})
    job = response.json()
    assert response.status_code == 202
    assert response.headers["location"] == f"/api/jobs/{job['id']}"
    assert int(response.headers["retry-after"]) > 0
    assert UUID(job["id"])
    assert job["status"] == "queued"
    assert job["queue_position"] == 1
    assert job["progress"] == 0
    assert job["topic_match"]["title"] == "Octopus"
    assert job["result"] is None
    assert job["error"] is None
    assert [stage["status"] for stage in job["stages"]] == ["pending"] * 6
    assert (await api.get(response.headers["location"])).json() == job


async def test_the_job_shows_exactly_what_users_are_promised(api: httpx.AsyncClient) -> None:
    job = (await api.post("/api/generate", json={"topic": "Octopus"})).json()
    assert set(job) == set(
        "id status waiting_for approval stage progress eta_seconds queue_position stages request "
        "topic_match warnings recasts error metadata result video_id revision created_at "
        "started_at finished_at".split()
    )


async def test_every_default_is_filled_in(api: httpx.AsyncClient) -> None:
    body = {"script": "One sentence.", "metadata": {"order": [1, None, {"x": 2.5}]}}
    job = (await api.post("/api/generate", json=body)).json()
    request = job["request"]
    assert request["seed"] is not None
    assert request["voice"]["id"]
    assert request["voice"]["speed"] == 1.0
    assert request["music"]["mood"]
    assert request["aspect_ratio"] == "9:16"
    assert request["language"] == "en"
    assert job["metadata"] == request["metadata"] == body["metadata"]


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES.keys())
async def test_every_example_is_accepted(api: httpx.AsyncClient, example: dict[str, Any]) -> None:
    response = await api.post("/api/generate", json=example["value"])
    assert response.status_code == 202, response.text


async def test_an_unknown_topic_is_answered_with_suggestions(api: httpx.AsyncClient) -> None:
    response = await api.post("/api/generate", json={"topic": "Octopuss"})
    problem = response.json()
    assert response.status_code == 422
    assert problem["code"] == "topic_not_found"
    assert "Octopus" in problem["suggestions"]
    for way_out in ("suggestions", "script", "source_text"):
        assert way_out in problem["hint"]


@pytest.mark.parametrize("voice", [{"id": "nova"}, 7])
async def test_an_unknown_topic_among_other_errors_has_its_suggestions(
    api: httpx.AsyncClient, voice: Any
) -> None:
    response = await api.post("/api/generate", json={"topic": "Octopuss", "voice": voice})
    problem = response.json()
    assert (response.status_code, problem["code"]) == (400, "invalid_request")
    assert "topic_not_found" in [error["code"] for error in problem["errors"]]
    assert "Octopus" in problem["suggestions"]


async def test_a_topic_of_several_meanings_names_the_others(api: httpx.AsyncClient) -> None:
    response = await api.post("/api/generate", json={"topic": "Mercury"})
    assert len(response.json()["topic_match"]["alternatives"]) > 0


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"script": "Bonjour.", "language": "fr"}, 422, "language_unsupported"),
        ({"script": "Hello.", "voice": {"id": "nobody"}}, 422, "voice_not_found"),
        ({"script": "これは日本語の文章です。"}, 422, "writing_system_unsupported"),
        ({"script": "Hello.", "music": {"mood": "angry-polka"}}, 422, "music_not_found"),
    ],
)
async def test_what_this_installation_cannot_do_has_a_name(
    api: httpx.AsyncClient, body: dict[str, Any], status: int, code: str
) -> None:
    response = await api.post("/api/generate", json=body)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["hint"]


async def test_every_wrong_field_is_named_at_once(api: httpx.AsyncClient) -> None:
    response = await api.post(
        "/api/generate",
        json={
            "topic": "Octopus",
            "script": " ",
            "scenes": [{"heading": ""}, 3],
            "duration": "30",
            "voice": {"speed": 9, "idd": "x"},
            "brand": {"accent": "red"},
            "captions": {"enabled": "true"},
            "aspectRatio": "9:16",
            "seed": -1,
        },
    )
    errors = errors_of(response)
    assert set(errors) == {
        "/script",
        "/scenes/0/text",
        "/scenes/0/heading",
        "/scenes/1",
        "/duration",
        "/voice/speed",
        "/voice/idd",
        "/brand/accent",
        "/captions/enabled",
        "/aspectRatio",
        "/seed",
    }
    codes = [error["code"] for error in response.json()["errors"]]
    assert "exactly_one_source" in codes
    assert errors["/aspectRatio"]["hint"] == "Did you mean `aspect_ratio`?"
    assert errors["/duration"]["hint"] == "Write it without quotes: 30."
    assert "#FFB703" in errors["/brand/accent"]["hint"]


async def test_names_that_are_not_there_are_told_along_with_a_wrong_shape(
    api: httpx.AsyncClient,
) -> None:
    body = {
        "scenes": [{"text": "A reef.", "media": "nowhere.mp4"}, 3],
        "duration": 5,
        "aspect_ratio": "4:3",
        "voice": {"id": "bob", "speed": 9},
        "musik": {},
        "music": {"mood": "angry"},
        "brand": {"palette": "x"},
    }
    errors = errors_of(await api.post("/api/generate", json=body))
    codes = {pointer: error["code"] for pointer, error in errors.items()}
    assert codes == {
        "/scenes/0/media": "media_not_found",
        "/scenes/1": "wrong_type",
        "/duration": "too_small",
        "/aspect_ratio": "not_a_choice",
        "/voice/id": "voice_not_found",
        "/voice/speed": "too_large",
        "/musik": "unknown_field",
        "/music/mood": "music_not_found",
        "/brand/palette": "unknown_palette",
    }


@pytest.mark.parametrize(
    "body",
    [{"voice": 3, "scenes": {}}, {"topic": 3, "brand": []}, {"scenes": [None, {"media": 1}]}],
)
async def test_names_in_the_wrong_places_break_nothing(
    api: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    assert errors_of(await api.post("/api/generate", json=body))


async def test_a_request_for_nothing_says_what_to_send(api: httpx.AsyncClient) -> None:
    problem = (await api.post("/api/generate", json={})).json()
    assert problem["detail"].startswith("The request is wrong: exactly one of topic")
    assert problem["hint"] == (
        "Send one of `topic`, `script`, `source_text`, `source_url` or `scenes`."
    )


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "", "exactly_one_source"),
        ({"topic": "Octopus", "script": "Hello."}, "/script", "exactly_one_source"),
        ({"topic": ""}, "/topic", "blank"),
        ({"script": " \n\t "}, "/script", "blank"),
        ({"topic": "x" * 301}, "/topic", "too_long"),
        ({"script": "x" * 50_001}, "/script", "too_long"),
        ({"script": "a\0b"}, "/script", "nul"),
        ({"script": "Hello.", "metadata": {"note": "a\0b"}}, "/metadata/note", "nul"),
        ({"topic": "Octopus", "duration": 14}, "/duration", "too_small"),
        ({"topic": "Octopus", "duration": 181}, "/duration", "too_long_for_short"),
        ({"scenes": []}, "/scenes", "too_short"),
        ({"scenes": [{"text": "A.", "kind": "hok"}]}, "/scenes/0/kind", "not_a_choice"),
        ({"script": "Hello.", "metadata": [1]}, "/metadata", "wrong_type"),
        ([], "", "wrong_type"),
    ],
)
async def test_a_wrong_field_is_named(
    api: httpx.AsyncClient, body: Any, pointer: str, code: str
) -> None:
    errors = errors_of(await api.post("/api/generate", json=body))
    assert errors[pointer]["code"] == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "missing"),
        (b"{", "malformed_json"),
        (b'{"topic": "Octopus",}', "malformed_json"),
        (b'{"topic": "\xff"}', "not_utf8"),
        (b'{"topic": "Octopus", "seed": NaN}', "malformed_json"),
        (b'{"topic": "Octopus", "seed": ' + b"9" * 5_000 + b"}", "malformed_json"),
        (b'{"topic": "\\ud800"}', "malformed_json"),
        (b"[" * 10_000 + b"]" * 10_000, "too_deep"),
        (b'{"script":"A.","metadata":{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}}", "too_deep"),
        (b'{"script":"A.","metadata":{"a":' + b"[" * 200 + b"]" * 200 + b"}}", "too_deep"),
    ],
)
async def test_an_unreadable_body_is_told_apart(
    api: httpx.AsyncClient, body: bytes, code: str
) -> None:
    (error,) = errors_of(await post_raw(api, body)).values()
    assert error["code"] == code


async def test_a_body_over_the_limit_is_refused(api: httpx.AsyncClient) -> None:
    body = json.dumps({"script": "Hello.", "metadata": {"a": "x" * 2_000_000}}).encode()
    declared = await post_raw(api, body)
    assert declared.status_code == 413
    assert declared.headers["content-type"] == "application/problem+json"

    async def without_length() -> Any:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    undeclared = await api.post("/api/generate", content=without_length(), headers=JSON)
    assert undeclared.status_code == 413


async def test_a_long_list_of_errors_is_cut(api: httpx.AsyncClient) -> None:
    response = await api.post("/api/generate", json={"scenes": [3] * 5_000})
    assert len(response.json()["errors"]) <= 110


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", ""]
)
async def test_only_json_is_taken(api: httpx.AsyncClient, content_type: str) -> None:
    response = await api.post(
        "/api/generate", content=b'{"topic": "Octopus"}', headers={"content-type": content_type}
    )
    assert response.status_code == 415
    assert "application/json" in response.json()["hint"]


def test_a_full_queue_says_when_to_come_back(make_settings: Any) -> None:
    settings: Settings = make_settings(max_queued_jobs=1)
    with serve(settings) as address:
        body = {"script": "Hello."}
        assert httpx.post(f"{address}/api/generate", json=body, timeout=30).status_code == 202
        refused = httpx.post(f"{address}/api/generate", json=body, timeout=30)
    assert refused.status_code == 429
    assert refused.json()["code"] == "queue_full"
    assert int(refused.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "body",
    [
        {
            "video_subject": "Why bees matter",
            "video_script": "Bees need flowers.\n\nFlowers need bees.",
            "video_terms": ["bee", "flower"],
            "video_aspect": "16:9",
            "video_concat_mode": "random",
            "video_clip_duration": 5,
            "video_count": 1,
            "video_source": "pexels",
            "video_language": "",
            "voice_name": "en-US-JennyNeural-Female",
            "voice_volume": 1.0,
            "voice_rate": 1.2,
            "bgm_type": "random",
            "bgm_volume": 0.2,
            "subtitle_enabled": True,
            "subtitle_position": "bottom",
            "font_name": "STHeitiMedium.ttc",
            "text_fore_color": "#FFFFFF",
            "text_background_color": True,
            "font_size": 60,
            "stroke_color": "#000000",
            "stroke_width": 1.5,
            "n_threads": 2,
            "paragraph_number": 1,
        },
        {"video_subject": "Octopus"},
        {
            "scenes": [{"text": "Hello world!", "searchTerms": ["river"]}],
            "config": {
                "paddingBack": 1500,
                "music": "chill",
                "musicVolume": "medium",
                "captionPosition": "center",
                "captionBackgroundColor": "#0000FF",
                "voice": "af_heart",
                "orientation": "portrait",
            },
        },
    ],
    ids=["moneyprinterturbo", "a subject alone", "short-video-maker"],
)
async def test_an_imported_request_is_accepted(
    api: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    response = await api.post("/api/generate", json=read_request(body).request)
    assert response.status_code == 202, response.text


async def test_an_address_of_an_article_is_checked_before_a_job_is_made(
    api: httpx.AsyncClient,
) -> None:
    for url in ("https://127.0.0.1/", "http://example.com/", "file:///etc/passwd", "https://a/"):
        answer = await api.post("/api/generate", json={"source_url": url})
        assert answer.status_code == 422
        assert answer.json()["type"].endswith("url_forbidden")
    answer = await api.post(
        "/api/generate", json={"source_url": "https://a.example/", "topic": "x"}
    )
    assert answer.json()["errors"][0]["code"] == "exactly_one_source"


async def test_an_article_s_address_and_a_tone_are_kept_with_the_job(
    api: httpx.AsyncClient,
) -> None:
    given = {"source_url": "https://news.example/story", "tone": "dry"}
    accepted = await api.post("/api/generate", json=given)
    assert accepted.status_code == 202
    job = (await api.get(f"/api/jobs/{accepted.json()['id']}")).json()
    assert {name: job["request"][name] for name in given} == given
