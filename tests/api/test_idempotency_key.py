"""Idempotency-Key: a request that is sent again makes nothing, and is answered as before."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from finished_video import finish_a_video
from live_server import Backstage, serve
from tiny_production import claim_unit, finish_for, work_off

from app.config import Settings

GENERATE = "/api/generate"
BODY = {"script": "Hello there.", "metadata": {"order": 1042}}
KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
REPLAYED = "idempotency-replayed"


async def jobs_of(api: httpx.AsyncClient) -> list[str]:
    return [job["id"] for job in (await api.get("/api/jobs")).json()["items"]]


def told(response: httpx.Response) -> tuple[int, Any, dict[str, str]]:
    """What an answer says: everything but who sent it and when."""
    passing = {REPLAYED, "x-request-id", "date", "server"}
    headers = {name: value for name, value in response.headers.items() if name not in passing}
    return response.status_code, response.json(), headers


async def test_a_repeated_request_makes_nothing_and_is_answered_the_same(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    first = await api.post(GENERATE, json=BODY, headers=KEY)
    await work_off(backstage.jobs)
    again = await api.post(GENERATE, json=BODY, headers=KEY)

    assert first.status_code == 202, first.text
    assert told(again) == told(first)
    assert REPLAYED not in first.headers
    assert again.headers[REPLAYED] == "true"
    assert await jobs_of(api) == [first.json()["id"]]


async def test_without_a_key_the_same_request_is_another_job(api: httpx.AsyncClient) -> None:
    answers = [await api.post(GENERATE, json=BODY) for _ in range(2)]
    assert len({answer.json()["id"] for answer in answers}) == 2
    assert all(REPLAYED not in answer.headers for answer in answers)


async def test_what_was_accepted_is_answered_even_if_it_would_be_refused_now(
    make_settings: Callable[..., Settings],
) -> None:
    with serve(make_settings(max_queued_jobs=1)) as address:
        async with httpx.AsyncClient(base_url=address, timeout=60) as api:
            first = await api.post(GENERATE, json=BODY, headers=KEY)
            full = await api.post(GENERATE, json=BODY, headers={"Idempotency-Key": "other"})
            again = await api.post(GENERATE, json=BODY, headers=KEY)
            assert (full.status_code, full.json()["code"]) == (429, "queue_full")
            assert told(again) == told(first)


@pytest.mark.parametrize(
    "content",
    [
        b'{"metadata": {"order": 1042}, "script": "Hello there."}',
        b'{ "script" : "Hello\\u0020there.", "metadata":{"order":1042} }',
    ],
    ids=["another order", "other spaces"],
)
async def test_the_same_json_is_the_same_request(api: httpx.AsyncClient, content: bytes) -> None:
    first = await api.post(GENERATE, json=BODY, headers=KEY)
    headers = KEY | {"content-type": "application/json"}
    again = await api.post(GENERATE, content=content, headers=headers)
    assert again.json()["id"] == first.json()["id"]


async def test_a_quoted_key_is_the_same_key(api: httpx.AsyncClient) -> None:
    first = await api.post(GENERATE, json=BODY, headers=KEY)
    quoted = {"Idempotency-Key": f'"{KEY["Idempotency-Key"]}"'}
    again = await api.post(GENERATE, json=BODY, headers=quoted)
    assert again.json()["id"] == first.json()["id"]


async def test_another_body_under_the_key_is_refused_with_the_way_out(
    api: httpx.AsyncClient,
) -> None:
    first = await api.post(GENERATE, json=BODY, headers=KEY)
    response = await api.post(GENERATE, json=BODY | {"seed": 8}, headers=KEY)
    problem = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert (response.status_code, problem["code"]) == (422, "idempotency_key_reused")
    assert KEY["Idempotency-Key"] in problem["detail"]
    assert "new key" in problem["hint"]
    assert await jobs_of(api) == [first.json()["id"]]


async def test_a_refused_request_leaves_its_key_free(api: httpx.AsyncClient) -> None:
    refused = await api.post(GENERATE, json={"topic": "Octopuss"}, headers=KEY)
    assert refused.status_code == 422
    accepted = await api.post(GENERATE, json=BODY, headers=KEY)
    assert (accepted.status_code, REPLAYED in accepted.headers) == (202, False)


@pytest.mark.parametrize("key", ["", "a b", "ö", "x" * 256, '""', '"a b"'])
@pytest.mark.parametrize("path", [GENERATE, "/api/videos/{}/revisions"])
async def test_what_is_no_key_is_refused_by_name(
    api: httpx.AsyncClient, backstage: Backstage, path: str, key: str
) -> None:
    video = await finish_a_video(backstage)
    before = await jobs_of(api)
    response = await api.post(
        path.format(video.id),
        json=BODY if path == GENERATE else {"scenes": {"0": {"text": "Nine brains."}}},
        headers={b"Idempotency-Key": key.encode()},
    )
    [error] = response.json()["errors"]
    assert (response.status_code, error["pointer"]) == (400, "/Idempotency-Key")
    assert error["hint"]
    assert await jobs_of(api) == before


async def test_what_is_no_key_is_told_with_whatever_else_is_wrong(api: httpx.AsyncClient) -> None:
    preset = await api.put("/api/presets/brand", json={"music": {"mood": "calm"}})
    assert preset.status_code == 201
    for named in ({}, {"preset": "brand"}):
        response = await api.post(
            GENERATE, json=BODY | named | {"duration": 1}, headers={"Idempotency-Key": "a b"}
        )
        assert response.status_code == 400
        pointers = [error["pointer"] for error in response.json()["errors"]]
        assert pointers == ["/duration", "/Idempotency-Key"]
    other = await api.put("/api/presets/brand", json={"bogus": 1}, headers={"Idempotency-Key": ""})
    assert [error["pointer"] for error in other.json()["errors"]] == ["/bogus"]


@pytest.mark.parametrize("key", ["x" * 255, "!~#$%&'*+-.^_`|", "1"])
async def test_any_visible_characters_are_a_key(api: httpx.AsyncClient, key: str) -> None:
    answers = [
        await api.post(GENERATE, json=BODY, headers={"Idempotency-Key": key}) for _ in range(2)
    ]
    assert [REPLAYED in answer.headers for answer in answers] == [False, True]


@pytest.mark.parametrize("body", [{"scenes": {"0": {"text": "Nine brains."}}}, None])
async def test_a_revision_is_made_once_under_a_key(
    api: httpx.AsyncClient, backstage: Backstage, body: Any
) -> None:
    video = await finish_a_video(backstage)
    address = f"/api/videos/{video.id}"
    await api.patch(f"{address}/scenes/1", json={"text": "Two hearts."})

    async def revise() -> httpx.Response:
        if body is None:
            return await api.post(f"{address}/revisions", headers=KEY)
        return await api.post(f"{address}/revisions", json=body, headers=KEY)

    first = await revise()
    under_way = await revise()
    claim = await claim_unit(backstage.jobs)
    await backstage.jobs.finish(claim, finish_for(claim, 2))
    await work_off(backstage.jobs)
    await api.delete(address)
    after_all = await revise()

    assert (first.status_code, first.json()["revision"]) == (202, 2)
    assert told(first) == told(under_way) == told(after_all)
    elsewhere = await api.post(GENERATE, json=BODY, headers=KEY)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "idempotency_key_reused")
    assert "/revisions" in elsewhere.json()["detail"]


async def test_the_header_is_documented_wherever_something_is_made(api: httpx.AsyncClient) -> None:
    document = (await api.get("/schema/openapi.json")).json()
    taking = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "header" and parameter["name"] == "Idempotency-Key":
                    taking[method, path] = (operation, parameter)
    assert set(taking) == {
        ("post", "/api/generate"),
        ("post", "/api/videos/{video_id}/revisions"),
        ("post", "/api/keys"),
        ("post", "/api/webhooks"),
        ("post", "/api/webhooks/secret/rotate"),
        ("post", "/api/webhooks/{webhook_id}/rotate"),
        ("post", "/api/webhooks/{webhook_id}/test"),
        ("post", "/api/webhooks/deliveries/{delivery_id}/resend"),
        ("post", "/api/webhooks/{webhook_id}/deliveries/{delivery_id}/resend"),
    }
    moving = {"approve", "cancel", "reject", "retry"}
    """posts that make nothing: a job that has moved doesn't move so again"""
    posts = {("post", path) for path, methods in document["paths"].items() if "post" in methods}
    assert {path for path in posts - set(taking) if path[1].split("/")[-1] not in moving} == set()
    for operation, parameter in taking.values():
        assert "24 hours" in parameter["description"]
        assert "8e03978e-40d5-43dd-bc93-6894a57f9324" in parameter["description"]
        assert not parameter.get("required")
        [success] = [s for s in operation["responses"] if s in ("202", "201")] or ["200"]
        assert "Idempotency-Replayed" in operation["responses"][success]["headers"]
        assert "422" in operation["responses"]
