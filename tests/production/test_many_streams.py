"""Five hundred open event streams: what they take, and that they hold nothing up."""

import asyncio
import re
import resource
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from faceless_process import FacelessProcess
from servers import free_port

from app.config import Settings

STREAMS = 500
LIMIT_BYTES = 60_000_000
STOP_SECONDS = 30.0
"""five at most for streams that don't end; the rest is a busy machine's"""
PATIENCE_SECONDS = 60.0
SCRIPT = {"script": "Two hearts."}

pytestmark = [
    pytest.mark.timeout(200),
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="memory is looked up in /proc"),
]

Streams = list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]


@pytest.fixture
def settings(tmp_path: Path, cache_dir: Path) -> Settings:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "cache").symlink_to(cache_dir)
    return Settings(data_dir=tmp_path / "var", embedded_worker=False, min_free_bytes=0)


@pytest.fixture(autouse=True)
def enough_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * STREAMS
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"a process may have {hard} files open here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def resident_bytes(process: FacelessProcess) -> int:
    status = Path(f"/proc/{process.process.pid}/status").read_text()
    [kilobytes] = re.findall(r"VmRSS:\s+(\d+) kB", status)
    return int(kilobytes) * 1024


@asynccontextmanager
async def streaming(address: str, *paths: str) -> AsyncIterator[Streams]:
    """Open streams, each of which has begun."""
    streams: Streams = []
    host, port = urlsplit(address).hostname, urlsplit(address).port
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            for path in paths:
                reader, writer = await asyncio.open_connection(host, port)
                streams.append((reader, writer))
                writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
                assert b"200 OK" in await reader.readline()
                await reader.readuntil(b"\nevent: ")
        yield streams
    finally:
        for _, writer in streams:
            writer.close()


async def submit(client: httpx.AsyncClient) -> dict[str, Any]:
    made = await client.post("/api/generate", json=SCRIPT)
    assert made.status_code == 202, made.text
    job: dict[str, Any] = made.json()
    return job


async def test_they_take_little_memory_and_all_hear_and_none_holds_up_the_end(
    settings: Settings, tmp_path: Path
) -> None:
    with FacelessProcess(settings, tmp_path / "log", "serve", "--port", str(free_port())) as serve:
        address = await serve.address()
        async with httpx.AsyncClient(base_url=address, timeout=60) as client:
            job = await submit(client)
            before = resident_bytes(serve)
            paths = ["/api/events"] * (STREAMS - 100) + [f"/api/jobs/{job['id']}/events"] * 100
            async with streaming(address, *paths) as streams:
                cancelled = await client.post(f"/api/jobs/{job['id']}/cancel")
                assert cancelled.status_code == 200
                async with asyncio.timeout(PATIENCE_SECONDS):
                    for reader, _ in streams:
                        await reader.readuntil(b'"status":"cancelled"')
                assert resident_bytes(serve) - before < LIMIT_BYTES

                began = time.monotonic()
                assert await serve.stop() in (0, -signal.SIGTERM)
                assert time.monotonic() - began < STOP_SECONDS
        assert '"level": "error"' not in serve.log, serve.log


async def test_clients_that_read_nothing_hold_up_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    with FacelessProcess(settings, tmp_path / "log", "serve", "--port", str(free_port())) as serve:
        address = await serve.address()
        async with (
            httpx.AsyncClient(base_url=address, timeout=60) as client,
            streaming(address, *["/api/events"] * 20),
        ):
            for _ in range(200):
                await submit(client)
            began = time.monotonic()
            await serve.stop()
            assert time.monotonic() - began < STOP_SECONDS
