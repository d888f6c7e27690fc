"""Rows that have had their time, on both databases: who goes, who stays, what is referred to."""

from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from tiny_production import ACCOUNT, add_job, claim_unit, finish_for, new_job, result_for, work_off
from webhook_office import Office

from adapters.postgres import Retention, SqlJobStore, SqlUpkeep, SqlVideoStore
from adapters.postgres.clock import later, now
from adapters.postgres.tables import deliveries, jobs, results
from domain.generation.script import SceneEdit
from domain.generation.stages.narration import SENTENCE, SPOKEN
from domain.generation.stores import DocumentKey
from domain.jobs.model import Job, JobStatus, NewUnit, Result, Revises, UnitKind
from domain.webhooks import DeliveryState

HOUR = 3_600.0
RETENTION = Retention(
    events=2 * HOUR,
    jobs=3 * HOUR,
    results=4 * HOUR,
    deliveries=5 * HOUR,
    calls=6 * HOUR,
    spared=HOUR,
)

Rows = Any


@pytest.fixture
def store(engine: AsyncEngine) -> SqlJobStore:
    return SqlJobStore(engine)


@pytest.fixture
def videos(engine: AsyncEngine) -> SqlVideoStore:
    return SqlVideoStore(engine)


@pytest.fixture
def upkeep(engine: AsyncEngine) -> SqlUpkeep:
    return SqlUpkeep(engine)


async def let_pass(engine: AsyncEngine, seconds: float) -> None:
    """Make every row older."""
    async with engine.begin() as conn:
        await conn.execute(
            sa.update(results).values(
                created_at=later(results.c.created_at, -seconds),
                used_at=later(results.c.used_at, -seconds),
            )
        )
        ended = later(jobs.c.finished_at, -seconds)
        await conn.execute(sa.update(jobs).values(finished_at=ended))


async def make_video(store: SqlJobStore) -> Job:
    """A job that has made its video, one scene long."""
    job = await add_job(store)
    await work_off(store, scenes=1)
    return await store.get(ACCOUNT, job.id)


async def kept(rows: Rows) -> set[str]:
    """Fingerprints of all results."""
    return {row["fingerprint"] for row in await rows("SELECT fingerprint FROM results")}


def name(job: Job, kind: UnitKind) -> str:
    return f"{job.id.hex}-{kind}-0"


async def test_messages_go_when_their_time_is_over_but_none_that_waits(
    engine: AsyncEngine, upkeep: SqlUpkeep
) -> None:
    office = Office(engine)
    made = await office.webhook("https://127.0.0.1:1/")
    waiting = await office.webhooks.test(ACCOUNT, made.webhook.id)
    for state in (DeliveryState.DELIVERED, DeliveryState.FAILED):
        sent = await office.webhooks.test(ACCOUNT, made.webhook.id)
        ended = sa.update(deliveries).where(deliveries.c.id == sent.id)
        async with engine.begin() as conn:
            await conn.execute(ended.values(state=state, finished_at=later(now(), -4 * HOUR)))

    assert (await upkeep.expire(RETENTION)).deliveries == 0
    async with engine.begin() as conn:
        aged = {"finished_at": later(deliveries.c.finished_at, -1.1 * HOUR)}
        aged["created_at"] = later(deliveries.c.created_at, -1_000 * HOUR)
        await conn.execute(sa.update(deliveries).values(aged))

    assert (await upkeep.foresee(RETENTION))[0].deliveries == 2
    assert (await upkeep.expire(RETENTION)).deliveries == 2
    assert [message.id for message in await office.log()] == [waiting.id]


async def test_a_video_keeps_its_job_and_all_its_results_for_ever(
    engine: AsyncEngine, store: SqlJobStore, upkeep: SqlUpkeep, rows: Rows
) -> None:
    job = await make_video(store)
    await let_pass(engine, 1_000 * HOUR)

    expired = await upkeep.expire(RETENTION)

    assert (expired.jobs, expired.results) == (0, 0)
    assert await kept(rows) == {name(job, kind) for kind in UnitKind}
    assert expired.events > 0, "but nobody follows a job that ended long ago"
    assert await rows("SELECT * FROM events") == []


async def test_a_deleted_video_keeps_nothing_but_its_own_package_goes_first(
    engine: AsyncEngine, store: SqlJobStore, videos: SqlVideoStore, upkeep: SqlUpkeep, rows: Rows
) -> None:
    job = await make_video(store)
    await videos.delete(ACCOUNT, job.video_id)

    await let_pass(engine, 1.5 * HOUR)
    assert (await upkeep.expire(RETENTION)).results == 1
    assert name(job, UnitKind.PACKAGE) not in await kept(rows)

    await let_pass(engine, 3 * HOUR)
    expired = await upkeep.expire(RETENTION)
    assert (expired.jobs, expired.results) == (1, len(UnitKind) - 1)
    assert await kept(rows) == set()
    assert await rows("SELECT * FROM units") == []


@pytest.mark.parametrize("end", ["cancelled", "unfinished"])
async def test_a_job_that_can_go_on_keeps_what_was_done(
    engine: AsyncEngine, store: SqlJobStore, upkeep: SqlUpkeep, rows: Rows, end: str
) -> None:
    job = await add_job(store)
    await work_off(store, scenes=1, until=UnitKind.STORYBOARD)
    if end == "cancelled":
        await store.cancel(ACCOUNT, job.id)
    await let_pass(engine, 1_000 * HOUR)

    patient = msgspec.structs.replace(RETENTION, jobs=10_000 * HOUR)
    assert (await upkeep.expire(patient)).results == 0
    assert await kept(rows) == {name(job, UnitKind.SCRIPT), name(job, UnitKind.NARRATION)}

    if end == "cancelled":
        await store.retry(ACCOUNT, job.id)
    await work_off(store, scenes=1)
    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.SUCCEEDED


