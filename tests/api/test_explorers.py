"""/schema and /docs: the API explained, on a machine without internet."""

import re
from typing import Any

import httpx
import pytest
from openapi_spec_validator import validate

from app.explorers import ASSETS, asset_path
from domain.access import Scope


@pytest.fixture
async def document(api: httpx.AsyncClient) -> dict[str, Any]:
    response = await api.get("/schema/openapi.json")
    assert response.headers["content-type"] == "application/json"
    described: dict[str, Any] = response.json()
    return described


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


@pytest.mark.parametrize("path", ["/schema", "/docs"])
async def test_an_explorer_loads_nothing_from_elsewhere(api: httpx.AsyncClient, path: str) -> None:
    page = await api.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["x-frame-options"] == "DENY"
    assert not re.search(r"""(?:src|href|url)\s*[=:]\s*["'](?:https?:)?//""", page.text)
    assert "default-src &#x27;self&#x27;" in page.text
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        asset = await api.get(address)
        assert asset.status_code == 200
        assert "max-age" in asset.headers["cache-control"]
    assert "/schema/openapi.json" in page.text


@pytest.mark.parametrize("name", ASSETS)
def test_every_asset_is_in_its_wheel(name: str) -> None:
    assert asset_path(name).stat().st_size > 0


async def test_only_assets_are_served(api: httpx.AsyncClient) -> None:
    for name in ("nothing.js", "..%2f..%2fpyproject.toml"):
        assert (await api.get(f"/schema/assets/{name}")).status_code == 404


async def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document)


async def test_every_operation_is_explained(document: dict[str, Any]) -> None:
    tags = [tag["name"] for tag in document["tags"]]
    found = [operation["tags"][0] for _, _, operation in operations(document)]
    assert found == sorted(found, key=tags.index)
    for _, path, operation in operations(document):
        assert operation["summary"], path
        assert operation["operationId"]


async def test_every_error_is_a_problem(document: dict[str, Any]) -> None:
    for _, path, operation in operations(document):
        for status, response in operation["responses"].items():
            if status == "default" or status >= "400":
                assert list(response["content"]) == ["application/problem+json"], path
        assert "default" in operation["responses"]


async def test_the_explorers_have_a_field_for_the_key(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert (schemes["bearer"]["type"], schemes["bearer"]["scheme"]) == ("http", "bearer")
    assert (schemes["header"]["type"], schemes["header"]["name"]) == ("apiKey", "X-API-Key")
    assert schemes["header"]["in"] == "header"


async def test_what_needs_a_key_says_which_and_how_it_refuses(document: dict[str, Any]) -> None:
    for _, path, operation in operations(document):
        if path.startswith("/api/health"):
            assert "security" not in operation
            continue
        [bearer, header] = operation["security"]
        assert bearer["bearer"] == header["header"]
        [scope] = bearer["bearer"]
        assert scope in set(Scope)
        assert {"401", "403"} <= set(operation["responses"]), path
    generate = document["paths"]["/api/generate"]["post"]
    assert generate["security"][0] == {"bearer": ["jobs:write"]}


async def test_every_request_has_an_example(document: dict[str, Any]) -> None:
    with_body = [op for _, _, op in operations(document) if "requestBody" in op]
    assert len(with_body) == 10
    for operation in with_body:
        assert operation["requestBody"]["content"]["application/json"]["examples"]


async def test_requests_take_no_unknown_fields(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in (
        "Brief",
        "PartialBrief",
        "SceneInput",
        "VoiceChoice",
        "SceneEdit",
        "RevisionRequest",
        "KeyRequest",
        "WebhookRequest",
        "WebhookChanges",
    ):
        assert schemas[name]["additionalProperties"] is False


async def test_fields_are_explained_where_they_are_defined(document: dict[str, Any]) -> None:
    duration = document["components"]["schemas"]["Brief"]["properties"]["duration"]
    assert "seconds" in duration["description"]


async def test_the_inside_of_a_job_is_not_described(document: dict[str, Any]) -> None:
    job = document["components"]["schemas"]["JobBody"]["properties"]
    assert not {"account_id", "priority", "cancel_requested", "revises"} & set(job)


async def test_every_kind_of_shot_is_explained(document: dict[str, Any]) -> None:
    kinds = document["components"]["schemas"]["ShotKind"]
    for kind in kinds["enum"]:
        assert f"- `{kind}`: " in kinds["description"]
