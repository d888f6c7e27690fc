"""Objects of another account: on every route they are answered as if there were none.

The routes come out of the API's own description. A route with a new kind of id is attacked
without a change here if the object can be made by the first example of its collection's POST;
else the test fails, and says what to add.
"""

import asyncio
import secrets
import time
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from attack import Operation, describe, operations
from finished_video import TITLE, finish_a_video, script, storyboard
from live_server import Backstage
from paused_job import paused

from adapters.postgres import SqlKeyStore
from domain.access import Keys, Scope
from domain.jobs.model import UnitKind

NOBODYS = ("/api/voices", "/api/palettes", "/api/health", "/metrics", "/schema", "/docs")
"""under which nothing belongs to an account"""
EVERYBODYS = ("put /api/presets/{name}",)
"""where another account's name is as free as any"""
PRESET, COLOUR = "brand-shorts", "#0a1b2c"
"""of no palette: whoever has it has it from the preset, and not by chance"""
HOOK = "https://hooks.example/of-the-owner"
NO_IDS = ("number",)
"""parameters that count something inside of an object"""
ABSENT = {"job_id": str(uuid4()), "video_id": str(uuid4()), "key_id": "0123456789abcdef"}

Headers = dict[str, str]


async def key_of(backstage: Backstage, account: str) -> tuple[str, Headers]:
    keys = Keys(SqlKeyStore(backstage.engine), draw=secrets.token_hex, clock=time.monotonic)
    made = await keys.create(account, f"a key of {account}", [Scope.ADMIN])
    return made.key.id, {"authorization": f"Bearer {made.token}"}


@pytest.fixture
async def owned(api: httpx.AsyncClient, backstage: Backstage) -> tuple[dict[str, str], Headers]:
    """Ids of objects of ``local`` by the parameters' names, and its key."""
    video = await finish_a_video(backstage)
    for (kind, _), result in (await backstage.jobs.results("local", video.job_id)).items():
        document = {UnitKind.SCRIPT: script, UnitKind.STORYBOARD: storyboard}.get(kind)
        if document is not None:
            body = msgspec.json.encode(document())
            await backstage.documents.put("local", kind, result.fingerprint, body)
    key_id, key = await key_of(backstage, "local")
    hook = (await api.post("/api/webhooks", json={"url": HOOK}, headers=key)).json()["webhook"]
    sent = (await api.post(f"/api/webhooks/{hook['id']}/test", headers=key)).json()
    kept = {"brand": {"accent": COLOUR}}
    assert (await api.put(f"/api/presets/{PRESET}", json=kept, headers=key)).is_success
    ids = {
        "job_id": str(video.job_id),
        "video_id": str(video.id),
        "key_id": key_id,
        "webhook_id": hook["id"],
        "delivery_id": sent["id"],
        "name": PRESET,
    }
    return ids, key


