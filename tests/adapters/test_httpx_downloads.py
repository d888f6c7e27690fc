"""Downloads against a server that breaks off, stalls, lies and leads astray."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from loopback import (
    Asked,
    Loopback,
    Reply,
    cut_at,
    failing,
    file_reply,
    held_at,
    leading_to,
    running,
    saying,
    with_headers,
)
from stock_room import clip_bytes, downloads_in, measured_here, still_bytes

from adapters.ffmpeg import FfmpegQuarantine
from adapters.httpcore import SystemResolver
from adapters.httpx_downloads import HttpxDownloads
from adapters.httpx_downloads.cache import PART_SECONDS, SPARED_SECONDS
from adapters.media_folder import QuarantinedMeasure
from domain.errors import StorageFull
from domain.generation.downloads import Wanted
from domain.outbound import UrlRules, read_allowance
from domain.providers.failures import ProviderFailed, Verdict


class FileServer(Loopback):
    """Serves what it has under a path."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, tuple[bytes, str]] = {}

    def reply(self, asked: Asked) -> Reply:
        if asked.path not in self.files:
            return Reply(404)
        content, content_type = self.files[asked.path]
        return file_reply(asked, content, content_type)

    def wanted(self, path: str = "/reef.mp4", **fields: Any) -> Wanted:
        values = {"type": "clip", "provider": "pexels", "base_url": self.origin} | fields
        return Wanted(url=f"{self.origin}{path}", **values)


@pytest.fixture
async def server() -> AsyncIterator[FileServer]:
    async with running(FileServer()) as server:
        server.files["/reef.mp4"] = (clip_bytes(), "video/mp4")
        server.files["/reef.jpg"] = (still_bytes(), "image/jpeg")
        yield server


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


@pytest.fixture
def downloads(tmp_path: Path) -> HttpxDownloads:
    return downloads_in(tmp_path / "downloads", idle_seconds=1.0)


async def test_a_file_is_brought_once_and_copied_for_whoever_wants_it(
    server: FileServer, downloads: HttpxDownloads, target: Path, tmp_path: Path
) -> None:
    first = await downloads.fetch(server.wanted(), target)
    second = await downloads_in(tmp_path / "downloads").fetch(server.wanted(), target)

    assert first != second
    assert first.read_bytes() == second.read_bytes() == clip_bytes()
    assert (first.suffix, first.parent) == (".mp4", target)
    assert len(server.asked) == 1


async def test_two_jobs_that_want_the_same_clip_at_once_download_it_once(
    server: FileServer, target: Path, tmp_path: Path
) -> None:
    processes = [downloads_in(tmp_path / "downloads") for _ in range(3)]

    copies = await asyncio.gather(*(each.fetch(server.wanted(), target) for each in processes))

    assert [copy.read_bytes() for copy in copies] == [clip_bytes()] * 3
    assert len(server.asked) == 1


async def test_the_same_content_at_two_addresses_is_kept_once(
    server: FileServer, downloads: HttpxDownloads, target: Path, tmp_path: Path
) -> None:
    server.files["/again.mp4"] = server.files["/reef.mp4"]
    for path in ("/reef.mp4", "/again.mp4"):
        await downloads.fetch(server.wanted(path), target)

    assert len(list((tmp_path / "downloads" / "files").glob("*/*"))) == 1


async def test_a_cut_download_goes_on_where_it_was(
    server: FileServer, downloads: HttpxDownloads, target: Path
) -> None:
    server.plan("/reef.mp4", cut_at(1_000), cut_at(500))

    path = await downloads.fetch(server.wanted(), target)

    assert path.read_bytes() == clip_bytes()
    ranges = [asked.headers.get("range") for asked in server.asked]
    assert ranges == [None, "bytes=1000-", "bytes=1500-"]
    assert server.asked[1].headers["if-range"].startswith('"')


