"""A worker that begins clears what dead ones left, and nothing that a living one uses."""

import asyncio
import os
import time
from pathlib import Path
from typing import NoReturn

import pytest
from tiny_production import add_job, eventually

from adapters.directory import DirectoryArtifactStore
from adapters.postgres import SqlJobStore, make_engine, migrate
from app.config import Settings
from app.container import make_container
from app.workshop import LOCK_SECONDS, Workshop
from domain.generation.stores import ArtifactStore
from domain.jobs.model import STAGES

PATIENCE_SECONDS = 60.0


async def test_folders_of_dead_processes_are_removed_when_a_worker_begins(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, min_free_bytes=0)
    engine = make_engine(settings.sql_url)
    await migrate(engine)
    await engine.dispose()
    container = make_container(settings)
    artifacts = await container.get(ArtifactStore)
    async with artifacts.scratch() as living:
        dead = living.with_name("of-a-dead-process")
        dead.mkdir()
        (dead / "half.ts").write_bytes(b"half a segment")
        [lock] = living.parent.glob(f"{living.name}.*")
        left = dead.with_name(dead.name + lock.suffix)
        left.touch()
        long_ago = time.time() - 2 * LOCK_SECONDS
        for path in (lock, left):
            os.utime(path, (long_ago, long_ago))

        working = asyncio.create_task((await container.get(Workshop)).work())
        async with asyncio.timeout(PATIENCE_SECONDS):
            while dead.exists() or left.exists():
                await asyncio.sleep(0.01)

        assert living.is_dir()
    working.cancel()
    await asyncio.wait({working})
    await container.close()


async def test_leftovers_that_cannot_be_looked_at_do_not_end_the_reconciler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(_artifacts: DirectoryArtifactStore, _age: float) -> NoReturn:
        has_failed.set()
        raise RuntimeError("odd")

    has_failed = asyncio.Event()
    monkeypatch.setattr(DirectoryArtifactStore, "clear_scratch", fail)
    settings = Settings(data_dir=tmp_path, min_free_bytes=0, reconcile_seconds=0.01)
    engine = make_engine(settings.sql_url)
    await migrate(engine)
    store, careless = SqlJobStore(engine), SqlJobStore(engine, lease_seconds=-1)
    container = make_container(settings)

    keeping = asyncio.create_task((await container.get(Workshop)).keep_house())
    async with asyncio.timeout(PATIENCE_SECONDS):
        await has_failed.wait()
    await add_job(store)
    assert await careless.claim("a worker that was killed", STAGES)

    async def is_taken_back() -> bool:
        assert not keeping.done()
        return await store.claim("w2", STAGES) is not None

    await eventually(is_taken_back)
    assert "leftovers" in caplog.text
    keeping.cancel()
    await asyncio.wait({keeping})
    await container.close()
    await engine.dispose()
