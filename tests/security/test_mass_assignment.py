"""Fields that are the server's to set: in no body of any route are they taken."""

import copy
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from attack import Operation, describe, objects_in, operations

from domain.access.model import Key, StoredKey
from domain.generation.packaging import Video
from domain.jobs.model import Claim, Job, NewJob, Unit
from domain.presets import Preset
from domain.webhooks.model import Delivery, NewWebhook, Webhook

SERVERS_OWN = sorted(
    {
        name
        for struct in (
            *(Job, NewJob, Unit, Claim, Video, Key, StoredKey),
            *(Preset, Webhook, NewWebhook, Delivery),
        )
        for name in struct.__struct_fields__
    }
    | {
        "priority",
        "revises",
        "is_admin",
        "role",
        "owner",
        "_id",
        "__proto__",
        "constructor",
        "secret",
    }
)
"""what the server knows of its own objects, and what attackers try"""
FREE = ("/metadata", "/pronunciations")
"""the caller's own: anything may stand in there"""

BODIES = {
    "POST /api/generate",
    "POST /api/keys",
    "POST /api/webhooks",
    "PATCH /api/webhooks/{webhook_id}",
    "PUT /api/presets/{name}",
    "POST /api/jobs/{job_id}/approve",
    "POST /api/jobs/{job_id}/reject",
    "POST /api/videos/{video_id}/revisions",
    "PATCH /api/videos/{video_id}/scenes/{number}",
}
"""of which there is to be an example, for the fields are put into it"""

SEEDS = (-1, 2**53, 2**63, 2**64, 10**40, 1.5, "7", True, [7], {"$gt": 0})


def with_bodies(document: dict[str, Any]) -> list[Operation]:
    return [op for op in operations(document) if op.described.get("requestBody")]


async def test_no_body_takes_a_field_that_is_the_servers(api: httpx.AsyncClient) -> None:
    document = await describe(api)
    bodies = with_bodies(document)
    attacked = {str(operation) for operation in bodies}
    assert attacked >= BODIES
    tried = 0
    for operation in bodies:
        assert operation.body is not None, f"{operation} has no example of its body"
        path = operation.filled(
            {name: "0" if name == "number" else str(uuid4()) for name in operation.parameters}
        )
        for pointer, _ in objects_in(operation.body):
            if pointer.startswith(FREE) or _is_a_map(pointer):
                continue
            taken = _properties_at(document, operation, pointer)
            sent = copy.deepcopy(operation.body)
            place = _at(sent, pointer)
            own = [name for name in SERVERS_OWN if name not in taken]
            place |= dict.fromkeys(own, "mine")
            answer = await api.request(operation.method, path, json=sent)
            told = f"{operation} {pointer}: {answer.status_code} {answer.text[:300]}"
            assert answer.status_code in (400, 422), told
            wrong = {error["pointer"] for error in answer.json()["errors"]}
            assert {f"{pointer}/{name}" for name in own} <= wrong, told
            tried += len(own)
    assert tried > 200


async def test_what_was_refused_made_nothing(api: httpx.AsyncClient) -> None:
    for name in ("id", "account_id", "status", "priority", "result", "revises", "video_id"):
        answer = await api.post("/api/generate", json={"script": "Bees dance.", name: str(uuid4())})
        [error] = answer.json()["errors"]
        assert (answer.status_code in (400, 422), error["pointer"]) == (True, f"/{name}")
        assert error["code"] == "unknown_field"
    assert (await api.get("/api/jobs")).json()["items"] == []


@pytest.mark.parametrize("seed", SEEDS, ids=repr)
async def test_a_seed_beyond_its_range_is_refused(api: httpx.AsyncClient, seed: Any) -> None:
    body = msgspec.json.encode({"script": "Bees dance."})[:-1] + b',"seed":%b}' % _json(seed)
    answer = await api.post(
        "/api/generate", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code in (400, 422), answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/seed"]


async def test_a_field_given_twice_counts_once(api: httpx.AsyncClient) -> None:
    """The last one, as in every JSON reader: no two parts of the server read it differently."""
    answer = await api.post(
        "/api/generate",
        content=b'{"script":"Bees dance.","seed":-1,"seed":7}',
        headers={"content-type": "application/json"},
    )
    if answer.status_code == 202:
        assert answer.json()["request"]["seed"] == 7
    else:
        assert answer.status_code in (400, 422)


def _json(value: Any) -> bytes:
    return b"%d" % value if type(value) is int else msgspec.json.encode(value)


def _is_a_map(pointer: str) -> bool:
    """``/scenes`` of a revision is keyed by scene numbers, not by fields' names."""
    return pointer.endswith("/scenes") or pointer.endswith(FREE)


def _at(body: Any, pointer: str) -> dict[str, Any]:
    for step in pointer.split("/")[1:]:
        body = body[int(step)] if isinstance(body, list) else body[step]
    assert isinstance(body, dict)
    return body


def _properties_at(document: dict[str, Any], operation: Operation, pointer: str) -> set[str]:
    """Fields that a request may have at a place of its body."""
    content = operation.described["requestBody"]["content"]["application/json"]
    schemas = [content["schema"]]
    for step in ["", *pointer.split("/")[1:]]:
        schemas = [found for schema in schemas for found in _alternatives(document, schema)]
        if step:
            schemas = [
                inner
                for schema in schemas
                for inner in (
                    schema.get("properties", {}).get(step),
                    schema.get("items"),
                    schema.get("additionalProperties"),
                )
                if isinstance(inner, dict)
            ]
            schemas = [found for schema in schemas for found in _alternatives(document, schema)]
    return {name for schema in schemas for name in schema.get("properties", {})}


def _alternatives(document: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return _alternatives(document, document["components"]["schemas"][name])
    both = [*schema.get("oneOf", []), *schema.get("anyOf", []), *schema.get("allOf", [])]
    return [schema, *(found for other in both for found in _alternatives(document, other))]