async def test_a_connection_that_falls_silent_is_cut_and_gone_on_from(
    server: FileServer, tmp_path: Path, target: Path
) -> None:
    downloads = downloads_in(tmp_path / "downloads", idle_seconds=0.3)
    server.plan("/reef.mp4", held_at(1_000))

    assert (await downloads.fetch(server.wanted(), target)).read_bytes() == clip_bytes()
    assert server.asked[1].headers["range"] == "bytes=1000-"


async def test_what_has_come_is_kept_for_the_next_try(
    server: FileServer, downloads: HttpxDownloads, target: Path, tmp_path: Path
) -> None:
    server.plan("/reef.mp4", cut_at(1_000), cut_at(0))
    with pytest.raises(ProviderFailed) as failed:
        await downloads.fetch(server.wanted(), target)
    assert failed.value.verdict is Verdict.RETRY

    path = await downloads_in(tmp_path / "downloads").fetch(server.wanted(), target)

    assert path.read_bytes() == clip_bytes()
    assert server.asked[-1].headers["range"] == "bytes=1000-"


async def test_a_file_that_changed_meanwhile_is_begun_anew(
    server: FileServer, downloads: HttpxDownloads, target: Path
) -> None:
    other = clip_bytes(width=160, height=120)

    def change(_: Asked, reply: Reply) -> Reply:
        server.files["/reef.mp4"] = (other, "video/mp4")
        return reply._replace(cut_at=1_000)

    server.plan("/reef.mp4", change)

    assert (await downloads.fetch(server.wanted(), target)).read_bytes() == other


async def test_without_a_name_for_its_version_nothing_is_gone_on_with(
    server: FileServer, downloads: HttpxDownloads, target: Path
) -> None:
    def nameless(_: Asked, reply: Reply) -> Reply:
        headers = {name: text for name, text in reply.headers.items() if name != "etag"}
        return reply._replace(headers=headers, cut_at=1_000)

    server.plan("/reef.mp4", nameless)
    with pytest.raises(ProviderFailed):
        await downloads.fetch(server.wanted(), target)

    assert (await downloads.fetch(server.wanted(), target)).read_bytes() == clip_bytes()
    assert "range" not in server.asked[-1].headers


async def test_a_range_that_nobody_asked_for_is_not_pasted_in(
    server: FileServer, downloads: HttpxDownloads, target: Path
) -> None:
    server.plan(
        "/reef.mp4", cut_at(1_000), with_headers(content_range=f"bytes 5-9/{len(clip_bytes())}")
    )

    assert (await downloads.fetch(server.wanted(), target)).read_bytes() == clip_bytes()


@pytest.mark.parametrize(
    ("content", "content_type", "said"),
    [
        (b"<!doctype html><title>Just a moment</title>", "text/html; charset=utf-8", "text/html"),
        (b"<!doctype html><title>Just a moment</title>", "video/mp4", "doesn't begin like"),
        (b"\x00\x00\x00\x18ftypmp42 and then nothing of it" * 9, "video/mp4", "can't be decoded"),
        (b"tiny", "video/mp4", "doesn't begin like"),
        (b"", "video/mp4", "doesn't begin like"),
        (b"#EXTM3U\nfile:///etc/passwd\n", "application/octet-stream", "doesn't begin like"),
    ],
)
async def test_what_is_no_clip_is_refused_and_not_kept(
    server: FileServer,
    downloads: HttpxDownloads,
    target: Path,
    tmp_path: Path,
    *,
    content: bytes,
    content_type: str,
    said: str,
) -> None:
    server.plan("/reef.mp4", saying(content, content_type))

    with pytest.raises(ProviderFailed, match=said) as failed:
        await downloads.fetch(server.wanted(), target)

    assert failed.value.verdict is Verdict.NEXT
    assert not list(target.iterdir())
    assert not list((tmp_path / "downloads").glob("files/*/*"))
    assert (await downloads.fetch(server.wanted(), target)).read_bytes() == clip_bytes()


async def test_a_still_is_no_clip(
    server: FileServer, downloads: HttpxDownloads, target: Path
) -> None:
    assert (await downloads.fetch(server.wanted("/reef.jpg", type="still"), target)).exists()
    with pytest.raises(ProviderFailed, match="image/jpeg"):
        await downloads.fetch(server.wanted("/reef.jpg"), target)


