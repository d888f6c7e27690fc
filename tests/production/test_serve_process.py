"""``faceless serve`` with its worker inside: its end is nobody's crash, and a cancel is quick."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from faceless_process import FacelessProcess
from servers import free_port

from app.config import Settings

PATIENCE_SECONDS = 120.0
CANCEL_SECONDS = 5.0
BUSY_SECONDS = 15.0
"""added by a machine that runs other tests at the same time"""
LONG_TEXT = " ".join(["The quick brown fox jumps over the lazy dog near the river."] * 8)

pytestmark = [
    pytest.mark.timeout(200),
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="children are looked for in /proc"),
]

Rows = Callable[[str], Awaitable[list[dict[str, Any]]]]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def settings(database_url: str, tmp_path: Path, cache_dir: Path) -> Settings:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "cache").symlink_to(cache_dir)
    return Settings(
        data_dir=tmp_path / "var", database_url=database_url, worker_slots=1, min_free_bytes=0
    )


def ffmpegs_of(pid: int) -> list[int]:
    """Processes of ffmpeg that descend from another."""
    children: dict[int, list[int]] = {}
    names = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            name, _, rest = (entry / "stat").read_text().partition(" (")[2].rpartition(") ")
        except OSError:  # it has ended just now
            continue
        names[int(entry.name)] = name
        children.setdefault(int(rest.split()[1]), []).append(int(entry.name))
    found, left = [], [pid]
    while left:
        for child in children.get(left.pop(), []):
            left.append(child)
            if "ffmpeg" in names[child]:
                found.append(child)
    return found


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def rendering(serve: FacelessProcess, client: httpx.AsyncClient) -> tuple[str, list[int]]:
    """The id of a job that is being rendered, and the processes that do it."""
    body = {"scenes": [{"text": LONG_TEXT}], "aspect_ratio": "16:9"}
    made = await client.post("/api/generate", json=body)
    assert made.status_code == 202, made.text
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            job = (await client.get(f"/api/jobs/{made.json()['id']}")).json()
            assert job["status"] in ("queued", "running"), job
            if job["stage"] == "segment" and (found := ffmpegs_of(serve.process.pid)):
                return str(job["id"]), found
            await asyncio.sleep(0.05)


async def test_asked_to_end_it_gives_its_unit_back_and_leaves_no_ffmpeg(
    settings: Settings, tmp_path: Path, rows: Rows
) -> None:
    with FacelessProcess(settings, tmp_path / "log", "serve", "--port", str(free_port())) as serve:
        async with httpx.AsyncClient(base_url=await serve.address(), timeout=60) as client:
            _, children = await rendering(serve, client)
        assert await serve.stop() in (0, -signal.SIGTERM)
        assert not any(is_alive(pid) for pid in children)
        assert '"level": "error"' not in serve.log, serve.log
    [segment] = await rows("SELECT * FROM units WHERE kind = 'segment'")
    assert (segment["state"], segment["lease_owner"]) == ("ready", None)
    assert (segment["crashes"], segment["attempt"]) == (0, 0)


async def test_a_cancel_ends_the_job_and_its_ffmpeg_within_five_seconds(
    settings: Settings, tmp_path: Path, rows: Rows
) -> None:
    with FacelessProcess(settings, tmp_path / "log", "serve", "--port", str(free_port())) as serve:
        async with httpx.AsyncClient(base_url=await serve.address(), timeout=60) as client:
            job, children = await rendering(serve, client)
            began = time.monotonic()
            assert (await client.post(f"/api/jobs/{job}/cancel")).is_success
            async with asyncio.timeout(CANCEL_SECONDS + BUSY_SECONDS):
                while (await client.get(f"/api/jobs/{job}")).json()["status"] != "cancelled":
                    await asyncio.sleep(0.05)
            assert not any(is_alive(pid) for pid in children)
            assert time.monotonic() - began < CANCEL_SECONDS + BUSY_SECONDS
    [segment] = await rows("SELECT * FROM units WHERE kind = 'segment'")
    assert segment["state"] != "done", "it hadn't come to its end by itself"
