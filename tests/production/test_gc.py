"""``faceless gc`` on a store with real videos: what nothing needs goes, the rest is untouched."""

import asyncio
import os
from collections.abc import Sequence

import pytest
import sqlalchemy as sa
from dishka import AsyncContainer
from fleet import fleet_settings
from stock import Stock, change, is_spoken, open_stock, sha256_served

from adapters.directory import DirectoryArtifactStore
from adapters.postgres import SqlHolds, SqlUpkeep, make_engine
from adapters.postgres.tables import documents, events, jobs, results
from app.config import Settings
from app.container import make_container
from app.storage import prepare_storage
from app.upkeep import gc
from app.upkeep.gc import Collected, GarbageCollector
from app.upkeep.hold import NAME
from app.upkeep.moving import Mover
from app.upkeep.provider import UpkeepProvider
from domain.errors import MadeByNewer, UpkeepUnderWay
from domain.generation.brief import SceneInput
from domain.generation.documents import DOCUMENTS, artifacts_of, decode
from domain.generation.script import SceneEdit
from domain.generation.stores import Artifact, ArtifactStore, ClipUses, DocumentStore
from domain.jobs.model import LOCAL_ACCOUNT, Job, JobStatus, UnitKind
from domain.jobs.ports import VideoStore
from domain.jobs.service import Jobs

pytestmark = pytest.mark.timeout(280)

LONG_AGO_MS = 1_000_000_000_000
"""2001, in milliseconds since 1970"""


async def make_old(settings: Settings) -> None:
    """Let everything in a store be of an age at which it may go."""
    for path in (settings.data_dir / "artifacts").glob("??/*"):
        os.utime(path, (0, 0))
    engine = make_engine(settings.sql_url)
    async with engine.begin() as conn:
        long_ago = sa.literal_column(str(LONG_AGO_MS))
        await conn.execute(sa.update(documents).values(created_at=long_ago))
        await conn.execute(sa.update(results).values(created_at=long_ago, used_at=long_ago))
        ended = jobs.c.finished_at.is_not(None)
        await conn.execute(sa.update(jobs).where(ended).values(finished_at=long_ago))
    await engine.dispose()


async def collect(settings: Settings, *, dry_run: bool = False) -> Collected:
    container = make_container(settings, UpkeepProvider())
    try:
        return await (await container.get(GarbageCollector)).collect(dry_run=dry_run)
    finally:
        await container.close()


async def delete_video(container: AsyncContainer, video_id: object) -> None:
    await (await container.get(VideoStore)).delete(LOCAL_ACCOUNT, video_id)


async def check_whole(settings: Settings) -> None:
    """Everything that rows and documents name is there."""
    container = make_container(settings, UpkeepProvider())
    marks = await (await container.get(SqlUpkeep)).marks()
    documents = await container.get(DocumentStore)
    artifacts = await container.get(ArtifactStore)
    named = set(marks.artifacts)
    for key in marks.documents:
        body = await documents.get(key.account_id, key.kind, key.fingerprint)
        assert body is not None, key
        named |= artifacts_of(decode(body, DOCUMENTS[UnitKind(key.kind)]))
    assert named
    for sha256 in named:
        await artifacts.size(sha256)
    await container.close()


def bytes_kept(settings: Settings) -> dict[str, int]:
    """Size by SHA-256 of all that is in the folder of artifacts."""
    files = (settings.data_dir / "artifacts").glob("??/*")
    return {path.parent.name + path.name: path.stat().st_size for path in files}


async def count(settings: Settings, table: sa.Table) -> int:
    engine = make_engine(settings.sql_url)
    async with engine.connect() as conn:
        rows = int((await conn.execute(sa.select(sa.func.count()).select_from(table))).scalar_one())
    await engine.dispose()
    return rows


async def test_what_a_video_shows_is_noted_with_it_and_goes_with_it(own_stock: Stock) -> None:
    container = open_stock(own_stock.settings).container
    uses = await container.get(ClipUses)

    async def shown() -> set[str]:
        found = await uses.recent(LOCAL_ACCOUNT, video_id=None, channel=None, request="", videos=10)
        return {clip.id for clip in found.of_channel}

    assert await shown() == {"jar.png"}
    await delete_video(container, own_stock.honey.video_id)
    assert await shown() == set()
    await container.close()


