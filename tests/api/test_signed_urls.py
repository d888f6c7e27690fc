"""S3_SIGNED_URLS: the video comes from the object store, all else from the server."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from finished_video import FILES, finish_a_video, hash_of
from live_server import Backstage

from app.config import Settings

VIDEO = FILES["video.mp4"]
SIZE = len(VIDEO)
ETAG = f'"{hash_of("video.mp4")}"'


@pytest.fixture
def settings(make_settings: Callable[..., Settings], bucket: dict[str, Any]) -> Settings:
    return make_settings(**bucket, s3_signed_urls=True)


@pytest.fixture
async def video(backstage: Backstage) -> str:
    """Where a finished video's file is."""
    return f"/api/videos/{(await finish_a_video(backstage)).id}/file"


async def test_get_is_sent_to_the_store_which_names_type_and_file(
    api: httpx.AsyncClient, video: str, s3_endpoint: str
) -> None:
    redirect = await api.get(f"{video}?download=true")
    assert redirect.status_code == 307
    assert redirect.headers["location"].startswith(s3_endpoint)
    assert redirect.headers["cache-control"] == "no-store"
    assert "s3cret" not in str(redirect.headers)
    there = await api.get(redirect.headers["location"])
    assert (there.status_code, there.content) == (200, VIDEO)
    assert there.headers["content-type"] == "video/mp4"
    assert there.headers["content-disposition"].startswith('attachment; filename="octopus.mp4"')


async def test_a_range_follows_to_the_store(api: httpx.AsyncClient, video: str) -> None:
    part = await api.get(video, headers={"range": "bytes=100-199"}, follow_redirects=True)
    assert (part.status_code, part.content) == (206, VIDEO[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{SIZE}"


async def test_what_a_store_would_answer_otherwise_the_server_answers(
    api: httpx.AsyncClient, video: str
) -> None:
    """A URL that is signed for GET refuses HEAD, and a store knows only ETags of its own."""
    head = await api.head(video)
    assert (head.status_code, head.headers["content-length"]) == (200, str(SIZE))
    assert head.headers["etag"] == ETAG
    known = await api.get(video, headers={"if-none-match": ETAG})
    assert known.status_code == 304
    beyond = await api.get(video, headers={"range": f"bytes={SIZE}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{SIZE}")
    resumed = await api.get(video, headers={"range": "bytes=5-9", "if-range": ETAG})
    assert (resumed.status_code, resumed.content) == (206, VIDEO[5:10])
    several = await api.get(video, headers={"range": "bytes=0-1,5-9"})
    assert several.status_code == 206
    assert several.headers["content-type"].startswith("multipart/byteranges")


@pytest.mark.parametrize("name", ["thumbnail", "captions.vtt", "manifest"])
async def test_small_files_stay_at_the_server_s_address(
    api: httpx.AsyncClient, video: str, name: str
) -> None:
    """Pages may read them without the store's permission (CORS)."""
    assert (await api.get(video.replace("file", name))).status_code == 200


async def test_bytes_that_are_gone_are_said_by_the_server(
    api: httpx.AsyncClient, video: str, backstage: Backstage
) -> None:
    await backstage.artifacts.delete(hash_of("video.mp4"))
    gone = await api.get(video)
    assert (gone.status_code, gone.json()["code"]) == (404, "artifact_not_found")


async def test_a_deleted_video_is_gone_in_a_bucket_too(api: httpx.AsyncClient, video: str) -> None:
    assert (await api.delete(video.removesuffix("/file"))).status_code == 204
    assert (await api.get(video)).status_code == 404
