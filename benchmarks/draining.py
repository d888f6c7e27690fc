"""How many units a second two worker processes finish when there is nothing to do in them."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from adapters.dramatiq import DramatiqBell
from adapters.postgres import SqlJobStore, make_engine
from benchmarks.accepting import SCRIPT, environment
from benchmarks.idle_worker import SCENES
from benchmarks.processes import cpu_seconds
from benchmarks.servers import Servers, die_with_parent
from domain.generation.brief import Brief
from domain.jobs.model import LOCAL_ACCOUNT, NewJob, NewUnit, UnitKind

WORKERS = 2
UNITS_OF_A_JOB = 2 * SCENES + 4
READY = "Worker process is ready for action"
POLL_SECONDS = 0.1
PATIENCE_SECONDS = 90.0


@contextmanager
def worker_processes(
    command: list[str],
    ready: str,
    environ: dict[str, str],
    folder: Path,
    pins: Sequence[set[int] | None],
) -> Iterator[list[int]]:
    """A process for each of ``pins``, on those cores; each has said ``ready`` when the block
    begins. Their process ids."""
    with ExitStack() as stack:
        started = [
            stack.enter_context(_process(command, environ, folder / f"worker{n}.log", cores))
            for n, cores in enumerate(pins)
        ]
        deadline = time.monotonic() + PATIENCE_SECONDS
        for process, log in started:
            while ready not in log.read_text(errors="replace"):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"A worker doesn't start:\n{log.read_text()[-2000:]}")
                time.sleep(POLL_SECONDS)
        yield [process.pid for process, _ in started]


@contextmanager
def _process(
    command: list[str], environ: dict[str, str], log: Path, cores: set[int] | None
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    def prepare() -> None:
        die_with_parent()
        if cores is not None:
            os.sched_setaffinity(0, cores)  # its children inherit it

    with log.open("wb") as file:
        process = subprocess.Popen(
            command,
            stdout=file,
            stderr=file,
            env=environ,
            cwd=log.parent,
            preexec_fn=prepare,  # noqa: PLW1509 - two system calls
        )
    try:
        yield process, log
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def accept_jobs(store: SqlJobStore, count: int) -> list[UUID]:
    """Accept ``count`` jobs; their ids."""
    ids = []
    for seed in range(count):
        job = NewJob(
            id=uuid4(),
            account_id=LOCAL_ACCOUNT,
            video_id=uuid4(),
            request=Brief(script=SCRIPT, seed=seed),
            deadline_seconds=3600.0,
        )
        ids.append((await store.add(job, [NewUnit(UnitKind.SCRIPT)])).id)
    return ids


async def submit_jobs(database: str, redis: str, count: int) -> None:
    """Accept ``count`` jobs and ring for them, as the API does."""
    engine = make_engine(database)
    bell = DramatiqBell(redis)
    await bell.ring(await accept_jobs(SqlJobStore(engine), count))
    await bell.close()
    await engine.dispose()


async def all_finished(database: str, patience: float = PATIENCE_SECONDS) -> float:
    """Wait until no job is unfinished; seconds from the first acceptance to the last end."""
    connection = await asyncpg.connect(database)
    deadline = time.monotonic() + patience
    while await connection.fetchval("SELECT count(*) FROM jobs WHERE finished_at IS NULL"):
        troubles = await connection.fetch(
            "SELECT kind, state, error FROM units WHERE error IS NOT NULL LIMIT 3"
        )
        if troubles or time.monotonic() > deadline:
            raise RuntimeError(f"The jobs don't come to their end: {troubles}")
        await asyncio.sleep(POLL_SECONDS)
    took = await connection.fetchval(
        "SELECT extract(epoch FROM max(finished_at) - min(created_at))::float8 FROM jobs"
    )
    await connection.close()
    return float(took)


async def drain_row(servers: Servers, folder: Path, jobs: int, threads: int) -> float:
    """Print the figures; answers the units finished each second."""
    database = await servers.fresh_database("draining")
    environ = environment(servers, database, folder, WORKER_SLOTS=str(threads))
    command = [sys.executable, "-m", "dramatiq", "benchmarks.idle_worker:boot", "-p", "1"]
    command += ["-t", str(threads)]
    with worker_processes(command, READY, environ, folder, [None] * WORKERS) as pids:
        watched = {**servers.pids, **{f"worker {n + 1}": pid for n, pid in enumerate(pids)}}
        await submit_jobs(database, servers.redis, 2)
        await all_finished(database)
        await _forget(database)
        before = {name: cpu_seconds(pid) for name, pid in watched.items()}
        await submit_jobs(database, servers.redis, jobs)
        took = await all_finished(database)
        spent = {name: cpu_seconds(pid) - before[name] for name, pid in watched.items()}
    units = jobs * UNITS_OF_A_JOB
    await _check(database, jobs)
    print(f"{units} no-op units, {WORKERS} workers of {threads} threads: {took:.1f} s")
    told = ", ".join(f"{name} {1000 * seconds / units:.2f}" for name, seconds in spent.items())
    print(f"CPU milliseconds a unit: {told}, all {1000 * sum(spent.values()) / units:.2f}")
    return units / took


async def _forget(database: str) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute("TRUNCATE jobs, units, events, results, videos, idempotency_keys")
    await connection.close()


async def _check(database: str, jobs: int) -> None:
    """Everything is there that a production leaves behind."""
    connection = await asyncpg.connect(database)
    counts = dict(
        await connection.fetchrow(
            "SELECT (SELECT count(*) FROM jobs WHERE status = 'succeeded') AS jobs,"
            " (SELECT count(*) FROM units WHERE state = 'done') AS units,"
            " (SELECT count(*) FROM results) AS results, (SELECT count(*) FROM videos) AS videos"
        )
    )
    events = await connection.fetchval("SELECT count(*) FROM events")
    await connection.close()
    units = jobs * UNITS_OF_A_JOB
    assert counts == {"jobs": jobs, "units": units, "results": units, "videos": jobs}, counts
    print(f"\nrows written: {counts}, events {events}")
