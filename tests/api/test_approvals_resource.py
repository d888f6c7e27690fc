"""Looking before it goes on: pauses, approvals and dry runs over HTTP."""

import asyncio
import io
import wave
from typing import Any
from uuid import uuid4

import httpx
import pytest
from finished_video import PCM
from live_server import Backstage
from paused_job import paused
from test_jobs_resource import submit
from tiny_production import claim_unit, work_off

from app.controllers.examples import REQUEST_EXAMPLES
from domain.generation.sketching import AT_ONCE
from domain.jobs.model import UnitKind

APPROVALS = REQUEST_EXAMPLES["post", "/api/jobs/{job_id}/approve"]
REJECTIONS = REQUEST_EXAMPLES["post", "/api/jobs/{job_id}/reject"]


async def words_of(api: httpx.AsyncClient, address: str) -> list[str]:
    scenes = (await api.get(f"{address}/script")).json()["scenes"]
    return [" ".join(sentence["text"] for sentence in scene["sentences"]) for scene in scenes]


# -- waiting -------------------------------------------------------------------------------------


async def test_a_job_says_what_it_waits_for_and_shows_it(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    address = await paused(api, backstage, "script")

    response = await api.get(address)

    assert response.json()["approval"] == {"after": "script"}
    assert response.json()["request"]["pause_after"] == "script"
    assert "retry-after" in response.headers
    assert await words_of(api, address) == ["It has eight arms.", "It has three hearts."]
    listed = (await api.get("/api/jobs?status=waiting")).json()["items"]
    assert [job["approval"] for job in listed] == [{"after": "script"}]
    for missing in ("storyboard", "scenes/0/narration"):
        response = await api.get(f"{address}/{missing}")
        assert (response.status_code, response.json()["code"]) == (404, "not_made_yet")
        assert response.json()["title"] == "The job hasn't made this yet."
        assert "GET /api/jobs/{id}" in response.json()["hint"]
    never = await api.get(f"{address}/scenes/2/narration")
    assert (never.status_code, never.json()["code"]) == (404, "scene_not_found")


@pytest.mark.parametrize(
    "wording", [{"title": ""}, {"tags": ["a" * 300, "b" * 300]}], ids=["shape", "rule"]
)
async def test_a_wrong_wording_and_a_missing_scene_are_told_at_once(
    api: httpx.AsyncClient, backstage: Backstage, wording: dict[str, Any]
) -> None:
    address = await paused(api, backstage, "script")
    body = {"scenes": {"9": {"text": "It has nine brains."}}, **wording}
    problem = (await api.post(f"{address}/approve", json=body)).json()
    assert problem["code"] == "invalid_request"
    [name] = wording
    assert {error["pointer"] for error in problem["errors"]} == {"/scenes/9", f"/{name}"}


async def test_what_was_spoken_can_be_heard(api: httpx.AsyncClient, backstage: Backstage) -> None:
    address = await paused(api, backstage, "narration")

    response = await api.get(f"{address}/scenes/1/narration")

    assert response.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(response.content)) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getsampwidth()) == (1, 48_000, 2)
        assert sound.readframes(10**6) == PCM
    known = {"If-None-Match": response.headers["etag"]}
    assert (await api.get(f"{address}/scenes/1/narration", headers=known)).status_code == 304
    assert (await api.get(f"{address}/scenes/2/narration")).json()["code"] == "scene_not_found"


async def test_a_video_that_waits_can_be_seen(api: httpx.AsyncClient, backstage: Backstage) -> None:
    address = await paused(api, backstage, "package")

    job = (await api.get(address)).json()

    assert job["result"]["video_id"] == job["video_id"]
    assert (await api.get(f"/api/videos/{job['video_id']}")).status_code == 200


