"""/api/webhooks, and the way of a message from a request to its receiver."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import uuid4

import httpx
import pytest
from dishka import Provider, Scope
from live_server import serve
from tiny_production import TinyProduction, eventually
from webhook_receiver import answering, receiving

from app.config import Settings
from app.container import make_container
from app.workshop import Workshop
from domain.generation.pipeline import Pipeline

URL = "https://example.com/hooks"
JOB = {"script": "Octopuses have three hearts. Two of them stop when they swim."}


async def make(api: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    response = await api.post("/api/webhooks", json={"url": URL} | body)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def test_a_webhook_is_made_shown_listed_changed_and_deleted(api: httpx.AsyncClient) -> None:
    response = await api.post(
        "/api/webhooks",
        json={"url": URL, "events": ["video.ready", "job.failed"], "description": " shop "},
    )
    made = response.json()
    assert made["secret"].startswith("whsec_")
    assert made["webhook"]["events"] == ["job.failed", "video.ready"]
    assert made["webhook"]["description"] == "shop"
    assert response.headers["cache-control"] == "no-store"
    address = response.headers["location"]

    shown = await api.get(address)
    assert shown.json() == made["webhook"]
    listed = await api.get("/api/webhooks")
    assert listed.json() == {"items": [made["webhook"]]}
    assert "whsec_" not in shown.text + listed.text

    changed = await api.patch(address, json={"enabled": False, "events": []})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["enabled"], changed.json()["events"]) == (False, [])
    assert changed.json()["disabled_reason"]

    assert (await api.delete(address)).status_code == 204
    gone = await api.get(address)
    assert (gone.status_code, gone.json()["code"]) == (404, "webhook_not_found")


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({}, 400, "/url"),
        ({"url": ""}, 400, "/url"),
        ({"url": 7}, 400, "/url"),
        ({"url": URL, "events": ["job.danced"]}, 400, "/events/0"),
        ({"url": URL, "events": ["webhook.test"]}, 400, "/events/0"),
        ({"url": URL, "description": "x" * 201}, 400, "/description"),
        ({"url": URL, "description": "a\nb"}, 400, "/description"),
        ({"url": URL, "account_id": "studio"}, 400, "/account_id"),
        ({"url": URL, "secret": "whsec_mine"}, 400, "/secret"),
        ({"url": URL + "\r\nX-Injected: 1"}, 422, "/url"),
        ({"url": "http://example.com/"}, 422, "/url"),
        ({"url": "https://127.0.0.1/"}, 422, "/url"),
        ({"url": "https://2130706433/"}, 422, "/url"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, 422, "/url"),
        ({"url": "https://user:password@example.com/"}, 422, "/url"),
        ({"url": "https://127.0.0.1/", "events": ["webhook.test"]}, 400, "/url"),
    ],
)
async def test_what_is_wrong_is_named(
    api: httpx.AsyncClient, body: dict[str, Any], status: int, pointer: str
) -> None:
    response = await api.post("/api/webhooks", json=body)
    problem = response.json()
    assert response.status_code == status, response.text
    assert pointer in [error["pointer"] for error in problem["errors"]]
    assert status != 422 or problem["hint"]
    assert (await api.get("/api/webhooks")).json()["items"] == []


async def test_a_wrong_event_and_a_forbidden_url_are_told_at_once(api: httpx.AsyncClient) -> None:
    body = {"url": "https://127.0.0.1/", "events": ["nope"]}
    made = await make(api)
    for method, path in (("POST", ""), ("PATCH", f"/{made['webhook']['id']}")):
        problem = (await api.request(method, f"/api/webhooks{path}", json=body)).json()
        assert {error["pointer"] for error in problem["errors"]} == {"/events/0", "/url"}


async def test_a_changed_url_is_checked_as_well(api: httpx.AsyncClient) -> None:
    made = await make(api)
    address = f"/api/webhooks/{made['webhook']['id']}"
    response = await api.patch(address, json={"url": "https://localhost/"})
    assert (response.status_code, response.json()["code"]) == (422, "url_forbidden")
    assert (await api.get(address)).json()["url"] == URL


async def test_an_account_has_twenty_webhooks_at_most(api: httpx.AsyncClient) -> None:
    for _ in range(20):
        await make(api)
    response = await api.post("/api/webhooks", json={"url": URL})
    assert (response.status_code, response.json()["code"]) == (409, "too_many_webhooks")
    assert response.json()["hint"]


async def test_secrets_are_rotated(api: httpx.AsyncClient) -> None:
    made = await make(api)
    rotated = (await api.post(f"/api/webhooks/{made['webhook']['id']}/rotate")).json()
    assert rotated["secret"].startswith("whsec_")
    assert rotated["secret"] != made["secret"]
    assert rotated["webhook"]["previous_secret_until"]

    first = (await api.get("/api/webhooks/secret")).json()
    assert (await api.get("/api/webhooks/secret")).json() == first
    second = (await api.post("/api/webhooks/secret/rotate")).json()
    assert second["secret"] != first["secret"]
    assert second["previous_secret_until"]


async def test_messages_are_listed_in_pages_and_sent_again(api: httpx.AsyncClient) -> None:
    made = await make(api)
    address = f"/api/webhooks/{made['webhook']['id']}"
    sent = [(await api.post(f"{address}/test")).json()["id"] for _ in range(3)]
    for path in (f"{address}/deliveries", "/api/webhooks/deliveries"):
        first = await api.get(path, params={"limit": 2, "state": "pending"})
        assert [one["id"] for one in first.json()["items"]] == sent[:0:-1]
        second = await api.get(first.links["next"]["url"])
        assert [one["id"] for one in second.json()["items"]] == sent[:1]
        assert "next" not in second.links
        assert second.links["first"]["url"].startswith(path + "?")
    for path in (f"{address}/deliveries", "/api/webhooks/deliveries"):
        again = await api.post(f"{path}/{sent[0]}/resend")
        assert (again.status_code, again.json()["id"]) == (202, sent[0])
    wrong = await api.get("/api/webhooks/deliveries", params={"state": "lost"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (400, "/state")
    assert "pending" in wrong.json()["errors"][0]["message"]
    assert (await api.get("/api/webhooks/deliveries?cursor=x")).status_code == 400


async def test_what_isn_t_there_is_not_found(api: httpx.AsyncClient) -> None:
    made = await make(api)
    there, nowhere = f"/api/webhooks/{made['webhook']['id']}", f"/api/webhooks/{uuid4()}"
    for method, path in [
        ("GET", nowhere),
        ("DELETE", nowhere),
        ("POST", f"{nowhere}/rotate"),
        ("POST", f"{nowhere}/test"),
        ("GET", f"{nowhere}/deliveries"),
        ("POST", f"{there}/deliveries/{uuid4()}/resend"),
        ("POST", f"/api/webhooks/deliveries/{uuid4()}/resend"),
    ]:
        response = await api.request(method, path)
        assert response.status_code == 404, (method, path)
        assert response.json()["code"].endswith("_not_found")


async def test_scopes_and_accounts_keep_webhooks_apart(api: httpx.AsyncClient) -> None:
    async def key(*scopes: str) -> dict[str, str]:
        made = await api.post("/api/keys", json={"name": "k", "scopes": list(scopes)})
        return {"authorization": f"Bearer {made.json()['token']}"}

    reader, writer = await key("webhooks:read"), await key("webhooks:write")
    other = await key("jobs:write", "videos:write")
    assert (await api.post("/api/webhooks", json={"url": URL}, headers=reader)).status_code == 403
    assert (await api.get("/api/webhooks/secret", headers=reader)).status_code == 403
    assert (await api.get("/api/webhooks", headers=other)).status_code == 403
    made = await api.post("/api/webhooks", json={"url": URL}, headers=writer)
    assert made.status_code == 201
    assert len((await api.get("/api/webhooks", headers=reader)).json()["items"]) == 1


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://10.0.0.1/", "https://a@b.example/", "https://0x7f.1/"]
)
async def test_a_request_s_own_url_is_checked_when_it_s_sent(
    api: httpx.AsyncClient, url: str
) -> None:
    response = await api.post("/api/generate", json=JOB | {"webhook_url": url})
    assert (response.status_code, response.json()["code"]) == (422, "url_forbidden")
    assert response.json()["errors"][0]["pointer"] == "/webhook_url"
    assert (await api.get("/api/jobs")).json()["items"] == []


async def test_a_wrong_url_is_told_with_all_else_that_is_wrong(api: httpx.AsyncClient) -> None:
    body = JOB | {"webhook_url": "https://127.0.0.1/", "voice": {"id": "nobody"}}
    response = await api.post("/api/generate", json=body)
    pointers = {error["pointer"] for error in response.json()["errors"]}
    assert pointers == {"/webhook_url", "/voice/id"}


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[None]:
    """A worker's insides on the server's database, for the length of a block."""
    tiny = TinyProduction()
    production = Provider(scope=Scope.APP)
    production.provide(lambda: tiny, provides=Pipeline)
    container = make_container(settings, production)
    task = asyncio.create_task((await container.get(Workshop)).work())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await container.close()


async def test_from_a_request_to_the_receivers(make_settings: Callable[..., Settings]) -> None:
    """The job is done by a worker, and both addresses are told so, whatever they answer."""
    settings = make_settings(worker_slots=1, poll_seconds=0.05, allow_private_urls="127.0.0.1")
    async with receiving(answering(500)) as account, receiving() as own:
        with serve(settings) as address:
            async with httpx.AsyncClient(base_url=address, timeout=60) as api, working(settings):
                made = await make(api, url=account.url, events=["job.succeeded", "video.ready"])
                accepted = await api.post("/api/generate", json=JOB | {"webhook_url": own.url})
                assert accepted.status_code == 202, accepted.text
                job_id = accepted.json()["id"]
                # the first of the account's messages fails, and comes again after the second
                await asyncio.gather(own.has(3), account.has(3))
                secret = (await api.get("/api/webhooks/secret")).json()["secret"]
                job = (await api.get(f"/api/jobs/{job_id}")).json()
                video = (await api.get(f"/api/videos/{job['video_id']}")).json()

                async def is_noted() -> bool:
                    query = {"job_id": job_id, "state": "delivered"}
                    listed = await api.get("/api/webhooks/deliveries", params=query)
                    return len(listed.json()["items"]) == 5

                await eventually(is_noted)
    told = [request.verified(secret) for request in own.received]
    assert [one["type"] for one in told] == ["job.started", "job.succeeded", "video.ready"]
    assert told[1]["data"] == {name: job[name] for name in told[1]["data"]}
    assert told[2]["data"] == video
    heard = [request.verified(made["secret"])["type"] for request in account.received]
    assert heard == ["job.succeeded", "video.ready", "job.succeeded"]
    assert account.received[0].message_id == account.received[2].message_id
