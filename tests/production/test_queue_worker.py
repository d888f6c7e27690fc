"""The worker that is rung over Redis, as people start it: ``dramatiq app.worker:boot``."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from dishka import AsyncContainer
from servers import free_port

from app.config import Settings
from app.container import make_container
from domain.generation.brief import Brief, SceneInput
from domain.jobs.model import FINAL_STATUSES, LOCAL_ACCOUNT, STAGES, Job, JobStatus
from domain.jobs.service import Jobs

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120.0
STOP_SECONDS = 60.0

pytestmark = pytest.mark.timeout(200)

Rows = Callable[[str], Awaitable[list[dict[str, Any]]]]

LONG_TEXT = " ".join(["The quick brown fox jumps over the lazy dog near the river."] * 8)


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
        redis_url=redis_url.removesuffix("/0") + "/1",  # other tests ring in the first
        embedded_worker=False,
        min_free_bytes=0,
        metrics_port=free_port(),
    )


@pytest.fixture
async def container(settings: Settings) -> AsyncIterator[AsyncContainer]:
    container = make_container(settings)
    yield container
    await container.close()


class QueueWorker:
    """One process of one thread, and what it has written to standard error."""

    def __init__(self, settings: Settings, log: Path) -> None:
        self._log = log
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "dramatiq", "app.worker:boot", "-p", "1", "-t", "1"],
                cwd=settings.data_dir,
                env={
                    "PATH": os.environ["PATH"],
                    "PYTHONPATH": str(ROOT),
                    "DATA_DIR": str(settings.data_dir),
                    "DATABASE_URL": settings.database_url,
                    "REDIS_URL": settings.redis_url,
                    "MIN_FREE_BYTES": "0",
                    "METRICS_PORT": str(settings.metrics_port),
                    # on a busy machine the reconciler would ring, too, and bells are counted
                    "UNCLAIMED_SECONDS": str(2 * PATIENCE_SECONDS),
                    "LOG_FORMAT": "json",
                },
                stderr=file,
            )

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    async def stop(self) -> int:
        """Ask it to end, as a supervisor does; answers its exit status."""
        self._process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self._process.wait, STOP_SECONDS)

    def kill(self) -> None:
        """End it, whatever state it is in; its children die with it."""
        self._process.kill()
        self._process.wait()


@pytest.fixture
def worker(settings: Settings, tmp_path: Path) -> Any:
    worker = QueueWorker(settings, tmp_path / "log")
    yield worker
    worker.kill()


async def test_a_ring_over_redis_has_a_whole_video_made_and_logs_each_line_once(
    container: AsyncContainer, worker: QueueWorker, rows: Rows, settings: Settings
) -> None:
    jobs = await container.get(Jobs)
    brief = Brief(script="Honey never spoils.", aspect_ratio="1:1")

    job = await jobs.submit(LOCAL_ACCOUNT, brief)
    job = await _followed(jobs, job, lambda job: job.status in FINAL_STATUSES, worker)

    assert job.status == JobStatus.SUCCEEDED, job.error
    assert job.result is not None
    assert Path(job.result.path or "", "video.mp4").is_file()
    async with httpx.AsyncClient(timeout=60) as client:
        figures = (await client.get(f"http://127.0.0.1:{settings.metrics_port}/metrics")).text
    for kind in STAGES:
        assert f'faceless_units_finished_total{{kind="{kind}"}} 1.0' in figures, figures
        assert f'faceless_unit_duration_seconds_count{{kind="{kind}"}} 1.0' in figures
    assert "faceless_render_speed_count 1.0" in figures
    # a worker goes on by itself: only for the second of two things that become ready at once
    assert 'faceless_bells_total{outcome="rung"} 1.0' in figures
    assert {row["crashes"] for row in await rows("SELECT crashes FROM units")} == {0}
    assert await worker.stop() == 0
    assert worker.log.count("Worker process is ready for action") == 1, worker.log
    assert "setup plugin" not in worker.log
    assert '"level": "error"' not in worker.log, worker.log
    finished = [line for line in lines_of(worker) if line["event"].startswith("unit finished")]
    assert {line["kind"] for line in finished} == set(STAGES)
    for line in finished:
        assert (line["job_id"], line["account_id"], line["fence"]) == (str(job.id), "local", 1)
    units = await rows("SELECT id FROM units")
    assert {line["unit_id"] for line in finished} == {str(row["id"]) for row in units}


async def test_a_worker_that_is_stopped_gives_its_unit_back_and_counts_no_crash(
    container: AsyncContainer, worker: QueueWorker, rows: Rows
) -> None:
    jobs = await container.get(Jobs)
    scenes = [SceneInput(text=LONG_TEXT)]

    job = await jobs.submit(LOCAL_ACCOUNT, Brief(scenes=scenes, aspect_ratio="16:9"))
    await _followed(jobs, job, _renders, worker)
    assert await worker.stop() == 0

    [segment] = await rows("SELECT * FROM units WHERE kind = 'segment'")
    assert (segment["state"], segment["lease_owner"]) == ("ready", None), worker.log
    assert (segment["crashes"], segment["attempt"], segment["fence"]) == (0, 0, 1)
    assert (await jobs.get(LOCAL_ACCOUNT, job.id)).status == JobStatus.RUNNING


def lines_of(worker: QueueWorker) -> list[dict[str, Any]]:
    return [json.loads(line) for line in worker.log.splitlines() if line.startswith("{")]


def _renders(job: Job) -> bool:
    return any(stage.name == "segment" and stage.status == "running" for stage in job.stages)


async def _followed(
    jobs: Jobs, job: Job, reached: Callable[[Job], bool], worker: QueueWorker
) -> Job:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not reached(job := await jobs.get(LOCAL_ACCOUNT, job.id)):
                await asyncio.sleep(0.1)
    except TimeoutError:
        pytest.fail(f"{job.status} at {job.stage}; the worker says:\n{worker.log}")
    return job
