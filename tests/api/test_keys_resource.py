"""/api/keys: keys made, listed and revoked by those who have everything in an account."""

from typing import Any

import httpx
import pytest


async def make(api: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    response = await api.post("/api/keys", json={"name": "laptop", "scopes": ["admin"]} | body)
    assert response.status_code == 201, response.text
    assert response.headers["cache-control"] == "no-store"
    made: dict[str, Any] = response.json()
    return made


def bearer(made: dict[str, Any]) -> dict[str, str]:
    return {"authorization": f"Bearer {made['token']}"}


async def test_a_key_is_shown_once_and_works(api: httpx.AsyncClient) -> None:
    made = await make(api, scopes=["videos:read", "jobs:write"], expires_days=1)
    assert made["key"]["scopes"] == ["jobs:write", "videos:read"]
    assert made["key"]["expires_at"] > made["key"]["created_at"]
    assert (await api.get("/api/jobs", headers=bearer(made))).status_code == 200

    listed = await api.get("/api/keys")
    assert [key["id"] for key in listed.json()["items"]] == [made["key"]["id"]]
    assert made["token"].split("_")[2] not in listed.text
    assert "hash" not in listed.text


async def test_a_revoked_key_is_refused_at_once_and_stays_listed(api: httpx.AsyncClient) -> None:
    made = await make(api)
    assert (await api.get("/api/keys", headers=bearer(made))).status_code == 200
    for _ in range(2):
        revoked = await api.delete(f"/api/keys/{made['key']['id']}")
        assert (revoked.status_code, bool(revoked.json()["revoked_at"])) == (200, True)
    refused = await api.get("/api/keys", headers=bearer(made))
    assert (refused.status_code, refused.json()["code"]) == (401, "key_invalid")
    assert (await api.get("/api/keys")).json()["items"] == [revoked.json()]


async def test_a_key_that_is_not_there_is_not_found(api: httpx.AsyncClient) -> None:
    response = await api.delete(f"/api/keys/{'0' * 16}")
    assert (response.status_code, response.json()["code"]) == (404, "key_not_found")
    assert response.json()["hint"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({"name": " ", "scopes": ["admin"]}, "/name"),
        ({"name": "laptop", "scopes": []}, "/scopes"),
        ({"name": "laptop", "scopes": ["dance"]}, "/scopes/0"),
        ({"name": "laptop", "scopes": ["admin"], "expires_days": 0}, "/expires_days"),
        ({"name": "laptop", "scopes": ["admin"], "expires_days": 1e9}, "/expires_days"),
        ({"name": "laptop", "scopes": ["admin"], "account": "studio"}, "/account"),
    ],
)
async def test_what_is_wrong_is_named(
    api: httpx.AsyncClient, body: dict[str, Any], pointer: str
) -> None:
    response = await api.post("/api/keys", json=body)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_request")
    assert pointer in [error["pointer"] for error in response.json()["errors"]]
    assert (await api.get("/api/keys")).json()["items"] == []
