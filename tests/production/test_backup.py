"""Backups of a store with real videos: what comes back is the same to the byte, and goes on."""

import asyncio
import json
import os
from pathlib import Path

import pytest
import sqlalchemy as sa
from fleet import counts, empty_settings, fleet_settings
from stock import Stock, open_stock, sha256_served
from test_gc import collect, delete_video, make_old

from adapters.directory import DirectoryArtifactStore
from adapters.postgres import make_engine
from adapters.postgres.tables import events
from app.config import Settings
from app.container import make_container
from app.storage import prepare_storage
from app.upkeep.backup import BackedUp, Backups, Restored
from app.upkeep.carrying import Damaged
from app.upkeep.folder import BackupFolder
from app.upkeep.provider import UpkeepProvider
from domain.errors import BackupUnusable, InstallationNotEmpty, MadeByNewer
from domain.jobs.model import LOCAL_ACCOUNT, JobStatus
from domain.jobs.ports import VideoStore

pytestmark = pytest.mark.timeout(280)


async def back_up(settings: Settings, folder: Path) -> BackedUp:
    container = make_container(settings, UpkeepProvider())
    try:
        return await (await container.get(Backups)).back_up(BackupFolder(folder))
    finally:
        await container.close()


async def restore(settings: Settings, folder: Path) -> Restored:
    await prepare_storage(settings)
    container = make_container(settings, UpkeepProvider())
    try:
        return await (await container.get(Backups)).restore(BackupFolder(folder))
    finally:
        await container.close()