async def test_a_file_that_is_told_to_be_huge_is_not_begun(
    server: FileServer, tmp_path: Path, target: Path
) -> None:
    downloads = downloads_in(tmp_path / "downloads", max_bytes=1_000_000_000)
    server.plan("/reef.mp4", lambda _, reply: reply._replace(length=2_000_000_000))

    with pytest.raises(ProviderFailed, match="1,000,000,000 bytes") as failed:
        await downloads.fetch(server.wanted(), target)
    assert failed.value.verdict is Verdict.NEXT
    assert "DOWNLOAD_MAX_BYTES" in failed.value.hint_text


async def test_a_file_that_turns_out_huge_is_stopped(
    server: FileServer, tmp_path: Path, target: Path
) -> None:
    limit = len(clip_bytes()) - 1
    downloads = downloads_in(tmp_path / "downloads", max_bytes=limit)

    def endless(_: Asked, reply: Reply) -> Reply:
        chunk = f"{len(reply.body):x}\r\n".encode() + reply.body + b"\r\n"
        return Reply(200, chunk, {"content-type": "video/mp4", "transfer-encoding": "chunked"})

    server.plan("/reef.mp4", endless)
    with pytest.raises(ProviderFailed, match="is larger than") as failed:
        await downloads.fetch(server.wanted(), target)
    assert failed.value.verdict is Verdict.NEXT
    assert not list((tmp_path / "downloads" / "parts").iterdir())


async def test_a_length_that_is_too_long_is_found_out_by_asking_for_the_rest(
    server: FileServer, downloads: HttpxDownloads, target: Path
) -> None:
    longer = len(clip_bytes()) + 100
    server.plan("/reef.mp4", lambda _, reply: reply._replace(length=longer))

    assert (await downloads.fetch(server.wanted(), target)).read_bytes() == clip_bytes()
    assert len(server.asked) == 2


async def test_a_server_that_never_goes_on_is_given_up(
    server: FileServer, downloads: HttpxDownloads, target: Path
) -> None:
    server.plan("/reef.mp4", *[cut_at(1_000), failing(416)] * 2)

    with pytest.raises(ProviderFailed, match="doesn't go on") as failed:
        await downloads.fetch(server.wanted(), target)
    assert failed.value.verdict is Verdict.RETRY
    assert len(server.asked) == 4


async def test_a_length_that_is_too_short_gives_a_file_that_can_t_be_decoded(
    server: FileServer, downloads: HttpxDownloads, target: Path
) -> None:
    server.plan("/reef.mp4", lambda _, reply: reply._replace(length=900))

    with pytest.raises(ProviderFailed, match="can't be used") as failed:
        await downloads.fetch(server.wanted(), target)
    assert failed.value.verdict is Verdict.NEXT


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (404, Verdict.NEXT),
        (410, Verdict.NEXT),
        (403, Verdict.NEXT),
        (429, Verdict.RETRY),
        (503, Verdict.RETRY),
    ],
)
async def test_a_status_says_whether_to_come_again(
    server: FileServer, downloads: HttpxDownloads, target: Path, status: int, verdict: Verdict
) -> None:
    server.plan("/reef.mp4", failing(status, retry_after="9"))

    with pytest.raises(ProviderFailed, match=str(status)) as failed:
        await downloads.fetch(server.wanted(), target)
    assert failed.value.verdict is verdict
    assert failed.value.retry_after_seconds == (9.0 if verdict is Verdict.RETRY else None)


async def test_a_redirect_within_the_provider_s_own_address_is_followed(
    server: FileServer, downloads: HttpxDownloads, target: Path
) -> None:
    server.plan("/old.mp4", leading_to("/reef.mp4#t=3"))

    assert (await downloads.fetch(server.wanted("/old.mp4"), target)).read_bytes() == clip_bytes()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/reef.mp4",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/reef.mp4",
        "http://videos.pexels.com/reef.mp4",
        "https://user:word@videos.pexels.com/reef.mp4",
        "file:///etc/passwd",
        "https://[::1]/reef.mp4",
    ],
)
async def test_no_redirect_leads_inside_or_past_tls(
    server: FileServer, downloads: HttpxDownloads, target: Path, url: str
) -> None:
    server.plan("/reef.mp4", leading_to(url))

    with pytest.raises(ProviderFailed, match="where nothing is fetched from") as failed:
        await downloads.fetch(server.wanted(), target)
    assert failed.value.verdict is Verdict.NEXT