async def test_the_stream_tells_that_somebody_is_asked(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    address = await paused(api, backstage, "script")

    async with api.stream("GET", f"{address}/events?after=0") as stream:
        async for line in stream.aiter_lines():
            if '"waiting_for":"approval"' in line and line.startswith('data: {"status"'):
                break


@pytest.mark.parametrize("address", ["approve", "reject"])
async def test_nobody_decides_on_a_job_that_is_not_there(
    api: httpx.AsyncClient, address: str
) -> None:
    response = await api.post(f"/api/jobs/{uuid4()}/{address}")
    assert (response.status_code, response.json()["code"]) == (404, "job_not_found")


async def test_an_unknown_stage_is_refused_with_those_that_there_are(
    api: httpx.AsyncClient,
) -> None:
    response = await api.post("/api/generate", json={"script": "Hi.", "pause_after": "mix"})
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["pointer"] == "/pause_after"
    assert "narration" in f"{error['message']} {error['hint']}"


# -- approving and rejecting ---------------------------------------------------------------------


@pytest.mark.parametrize("example", APPROVALS.values(), ids=APPROVALS.keys())
async def test_every_example_of_an_approval_is_taken(
    api: httpx.AsyncClient, backstage: Backstage, example: dict[str, Any]
) -> None:
    address = await paused(api, backstage, "script")

    response = await api.post(f"{address}/approve", json=example["value"])

    assert response.status_code == 200, response.text
    assert (response.json()["status"], response.json()["approval"]) == ("running", None)


async def test_words_that_are_corrected_are_the_script_that_goes_on(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    address = await paused(api, backstage, "script")

    await api.post(
        f"{address}/approve", json={"scenes": {"1": {"text": "It has nine brains."}}, "title": "Oh"}
    )

    assert await words_of(api, address) == ["It has eight arms.", "It has nine brains."]
    assert (await api.get(f"{address}/script")).json()["title"] == "Oh"
    claim = await claim_unit(backstage.jobs)
    assert claim.unit.kind is UnitKind.NARRATION
    assert claim.job.wording is not None
    assert claim.job.wording.title == "Oh"


async def test_an_approval_needs_no_body_and_a_second_one_is_told_that_it_is_late(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    address = await paused(api, backstage, "narration")

    assert (await api.post(f"{address}/approve")).status_code == 200
    for late in ("approve", "reject"):
        response = await api.post(f"{address}/{late}")
        assert (response.status_code, response.json()["code"]) == (409, "illegal_move")
        assert "doesn't wait for approval: it is running" in response.json()["detail"]


async def test_all_that_is_wrong_with_an_approval_is_told_at_once_and_nothing_goes_on(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    address = await paused(api, backstage, "script")
    body = {
        "title": "x" * 101,
        "description": "é" * 3_000,
        "tags": ["many words"] * 60,
        "scenes": {"0": {"text": " "}},
        "tittle": "?",
    }

    wrong = (await api.post(f"{address}/approve", json=body)).json()["errors"]
    assert {error["pointer"] for error in wrong} >= {"/title", "/scenes/0/text", "/tittle"}

    rest = {"description": body["description"], "tags": [*["many words"] * 60, "\u200b"]}
    wrong = (await api.post(f"{address}/approve", json=rest)).json()["errors"]
    assert {(error["pointer"], error["code"]) for error in wrong} == {
        ("/description", "too_long"),
        ("/tags", "too_long"),
        ("/tags/60", "blank"),
    }
    assert all(error["hint"] for error in wrong)
    for scenes, pointer in (({"2": {"text": "Hi."}}, "/scenes/2"), ({"0": {}}, "/scenes/0")):
        wrong = (await api.post(f"{address}/approve", json={"scenes": scenes})).json()["errors"]
        assert [error["pointer"] for error in wrong] == [pointer]
    assert (await api.get(address)).json()["approval"] == {"after": "script"}


async def test_scenes_of_a_finished_video_are_corrected_by_a_revision(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    address = await paused(api, backstage, "package")
    edits = {"scenes": {"1": {"text": "It has nine brains."}}}

    problem = (await api.post(f"{address}/approve", json=edits)).json()

    assert [error["pointer"] for error in problem["errors"]] == ["/scenes/1"]
    assert "POST /api/videos/{id}/revisions" in problem["hint"]
    approved = await api.post(f"{address}/approve")
    assert approved.json()["status"] == "succeeded"


@pytest.mark.parametrize("example", REJECTIONS.values(), ids=REJECTIONS.keys())
async def test_a_rejected_video_is_gone_and_the_job_says_why(
    api: httpx.AsyncClient, backstage: Backstage, example: dict[str, Any]
) -> None:
    address = await paused(api, backstage, "package")

    job = (await api.post(f"{address}/reject", json=example["value"])).json()

    assert (job["status"], job["result"]) == ("cancelled", None)
    assert (job["error"]["code"], job["error"]["message"]) == (
        "rejected",
        example["value"]["reason"],
    )
    assert (await api.get(f"/api/videos/{job['video_id']}")).status_code == 404
    assert (await api.post(f"{address}/retry")).status_code == 202


async def test_a_job_that_is_rejected_without_a_reason_has_one_all_the_same(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    address = await paused(api, backstage, "script")

    job = (await api.post(f"{address}/reject")).json()

    assert job["error"]["code"] == "rejected"
    assert job["error"]["message"]
    again = (await api.post(f"{address}/retry")).json()
    assert (again["status"], again["approval"]) == ("waiting", {"after": "script"})


# -- dry runs ------------------------------------------------------------------------------------


async def test_a_dry_run_shows_what_would_come_and_keeps_nothing(api: httpx.AsyncClient) -> None:
    body = {"script": "It has eight arms.\n\nIt has three hearts.", "seed": 7}

    response = await api.post("/api/generate?dry_run=true", json=body)

    assert response.status_code == 200, response.text
    sketch = response.json()
    assert sketch["request"]["seed"] == 7
    assert sketch["request"]["voice"]["id"]
    assert len(sketch["script"]["scenes"]) == len(sketch["storyboard"]["scenes"]) == 2
    assert 2 < sketch["estimated"]["duration"] < 8
    assert sketch["estimated"]["seconds"] > 0
    assert sketch["estimated"]["based_on"] == 0
    assert sketch["warnings"] == []
    assert (await api.get("/api/jobs")).json()["items"] == []


async def test_the_time_to_make_it_is_that_of_the_latest_videos(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    await submit(api)
    await work_off(backstage.jobs)

    sketch = (await api.post("/api/generate?dry_run=true", json={"script": "Hello."})).json()

    assert sketch["estimated"]["based_on"] == 1


async def test_a_dry_run_is_refused_like_the_request_itself(api: httpx.AsyncClient) -> None:
    response = await api.post("/api/generate?dry_run=true", json={"topic": "Octopuss"})
    assert (response.status_code, response.json()["code"]) == (422, "topic_not_found")
    response = await api.post("/api/generate?dry_run=true", json={"topic": "Bee", "script": "x"})
    assert response.json()["errors"][0]["code"] == "exactly_one_source"


async def test_few_dry_runs_are_drawn_at_once_and_the_server_answers_meanwhile(
    api: httpx.AsyncClient,
) -> None:
    body = {"script": "It has eight arms. It has three hearts. It has nine brains.\n\n" * 60}
    address = "/api/generate?dry_run=true"

    answers = await asyncio.gather(*(api.post(address, json=body) for _ in range(AT_ONCE + 3)))

    refused = [answer for answer in answers if answer.status_code != 200]
    assert len(refused) == 3
    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (429, "dry_runs_busy")
        assert answer.headers["retry-after"]
    assert (await api.post(address, json=body)).status_code == 200
