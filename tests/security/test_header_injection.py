"""Texts that end up in headers and log lines: they begin neither a header nor a line."""

import asyncio
import json
import socket
from email.message import Message
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import finished_video
import httpx
import msgspec
import pytest
from attack import send
from faceless_process import FacelessProcess
from finished_video import finish_a_video
from live_server import Backstage
from servers import free_port

from app.config import Settings
from app.controllers.files import content_disposition

TITLES = (
    "Bees\r\nSet-Cookie: session=stolen",
    "Bees\nContent-Type: text/html",
    "Bees\r\n\r\n<script>alert(1)</script>",
    'bees"; filename="evil.html',
    "bees'; filename*=UTF-8''evil.html",
    "../../../../etc/cron.d/evil",
    "..\\..\\evil.exe",
    "evil.html\0",
    "evil.html%00",
    "line\u2028separator\u2029paragraph\x85next",
    "right\u202eleft gpj.exe",
    "\x1b[31mred",
    "CON",
    ".htaccess",
    "; rm -rf /",
    "é" * 500,
    "\U0001f41d bees",
    "   ",
    "",
)


def parameters_of(disposition: str) -> dict[str, str]:
    """The header's parameters, as a careful client reads them."""
    message = Message()
    message["content-disposition"] = disposition
    found = message.get_params(header="content-disposition", unquote=True)
    assert found is not None
    return {name: value if isinstance(value, str) else unquote(value[2]) for name, value in found}


@pytest.mark.parametrize("title", TITLES, ids=ascii)
@pytest.mark.parametrize("download", [True, False])
def test_a_title_names_a_file_and_nothing_else(title: str, download: bool) -> None:
    header = content_disposition("bees-1234.mp4", title, download=download)

    assert header.isascii()
    assert header.isprintable()
    found = parameters_of(header)
    assert set(found) == {"attachment" if download else "inline", "filename"}
    plain, _, extended = header.partition("; filename*=UTF-8''")
    assert plain.endswith('filename="bees-1234.mp4"')
    shown = unquote(extended)
    assert shown.endswith(".mp4")
    assert not set(shown) & set('/\\:*?"<>|\r\n\0')
    assert shown.isprintable()
    assert not shown.startswith(".")


@pytest.mark.parametrize("title", TITLES[:6], ids=ascii)
async def test_a_download_has_the_servers_headers_only(
    server: str, backstage: Backstage, monkeypatch: pytest.MonkeyPatch, title: str
) -> None:
    plain = await finish_a_video(backstage)
    monkeypatch.setattr(finished_video, "TITLE", title)
    hostile = await finish_a_video(backstage)
    for route in ("file", "thumbnail", "captions.srt", "captions.vtt"):
        answers = [
            await asyncio.to_thread(
                send, server, "GET", f"/api/videos/{video.id}/{route}?download=true"
            )
            for video in (plain, hostile)
        ]
        assert answers[1].status == 200
        names = [sorted(name.lower() for name, _ in answer.headers) for answer in answers]
        assert names[0] == names[1]
        assert answers[0].body == answers[1].body
        kind = answers[1].header("content-type")
        assert kind == answers[0].header("content-type")


REQUEST_IDS = (
    "a b",
    "a;b",
    "<script>alert(1)</script>",
    '"quoted"',
    "a" * 65,
    "a\tb",
    "a/../b",
    "é",
    "%0d%0aX-Injected:%201",
    "${jndi:ldap://x}",
    "",
)


@pytest.mark.parametrize("given", REQUEST_IDS, ids=ascii)
async def test_a_request_id_of_another_form_is_not_repeated(server: str, given: str) -> None:
    answer = await asyncio.to_thread(
        send, server, "GET", "/api/health", headers={"X-Request-ID": given}
    )
    told = answer.header("x-request-id")
    assert told is not None
    assert len(told) == 32
    assert told.isalnum()


async def test_a_request_id_of_the_right_form_is(server: str) -> None:
    answer = await asyncio.to_thread(
        send, server, "GET", "/api/health", headers={"X-Request-ID": "trace-1.a_B"}
    )
    assert answer.header("x-request-id") == "trace-1.a_B"