async def test_a_name_that_leads_inside_is_refused_before_anything_is_sent(
    server: FileServer, tmp_path: Path, target: Path
) -> None:
    class Rebinding:
        async def resolve(self, host: str) -> list[str]:  # noqa: ARG002 - the port's
            return ["10.0.0.8"]

    downloads = HttpxDownloads(tmp_path / "d", measured_here, UrlRules(), Rebinding())
    wanted = Wanted(url="https://videos.pexels.com/1.mp4", type="clip", provider="pexels")

    with pytest.raises(ProviderFailed, match=r"videos\.pexels\.com"):
        await downloads.fetch(wanted, target)


async def test_the_connection_goes_to_the_address_that_was_checked_under_the_name(
    server: FileServer, tmp_path: Path, target: Path
) -> None:
    class Here:
        async def resolve(self, host: str) -> list[str]:  # noqa: ARG002 - the port's
            return ["127.0.0.1"]

    rules = UrlRules(read_allowance("cdn.internal"))
    port = server.origin.rpartition(":")[2]
    downloads = HttpxDownloads(tmp_path / "d", measured_here, rules, Here())
    wanted = Wanted(url=f"http://cdn.internal:{port}/reef.mp4", type="clip", provider="pexels")

    assert (await downloads.fetch(wanted, target)).read_bytes() == clip_bytes()
    assert server.asked[0].headers["host"] == f"cdn.internal:{port}"


@pytest.mark.parametrize("url", ["http://[", "http://127.0.0.1:99999999/", "\x01"])
async def test_a_redirect_to_no_address_is_no_download(
    server: FileServer, downloads: HttpxDownloads, target: Path, url: str
) -> None:
    server.plan("/reef.mp4", leading_to(url))

    with pytest.raises(ProviderFailed):
        await downloads.fetch(server.wanted(), target)


@pytest.mark.parametrize("etag", ['W/"weak"', '"\xfc"', ""])
async def test_a_version_without_a_name_that_can_be_asked_with_is_begun_anew(
    server: FileServer, downloads: HttpxDownloads, target: Path, etag: str
) -> None:
    def renamed(_: Asked, reply: Reply) -> Reply:
        return reply._replace(headers={**reply.headers, "etag": etag}, cut_at=1_000)

    server.plan("/reef.mp4", renamed)
    with pytest.raises(ProviderFailed):
        await downloads.fetch(server.wanted(), target)

    assert (await downloads.fetch(server.wanted(), target)).read_bytes() == clip_bytes()
    assert "range" not in server.asked[-1].headers


async def test_a_large_file_is_written_piece_by_piece_and_gone_on_with(
    server: FileServer, tmp_path: Path, target: Path
) -> None:
    large = clip_bytes() + b"\x00" * 3_500_000  # what follows the last box is nobody's
    server.files["/large.mp4"] = (large, "video/mp4")
    downloads = downloads_in(tmp_path / "downloads")
    server.plan("/large.mp4", cut_at(2_500_000))

    assert (await downloads.fetch(server.wanted("/large.mp4"), target)).read_bytes() == large
    assert server.asked[1].headers["range"] == "bytes=2500000-"


async def test_redirects_end_somewhere(
    server: FileServer, downloads: HttpxDownloads, target: Path
) -> None:
    server.plan("/reef.mp4", *[leading_to("/reef.mp4")] * 6)

    with pytest.raises(ProviderFailed, match="on and on"):
        await downloads.fetch(server.wanted(), target)