async def test_a_deleted_video_goes_and_the_others_stay_and_reuse_all_they_had(
    own_stock: Stock,
) -> None:
    settings, honey, tides = own_stock.settings, own_stock.honey, own_stock.tides
    factory = open_stock(settings)
    await delete_video(factory.container, tides.video_id)
    await make_old(settings)
    before = bytes_kept(settings)

    foreseen = await collect(settings, dry_run=True)
    assert bytes_kept(settings) == before
    collected = await collect(settings)
    after = bytes_kept(settings)

    assert own_stock.sha256[tides.video_id] in before.keys() - after.keys()
    assert collected.bytes == sum(before.values()) - sum(after.values())
    assert collected.artifacts == len(before) - len(after)
    assert collected.artifacts >= 2 * 3, "two scenes' sound, pictures, sentences and more"
    assert collected.missing_documents == 0
    assert (foreseen.dry_run, collected.dry_run) == (True, False)
    for field in ("events", "jobs", "results", "documents", "artifacts", "bytes"):
        assert getattr(foreseen, field) == getattr(collected, field), field
    assert await asyncio.to_thread(sha256_served, settings, tides.video_id) is None
    served = await asyncio.to_thread(sha256_served, settings, honey.video_id)
    assert served == own_stock.sha256[honey.video_id]
    await check_whole(settings)

    edit = SceneEdit(text="Bees visit two million flowers. They hum to tell the way.")
    service = await factory.jobs()
    await service.cancel(LOCAL_ACCOUNT, own_stock.unfinished.id)
    revision = await factory.work_off(
        await service.revise(LOCAL_ACCOUNT, honey.video_id, {1: edit})
    )
    assert revision.status == JobStatus.SUCCEEDED, revision.error
    assert len(factory.ledger.keys("end", "sentence")) == 1, "the other sentence was kept"
    assert len(factory.ledger.keys("end", "segment")) == 1
    await factory.container.close()


async def test_an_unfinished_job_goes_on_with_what_it_had(own_stock: Stock) -> None:
    await make_old(own_stock.settings)

    await collect(own_stock.settings)

    factory = open_stock(own_stock.settings)
    job = await factory.work_off(own_stock.unfinished)
    assert job.status == JobStatus.SUCCEEDED, job.error
    assert factory.ledger.keys("start", "sentence") == []
    await factory.container.close()


async def test_what_is_young_stays_whether_or_not_anything_refers_to_it(own_stock: Stock) -> None:
    settings = own_stock.settings
    factory = open_stock(settings)
    await delete_video(factory.container, own_stock.tides.video_id)
    await factory.container.close()
    before = bytes_kept(settings)

    collected = await collect(
        change(settings, event_retention_days=0, result_retention_days=0, job_retention_days=0)
    )

    assert (collected.jobs, collected.results, collected.artifacts) == (0, 0, 0)
    assert bytes_kept(settings) == before


async def test_only_the_jobs_and_events_that_no_video_needs_expire(own_stock: Stock) -> None:
    settings = own_stock.settings
    factory = open_stock(settings)
    await delete_video(factory.container, own_stock.tides.video_id)
    await make_old(settings)

    collected = await collect(settings)

    assert collected.jobs == 1
    service = await factory.jobs()
    assert {job.id for job in (await service.page(LOCAL_ACCOUNT)).items} == {
        own_stock.honey.id,
        own_stock.unfinished.id,
    }
    assert await service.events(LOCAL_ACCOUNT, own_stock.honey.id, 0, 10) == []
    assert await service.events(LOCAL_ACCOUNT, own_stock.unfinished.id, 0, 10) != []
    assert collected.events > 0
    assert await count(settings, events) > 0
    await factory.container.close()


async def test_results_of_a_deleted_video_that_are_used_again_stay_with_their_bytes(
    own_stock: Stock,
) -> None:
    settings, tides = own_stock.settings, own_stock.tides
    factory = open_stock(settings)
    await delete_video(factory.container, tides.video_id)
    await make_old(settings)
    # the same words under the same seed: sentences are found by their fingerprints, and used
    again = await factory.submit(
        scenes=[SceneInput(text="Twice a day the water rises.")],
        aspect_ratio="1:1",
        seed=tides.request.seed,
    )
    await factory.work_until(again, is_spoken)
    assert factory.ledger.keys("start", "sentence") == []

    await collect(settings)

    job = await factory.work_off(again)
    assert job.status == JobStatus.SUCCEEDED, job.error
    await factory.container.close()