def change_manifest(folder: Path, **fields: object) -> None:
    [path] = folder.glob("snapshot-*/manifest.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def replace_bytes(path: Path) -> None:
    """Put other bytes of the same length under a name, as a failing disk would."""
    body = path.read_bytes()
    path.unlink()
    path.write_bytes(bytes([body[0] ^ 1]) + body[1:])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backup"


@pytest.mark.parametrize("kind", ["embedded", "fleet"])
async def test_after_a_restore_every_video_plays_and_unfinished_jobs_go_on(
    own_stock: Stock, folder: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    made = await back_up(own_stock.settings, folder)
    make = {"embedded": lambda: empty_settings(own_stock.settings, "restored")}
    make["fleet"] = lambda: fleet_settings(request, own_stock.settings, "restored")
    settings = make[kind]()

    restored = await restore(settings, folder)

    assert made.incomplete_videos == restored.incomplete_videos == []
    assert await counts(settings) == restored.rows == made.rows == await counts(own_stock.settings)
    assert restored.documents == made.documents > 0
    assert restored.artifacts == made.artifacts == made.new_artifacts
    for video_id, sha256 in own_stock.sha256.items():
        assert await asyncio.to_thread(sha256_served, settings, video_id) == sha256
    factory = open_stock(settings)
    job = await factory.work_off(own_stock.unfinished)
    assert job.status == JobStatus.SUCCEEDED, job.error
    assert factory.ledger.keys("start", "sentence") == []
    for video in (await (await factory.container.get(VideoStore)).page(LOCAL_ACCOUNT)).items:
        made_by = await (await factory.jobs()).get(LOCAL_ACCOUNT, video.job_id)
        assert made_by.result is not None
        assert made_by.result.path == video.path
        if kind == "embedded":
            assert video.path is not None
            assert Path(video.path).is_relative_to(settings.data_dir)
            assert Path(video.path, "video.mp4").stat().st_size == video.sizes["video.mp4"]
        else:
            assert video.path is None
    await factory.container.close()


async def test_a_backup_beside_a_running_worker_is_whole(own_stock: Stock, folder: Path) -> None:
    factory = open_stock(own_stock.settings)

    job, _ = await asyncio.gather(
        factory.work_off(own_stock.unfinished), back_up(own_stock.settings, folder)
    )
    assert job.status == JobStatus.SUCCEEDED, job.error
    await factory.container.close()
    settings = empty_settings(own_stock.settings, "restored")
    await restore(settings, folder)

    again = open_stock(settings)
    service = await again.jobs()
    runner = await again.runner()
    while await runner.run_next():
        pass
    assert (await service.get(LOCAL_ACCOUNT, job.id)).status == JobStatus.SUCCEEDED
    await again.container.close()


async def test_the_second_backup_copies_only_what_is_new_and_keeps_nothing_old(
    own_stock: Stock, folder: Path
) -> None:
    first = await back_up(own_stock.settings, folder)
    files = {path: path.stat().st_ino for path in (folder / "artifacts").glob("??/*")}

    second = await back_up(own_stock.settings, folder)
    assert second.new_artifacts == 0
    assert second.artifacts == first.artifacts == len(files)
    assert {path: path.stat().st_ino for path in (folder / "artifacts").glob("??/*")} == files
    originals = {path.stat().st_ino for path in own_stock.settings.data_dir.glob("artifacts/??/*")}
    assert set(files.values()) == originals, "on one file system files are linked, not copied"

    factory = open_stock(own_stock.settings)
    await delete_video(factory.container, own_stock.tides.video_id)
    await factory.container.close()
    await make_old(own_stock.settings)
    collected = await collect(own_stock.settings)
    third = await back_up(own_stock.settings, folder)
    assert third.artifacts == first.artifacts - collected.artifacts
    assert len(list((folder / "artifacts").glob("??/*"))) == third.artifacts
    assert [path.name for path in folder.glob("snapshot-*")] == [Path(third.folder).name]


async def test_events_go_on_above_the_highest_that_there_ever_was(
    own_stock: Stock, folder: Path
) -> None:
    engine = make_engine(own_stock.settings.sql_url)
    async with engine.begin() as conn:
        highest = (await conn.execute(sa.select(sa.func.max(events.c.id)))).scalar_one()
        await conn.execute(sa.delete(events))
    await engine.dispose()
    await back_up(own_stock.settings, folder)
    settings = empty_settings(own_stock.settings, "restored")
    await restore(settings, folder)

    factory = open_stock(settings)
    service = await factory.jobs()
    await service.cancel(LOCAL_ACCOUNT, own_stock.unfinished.id)

    happened = await service.events(LOCAL_ACCOUNT, own_stock.unfinished.id, 0, 10)
    assert min(event.id for event in happened) > highest
    await factory.container.close()


async def test_an_installation_with_jobs_is_not_restored_into(
    own_stock: Stock, folder: Path
) -> None:
    await back_up(own_stock.settings, folder)

    with pytest.raises(InstallationNotEmpty):
        await restore(own_stock.settings, folder)


@pytest.mark.parametrize("field", [{"revision": "9999"}, {"format": 2}])
async def test_a_backup_of_a_newer_release_is_refused(
    own_stock: Stock, folder: Path, field: dict[str, object]
) -> None:
    await back_up(own_stock.settings, folder)
    change_manifest(folder, **field)

    with pytest.raises(MadeByNewer):
        await restore(empty_settings(own_stock.settings, "restored"), folder)


async def test_a_backup_that_lost_rows_is_refused_and_nothing_is_restored(
    own_stock: Stock, folder: Path
) -> None:
    await back_up(own_stock.settings, folder)
    [units] = folder.glob("snapshot-*/rows/units.jsonl")
    units.write_bytes(units.read_bytes().partition(b"\n")[2])
    settings = empty_settings(own_stock.settings, "restored")

    with pytest.raises(BackupUnusable, match="units"):
        await restore(settings, folder)
    assert set((await counts(settings)).values()) == {0}


async def test_bytes_that_changed_in_the_backup_are_noticed_and_a_mended_one_is_restored(
    own_stock: Stock, folder: Path
) -> None:
    await back_up(own_stock.settings, folder)
    sha256 = own_stock.sha256[own_stock.honey.video_id]
    path = folder / "artifacts" / sha256[:2] / sha256[2:]
    replace_bytes(path)
    settings = empty_settings(own_stock.settings, "restored")

    with pytest.raises(Damaged, match=sha256):
        await restore(settings, folder)
    assert set((await counts(settings)).values()) == {0}

    path.unlink()
    os.link(own_stock.settings.data_dir / "artifacts" / sha256[:2] / sha256[2:], path)
    await restore(settings, folder)
    served = await asyncio.to_thread(sha256_served, settings, own_stock.honey.video_id)
    assert served == sha256


async def test_bytes_that_changed_in_the_store_leave_the_backup_before_as_it_was(
    own_stock: Stock, folder: Path
) -> None:
    first = await back_up(own_stock.settings, folder)
    sha256 = own_stock.sha256[own_stock.honey.video_id]
    replace_bytes(own_stock.settings.data_dir / "artifacts" / sha256[:2] / sha256[2:])
    (folder / "artifacts" / sha256[:2] / sha256[2:]).unlink()

    with pytest.raises(Damaged, match=sha256):
        await back_up(own_stock.settings, folder)

    assert [str(path) for path in folder.glob("snapshot-*")] == [first.folder]


async def test_a_video_whose_bytes_are_gone_is_named_and_the_others_are_restored(
    own_stock: Stock, folder: Path
) -> None:
    store = DirectoryArtifactStore(
        own_stock.settings.data_dir / "artifacts", own_stock.settings.data_dir / "videos"
    )
    await store.delete(own_stock.sha256[own_stock.tides.video_id])

    made = await back_up(own_stock.settings, folder)
    settings = empty_settings(own_stock.settings, "restored")
    restored = await restore(settings, folder)

    lost = str(own_stock.tides.video_id)
    assert made.incomplete_videos == restored.incomplete_videos == [lost]
    served = await asyncio.to_thread(sha256_served, settings, own_stock.honey.video_id)
    assert served == own_stock.sha256[own_stock.honey.video_id]


async def test_a_folder_with_something_else_in_it_is_left_alone(
    own_stock: Stock, folder: Path
) -> None:
    folder.mkdir()
    (folder / "taxes.pdf").write_bytes(b"%PDF")

    with pytest.raises(BackupUnusable, match="something else"):
        await back_up(own_stock.settings, folder)

    assert [path.name for path in folder.iterdir()] == ["taxes.pdf"]
    with pytest.raises(BackupUnusable, match="no finished backup"):
        await restore(empty_settings(own_stock.settings, "restored"), folder)
