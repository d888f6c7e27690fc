"""The one reader of a process: it reads for whoever listens, and lets nobody hold it up."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from tiny_production import ACCOUNT, add_job, work_off

from adapters.postgres import SqlEventLog, SqlJobStore
from app.event_feed import MAX_BEHIND, PAGE, EventFeed, Subscription
from domain.errors import ServiceUnavailable
from domain.jobs.news import Correspondent, EventPage, Told
from domain.jobs.ports import JobStore

SOON = 60.0
"""seconds, for what comes within milliseconds"""


class CountedLog(SqlEventLog):
    """The real one; counts readings, and is away when it's told to be."""

    readings = 0
    begun = 0
    is_away = False
    hangs_at: asyncio.Event | None = None
    """set when a reading has begun that never comes to an end"""

    def correspondent(self) -> Correspondent:
        return _Counted(super().correspondent(), self)

    async def of_account(self, account_id: str, after: int, limit: int) -> EventPage:
        self.readings += 1
        return await super().of_account(account_id, after, limit)


class _Counted:
    def __init__(self, inner: Correspondent, log: CountedLog) -> None:
        self._inner, self._log = inner, log

    @property
    def position(self) -> int:
        return self._inner.position

    async def begin(self) -> None:
        self._log.begun += 1
        if self._log.is_away:
            raise ServiceUnavailable("It's away.", service="database")
        await self._inner.begin()

    async def tell(self, limit: int) -> list[Told]:
        self._log.readings += 1
        if self._log.is_away:
            raise ServiceUnavailable("It's away.", service="database")
        if self._log.hangs_at is not None:
            self._log.hangs_at.set()
            await asyncio.Event().wait()
        return await self._inner.tell(limit)


@pytest.fixture
def store(engine: AsyncEngine) -> JobStore:
    return SqlJobStore(engine, lease_seconds=60)


@pytest.fixture
def log(engine: AsyncEngine) -> CountedLog:
    return CountedLog(engine)


@pytest.fixture
def make_feed(log: CountedLog) -> Callable[..., EventFeed]:
    def make(poll_seconds: float = 0.01) -> EventFeed:
        return EventFeed(
            log, poll_seconds=poll_seconds, heartbeat_seconds=15.0, kept_seconds=86_400.0
        )

    return make


@pytest.fixture
async def feed(make_feed: Callable[..., EventFeed]) -> AsyncIterator[EventFeed]:
    feed = make_feed()
    yield feed
    feed.stop()
    await feed.stopped()


async def heard(subscription: Subscription, count: int) -> list[Told]:
    told: list[Told] = []
    async with asyncio.timeout(SOON):
        while len(told) < count:
            told += await subscription.next(SOON)
    return told


async def until_nothing_is_read(feed: EventFeed) -> None:
    async with asyncio.timeout(SOON):
        await feed.stopped()


async def until_read(log: CountedLog, times: int) -> None:
    """Wait until so many more readings have begun; they come one after the other."""
    readings = log.readings
    async with asyncio.timeout(SOON):
        while log.readings < readings + times:
            await asyncio.sleep(0)


async def test_one_reading_serves_all_who_listen(
    feed: EventFeed, log: CountedLog, store: JobStore
) -> None:
    job = await add_job(store)
    of_account = [Subscription(ACCOUNT) for _ in range(50)]
    of_job = [Subscription(job.id) for _ in range(50)]
    of_others = Subscription("studio")
    async with asyncio.TaskGroup() as group:
        leave = asyncio.Event()
        here: list[asyncio.Future[Any]] = []

        async def listen(subscription: Subscription, begun: asyncio.Future[Any]) -> None:
            async with feed.listening(subscription):
                begun.set_result(None)
                await leave.wait()

        for subscription in [*of_account, *of_job, of_others]:
            here.append(asyncio.get_running_loop().create_future())
            group.create_task(listen(subscription, here[-1]))
        await asyncio.gather(*here)
        await work_off(store)
        written = await store.events(ACCOUNT, job.id, 1, PAGE)
        for subscription in [*of_account, *of_job]:
            told = await heard(subscription, len(written))
            assert [one.event for one in told] == written
        assert await of_others.next(0.0) == []
        leave.set()
    assert log.begun == 1


async def test_nothing_is_read_while_nobody_listens(
    feed: EventFeed, log: CountedLog, store: JobStore
) -> None:
    for _ in range(2):
        subscription = Subscription(ACCOUNT)
        async with feed.listening(subscription):
            await add_job(store)
            assert len(await heard(subscription, 1)) == 1
        await until_nothing_is_read(feed)
    readings = log.readings
    await add_job(store)
    assert log.readings == readings
    assert log.begun == 2


async def test_whoever_falls_too_far_behind_is_let_go_and_nobody_else(
    feed: EventFeed, store: JobStore, engine: AsyncEngine
) -> None:
    job = await add_job(store)
    slow, quick = Subscription(ACCOUNT), Subscription(ACCOUNT)
    told: list[Told] = []
    async with feed.listening(slow), feed.listening(quick):
        async with engine.begin() as conn:
            event = {"job": job.id.hex if engine.dialect.name == "sqlite" else job.id}
            copied = sa.text(
                "INSERT INTO events (job_id, type, data, created_at) "
                "SELECT job_id, type, data, created_at FROM events WHERE job_id = :job"
            )
            written = 1
            while written <= MAX_BEHIND:
                await conn.execute(copied, event)
                written *= 2
        while len(told) < written - 1:
            told += await heard(quick, 1)
        assert slow.is_over
        assert slow.is_slow
        assert await slow.next(SOON) == []
        assert not quick.is_over


async def test_what_happens_during_an_outage_is_told_afterwards(
    feed: EventFeed, log: CountedLog, store: JobStore
) -> None:
    subscription = Subscription(ACCOUNT)
    async with feed.listening(subscription):
        log.is_away = True
        await until_read(log, 1)  # a reading that had begun before has ended, and saw no job
        job = await add_job(store)
        await until_read(log, 3)
        assert await subscription.next(0.0) == []
        log.is_away = False
        [told] = await heard(subscription, 1)
    assert told.event.job_id == job.id


async def test_whoever_comes_during_an_outage_is_told_and_the_next_one_served(
    feed: EventFeed, log: CountedLog, store: JobStore
) -> None:
    log.is_away = True
    for _ in range(2):
        with pytest.raises(ServiceUnavailable):
            async with feed.listening(Subscription(ACCOUNT)):
                pass
    log.is_away = False
    subscription = Subscription(ACCOUNT)
    async with feed.listening(subscription):
        await add_job(store)
        assert len(await heard(subscription, 1)) == 1


async def test_a_stop_ends_whoever_listens_and_whoever_still_comes(
    make_feed: Callable[..., EventFeed],
) -> None:
    feed = make_feed(poll_seconds=3_600.0)
    subscription, late = Subscription(ACCOUNT), Subscription(ACCOUNT)
    async with feed.listening(subscription):
        waiting = asyncio.create_task(subscription.next(3_600.0))
        await asyncio.sleep(0)
        feed.stop()
        async with asyncio.timeout(SOON):
            assert await waiting == []
            await feed.stopped()
        assert subscription.is_over
    async with feed.listening(late):
        assert late.is_over


async def test_a_store_that_hangs_holds_up_no_stop(feed: EventFeed, log: CountedLog) -> None:
    log.hangs_at = asyncio.Event()
    async with asyncio.timeout(SOON), feed.listening(Subscription(ACCOUNT)) as correspondent:
        assert correspondent.position >= 0
        await log.hangs_at.wait()
        feed.stop()
        await feed.stopped()
