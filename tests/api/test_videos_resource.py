"""/api/videos: finished videos, and mending a mistake in one."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa
from finished_video import FILES, TITLE, finish_a_video
from live_server import Backstage
from tiny_production import ACCOUNT

from adapters.postgres.tables import videos
from app.controllers.examples import REQUEST_EXAMPLES
from domain.generation.packaging import Video

EDITS = REQUEST_EXAMPLES["patch", "/api/videos/{video_id}/scenes/{number}"]
REVISIONS = REQUEST_EXAMPLES["post", "/api/videos/{video_id}/revisions"]


@pytest.fixture
async def video(backstage: Backstage) -> Video:
    return await finish_a_video(backstage)


@pytest.fixture
def address(video: Video) -> str:
    return f"/api/videos/{video.id}"


async def test_a_video_names_its_parts_and_hides_the_inside(
    api: httpx.AsyncClient, video: Video, address: str
) -> None:
    body = (await api.get(address)).json()
    assert body["title"] == TITLE
    assert body["size"] == len(FILES["video.mp4"])
    assert body["path"] == video.path
    for hidden in ("account_id", "files", "documents", "sizes"):
        assert hidden not in body
    for url in body["urls"].values():
        assert (await api.get(url)).status_code == 200


async def test_videos_are_listed_newest_first_in_pages(
    api: httpx.AsyncClient, backstage: Backstage
) -> None:
    ids = [str((await finish_a_video(backstage)).id) for _ in range(3)]
    first = await api.get("/api/videos?limit=2")
    assert [video["id"] for video in first.json()["items"]] == ids[:0:-1]
    rest = await api.get(first.links["next"]["url"])
    assert [video["id"] for video in rest.json()["items"]] == ids[:1]
    assert rest.json()["next"] is None


async def test_a_deleted_video_is_gone_with_its_folder(
    api: httpx.AsyncClient, video: Video, address: str
) -> None:
    assert (await api.delete(address)).status_code == 204
    assert (await api.get(address)).status_code == 404
    assert (await api.get(f"{address}/file")).status_code == 404
    assert (await api.delete(address)).json()["code"] == "video_not_found"
    assert video.path is not None
    assert not Path(video.path).exists()


async def test_the_job_of_a_deleted_video_leads_to_nothing_that_is_gone(
    api: httpx.AsyncClient, video: Video, address: str
) -> None:
    job = f"/api/jobs/{video.job_id}"
    assert (await api.get(job)).json()["result"] is not None
    await api.delete(address)
    body = (await api.get(job)).json()
    assert (body["status"], body["result"]) == ("succeeded", None)


async def test_a_video_whose_folder_was_moved_away_can_be_deleted(
    api: httpx.AsyncClient, backstage: Backstage, video: Video, address: str
) -> None:
    async with backstage.engine.begin() as connection:
        await connection.execute(sa.update(videos).values(path="/another/disk/videos/octopus"))
    assert (await api.delete(address)).status_code == 204
    assert (await api.get(address)).status_code == 404


async def test_deleting_a_video_cancels_the_revision_that_is_being_made(
    api: httpx.AsyncClient, video: Video, address: str
) -> None:
    body = {"scenes": {"0": {"text": "It has nine brains."}}}
    revision = (await api.post(f"{address}/revisions", json=body)).json()
    assert (await api.delete(address)).status_code == 204
    job = f"/api/jobs/{revision['id']}"
    assert (await api.get(job)).json()["status"] == "cancelled"
    retried = await api.post(f"{job}/retry")
    assert (retried.status_code, retried.json()["code"]) == (409, "illegal_move")


async def test_corrections_are_noted_and_merged(
    api: httpx.AsyncClient, address: str, backstage: Backstage, video: Video
) -> None:
    await api.patch(f"{address}/scenes/0", json={"text": "It has nine brains."})
    response = await api.patch(f"{address}/scenes/0", json={"heading": "Brains"})
    assert response.status_code == 200
    noted = response.json()["scenes"]
    assert noted["0"]["text"] == "It has nine brains."
    assert noted["0"]["heading"] == "Brains"
    assert (await backstage.videos.edits(ACCOUNT, video.id))[0].heading == "Brains"


async def test_noted_corrections_become_a_revision(
    api: httpx.AsyncClient, address: str, video: Video
) -> None:
    await api.patch(f"{address}/scenes/1", json={"text": "It has two hearts."})
    response = await api.post(f"{address}/revisions")
    job = response.json()
    assert response.status_code == 202
    assert response.headers["location"] == f"/api/jobs/{job['id']}"
    assert job["video_id"] == str(video.id)
    assert job["revision"] == 2
    assert job["id"] != str(video.job_id)
    assert job["request"]["seed"] == 7


async def test_corrections_can_be_sent_along(api: httpx.AsyncClient, address: str) -> None:
    response = await api.post(
        f"{address}/revisions", json={"scenes": {"0": {"text": "It has nine brains."}}}
    )
    assert (response.status_code, response.json()["revision"]) == (202, 2)


@pytest.mark.parametrize("body", [None, {}, {"scenes": {}}])
async def test_without_a_correction_there_is_nothing_to_revise(
    api: httpx.AsyncClient, address: str, body: Any
) -> None:
    response = await api.post(f"{address}/revisions", json=body)
    if body is None:
        response = await api.post(f"{address}/revisions")
    assert (response.status_code, response.json()["code"]) == (409, "nothing_to_revise")


@pytest.mark.parametrize("example", EDITS.values(), ids=EDITS.keys())
async def test_every_example_of_a_correction_is_accepted(
    api: httpx.AsyncClient, address: str, example: dict[str, Any]
) -> None:
    response = await api.patch(f"{address}/scenes/0", json=example["value"])
    assert response.status_code == 200, response.text


@pytest.mark.parametrize("example", REVISIONS.values(), ids=REVISIONS.keys())
async def test_every_example_of_a_revision_is_accepted(
    api: httpx.AsyncClient, address: str, example: dict[str, Any]
) -> None:
    await api.patch(f"{address}/scenes/0", json={"text": "It has nine brains."})
    response = await api.post(f"{address}/revisions", json=example["value"])
    assert response.status_code == 202, response.text


@pytest.mark.parametrize(
    ("edit", "pointer"),
    [
        ({}, ""),
        ({"text": None}, ""),
        ({"text": " "}, "/text"),
        ({"text": "a\0b"}, "/text"),
        ({"text": "x" * 50_001}, "/text"),
        ({"heading": "x" * 81}, "/heading"),
        ({"txt": "Hello."}, "/txt"),
        ({"kind": "hok"}, "/kind"),
        ({"pronunciations": {"a/b": 3}}, "/pronunciations/a~1b"),
    ],
)
async def test_a_wrong_correction_is_refused(
    api: httpx.AsyncClient, address: str, edit: dict[str, Any], pointer: str
) -> None:
    response = await api.patch(f"{address}/scenes/0", json=edit)
    assert response.status_code == 400
    assert pointer in [error["pointer"] for error in response.json()["errors"]]
    revision = await api.post(f"{address}/revisions", json={"scenes": {"0": edit}})
    assert revision.status_code == 400
    pointers = [error["pointer"] for error in revision.json()["errors"]]
    assert f"/scenes/0{pointer}" in pointers


async def test_a_correction_needs_a_scene_that_is_there(
    api: httpx.AsyncClient, address: str
) -> None:
    edit = {"text": "Hello."}
    for response in (
        await api.patch(f"{address}/scenes/2", json=edit),
        await api.post(f"{address}/revisions", json={"scenes": {"2": edit}}),
    ):
        assert (response.status_code, response.json()["code"]) == (404, "scene_not_found")
    nowhere = await api.patch(f"/api/videos/{uuid4()}/scenes/0", json=edit)
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "video_not_found")


async def test_scene_numbers_of_a_revision_are_numbers(
    api: httpx.AsyncClient, address: str
) -> None:
    response = await api.post(f"{address}/revisions", json={"scenes": {"first": {"text": "A."}}})
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "/scenes/first"