async def test_gc_beside_a_worker_that_makes_the_same_again_takes_nothing_from_it(
    own_stock: Stock,
) -> None:
    settings, tides = own_stock.settings, own_stock.tides
    factory = open_stock(settings)
    await delete_video(factory.container, tides.video_id)
    await make_old(settings)
    again = await factory.submit(
        scenes=tides.request.scenes, aspect_ratio="1:1", seed=tides.request.seed
    )
    rounds = 0

    async def collect_until(work: asyncio.Task[Job]) -> None:
        nonlocal rounds
        while not work.done():
            await collect(settings)
            rounds += 1

    work = asyncio.create_task(factory.work_off(again))
    await collect_until(work)

    job = await work
    assert job.status == JobStatus.SUCCEEDED, job.error
    assert rounds > 1
    await factory.container.close()
    await check_whole(settings)
    assert await asyncio.to_thread(sha256_served, settings, job.video_id) is not None


async def test_a_gc_that_broke_off_is_taken_up_by_the_next(
    own_stock: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = own_stock.settings
    factory = open_stock(settings)
    await delete_video(factory.container, own_stock.tides.video_id)
    await factory.container.close()
    await make_old(settings)
    foreseen = await collect(settings, dry_run=True)
    sweep = DirectoryArtifactStore.sweep

    async def break_off(
        store: DirectoryArtifactStore, entries: Sequence[Artifact], age: float
    ) -> list[Artifact]:
        await sweep(store, entries[:3], age)
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(DirectoryArtifactStore, "sweep", break_off)
        with pytest.raises(ZeroDivisionError):
            await collect(settings)
    await check_whole(settings)

    collected = await collect(settings)

    assert collected.artifacts == foreseen.artifacts - 3
    assert collected.results == 0, "rows went before what they named"
    await check_whole(settings)


async def test_a_fleet_is_cleared_too(
    own_stock: Stock, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = fleet_settings(request, own_stock.settings, "fleet")
    await prepare_storage(fleet)
    container = make_container(fleet, UpkeepProvider())
    mover = await container.get(Mover)
    await mover.move(own_stock.settings.data_dir / "faceless.db")
    await (await container.get(Jobs)).cancel(LOCAL_ACCOUNT, own_stock.unfinished.id)
    await delete_video(container, own_stock.tides.video_id)
    # nobody can make objects in a bucket older than they are: here everything is of age at once
    monkeypatch.setattr(gc, "FRESH_SECONDS", 0)
    at_once = change(
        fleet,
        job_deadline_seconds=0.001,
        event_retention_days=0,
        result_retention_days=0,
        job_retention_days=0,
    )

    collected = await collect(at_once)

    assert collected.jobs == 2, "of the deleted video, and the cancelled one"
    assert min(collected.artifacts, collected.documents, collected.results, collected.events) > 0
    artifacts = await container.get(ArtifactStore)
    kept = {artifact.sha256 async for artifact in artifacts.listing()}
    assert own_stock.sha256[own_stock.honey.video_id] in kept
    assert own_stock.sha256[own_stock.tides.video_id] not in kept
    await container.close()
    await check_whole(fleet)
    served = await asyncio.to_thread(sha256_served, fleet, own_stock.honey.video_id)
    assert served == own_stock.sha256[own_stock.honey.video_id]
    assert (await collect(at_once)).artifacts == 0


async def test_gc_waits_for_no_backup_but_says_who_is_at_work(own_stock: Stock) -> None:
    engine = make_engine(own_stock.settings.sql_url)
    holds = SqlHolds(engine)
    await holds.take(NAME, "`faceless backup` on elsewhere", 60)

    with pytest.raises(UpkeepUnderWay, match=r"backup.*elsewhere"):
        await collect(own_stock.settings)

    await holds.release(NAME, "`faceless backup` on elsewhere")
    await collect(own_stock.settings)
    await engine.dispose()


async def test_gc_stops_at_a_document_that_it_can_t_read(own_stock: Stock) -> None:
    engine = make_engine(own_stock.settings.sql_url)
    async with engine.begin() as conn:
        newer = sa.func.replace(
            sa.cast(documents.c.body, sa.Text), '"schema":1', '"schema":99', type_=sa.Text
        )
        only = documents.c.kind == "storyboard"
        await conn.execute(
            sa.update(documents).where(only).values(body=sa.cast(newer, sa.LargeBinary))
        )
    await engine.dispose()
    await make_old(own_stock.settings)
    before = bytes_kept(own_stock.settings)

    with pytest.raises(MadeByNewer, match="99"):
        await collect(own_stock.settings)
    assert bytes_kept(own_stock.settings) == before