async def belongings(api: httpx.AsyncClient, ids: dict[str, str], owner: Headers) -> list[Any]:
    """All that could be changed of what is the owner's, as the owner sees it."""
    paths = (
        f"/api/jobs/{ids['job_id']}",
        f"/api/videos/{ids['video_id']}",
        f"/api/webhooks/{ids['webhook_id']}",
        f"/api/webhooks/{ids['webhook_id']}/deliveries",
        f"/api/presets/{ids['name']}",
        "/api/jobs",
        "/api/webhooks/secret",
    )
    answers = [await api.get(path, headers=owner) for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    keys = (await api.get("/api/keys", headers=owner)).json()["items"]
    revoked = [key["revoked_at"] for key in keys if key["id"] == ids["key_id"]]
    return [*(answer.json() for answer in answers), revoked]


async def made_by_example(
    api: httpx.AsyncClient, routes: list[Operation], operation: Operation, name: str, key: Headers
) -> str:
    """The id of an object that the POST of a parameter's collection makes."""
    collection = operation.path.split("/{" + name + "}")[0]
    for route in routes:
        if route.method == "post" and route.path == collection and route.body is not None:
            answer = await api.post(collection, json=route.body, headers=key)
            if answer.is_success:
                body = answer.json()
                inner = next((v for v in body.values() if isinstance(v, dict) and "id" in v), {})
                return str(body.get("id") or inner.get("id") or body["name"])
            pytest.fail(f"{route}'s example answers {answer.status_code}: {answer.text}")
    pytest.fail(f"{operation}: say in `owned` how an object for {name!r} is made")


async def test_every_route_with_an_id_answers_404_for_anothers_and_tells_nothing(
    api: httpx.AsyncClient, backstage: Backstage, owned: tuple[dict[str, str], Headers]
) -> None:
    ids, owner = owned
    _, stranger = await key_of(backstage, "stranger")
    routes = operations(await describe(api))
    attacked = []
    before = await belongings(api, ids, owner)
    for route in routes:
        if not route.parameters or route.path.startswith(NOBODYS):
            continue
        if f"{route.method} {route.path}" in EVERYBODYS:
            continue
        for name in route.parameters:
            if name not in ids and name not in NO_IDS:
                ids[name] = await made_by_example(api, routes, route, name, owner)
        theirs = {name: ids.get(name, "0") for name in route.parameters}
        nothing = {
            name: ABSENT.get(name, _alike(theirs[name])) if name not in NO_IDS else "0"
            for name in route.parameters
        }

        answer = await ask(api, route, theirs, stranger)
        absent = await ask(api, route, nothing, stranger)

        told = f"{route}: {answer.status_code} {answer.text[:300]}"
        assert answer.status_code == absent.status_code == 404, told
        assert same(answer, theirs) == same(absent, nothing), told
        assert "Octopus" not in answer.text + str(answer.headers), told
        for own in (TITLE, HOOK, COLOUR, "whsec_"):
            assert own not in answer.text, told
        attacked.append(str(route))
    assert len(attacked) >= 30, attacked
    # nothing was changed either: what is the owner's is all there
    assert await belongings(api, ids, owner) == before


async def test_the_owner_gets_what_the_stranger_does_not(
    api: httpx.AsyncClient, owned: tuple[dict[str, str], Headers]
) -> None:
    """Else a route that always answers 404 would pass."""
    ids, owner = owned
    for route in operations(await describe(api)):
        safe = route.method == "get" and route.parameters and set(route.parameters) <= set(ids)
        if safe and not route.path.endswith("/events"):
            answer = await ask(api, route, ids, owner)
            assert answer.status_code == 200, f"{route}: {answer.text}"


async def test_no_list_shows_anything_of_anothers(
    api: httpx.AsyncClient, backstage: Backstage, owned: tuple[dict[str, str], Headers]
) -> None:
    ids, _ = owned
    _, stranger = await key_of(backstage, "stranger")
    looked = 0
    for route in operations(await describe(api)):
        if route.method != "get" or route.parameters or route.path.startswith(NOBODYS):
            continue
        if "text/event-stream" in str(route.described["responses"].get("200", {})):
            continue  # has no end
        answer = await api.get(route.path, headers=stranger)
        for own in (*ids.values(), TITLE, HOOK, "Octopus"):
            assert own not in answer.text, f"{route}: {answer.text[:300]}"
        looked += 1
    assert looked >= 3


async def test_what_waits_for_the_owner_is_nobody_elses_to_hear_or_to_decide(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    address = await paused(api, backstage, "narration")
    _, owner = await key_of(backstage, "local")
    _, stranger = await key_of(backstage, "stranger")
    waiting = (await api.get(address, headers=owner)).json()
    for path in ("/script", "/storyboard", "/scenes/0/narration", "/events"):
        answer = await api.get(address + path, headers=stranger)
        assert answer.status_code == 404, answer.text
        assert answer.json()["code"] == "job_not_found"
    decisions = {
        "/approve": {"title": "Mine now", "scenes": {"0": {"text": "Mine."}}},
        "/reject": {"reason": "Mine."},
        "/cancel": None,
        "/retry": None,
    }
    for path, body in decisions.items():
        answer = await api.post(address + path, json=body, headers=stranger)
        assert answer.status_code == 404, answer.text
        assert answer.json()["code"] == "job_not_found"
    for path in ("/script", "/scenes/0/narration"):
        assert (await api.get(address + path, headers=owner)).status_code == 200
    assert (await api.get(address, headers=owner)).json() == waiting
    assert "Mine" not in (await api.get(f"{address}/script", headers=owner)).text


async def test_a_name_of_anothers_preset_is_simply_none(
    api: httpx.AsyncClient, backstage: Backstage, owned: tuple[dict[str, str], Headers]
) -> None:
    ids, owner = owned
    address = f"/api/presets/{ids['name']}"
    kept = (await api.get(address, headers=owner)).json()
    assert COLOUR in str(kept)
    _, stranger = await key_of(backstage, "stranger")
    body = {"script": "Bees dance.", "preset": ids["name"]}
    unknown = await api.post("/api/generate", json=body, headers=stranger)
    assert unknown.status_code == 422
    assert COLOUR not in unknown.text

    mine = await api.put(address, json={"aspect_ratio": "1:1"}, headers=stranger)

    assert mine.status_code == 201, "there was none of this name"
    assert COLOUR not in mine.text
    made = (await api.post("/api/generate", json=body, headers=stranger)).json()
    assert made["request"]["aspect_ratio"] == "1:1"
    assert COLOUR not in str(made).lower()
    assert (await api.delete(address, headers=stranger)).status_code == 204
    assert (await api.get(address, headers=owner)).json() == kept


async def test_no_account_signs_as_another(api: httpx.AsyncClient, backstage: Backstage) -> None:
    _, owner = await key_of(backstage, "local")
    _, stranger = await key_of(backstage, "stranger")
    secret = "/api/webhooks/secret"
    owners = (await api.get(secret, headers=owner)).json()
    strangers = (await api.get(secret, headers=stranger)).json()
    assert strangers["secret"] != owners["secret"]
    await api.post(f"{secret}/rotate", headers=stranger)
    assert (await api.get(secret, headers=owner)).json() == owners


async def test_a_selection_by_anothers_job_finds_no_message(
    api: httpx.AsyncClient, backstage: Backstage, owned: tuple[dict[str, str], Headers]
) -> None:
    _, owner = owned
    body = {"script": "Bees dance.", "webhook_url": HOOK}
    job_id = (await api.post("/api/generate", json=body, headers=owner)).json()["id"]
    await api.post(f"/api/jobs/{job_id}/cancel", headers=owner)
    path = f"/api/webhooks/deliveries?job_id={job_id}"
    assert (await api.get(path, headers=owner)).json()["items"]
    _, stranger = await key_of(backstage, "stranger")
    assert (await api.get(path, headers=stranger)).json()["items"] == []


async def test_a_cursor_of_anothers_list_shows_nothing(
    api: httpx.AsyncClient, backstage: Backstage, owned: tuple[dict[str, str], Headers]
) -> None:
    _, owner = owned
    for _ in range(2):
        await api.post("/api/generate", json={"script": "Octopus."}, headers=owner)
    first = (await api.get("/api/jobs?limit=1", headers=owner)).json()
    _, stranger = await key_of(backstage, "stranger")

    answer = await api.get(f"/api/jobs?cursor={first['next']}", headers=stranger)

    assert answer.status_code == 400 or answer.json()["items"] == []
    assert "Octopus" not in answer.text


async def test_an_idempotency_key_of_anothers_replays_nothing(
    api: httpx.AsyncClient, backstage: Backstage, owned: tuple[dict[str, str], Headers]
) -> None:
    _, owner = owned
    _, stranger = await key_of(backstage, "stranger")
    once = {"idempotency-key": "the-same-for-both"}
    body = {"script": "Bees dance."}
    first = await api.post("/api/generate", json=body, headers=owner | once)
    second = await api.post("/api/generate", json=body, headers=stranger | once)
    assert second.status_code == 202
    assert second.json()["id"] != first.json()["id"]
    once = {"idempotency-key": "the-same-for-both-keys"}
    body = {"name": "laptop", "scopes": ["jobs:read"]}
    first = await api.post("/api/keys", json=body, headers=owner | once)
    second = await api.post("/api/keys", json=body, headers=stranger | once)
    assert (second.status_code, second.json()["key"]["account_id"]) == (201, "stranger")
    assert second.json()["token"] != first.json()["token"]


async def ask(
    api: httpx.AsyncClient, route: Operation, values: dict[str, str], key: Headers
) -> httpx.Response:
    sent: Any = {"json": route.body} if route.body is not None else {}
    async with asyncio.timeout(60):
        return await api.request(route.method, route.filled(values), headers=key, **sent)


def same(answer: httpx.Response, ids: dict[str, str]) -> Any:
    """An answer without what differs from one request to the next."""
    text = answer.text
    for value in ids.values():
        if len(value) > 1:
            text = text.replace(value, "ID")
    body = msgspec.json.decode(text)
    body.pop("request_id")
    return body


def _alike(value: str) -> str:
    """Another id of the same form."""
    return str(uuid4()) if len(value) == 36 else value[::-1]
