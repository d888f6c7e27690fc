"""/api/jobs: looking, listing, cancelling and trying again."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from live_server import Backstage
from tiny_production import claim_unit, work_off

from domain.jobs.model import JobError, WaitingFor


async def submit(api: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    response = await api.post("/api/generate", json={"script": "Hello there."} | fields)
    assert response.status_code == 202, response.text
    job: dict[str, Any] = response.json()
    return job


async def test_the_list_is_empty_at_first(api: httpx.AsyncClient) -> None:
    response = await api.get("/api/jobs")
    assert response.status_code == 200
    assert response.json() == {"items": [], "next": None}
    assert "link" not in response.headers


async def test_jobs_are_listed_newest_first_in_pages(api: httpx.AsyncClient) -> None:
    ids = [(await submit(api))["id"] for _ in range(5)]
    seen: list[str] = []
    address = "/api/jobs?limit=2&status=queued"
    pages = 0
    while address:
        response = await api.get(address)
        seen += [job["id"] for job in response.json()["items"]]
        address = response.links.get("next", {}).get("url", "")
        assert bool(address) == (response.json()["next"] is not None)
        pages += 1
    assert seen == ids[::-1]
    assert pages == 3


async def test_the_list_can_be_narrowed_to_a_status(api: httpx.AsyncClient) -> None:
    cancelled, queued = await submit(api), await submit(api)
    await api.post(f"/api/jobs/{cancelled['id']}/cancel")

    async def listed(status: str) -> list[str]:
        response = await api.get("/api/jobs", params={"status": status})
        return [job["id"] for job in response.json()["items"]]

    assert await listed("cancelled") == [cancelled["id"]]
    assert await listed("queued") == [queued["id"]]
    assert await listed("failed") == []


async def test_a_job_that_goes_on_says_when_to_look_again(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    job = await submit(api)
    assert "retry-after" in (await api.get(f"/api/jobs/{job['id']}")).headers
    await work_off(backstage.jobs)
    response = await api.get(f"/api/jobs/{job['id']}")
    done = response.json()
    assert "retry-after" not in response.headers
    assert done["status"] == "succeeded"
    assert done["progress"] == 1
    assert done["result"]["video_id"] == job["video_id"]
    assert done["finished_at"] >= done["started_at"] >= done["created_at"]
    assert {stage["status"] for stage in done["stages"]} == {"done"}


async def test_a_failed_job_says_why(api: httpx.AsyncClient, backstage: Backstage) -> None:
    job = await submit(api)
    claim = await claim_unit(backstage.jobs)
    why = JobError("render_failed", "ffmpeg refused.", "Look at the log.")
    await backstage.jobs.fail(claim, why, retry_in=None, waiting_for=WaitingFor.RETRY)
    failed = (await api.get(f"/api/jobs/{job['id']}")).json()
    assert failed["status"] == "failed"
    assert failed["error"] == {
        "code": "render_failed",
        "message": "ffmpeg refused.",
        "hint": "Look at the log.",
    }


async def test_a_job_is_cancelled_once_and_can_be_tried_again(api: httpx.AsyncClient) -> None:
    job = await submit(api)
    address = f"/api/jobs/{job['id']}"
    cancelled = await api.post(f"{address}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert "retry-after" not in cancelled.headers

    again = await api.post(f"{address}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_move")

    retried = await api.post(f"{address}/retry")
    assert (retried.status_code, retried.json()["status"]) == (202, "queued")
    assert retried.headers["location"] == address

    too_soon = await api.post(f"{address}/retry")
    assert (too_soon.status_code, too_soon.json()["code"]) == (409, "illegal_move")


async def cancelled(api: httpx.AsyncClient) -> str:
    """The address of a job that may be retried."""
    body = {"script": "Bees need flowers.", "max_cost": 0.25}
    address = f"/api/jobs/{(await api.post('/api/generate', json=body)).json()['id']}"
    assert (await api.post(f"{address}/cancel")).status_code == 200
    return address


@pytest.mark.parametrize(
    ("body", "cap"),
    [
        (b"", 0.25),
        (b"{}", 0.25),
        (b'{"max_cost": 2.5}', 2.5),
        (b'{"max_cost": 0}', 0),
        (b'{"max_cost": null}', None),
    ],
)
async def test_a_job_is_tried_again_under_another_cap(
    api: httpx.AsyncClient, body: bytes, cap: float | None
) -> None:
    address = await cancelled(api)
    headers = {"content-type": "application/json"} if body else {}

    retried = await api.post(f"{address}/retry", content=body, headers=headers)

    assert (retried.status_code, retried.json()["status"]) == (202, "queued"), retried.text
    assert retried.json()["request"]["max_cost"] == cap
    assert (await api.get(address)).json()["request"]["max_cost"] == cap


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"max_cost": -1}, "/max_cost"),
        ({"max_cost": 10_001}, "/max_cost"),
        ({"max_cost": "much"}, "/max_cost"),
        ({"max_costs": 1}, "/max_costs"),
        ([], ""),
    ],
)
async def test_a_wrong_cap_is_named_and_the_job_left_alone(
    api: httpx.AsyncClient, body: object, pointer: str
) -> None:
    address = await cancelled(api)

    refused = await api.post(f"{address}/retry", json=body)

    assert refused.status_code == 400, refused.text
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    job = (await api.get(address)).json()
    assert (job["status"], job["request"]["max_cost"]) == ("cancelled", 0.25)


async def test_an_unknown_job_is_not_found(api: httpx.AsyncClient) -> None:
    address = f"/api/jobs/{uuid4()}"
    for response in (
        await api.get(address),
        await api.post(f"{address}/cancel"),
        await api.post(f"{address}/retry"),
        await api.get(f"{address}/events"),
    ):
        assert (response.status_code, response.json()["code"]) == (404, "job_not_found")


async def test_pages_of_other_sites_change_nothing(api: httpx.AsyncClient) -> None:
    job = await submit(api)
    address = f"/api/jobs/{job['id']}/cancel"
    origins = ("https://evil.example", "null", "", "http://[", "http://[::1")
    foreign = [{"origin": origin} for origin in origins]
    for headers in [*foreign, {"sec-fetch-site": "cross-site"}]:
        response = await api.post(address, headers=headers)
        assert response.status_code == 403
        assert response.headers["content-type"] == "application/problem+json"
    own = await api.post(address, headers={"origin": str(api.base_url).rstrip("/")})
    assert own.status_code == 200