async def test_a_job_that_was_cancelled_long_ago_goes_with_all_it_had(
    engine: AsyncEngine, store: SqlJobStore, upkeep: SqlUpkeep, rows: Rows
) -> None:
    job = await add_job(store)
    await work_off(store, scenes=1, until=UnitKind.STORYBOARD)
    await store.cancel(ACCOUNT, job.id)
    await let_pass(engine, 5 * HOUR)

    expired = await upkeep.expire(RETENTION)

    assert (expired.jobs, expired.results) == (1, 2)
    for table in ("jobs", "units", "events", "results"):
        assert await rows(f"SELECT * FROM {table}") == [], table


async def test_a_revision_of_a_deleted_video_can_t_go_on_and_keeps_nothing(
    engine: AsyncEngine, store: SqlJobStore, videos: SqlVideoStore, upkeep: SqlUpkeep, rows: Rows
) -> None:
    first = await make_video(store)
    revision = await new_job(
        store,
        video_id=first.video_id,
        revision=2,
        revises=Revises(script=name(first, UnitKind.SCRIPT), edits={0: SceneEdit(text="New.")}),
    )
    await videos.take_edits(ACCOUNT, first.video_id, revision, [NewUnit(UnitKind.SCRIPT)])
    claim = await claim_unit(store)
    await store.finish(claim, finish_for(claim, 1))
    await videos.delete(ACCOUNT, first.video_id)
    await let_pass(engine, 5 * HOUR)

    await upkeep.expire(msgspec.structs.replace(RETENTION, jobs=10_000 * HOUR))

    assert await kept(rows) == set()


async def test_a_result_that_is_found_and_used_stays(
    engine: AsyncEngine, store: SqlJobStore, videos: SqlVideoStore, upkeep: SqlUpkeep, rows: Rows
) -> None:
    job = await make_video(store)
    await videos.delete(ACCOUNT, job.video_id)
    await let_pass(engine, 5 * HOUR)

    assert await store.result(ACCOUNT, name(job, UnitKind.SEGMENT)) is not None
    await upkeep.expire(RETENTION)

    assert await kept(rows) == {name(job, UnitKind.SEGMENT)}


async def test_a_result_that_is_used_after_it_was_looked_at_stays(
    engine: AsyncEngine, store: SqlJobStore, videos: SqlVideoStore, upkeep: SqlUpkeep, rows: Rows
) -> None:
    job = await make_video(store)
    await videos.delete(ACCOUNT, job.video_id)
    await let_pass(engine, 5 * HOUR)
    unused = await upkeep._unused_results(RETENTION)
    assert len(unused) == len(UnitKind)

    await store.result(ACCOUNT, name(job, UnitKind.MIX))
    await upkeep._delete_results(unused, RETENTION)

    assert await kept(rows) == {name(job, UnitKind.MIX)}


async def test_a_narration_keeps_the_sentences_that_it_is_made_of(
    engine: AsyncEngine, store: SqlJobStore, upkeep: SqlUpkeep, rows: Rows
) -> None:
    await add_job(store)
    await work_off(store, scenes=1, until=UnitKind.NARRATION)
    claim = await claim_unit(store)
    for said in ("said", "unsaid"):
        await store.put_result(claim, Result(fingerprint=said, kind=SENTENCE, content=said))
    finish = finish_for(claim, 1)
    narration = msgspec.structs.replace(finish.result, data={SPOKEN: ["said"]})
    await store.finish(claim, msgspec.structs.replace(finish, result=narration))
    await work_off(store, scenes=1)
    await let_pass(engine, 5 * HOUR)

    assert (await upkeep.expire(RETENTION)).results == 1

    assert {"said", narration.fingerprint} < await kept(rows)
    assert "unsaid" not in await kept(rows)


async def test_rows_refer_to_bytes_and_documents(store: SqlJobStore, upkeep: SqlUpkeep) -> None:
    job = await add_job(store)
    claim = await claim_unit(store)
    script = msgspec.structs.replace(result_for(claim), artifacts={"draft": "d" * 64})
    finish = msgspec.structs.replace(finish_for(claim, 1), result=script)
    await store.finish(claim, finish)
    await work_off(store, scenes=1)

    marks = await upkeep.marks()

    assert marks.artifacts == {"d" * 64, "a" * 64}, "of a result, and of the video"
    kinds = (UnitKind.SCRIPT, UnitKind.NARRATION, UnitKind.STORYBOARD, UnitKind.PACKAGE)
    made = {DocumentKey(ACCOUNT, kind, name(job, kind)) for kind in kinds}
    assert marks.documents == made | {DocumentKey(ACCOUNT, "script", "script-1")}


async def test_foreseeing_changes_nothing_and_tells_the_same(
    engine: AsyncEngine, store: SqlJobStore, videos: SqlVideoStore, upkeep: SqlUpkeep, rows: Rows
) -> None:
    job = await make_video(store)
    await make_video(store)
    await videos.delete(ACCOUNT, job.video_id)
    await let_pass(engine, 5 * HOUR)
    before = await kept(rows)

    foreseen, marks = await upkeep.foresee(RETENTION)

    assert await kept(rows) == before
    assert await upkeep.expire(RETENTION) == foreseen
    assert await upkeep.marks() == marks


async def test_the_longest_deadline_is_that_of_an_unfinished_job(
    store: SqlJobStore, upkeep: SqlUpkeep
) -> None:
    assert await upkeep.longest_deadline() == 0
    done = await add_job(store, deadline_seconds=9_000)
    await store.cancel(ACCOUNT, done.id)
    await add_job(store, deadline_seconds=600)

    assert await upkeep.longest_deadline() == pytest.approx(600, abs=1)
