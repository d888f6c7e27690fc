"""The files of a video: whole, in ranges, and not at all when the client has them."""

import email
import io
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from finished_video import FILES, TITLE, finish_a_video, hash_of
from live_server import Backstage
from PIL import Image

from app.config import Settings

VIDEO = FILES["video.mp4"]
SIZE = len(VIDEO)
ETAG = f'"{hash_of("video.mp4")}"'


@pytest.fixture(params=["in a folder", "in a bucket"])
def settings(request: pytest.FixtureRequest, make_settings: Callable[..., Settings]) -> Settings:
    bucket = request.getfixturevalue("bucket") if "bucket" in request.param else {}
    return make_settings(**bucket)


@pytest.fixture
async def address(backstage: Backstage) -> str:
    """Where a finished video is."""
    return f"/api/videos/{(await finish_a_video(backstage)).id}"


async def test_the_whole_file_comes_with_what_players_need(
    api: httpx.AsyncClient, address: str
) -> None:
    response = await api.get(f"{address}/file")
    assert response.status_code == 200
    assert response.content == VIDEO
    assert response.headers["content-type"] == "video/mp4"
    assert response.headers["content-length"] == str(SIZE)
    assert response.headers["accept-ranges"] == "bytes"
    assert response.headers["etag"] == ETAG
    assert "no-cache" in response.headers["cache-control"]


async def test_head_says_all_but_the_bytes(api: httpx.AsyncClient, address: str) -> None:
    whole, head = await api.get(f"{address}/file"), await api.head(f"{address}/file")
    assert head.status_code == 200
    assert head.content == b""
    ignored = {"date", "x-request-id"}
    assert {k: v for k, v in head.headers.items() if k not in ignored} == {
        k: v for k, v in whole.headers.items() if k not in ignored
    }


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=100-", 100, SIZE),
        ("bytes=-500", SIZE - 500, SIZE),
        (f"bytes=-{SIZE * 2}", 0, SIZE),
        (f"bytes=10-{SIZE * 2}", 10, SIZE),
        ("Bytes = 5 - 9", 5, 10),
    ],
)
async def test_a_range_is_answered_in_part(
    api: httpx.AsyncClient, address: str, wanted: str, start: int, end: int
) -> None:
    for method in ("GET", "HEAD"):
        response = await api.request(method, f"{address}/file", headers={"range": wanted})
        assert response.status_code == 206
        assert response.headers["content-range"] == f"bytes {start}-{end - 1}/{SIZE}"
        assert response.headers["content-length"] == str(end - start)
        assert response.content == (VIDEO[start:end] if method == "GET" else b"")


async def test_several_ranges_come_as_parts(api: httpx.AsyncClient, address: str) -> None:
    response = await api.get(f"{address}/file", headers={"range": "bytes=0-9,100-199,-5"})
    assert response.status_code == 206
    assert response.headers["content-length"] == str(len(response.content))
    header = f"Content-Type: {response.headers['content-type']}\r\n\r\n".encode()
    message = email.message_from_bytes(header + response.content)
    parts = message.get_payload()
    assert isinstance(parts, list)
    found = [
        (part["content-range"], part.get_payload(decode=True))
        for part in parts
        if isinstance(part, Message)
    ]
    assert [content_range for content_range, _ in found] == [
        f"bytes 0-9/{SIZE}",
        f"bytes 100-199/{SIZE}",
        f"bytes {SIZE - 5}-{SIZE - 1}/{SIZE}",
    ]
    for expected in (VIDEO[0:10], VIDEO[100:200], VIDEO[-5:]):
        assert b"\r\n\r\n" + expected + b"\r\n--" in response.content


@pytest.mark.parametrize("wanted", [f"bytes={SIZE}-", f"bytes={SIZE * 2}-{SIZE * 3}", "bytes=-0"])
async def test_a_range_beyond_the_end_is_a_problem_that_tells_the_size(
    api: httpx.AsyncClient, address: str, wanted: str
) -> None:
    response = await api.get(f"{address}/file", headers={"range": wanted})
    assert response.status_code == 416
    assert response.headers["content-range"] == f"bytes */{SIZE}"
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("wanted", ["bytes=9-5", "bytes=a-b", "lines=1-2", "bytes=", "bytes=-"])
async def test_a_range_nobody_understands_is_ignored(
    api: httpx.AsyncClient, address: str, wanted: str
) -> None:
    response = await api.get(f"{address}/file", headers={"range": wanted})
    assert (response.status_code, response.content) == (200, VIDEO)


