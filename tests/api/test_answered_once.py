"""Idempotency-Key where something else than a job is made: keys, webhooks, secrets, messages."""

from typing import Any

import httpx
import pytest
from live_server import Backstage

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
REPLAYED = "idempotency-replayed"
URL = "https://example.com/hooks"
KEYS, WEBHOOKS = "/api/keys", "/api/webhooks"
LAPTOP = {"name": "laptop", "scopes": ["jobs:read"]}

PLACES = {
    "key": (KEYS, 201, LAPTOP),
    "webhook": (WEBHOOKS, 201, {"url": URL}),
    "account's secret": ("/api/webhooks/secret/rotate", 200, None),
    "secret": ("/api/webhooks/{webhook}/rotate", 200, None),
    "test": ("/api/webhooks/{webhook}/test", 202, None),
    "message": ("/api/webhooks/{webhook}/deliveries/{delivery}/resend", 202, None),
    "any message": ("/api/webhooks/deliveries/{delivery}/resend", 202, None),
}


async def asked(
    api: httpx.AsyncClient, path: str, body: Any, key: dict[str, str] = KEY
) -> httpx.Response:
    return await api.post(path, headers=key, **({} if body is None else {"json": body}))


async def place(api: httpx.AsyncClient, name: str) -> tuple[str, int, Any]:
    """Where and what to ask; what has to be there for it is."""
    path, status, body = PLACES[name]
    if "{" in path:
        webhook = (await api.post(WEBHOOKS, json={"url": URL})).json()["webhook"]["id"]
        sent = (await api.post(f"{WEBHOOKS}/{webhook}/test")).json()["id"]
        path = path.format(webhook=webhook, delivery=sent)
    return path, status, body


def told(response: httpx.Response) -> tuple[int, Any, dict[str, str]]:
    """What an answer says: everything but who sent it and when."""
    passing = {REPLAYED, "x-request-id", "date", "server"}
    headers = {name: value for name, value in response.headers.items() if name not in passing}
    return response.status_code, response.json(), headers


async def all_there_is(api: httpx.AsyncClient) -> list[Any]:
    paths = (KEYS, WEBHOOKS, "/api/webhooks/deliveries", "/api/webhooks/secret")
    return [(await api.get(path)).json() for path in paths]


@pytest.mark.parametrize("name", PLACES)
async def test_a_repeated_request_makes_nothing_and_is_answered_the_same(
    api: httpx.AsyncClient, name: str
) -> None:
    path, status, body = await place(api, name)
    await api.get("/api/webhooks/secret")
    first = await asked(api, path, body)
    made = await all_there_is(api)
    again = await asked(api, path, body)

    assert first.status_code == status, first.text
    assert told(again) == told(first)
    assert REPLAYED not in first.headers
    assert again.headers[REPLAYED] == "true"
    assert await all_there_is(api) == made
    free = await asked(api, path, body, {"Idempotency-Key": "another"})
    assert (free.status_code, REPLAYED in free.headers) == (status, False)


async def test_what_is_no_key_is_refused_by_name(api: httpx.AsyncClient) -> None:
    for name in PLACES:
        path, _, body = await place(api, name)
        made = await all_there_is(api)
        response = await asked(api, path, body, {"Idempotency-Key": "a b"})
        [error] = response.json()["errors"]
        assert (response.status_code, error["pointer"]) == (400, "/Idempotency-Key"), name
        assert await all_there_is(api) == made, name


async def test_a_key_shown_again_is_the_same_key_and_works(api: httpx.AsyncClient) -> None:
    tokens = [(await asked(api, KEYS, LAPTOP)).json()["token"] for _ in range(2)]
    assert tokens[0] == tokens[1]
    good = await api.get("/api/jobs", headers={"authorization": f"Bearer {tokens[1]}"})
    assert good.status_code == 200


async def test_the_same_json_is_the_same_request_and_another_is_refused_with_the_way_out(
    api: httpx.AsyncClient,
) -> None:
    first = await asked(api, KEYS, LAPTOP)
    content = b'{ "scopes": ["jobs:read"], "name":"laptop" }'
    headers = KEY | {"content-type": "application/json"}
    assert (await api.post(KEYS, content=content, headers=headers)).json() == first.json()
    for path, body in ((KEYS, LAPTOP | {"name": "phone"}), (WEBHOOKS, {"url": URL})):
        other = await asked(api, path, body)
        problem = other.json()
        assert (other.status_code, problem["code"]) == (422, "idempotency_key_reused")
        assert "POST /api/keys" in problem["detail"]
        assert "new key" in problem["hint"]
    assert len((await api.get(KEYS)).json()["items"]) == 1
    assert (await api.get(WEBHOOKS)).json()["items"] == []


async def test_a_key_that_made_a_job_makes_nothing_else(api: httpx.AsyncClient) -> None:
    job = await api.post("/api/generate", json={"script": "Hello there."}, headers=KEY)
    assert job.status_code == 202
    refused = await asked(api, KEYS, LAPTOP)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert (await api.get(KEYS)).json()["items"] == []


async def test_a_refused_request_leaves_its_key_free(api: httpx.AsyncClient) -> None:
    refused = await asked(api, WEBHOOKS, {"url": "http://127.0.0.1/"})
    assert refused.status_code == 422
    accepted = await asked(api, WEBHOOKS, {"url": URL})
    assert (accepted.status_code, REPLAYED in accepted.headers) == (201, False)


async def test_a_body_that_nobody_expects_is_compared_as_it_came(api: httpx.AsyncClient) -> None:
    path, *_ = await place(api, "test")
    headers = KEY | {"content-type": "application/json"}
    bodies = (b"[" * 5_000, b"[" * 5_000, b"{")
    answers = [await api.post(path, content=body, headers=headers) for body in bodies]
    assert [answer.status_code for answer in answers] == [202, 202, 422]
    assert REPLAYED in answers[1].headers


async def test_no_id_makes_a_path_too_long_to_be_kept(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    path, status, body = await place(api, "test")
    hook = path.split("/")[3]
    stretched = path.replace(hook, hook + "-" * 400)
    answers = [await asked(api, stretched, body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [status, status]
    assert answers[0].json() == answers[1].json()
    async with backstage.engine.connect() as conn:
        [[length]] = await conn.exec_driver_sql("SELECT max(length(route)) FROM first_answers")
    assert length <= 255
