"""What every ``EventLog`` does: each event is told once, whenever its transaction ends."""

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from tiny_production import ACCOUNT, add_job, work_off

from adapters.postgres import SqlEventLog, SqlJobStore
from domain.jobs.model import Event, Job
from domain.jobs.news import Correspondent, EventLog, Told
from domain.jobs.ports import JobStore

Rows = Callable[[str], Coroutine[Any, Any, list[dict[str, Any]]]]
SOME = 500
DAY = 86_400.0


@pytest.fixture
def store(engine: AsyncEngine) -> JobStore:
    return SqlJobStore(engine, lease_seconds=60)


@pytest.fixture
def log(engine: AsyncEngine) -> EventLog:
    return SqlEventLog(engine)


async def begun(log: EventLog) -> Correspondent:
    correspondent = log.correspondent()
    await correspondent.begin()
    return correspondent


def ids(told: list[Told]) -> list[int]:
    return [one.event.id for one in told]


async def all_of(log: EventLog, account: str, after: int = 0, limit: int = SOME) -> list[Event]:
    found: list[Event] = []
    reached: int | None = after
    while reached is not None:
        page = await log.of_account(account, reached, limit)
        found += page.events
        reached = page.reached
    return found


# -- live ----------------------------------------------------------------------------------------


async def test_what_happens_is_told_with_whose_it_is(store: JobStore, log: EventLog) -> None:
    await add_job(store)
    correspondent = await begun(log)
    assert await correspondent.tell(SOME) == []

    mine, other = await add_job(store), await add_job(store, account_id="studio")
    told = await correspondent.tell(SOME)

    assert [(one.event.job_id, one.account_id) for one in told] == [
        (mine.id, ACCOUNT),
        (other.id, "studio"),
    ]
    assert told[0].event == (await store.events(ACCOUNT, mine.id, 0, SOME))[0]
    assert [one.position for one in told] == ids(told)
    assert correspondent.position == told[-1].position


async def test_each_event_is_told_once_in_as_many_rounds_as_it_takes(
    store: JobStore, log: EventLog
) -> None:
    correspondent = await begun(log)
    job = await add_job(store)
    await work_off(store)

    told: list[Told] = []
    while fresh := await correspondent.tell(3):
        assert len(fresh) <= 3
        told += fresh

    assert [one.event for one in told] == await store.events(ACCOUNT, job.id, 0, SOME)
    assert len(told) > 6


async def test_without_any_event_it_begins_at_nought(log: EventLog) -> None:
    assert (await begun(log)).position == 0


# -- what was missed -----------------------------------------------------------------------------


async def test_an_account_s_events_come_in_pages_and_nobody_else_s(
    store: JobStore, log: EventLog
) -> None:
    mine = [await add_job(store), await add_job(store)]
    others = await add_job(store, account_id="studio")
    await work_off(store)

    for limit in (1, 4, SOME):
        found = await all_of(log, ACCOUNT, limit=limit)
        assert {event.job_id for event in found} == {job.id for job in mine}
        assert [event.id for event in found] == sorted({event.id for event in found})
        assert await all_of(log, ACCOUNT, found[4].id, limit) == found[5:]
    assert {event.job_id for event in await all_of(log, "studio")} == {others.id}
    assert await all_of(log, "nobody") == []


async def test_it_is_known_what_may_have_been_removed(
    store: JobStore, log: EventLog, engine: AsyncEngine
) -> None:
    old, new = await add_job(store), await add_job(store)
    [first] = await store.events(ACCOUNT, old.id, 0, SOME)
    [last] = await store.events(ACCOUNT, new.id, 0, SOME)

    assert await log.is_whole_after(first.id, DAY)
    assert await log.is_whole_after(last.id + 5, DAY)
    assert not await log.is_whole_after(first.id - 1, DAY)
    assert not await log.is_whole_after(first.id, 0.0)

    async with engine.begin() as conn:
        await conn.execute(sa.text("DELETE FROM events WHERE id = :id"), {"id": first.id})
    assert not await log.is_whole_after(first.id, DAY)
    assert await log.is_whole_after(last.id, DAY)


# -- transactions side by side, on Postgres ------------------------------------------------------


@pytest.fixture
def postgres_only(database_url: str) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("on SQLite one transaction writes at a time")


