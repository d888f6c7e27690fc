"""Bodies that are too much: refused with a reason, before they cost anything."""

import asyncio
import gzip
import json
import select
import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest

from app.config import Settings

JSON = {"content-type": "application/json"}


def nested(depth: int) -> bytes:
    return b'{"script":"Bees.","metadata":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"


BODIES: dict[str, tuple[bytes, set[int]]] = {
    "a script of more than the limit": (
        json.dumps({"script": "a" * 2_000_001}).encode(),
        {413},
    ),
    "a text beyond its field's length": (json.dumps({"script": "a " * 30_000}).encode(), {400}),
    "too many scenes": (json.dumps({"scenes": [{"text": "Hi."}] * 10_000}).encode(), {400}),
    "nested 100,000 deep": (nested(100_000), {400}),
    "nested 500 deep": (nested(500), {400}),
    "100,000 unknown fields": (
        json.dumps({f"f{n}": n for n in range(100_000)}).encode(),
        {400},
    ),
    "100,000 wrong scenes": (json.dumps({"scenes": [0] * 100_000}).encode(), {400}),
    "a number of 100,000 digits": (b'{"script":"Bees.","seed":' + b"9" * 100_000 + b"}", {400}),
    "a number beyond every float": (b'{"script":"Bees.","duration":1e999999}', {400}),
    "a packed body": (gzip.compress(b" " * 100_000_000), {400, 413, 415}),
    "quotes without end": (b'{"script":"' + b"\\" * 1_000_000, {400}),
    "brackets without end": (b"[" * 1_900_000, {400}),
}


@pytest.mark.parametrize("what", BODIES)
async def test_a_body_that_is_too_much_is_refused_soon(api: httpx.AsyncClient, what: str) -> None:
    body, statuses = BODIES[what]
    headers = dict(JSON)
    if what == "a packed body":
        headers["content-encoding"] = "gzip"
    await api.get("/api/health")
    started = time.process_time()  # the server's, too: how long that takes is the machine's affair

    answer = await api.post("/api/generate", content=body, headers=headers)

    assert time.process_time() - started < 10
    assert answer.status_code in statuses, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.content) < 100_000
    assert (await api.get("/api/health")).status_code == 200


@pytest.mark.parametrize("path", ["/api/generate", "/api/keys"])
async def test_a_body_that_says_it_is_too_large_isnt_read(
    server: str, settings: Settings, path: str
) -> None:
    def speak() -> bytes:
        parts = urlsplit(server)
        assert parts.port is not None
        with socket.create_connection(("127.0.0.1", parts.port), timeout=30) as connection:
            head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            size = f"Content-Length: {settings.max_body_bytes + 1}\r\n\r\n"
            connection.sendall((head + size).encode() + b"{")  # and no more comes
            return connection.recv(65_536)

    told = await asyncio.to_thread(speak)
    assert told.startswith(b"HTTP/1.1 413"), told


async def test_a_body_without_a_length_is_refused_at_the_limit(
    server: str, settings: Settings
) -> None:
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"

    def speak() -> tuple[bytes, int]:
        """The answer, and how much was sent before it came."""
        parts = urlsplit(server)
        assert parts.port is not None
        with socket.create_connection(("127.0.0.1", parts.port), timeout=30) as connection:
            head = "POST /api/generate HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            kind = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            connection.sendall((head + kind).encode())
            sent = 0
            while sent < 50 * settings.max_body_bytes:
                if select.select([connection], [], [], 0)[0]:
                    break
                connection.sendall(piece)
                sent += len(piece)
            return connection.recv(65_536), sent

    told, sent = await asyncio.to_thread(speak)
    assert told.startswith(b"HTTP/1.1 413"), told
    assert sent < 25 * settings.max_body_bytes, "what's on its way is more than what is read"


async def test_who_looks_up_late_still_gets_the_refusal(server: str, settings: Settings) -> None:
    """What comes after a socket is closed resets it: the answer would be lost with it."""
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"

    def speak() -> bytes:
        parts = urlsplit(server)
        assert parts.port is not None
        with socket.create_connection(("127.0.0.1", parts.port), timeout=30) as connection:
            head = "POST /api/generate HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            kind = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            connection.sendall((head + kind).encode())
            for _ in range(2 * settings.max_body_bytes // 0x10000):
                connection.sendall(piece)
            select.select([connection], [], [], 30)
            time.sleep(0.3)  # it has answered; and still more is on its way
            connection.sendall(piece * 4)
            time.sleep(0.3)
            return connection.recv(65_536)

    told = await asyncio.to_thread(speak)
    assert told.startswith(b"HTTP/1.1 413"), told


@pytest.mark.parametrize(
    ("name", "value"), [("X-Long", "a" * 200_000), ("Cookie", "a=b; " * 30_000)]
)
async def test_a_head_that_is_too_large_is_refused(server: str, name: str, value: str) -> None:
    async with httpx.AsyncClient(base_url=server, timeout=60) as client:
        try:
            answer = await client.get("/api/health", headers={name: value})
        except httpx.TransportError:
            return  # hung up on
        assert answer.status_code in (400, 413, 414, 431)


async def test_an_address_that_is_too_long_is_refused(api: httpx.AsyncClient) -> None:
    try:
        answer = await api.get("/api/jobs?cursor=" + "a" * 60_000)
    except httpx.TransportError:
        return
    assert answer.status_code in (400, 414, 431)