QUERIES = (
    "/api/videos?title=a%0d%0aX-Injected:%201",
    "/api/videos?title=%3E%3B%20rel%3D%22next%22%2C%20%3Chttps%3A%2F%2Fevil.example%3E",
    "/api/jobs?cursor=%0d%0aX-Injected:%201",
    "/api/jobs?status=%0d%0aX-Injected:%201",
    "/docs%0d%0aX-Injected:%201",
    "/%0d%0aLocation:%20https://evil.example",
    "//evil.example/%2e%2e",
    "/\\evil.example",
)


@pytest.mark.parametrize("target", QUERIES)
async def test_nothing_of_an_address_becomes_a_header(server: str, target: str) -> None:
    answer = await asyncio.to_thread(send, server, "GET", target)
    assert answer.status < 500
    assert answer.header("x-injected") is None
    assert "evil.example" not in (answer.header("location") or "")
    for link in (answer.header("link") or "").split(", "):
        assert link == "" or link.startswith("</api/videos?")


async def test_the_next_pages_link_holds_the_title_as_one_value(
    server: str, api: httpx.AsyncClient, backstage: Backstage
) -> None:
    for _ in range(2):
        await finish_a_video(backstage)
    title = finished_video.TITLE[:12]
    answer = await api.get("/api/videos", params={"title": title, "limit": "1"})
    link = answer.headers["link"]
    assert "\n" not in link
    assert quote('"', safe="") in link or title in unquote(link)
    following = await api.get(answer.links["next"]["url"])
    assert following.status_code == 200
    assert len(following.json()["items"]) == 1


@pytest.mark.parametrize(
    "head",
    [
        b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: a\rX-B: b\r\n\r\n",
        b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: a\0b\r\n\r\n",
        b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A : a\r\n\r\n",
        b"GET /api/health\r\nX: 1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        (
            b"POST /api/generate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}   "
        ),
        (
            b"POST /api/generate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"
        ),
    ],
)
async def test_a_head_that_could_be_read_in_two_ways_is_refused(server: str, head: bytes) -> None:
    def speak() -> bytes:
        parts = urlsplit(server)
        assert parts.port is not None
        with socket.create_connection(("127.0.0.1", parts.port), timeout=30) as connection:
            connection.sendall(head)
            connection.shutdown(socket.SHUT_WR)
            told = b""
            while piece := connection.recv(65_536):
                told += piece
            return told

    told = await asyncio.to_thread(speak)
    assert not told.startswith(b"HTTP/1.1 2"), told


FORGED = "2026-01-01 [info] forged"


@pytest.mark.parametrize("form", ["json", "console"])
async def test_no_request_writes_a_log_line_of_its_own(
    settings: Settings, tmp_path: Path, form: str
) -> None:
    log = tmp_path / "serve.log"
    changed = msgspec.structs.replace(
        settings, log_format=form, log_level="debug", port=free_port()
    )
    with FacelessProcess(changed, log, "serve") as serving:
        await serving.said(r"http://127\.0\.0\.1:\d+")
        address = f"http://127.0.0.1:{changed.port}"
        for line in ("\n", "\r\n", "\u2028", "\x1b[2K\r", "\0"):
            for target in ("/api/jobs/{}", "/{}", "/api/videos/{}/file", "/schema/assets/{}"):
                path = target.format(quote(f"x{line}{FORGED}", safe=""))
                await asyncio.to_thread(_patiently, address, path)
        headers = {"User-Agent": "x\tforged", "Idempotency-Key": "x\tforged"}
        await asyncio.to_thread(
            send, address, "POST", "/api/generate", body={"script": "\n" + FORGED}, headers=headers
        )
        await serving.stop()
    lines = log.read_text(errors="replace").split("\n")
    assert any("forged" in line for line in lines), "the paths are logged"
    assert [line for line in lines if line.startswith(FORGED)] == []
    assert "\x1b[2K" not in log.read_text(errors="replace")
    if form == "json":
        for line in filter(None, lines):
            json.loads(line)


def _patiently(address: str, path: str) -> None:
    assert send(address, "GET", path).status < 500
