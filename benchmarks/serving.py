"""How quickly the API answers while a video is rendered: ``python -m benchmarks.serving``.

Asked at a steady pace, so that a slow answer isn't hidden by the questions that wait behind it:
first with nothing to do, then while a drawn video of ten scenes is made, once by the API's own
process on SQLite (``make serve``), once by a worker beside it on the servers of a fleet.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec

from benchmarks.accepting import api, environment
from benchmarks.draining import worker_processes
from benchmarks.load import Connection
from benchmarks.parallel import READY, SCENES
from benchmarks.servers import Servers, run_servers

PACE_SECONDS = 0.05
"""between two questions of the same kind"""
JOBS = 500
"""that the list goes through, besides the one that is made"""
IDLE_SECONDS = 15.0
PATIENCE_SECONDS = 600.0
LOOK_SECONDS = 0.5

Latencies = dict[str, list[float]]
"""seconds by what was asked"""


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    options.add_argument("--idle", type=float, default=IDLE_SECONDS, help="seconds of the first")
    given = options.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="faceless-bench-") as name:
        folder = Path(name)
        for who in WAYS:
            (folder / who).mkdir()
        with run_servers(folder) as servers:
            asyncio.run(_bench(servers, folder, given.idle))


async def _bench(servers: Servers, folder: Path, idle_seconds: float) -> None:
    print("\n| who renders | asked | idle p50, p99 ms | rendering p50, p99, longest ms | p99 |")
    print("| --- | --- | --- | --- | --- |")
    for who, serve in WAYS.items():
        async with serve(servers, folder / who) as port:
            idle, busy = await _measure(port, idle_seconds)
        for asked, latencies in busy.items():
            before, now = sorted(idle[asked]), sorted(latencies)
            ratio = _share(now, 0.99) / _share(before, 0.99)
            print(
                f"| {who} | {asked} | {_ms(before, 0.5)}, {_ms(before, 0.99)} | "
                f"{_ms(now, 0.5)}, {_ms(now, 0.99)}, {1000 * now[-1]:.0f} | {ratio:.1f} times |",
                flush=True,
            )


@asynccontextmanager
async def _embedded(servers: Servers, folder: Path) -> AsyncIterator[int]:
    none = {"DATABASE_URL": "", "MONGODB_URL": "", "REDIS_URL": "", "EMBEDDED_WORKER": "true"}
    environ = environment(servers, "", folder) | none
    with api("app.main:app", environ, folder / "api.log") as (port, _):
        yield port


@asynccontextmanager
async def _fleet(servers: Servers, folder: Path) -> AsyncIterator[int]:
    environ = environment(servers, await servers.fresh_database("serving"), folder)
    command = [sys.executable, "-m", "app.cli", "worker"]
    with (
        api("app.main:app", environ, folder / "api.log") as (port, _),
        worker_processes(command, READY, environ, folder, [None]),
    ):
        yield port


async def _measure(port: int, idle_seconds: float) -> tuple[Latencies, Latencies]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        await _make(client, ["Bees need flowers."], "1:1")  # everything is loaded once
        for _ in range(JOBS):
            asked = await client.post("/api/generate", json={"script": "Bees.", "seed": 1})
            await client.post(f"/api/jobs/{asked.json()['id']}/cancel")
        idle = await _ask(port, lambda: asyncio.sleep(idle_seconds))
        busy = await _ask(port, lambda: _make(client, SCENES, "9:16"))
    return idle, busy


async def _make(client: httpx.AsyncClient, scenes: list[str], aspect_ratio: str) -> None:
    request = {"scenes": [{"text": text} for text in scenes], "aspect_ratio": aspect_ratio}
    job = (await client.post("/api/generate", json=request | {"seed": 7})).json()
    give_up = time.monotonic() + PATIENCE_SECONDS
    while job["status"] not in ("succeeded", "failed") and time.monotonic() < give_up:
        await asyncio.sleep(LOOK_SECONDS)
        job = (await client.get(f"/api/jobs/{job['id']}")).json()
    if job["status"] != "succeeded":
        raise RuntimeError(f"The video isn't made: {msgspec.json.encode(job).decode()}")


async def _ask(port: int, meanwhile: Callable[[], Awaitable[None]]) -> Latencies:
    """Ask for everything at the pace until ``meanwhile`` is over."""
    found: Latencies = defaultdict(list)
    paths = {"health": "/api/health", "ready": "/api/health/ready", "list": "/api/jobs?limit=50"}
    asking = [
        asyncio.create_task(_keep_asking(port, path, found[what])) for what, path in paths.items()
    ]
    try:
        await meanwhile()
    finally:
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
    return found


async def _keep_asking(port: int, path: str, latencies: list[float]) -> None:
    connection = Connection(port)
    await connection.open()
    get = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % path.encode()
    clock = time.perf_counter
    due = clock()
    while True:
        # from when it was due: an answer that is late makes those behind it late, too
        status = await connection.ask(get)
        latencies.append(clock() - due)
        if status >= 300:
            raise RuntimeError(f"{path} was answered {status}")
        due += PACE_SECONDS
        await asyncio.sleep(max(0.0, due - clock()))


def _share(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _ms(ordered: list[float], share: float) -> str:
    return f"{1000 * _share(ordered, share):.1f}"


WAYS = {"the API itself": _embedded, "a worker": _fleet}


if __name__ == "__main__":
    main()