@pytest.mark.parametrize("known", [ETAG, f"W/{ETAG}", f'"other", {ETAG}', "*"])
async def test_what_the_client_has_is_not_sent_again(
    api: httpx.AsyncClient, address: str, known: str
) -> None:
    response = await api.get(f"{address}/file", headers={"if-none-match": known})
    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["etag"] == ETAG


async def test_a_range_of_another_version_becomes_the_whole(
    api: httpx.AsyncClient, address: str
) -> None:
    headers = {"range": "bytes=0-9", "if-range": '"old"'}
    assert (await api.get(f"{address}/file", headers=headers)).content == VIDEO
    headers["if-range"] = ETAG
    assert (await api.get(f"{address}/file", headers=headers)).content == VIDEO[:10]


async def test_the_files_name_is_safe_for_every_client(
    api: httpx.AsyncClient, address: str
) -> None:
    shown = (await api.get(f"{address}/file")).headers["content-disposition"]
    assert shown.startswith("inline; filename=\"octopus.mp4\"; filename*=UTF-8''")
    assert "%D0%9E" in shown  # the title's first letter
    assert shown.isascii()
    for forbidden in ("/", "\\", "%2F", "%22"):
        assert forbidden not in shown.split("UTF-8''")[1]
    saved = (await api.get(f"{address}/file?download=true")).headers["content-disposition"]
    assert saved.startswith("attachment; ")
    assert TITLE.split()[0]


@pytest.mark.parametrize(
    ("path", "name", "content_type"),
    [
        ("thumbnail", "thumbnail.jpg", "image/jpeg"),
        ("captions.srt", "captions.srt", "application/x-subrip; charset=utf-8"),
        ("captions.vtt", "captions.vtt", "text/vtt; charset=utf-8"),
        ("metadata", "metadata.json", "application/json"),
        ("manifest", "manifest.json", "application/json"),
    ],
)
async def test_every_file_has_its_address_and_type(
    api: httpx.AsyncClient, address: str, path: str, name: str, content_type: str
) -> None:
    response = await api.get(f"{address}/{path}")
    assert response.status_code == 200
    assert response.content == FILES[name]
    assert response.headers["content-type"] == content_type
    assert response.headers["etag"] == f'"{hash_of(name)}"'


async def test_documents_are_answered_and_revalidated(api: httpx.AsyncClient, address: str) -> None:
    script = await api.get(f"{address}/script")
    assert [scene["sentences"][0]["text"] for scene in script.json()["scenes"]] == [
        "It has eight arms.",
        "It has three hearts.",
    ]
    board = await api.get(f"{address}/storyboard")
    assert board.json()["palette"]["name"] == "midnight"
    again = await api.get(f"{address}/storyboard", headers={"if-none-match": board.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_scene_can_be_looked_at(api: httpx.AsyncClient, address: str) -> None:
    response = await api.get(f"{address}/scenes/1/preview.jpg")
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "image/jpeg"
    picture = Image.open(io.BytesIO(response.content))
    assert picture.size == (1080, 1920)
    known = {"if-none-match": response.headers["etag"]}
    assert (await api.get(f"{address}/scenes/1/preview.jpg", headers=known)).status_code == 304


async def test_a_scene_that_is_not_there_is_not_found(api: httpx.AsyncClient, address: str) -> None:
    response = await api.get(f"{address}/scenes/2/preview.jpg")
    assert (response.status_code, response.json()["code"]) == (404, "scene_not_found")


async def test_files_of_no_video_are_not_found(api: httpx.AsyncClient) -> None:
    for path in ("file", "thumbnail", "captions.srt", "script", "scenes/0/preview.jpg"):
        response = await api.get(f"/api/videos/{uuid4()}/{path}")
        assert (response.status_code, response.json()["code"]) == (404, "video_not_found")


async def test_a_file_that_was_lost_is_not_found(
    api: httpx.AsyncClient, address: str, backstage: Backstage
) -> None:
    await backstage.artifacts.delete(hash_of("thumbnail.jpg"))
    response = await api.get(f"{address}/thumbnail")
    assert (response.status_code, response.json()["code"]) == (404, "artifact_not_found")


@pytest.mark.parametrize("settings", ["in a folder"], indirect=True)
async def test_the_folder_for_people_holds_the_same_bytes(backstage: Backstage) -> None:
    video = await finish_a_video(backstage)
    assert video.path is not None
    assert (Path(video.path) / "video.mp4").read_bytes() == VIDEO
