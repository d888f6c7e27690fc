"""/api/jobs and /api/videos as lists: filters, orders, cursors and links."""

from typing import Any

import httpx
import pytest
from finished_video import TITLE, finish_a_video
from live_server import Backstage


async def submit(api: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    response = await api.post("/api/generate", json={"script": "Hello there."} | fields)
    assert response.status_code == 202, response.text
    job: dict[str, Any] = response.json()
    return job


async def listed(api: httpx.AsyncClient, path: str, **query: Any) -> list[str]:
    response = await api.get(path, params=query)
    assert response.status_code == 200, response.text
    return [item["id"] for item in response.json()["items"]]


async def test_links_lead_through_all_pages_with_filters_and_sort_and_back_again(
    api: httpx.AsyncClient,
) -> None:
    ids = [(await submit(api, aspect_ratio="1:1"))["id"] for _ in range(3)]
    await submit(api)
    seen: list[str] = []
    query = "limit=2&aspect_ratio=1:1&sort=oldest&status=queued"
    query += "&created_after=2020-01-01T00:00:00%2B01:00"
    first = await api.get(f"/api/jobs?{query}")
    second = await api.get(first.links["next"]["url"])
    again = await api.get(second.links["first"]["url"])
    before = await api.get(second.links["prev"]["url"])

    seen = [job["id"] for page in (first, second) for job in page.json()["items"]]
    assert seen == ids
    assert set(first.links) == {"next"}
    assert set(second.links) == {"first", "prev"}
    assert again.json() == first.json()
    assert before.json()["items"] == first.json()["items"]
    assert set(before.links) == {"first", "next"}
    assert (await api.get(before.links["next"]["url"])).json() == second.json()


@pytest.mark.parametrize(
    "path",
    ["/api/jobs?limit=1", "/api/jobs/{id}", "/api/videos", "/api/webhooks", "/api/health?at=1"],
)
async def test_head_is_answered_as_get_is_but_for_the_body(
    api: httpx.AsyncClient, path: str
) -> None:
    jobs = [(await submit(api))["id"] for _ in range(2)]
    get, head = [await api.request(method, path.format(id=jobs[0])) for method in ("GET", "HEAD")]

    def told(answer: httpx.Response) -> dict[str, str]:
        passing = {"date", "x-request-id"}
        return {name: value for name, value in answer.headers.items() if name not in passing}

    assert (get.status_code, head.status_code) == (200, 200)
    assert get.content
    assert not head.content
    assert told(head) == told(get)


async def test_a_stream_has_no_head(api: httpx.AsyncClient) -> None:
    response = await api.head("/api/events")
    assert response.status_code == 405
    assert "HEAD" not in response.headers["allow"]


async def test_jobs_are_narrowed_by_shape_and_age(api: httpx.AsyncClient) -> None:
    tall, wide = await submit(api), await submit(api, aspect_ratio="16:9")

    assert await listed(api, "/api/jobs", aspect_ratio="16:9") == [wide["id"]]
    after = await listed(api, "/api/jobs", created_after=wide["created_at"])
    before = await listed(api, "/api/jobs", created_before=wide["created_at"])
    assert after == [wide["id"]]
    assert before == [tall["id"]]
    assert await listed(api, "/api/jobs", sort="oldest") == [tall["id"], wide["id"]]


async def test_videos_are_found_by_the_beginning_of_their_title(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    video = str((await finish_a_video(backstage)).id)

    for found in (TITLE, TITLE[:5].upper(), TITLE[0].lower()):
        assert await listed(api, "/api/videos", title=found) == [video]
    for nothing in (TITLE + "!", TITLE[3:], "%", "\U0010ffff"):
        assert await listed(api, "/api/videos", title=nothing) == []
    assert await listed(api, "/api/videos", aspect_ratio="9:16", sort="oldest") == [video]
    assert await listed(api, "/api/videos", created_before="2020-01-01T00:00:00Z") == []


async def test_a_cursor_of_another_list_is_refused_with_the_way_out(
    api: httpx.AsyncClient,
) -> None:
    for _ in range(2):
        await submit(api)
    cursor = (await api.get("/api/jobs?limit=1")).json()["next"]
    for other in ("/api/jobs?sort=oldest", "/api/jobs?status=queued", "/api/videos?limit=1"):
        response = await api.get(other, params={**httpx.URL(other).params, "cursor": cursor})
        [error] = response.json()["errors"]
        assert (response.status_code, error["pointer"]) == (400, "/cursor")
        assert "other filters" in error["message"]
        assert "leave the cursor out" in error["hint"]


@pytest.mark.parametrize(
    ("path", "query", "pointer"),
    [
        ("/api/jobs", {"aspect_ratio": "4:3"}, "/aspect_ratio"),
        ("/api/jobs", {"sort": "title"}, "/sort"),
        ("/api/jobs", {"created_after": "yesterday"}, "/created_after"),
        ("/api/jobs", {"created_after": "2026-11-22T10:00:00"}, "/created_after"),
        ("/api/jobs", {"created_before": "0001-01-01T00:00:00+14:00"}, "/created_before"),
        ("/api/videos", {"created_before": "9999-12-31T23:59:59-14:00"}, "/created_before"),
        ("/api/videos", {"title": "a", "sort": "newest"}, "/sort"),
        ("/api/videos", {"title": "a\0b"}, "/title"),
        ("/api/videos", {"title": ""}, "/title"),
        ("/api/videos", {"title": "x" * 101}, "/title"),
        ("/api/videos", {"cursor": "nonsense"}, "/cursor"),
        ("/api/videos", {"cursor": "WyIiLCIiLCIiXQ=="}, "/cursor"),
        ("/api/jobs", {"cursor": "é"}, "/cursor"),
    ],
)
async def test_what_can_t_be_listed_is_refused_by_name(
    api: httpx.AsyncClient, path: str, query: dict[str, str], pointer: str
) -> None:
    response = await api.get(path, params=query)
    assert response.status_code == 400, response.text
    [error] = response.json()["errors"]
    assert error["pointer"] == pointer
    if pointer != "/title" or "\0" in query["title"]:
        assert error["hint"]


async def test_every_parameter_of_a_list_is_explained(api: httpx.AsyncClient) -> None:
    document = (await api.get("/schema/openapi.json")).json()
    common = {"aspect_ratio", "created_after", "created_before", "sort", "cursor", "limit"}
    for path, own in (("/api/jobs", {"status"}), ("/api/videos", {"title"})):
        parameters = document["paths"][path]["get"]["parameters"]
        assert {one["name"] for one in parameters} == common | own
        assert all(one["description"] for one in parameters)
