"""``faceless worker``: what it needs to begin, how it ends, and that its end is nobody's crash."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from dishka import AsyncContainer
from faceless_process import FacelessProcess

from app.config import Settings
from app.container import make_container
from app.heartbeat import SILENT_SECONDS
from domain.generation.brief import Brief, SceneInput
from domain.jobs.model import LOCAL_ACCOUNT, Job
from domain.jobs.service import Jobs

NOBODY_LISTENS = "127.0.0.1:9"
TOLD_SECONDS = 5.0
BUSY_SECONDS = 15.0
"""added by a machine that runs other tests at the same time; drivers would wait for 30 and more"""
PATIENCE_SECONDS = 120.0
LONG_TEXT = " ".join(["The quick brown fox jumps over the lazy dog near the river."] * 8)

pytestmark = pytest.mark.timeout(200)

Rows = Callable[[str], Awaitable[list[dict[str, Any]]]]


@pytest.fixture
def database_url(postgres_url: str) -> str:
    return postgres_url


@pytest.fixture
def settings(redis_url: str, database_url: str, tmp_path: Path, cache_dir: Path) -> Settings:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "cache").symlink_to(cache_dir)
    return Settings(
        data_dir=tmp_path / "var",
        database_url=database_url,
        redis_url=redis_url.removesuffix("/0") + "/2",  # other tests ring in the others
        embedded_worker=False,
        worker_slots=1,
        min_free_bytes=0,
    )


@pytest.fixture
async def container(settings: Settings) -> AsyncIterator[AsyncContainer]:
    container = make_container(settings)
    yield container
    await container.close()


# -- how it begins -------------------------------------------------------------------------


async def refusal(settings: Settings, log: Path) -> tuple[int, str]:
    """The exit status of a worker that can't begin, and what it says, soon after it has begun to
    log: what a busy machine takes to load the program isn't what is measured."""
    with FacelessProcess(settings, log, "worker") as worker:
        status = await worker.ended()
        lines = [json.loads(line) for line in worker.log.splitlines() if line.startswith("{")]
        times = [datetime.fromisoformat(line["timestamp"]) for line in lines]
        took = (times[-1] - times[0]).total_seconds() if times else 0.0
        assert took < TOLD_SECONDS + BUSY_SECONDS
        assert "Traceback" not in worker.log
        return status, worker.log


async def test_without_redis_url_it_says_what_to_do(settings: Settings, tmp_path: Path) -> None:
    status, said = await refusal(msgspec.structs.replace(settings, redis_url=""), tmp_path / "log")
    assert status == 2
    assert "REDIS_URL" in said
    assert "faceless serve" in said


@pytest.mark.parametrize("where", ["nobody listens", "nobody answers"])
async def test_every_server_that_is_down_is_named_with_its_setting(
    where: str, settings: Settings, silent: str, tmp_path: Path
) -> None:
    address = NOBODY_LISTENS if "listens" in where else silent
    nowhere = msgspec.structs.replace(
        settings,
        database_url=f"postgresql://me:s3cret@{address}/faceless",
        mongodb_url=f"mongodb://me:s3cret@{address}",
        redis_url=f"redis://:s3cret@{address}/0",
        artifacts_url="s3://artifacts",
        s3_endpoint_url=f"http://{address}",
        s3_access_key="key",
        s3_secret_key="s3cret",
    )
    status, said = await refusal(nowhere, tmp_path / "log")
    assert status == 1
    for setting in ("DATABASE_URL", "MONGODB_URL", "REDIS_URL", "S3"):
        assert setting in said, said
    assert "s3cret" not in said


async def test_a_password_that_is_wrong_is_told_without_it(
    settings: Settings, tmp_path: Path
) -> None:
    wrong = settings.database_url.replace("/faceless_", "/no_such_database_")
    status, said = await refusal(
        msgspec.structs.replace(settings, database_url=wrong), tmp_path / "log"
    )
    assert status == 1
    assert "DATABASE_URL" in said


# -- how it ends ---------------------------------------------------------------------------


async def test_asked_twice_to_end_it_ends_once_gives_its_unit_back_and_rings_for_it(
    settings: Settings, container: AsyncContainer, tmp_path: Path, rows: Rows
) -> None:
    jobs = await container.get(Jobs)
    # whoever isn't rung for it would wait for longer than this test does
    settings = msgspec.structs.replace(settings, unclaimed_seconds=2 * PATIENCE_SECONDS)
    with FacelessProcess(settings, tmp_path / "first", "worker") as first:
        await first.said("the worker is ready; units at a time: 1")
        job = await jobs.submit(LOCAL_ACCOUNT, Brief(scenes=[SceneInput(text=LONG_TEXT)]))
        await reached(jobs, job, first, renders)

        first.signal(signal.SIGTERM)
        first.signal(signal.SIGTERM)
        assert await first.ended() == 0
        assert '"level": "error"' not in first.log, first.log

    [segment] = await rows("SELECT * FROM units WHERE kind = 'segment'")
    assert (segment["state"], segment["lease_owner"]) == ("ready", None)
    assert (segment["crashes"], segment["attempt"]) == (0, 0)
    with FacelessProcess(settings, tmp_path / "second", "worker") as second:
        await reached(jobs, job, second, renders)