async def test_so_many_downloads_at_a_time_and_no_more(
    server: FileServer, tmp_path: Path, target: Path
) -> None:
    paths = [f"/{number}.mp4" for number in range(6)]
    for path in paths:
        server.files[path] = (clip_bytes(), "video/mp4")
    downloads = downloads_in(tmp_path / "downloads", parallel=2)

    await asyncio.gather(*(downloads.fetch(server.wanted(path), target) for path in paths))

    assert len(server.asked) == 6
    assert server.most_open == 2


async def test_the_longest_unused_files_give_way(
    server: FileServer, tmp_path: Path, target: Path
) -> None:
    cache = tmp_path / "downloads"
    contents = [clip_bytes(), clip_bytes(frames=20), clip_bytes(frames=10)]
    downloads = downloads_in(cache, cache_bytes=sum(map(len, contents)) - 1)
    for number, content in enumerate(contents[:2]):
        server.files[f"/{number}.mp4"] = (content, "video/mp4")
        await downloads.fetch(server.wanted(f"/{number}.mp4"), target)
    old = time.time() - SPARED_SECONDS - 10
    for place, path in enumerate(sorted((cache / "files").glob("*/*"), key=_size, reverse=True)):
        os.utime(path, (old + place, old + place))
    await downloads.fetch(server.wanted("/0.mp4"), target)  # used again
    (cache / "parts").mkdir(exist_ok=True)
    forgotten = cache / "parts" / ("f" * 64)
    forgotten.write_bytes(b"half")
    os.utime(forgotten, (0, time.time() - PART_SECONDS - 10))

    server.files["/2.mp4"] = (contents[2], "video/mp4")
    await downloads.fetch(server.wanted("/2.mp4"), target)

    kept = {path.read_bytes() for path in (cache / "files").glob("*/*")}
    assert kept == {contents[0], contents[2]}
    assert len(list((cache / "urls").iterdir())) == 2
    assert not forgotten.exists()
    before = len(server.asked)
    await downloads.fetch(server.wanted("/1.mp4"), target)
    assert len(server.asked) == before + 1


def _size(path: Path) -> int:
    return path.stat().st_size


async def test_what_is_kept_free_on_the_disk_stays_free(
    server: FileServer, tmp_path: Path, target: Path
) -> None:
    downloads = downloads_in(tmp_path / "downloads", min_free_bytes=1 << 60)

    with pytest.raises(StorageFull, match="MIN_FREE_BYTES"):
        await downloads.fetch(server.wanted(), target)


async def test_a_download_that_is_given_up_leaves_the_way_free(
    server: FileServer, downloads: HttpxDownloads, target: Path
) -> None:
    server.plan("/reef.mp4", held_at(0))
    given_up = asyncio.create_task(downloads.fetch(server.wanted(), target))
    while not server.asked:
        await asyncio.sleep(0)
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up

    assert (await downloads.fetch(server.wanted(), target)).read_bytes() == clip_bytes()


async def test_clips_are_decoded_in_quarantine(
    server: FileServer, tmp_path: Path, target: Path
) -> None:
    quarantine = FfmpegQuarantine()
    try:
        measure = QuarantinedMeasure(quarantine)
        downloads = HttpxDownloads(tmp_path / "d", measure, UrlRules(), SystemResolver())
        assert (await downloads.fetch(server.wanted(), target)).exists()
        server.plan("/bad.mp4", saying(clip_bytes()[:900], "video/mp4"))
        with pytest.raises(ProviderFailed, match="can't be used"):
            await downloads.fetch(server.wanted("/bad.mp4"), target)
    finally:
        quarantine.close()


async def test_bytes_that_came_in_another_way_are_checked_alike(
    downloads: HttpxDownloads, target: Path
) -> None:
    path = await downloads.admit(still_bytes(form="PNG"), "still", "openai", target)
    assert (path.suffix, path.read_bytes()) == (".png", still_bytes(form="PNG"))

    for bad in (b"<html>", still_bytes()[:200], b""):
        with pytest.raises(ProviderFailed) as failed:
            await downloads.admit(bad, "still", "openai", target)
        assert failed.value.verdict is Verdict.NEXT
    assert list(target.iterdir()) == [path]
