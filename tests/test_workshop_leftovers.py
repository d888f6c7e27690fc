"""A worker that begins clears what dead ones left, and nothing that a living one uses."""

import asyncio
import os
import time
from pathlib import Path

from adapters.postgres import make_engine, migrate
from app.config import Settings
from app.container import make_container
from app.workshop import LOCK_SECONDS, Workshop
from domain.generation.stores import ArtifactStore

PATIENCE_SECONDS = 20.0


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