async def happens(conn: AsyncConnection, job: Job | UUID) -> int:
    """Write an event as a worker does, under the job's lock; answers its id."""
    job_id = job if isinstance(job, UUID) else job.id
    await conn.execute(sa.text("SELECT id FROM jobs WHERE id = :id FOR UPDATE"), {"id": job_id})
    written = sa.text(
        "INSERT INTO events (job_id, type, data, created_at) "
        "VALUES (:job, 'progress', '{\"progress\": 0.5}', now()) RETURNING id"
    )
    return int((await conn.execute(written, {"job": job_id})).scalar_one())


@pytest.mark.usefixtures("postgres_only")
class TestOpenTransactions:
    async def test_what_was_passed_over_is_told_when_it_can_be_seen(
        self, store: JobStore, log: EventLog, engine: AsyncEngine
    ) -> None:
        slow, quick = await add_job(store), await add_job(store)
        correspondent = await begun(log)
        start = correspondent.position
        async with engine.connect() as early, engine.connect() as late:
            first = await happens(early, slow)
            second = await happens(late, quick)
            await late.commit()

            [told] = await correspondent.tell(SOME)
            assert (told.event.id, told.position) == (second, start)
            assert correspondent.position == start
            assert await correspondent.tell(SOME) == []

            await early.commit()
        [late_one] = await correspondent.tell(SOME)
        assert (late_one.event.id, late_one.position) == (first, second)
        assert correspondent.position == second

    async def test_whoever_goes_on_from_a_position_misses_nothing(
        self, store: JobStore, log: EventLog, engine: AsyncEngine
    ) -> None:
        slow, quick = await add_job(store), await add_job(store)
        correspondent = await begun(log)
        async with engine.connect() as early, engine.connect() as late:
            first = await happens(early, slow)
            second = await happens(late, quick)
            await late.commit()
            [told] = await correspondent.tell(SOME)
            await early.commit()

        found = [event.id for event in await all_of(log, ACCOUNT, told.position)]

        assert found == [first, second]

    async def test_what_was_rolled_back_is_waited_for_no_longer(
        self, store: JobStore, log: EventLog, engine: AsyncEngine
    ) -> None:
        slow, quick = await add_job(store), await add_job(store)
        correspondent = await begun(log)
        start = correspondent.position
        async with engine.connect() as early, engine.connect() as late:
            await happens(early, slow)
            second = await happens(late, quick)
            await late.commit()
            assert ids(await correspondent.tell(SOME)) == [second]
            assert correspondent.position == start
            await early.rollback()

        assert await correspondent.tell(SOME) == []
        assert correspondent.position == second

    async def test_several_that_come_late_can_be_gone_on_from_one_by_one(
        self, store: JobStore, log: EventLog, engine: AsyncEngine
    ) -> None:
        jobs = [await add_job(store) for _ in range(4)]
        correspondent = await begun(log)
        async with (
            engine.connect() as one,
            engine.connect() as two,
            engine.connect() as three,
            engine.connect() as four,
        ):
            written = [
                await happens(conn, job)
                for conn, job in zip((one, two, three, four), jobs, strict=True)
            ]
            await four.commit()
            assert ids(await correspondent.tell(SOME)) == written[3:]
            await one.commit()
            await three.commit()
            told = await correspondent.tell(SOME)
            assert ids(told) == [written[0], written[2]]
            assert [one.position for one in told] == [written[0], written[0]]
            await two.commit()
        [last] = await correspondent.tell(SOME)
        assert (last.event.id, last.position) == (written[1], written[3])

    async def test_what_was_open_when_it_began_is_told_too(
        self, store: JobStore, log: EventLog, engine: AsyncEngine
    ) -> None:
        slow, quick = await add_job(store), await add_job(store)
        async with engine.connect() as early, engine.connect() as late:
            first = await happens(early, slow)
            second = await happens(late, quick)
            await late.commit()
            correspondent = await begun(log)
            assert correspondent.position == first - 1
            assert await correspondent.tell(SOME) == []
            await early.commit()
        assert ids(await correspondent.tell(SOME)) == [first]
        assert correspondent.position == second

    async def test_a_long_transaction_of_others_holds_nothing_up(
        self, store: JobStore, log: EventLog, engine: AsyncEngine
    ) -> None:
        waiting, other = await add_job(store), await add_job(store)
        correspondent = await begun(log)
        async with engine.connect() as long:
            lock = sa.text("SELECT id FROM jobs WHERE id = :id FOR UPDATE")
            await long.execute(lock, {"id": waiting.id})
            async with engine.connect() as conn:
                written = await happens(conn, other)
                await conn.commit()
            [told] = await correspondent.tell(SOME)
            assert (told.event.id, told.position) == (written, written)
