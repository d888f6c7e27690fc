"""The folder that backups are written into: when it can't take them, and one of before."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tiny_production import ACCOUNT, add_job, work_off

from adapters.postgres import (
    Row,
    SqlJobStore,
    SqlVideoStore,
    loading,
    make_engine,
    migrate,
    snapshot,
)
from app.upkeep.carrying import carry_rows
from app.upkeep.folder import BackupFolder, BackupManifest
from domain.errors import BackupUnusable
from domain.generation.brief import Brief
from domain.jobs.listing import JobSelection, VideoSelection

MIB = 1 << 20


async def test_a_disk_that_runs_full_under_a_backup_is_said_so_with_the_folder(
    tiny_disk: Path,
) -> None:
    folder = BackupFolder(tiny_disk / "backup")
    folder.begin()

    async def batches() -> AsyncIterator[list[Row]]:
        yield [{"request": "x" * (4 * MIB)}]

    with pytest.raises(BackupUnusable, match=r"backup.*No space left"):
        await folder.write_rows("jobs", batches())
    with pytest.raises(BackupUnusable, match="no finished backup"):
        folder.manifest()


async def test_a_backup_of_a_release_without_keys_and_lists_is_carried_over_and_completed(
    tmp_path: Path, sqlite_url: str, empty_database_url: str
) -> None:
    old, new = make_engine(sqlite_url), make_engine(empty_database_url)
    await migrate(new)
    store = SqlJobStore(old)
    request = Brief(topic="Octopus", aspect_ratio="1:1", seed=7)
    job = await add_job(store, request=request)
    await work_off(store)
    folder = BackupFolder(tmp_path / "backup")
    folder.begin()
    tables = ("jobs", "units", "results", "events", "videos")
    unheard_of = {"aspect_ratio": "jobs", "title_key": "videos"}
    counts = {}
    async with snapshot(old) as rows:
        for table in tables:
            found = [
                {name: row[name] for name in row if unheard_of.get(name) != table}
                async for row in rows.rows(table)
            ]
            counts[table] = await folder.write_rows(table, _one(found))
    manifest = BackupManifest(
        faceless="0.1.0",
        revision="0002",
        made_at=datetime.now(UTC),
        last_event_id=99,
        rows=counts,
        documents=await folder.write_documents(_one([])),
        artifacts=0,
        bytes=0,
    )
    folder.finish(manifest, set())

    async with loading(new) as target:
        await carry_rows(folder, target, {job.video_id: None})

    shape = JobSelection(aspect_ratio="1:1")
    assert [one.id for one in (await SqlJobStore(new).page(ACCOUNT, shape)).items] == [job.id]
    title = VideoSelection(title="revision")
    assert len((await SqlVideoStore(new).page(ACCOUNT, title)).items) == 1
    for engine in (old, new):
        await engine.dispose()


async def _one(batch: list[Any]) -> AsyncIterator[list[Any]]:
    yield batch