async def test_what_nohup_keeps_from_it_does_not_end_it(settings: Settings, tmp_path: Path) -> None:
    ignoring = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); "
    program = ("-c", f"{ignoring}from app.cli import main; main(['worker'])")
    with FacelessProcess(settings, tmp_path / "log", program=program) as worker:
        await worker.said("the worker is ready")
        worker.signal(signal.SIGHUP)
        worker.signal(signal.SIGTERM)
        assert await worker.ended() == 0
    assert "SIGTERM" in worker.log
    assert "SIGHUP" not in worker.log


TOLD_ELSEWHERE = """
import signal, threading, time
from pathlib import Path
from app.cli import main

def tell():
    while not Path("now").exists():
        time.sleep(0.05)
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

threading.Thread(target=tell, daemon=True).start()
main(["worker"])
"""


async def test_a_signal_that_does_not_interrupt_its_waiting_ends_it_all_the_same(
    settings: Settings, tmp_path: Path
) -> None:
    """As one does that comes in the moment before it waits."""
    with FacelessProcess(settings, tmp_path / "log", program=("-c", TOLD_ELSEWHERE)) as worker:
        await worker.said("the worker is ready")
        (tmp_path / "now").touch()
        assert await worker.ended() == 0
    assert "SIGTERM" in worker.log


STUCK = """
import time
import app.worker
from app.config import load_settings

async def hang(self):
    time.sleep(3600)

app.worker.STOP_SECONDS = 1
app.worker.QueueWorker.stop = hang
app.worker.run(load_settings())
"""


async def test_one_that_hangs_is_ended_by_the_system_s_clock(
    settings: Settings, tmp_path: Path
) -> None:
    with FacelessProcess(settings, tmp_path / "log", program=("-c", STUCK)) as worker:
        await worker.said("the worker is ready")
        worker.signal(signal.SIGTERM)
        assert await worker.ended() == -signal.SIGALRM


WITHOUT_A_HOUSE = """
from app.cli import main
from app.workshop import Workshop

async def fail(self):
    raise RuntimeError("there is no house to keep")

Workshop.keep_house = fail
main(["worker"])
"""


async def test_one_that_could_only_go_on_without_housekeeping_ends_and_says_why(
    settings: Settings, tmp_path: Path
) -> None:
    with FacelessProcess(settings, tmp_path / "log", program=("-c", WITHOUT_A_HOUSE)) as worker:
        assert await worker.ended() == 1, "a supervisor starts it again"
    [line] = [line for line in worker.log.splitlines() if '"level": "critical"' in line]
    assert "there is no house to keep" in line


# -- whether it lives ----------------------------------------------------------------------


async def test_check_tells_whether_it_lives(settings: Settings, tmp_path: Path) -> None:
    async def check() -> tuple[int, str]:
        with FacelessProcess(settings, tmp_path / "check", "worker", "--check") as process:
            return await process.ended(), process.log

    assert (await check())[0] == 1
    with FacelessProcess(settings, tmp_path / "log", "worker") as worker:
        await worker.said("the worker is ready")
        pid = worker.process.pid
        assert await check() == (0, f"Workers that live: {pid}\n")

        worker.signal(signal.SIGSTOP)
        [file] = (settings.data_dir / "workers").iterdir()
        long_ago = time.time() - SILENT_SECONDS - 1
        os.utime(file, (long_ago, long_ago))  # as if it had been stopped for so long
        status, said = await check()
        assert status == 1
        assert f"Worker {pid} has given no sign of life" in said
    assert (await check())[0] == 1, "killed, it's gone"


def renders(job: Job) -> bool:
    return any(stage.name == "segment" and stage.status == "running" for stage in job.stages)


async def reached(
    jobs: Jobs, job: Job, worker: FacelessProcess, is_there: Callable[[Job], bool]
) -> None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not is_there(await jobs.get(LOCAL_ACCOUNT, job.id)):
                await asyncio.sleep(0.1)
    except TimeoutError:
        pytest.fail(f"the worker says:\n{worker.log}")
