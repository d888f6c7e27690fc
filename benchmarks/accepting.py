"""How many jobs a second are accepted, against a bare handler that does one raw insert."""

import asyncio
import os
import statistics
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncpg
import msgspec

from benchmarks.load import Load
from benchmarks.processes import cpu_seconds
from benchmarks.servers import Servers, free_port, running

CONNECTIONS = 16
WARM_UP = 200
REST_SECONDS = 1.0
REST_SHARE = 0.05
"""of one core: a server that takes less than this does nothing"""
SCRIPT = (
    "Honey never spoils. Archaeologists have found pots of it in ancient tombs, and it was still "
    "good to eat. Bees make it from nectar: they fan the water out of it with their wings until "
    "hardly anything can live in it. One bee makes a twelfth of a teaspoon in her whole life."
)
BODY = msgspec.json.encode(
    {"script": SCRIPT, "title": "Honey", "aspect_ratio": "9:16", "seed": 7}, order="sorted"
)
"""both handlers read the same one"""


class Round(msgspec.Struct):
    """One server's turn."""

    rate: float
    """answers a second"""
    cpu: float
    """microseconds of the server's process for each"""
    load: Load


def environment(servers: Servers, database: str, folder: Path, **more: str) -> dict[str, str]:
    """Settings of a process of the fleet; nothing else of this process's own settings."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "DATA_DIR": str(folder),
        "DATABASE_URL": database,
        "MONGODB_URL": servers.mongodb,
        "REDIS_URL": servers.redis,
        "EMBEDDED_WORKER": "false",
        "LOG_FORMAT": "json",
        "MAX_QUEUED_JOBS": "100000",
        **more,
    }


@contextmanager
def api(app: str, environ: dict[str, str], log: Path) -> Iterator[tuple[int, int]]:
    """``app`` under uvicorn, one process; its port and process id."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", app, "--port", port, "--no-access-log"]
    command += ["--log-level", "warning"]
    with running(command, port, log, environment=environ, cwd=log.parent) as process:
        yield port, process.pid


async def put_load(port: int, pid: int, requests: int, body: Path) -> Round:
    """Run the client in a process of its own."""
    before = cpu_seconds(pid)
    command = [sys.executable, "-m", "benchmarks.load", str(port), str(CONNECTIONS)]
    client = await asyncio.create_subprocess_exec(
        *(*command, str(requests), str(body), "--watch", "/api/health"),
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await client.communicate()
    found = msgspec.json.decode(told, type=Load)
    spent = cpu_seconds(pid) - before
    return Round(
        rate=requests / found.seconds,
        cpu=1e6 * spent / (requests + len(found.watched)),
        load=found,
    )


async def accept_row(servers: Servers, folder: Path, rounds: int, requests: int) -> float:
    """Interleave both; prints the figures and answers the ratio of their rates."""
    ours_url = await servers.fresh_database("accepting")
    bare_url = await servers.fresh_database("bare")
    body = folder / "body.json"
    body.write_bytes(BODY)
    with ExitStack() as stack:
        ours = stack.enter_context(
            api("app.main:app", environment(servers, ours_url, folder), folder / "ours.log")
        )
        bare = stack.enter_context(
            api("benchmarks.bare:app", environment(servers, bare_url, folder), folder / "bare.log")
        )
        for port, pid in (ours, bare):
            await put_load(port, pid, WARM_UP, body)
            await _at_rest(pid)
        taken: dict[str, list[Round]] = {"bare": [], "ours": []}
        for _ in range(rounds):
            taken["bare"].append(await put_load(*bare, requests, body))
            taken["ours"].append(await put_load(*ours, requests, body))
            await _forget_jobs(ours_url)
    ratios = [o.rate / b.rate for o, b in zip(taken["ours"], taken["bare"], strict=True)]
    print("\n| accepting a job | a second | CPU us each | p50 ms | p99 ms | health p99 ms |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, found in taken.items():
        latencies = sorted(x for turn in found for x in turn.load.latencies)
        watched = sorted(x for turn in found for x in turn.load.watched)
        refused = sum(turn.load.refused for turn in found)
        assert not refused, f"{name} refused {refused}"
        health = "" if name == "bare" else f"{1000 * _share(watched, 0.99):.1f}"
        print(
            f"| {name} | {statistics.median(turn.rate for turn in found):,.0f} | "
            f"{statistics.median(turn.cpu for turn in found):,.0f} | "
            f"{1000 * _share(latencies, 0.5):.1f} | {1000 * _share(latencies, 0.99):.1f} | "
            f"{health} |"
        )
    return statistics.median(ratios)


async def _at_rest(pid: int) -> None:
    """Wait for what a server makes ready behind its first requests (the index of topics)."""
    before, now = -1.0, cpu_seconds(pid)
    while now - before > REST_SHARE * REST_SECONDS:
        await asyncio.sleep(REST_SECONDS)
        before, now = now, cpu_seconds(pid)


async def _forget_jobs(url: str) -> None:
    """Each round begins with an empty queue, as a fleet that keeps up has it."""
    connection = await asyncpg.connect(url)
    await connection.execute("TRUNCATE jobs, units, events, idempotency_keys")
    await connection.close()


def _share(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(share * len(values)))]
