"""The broker rings each message once, leaves nothing behind, and builds resources on its loop."""

import asyncio
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import dramatiq
import pytest
from dramatiq.asyncio import EventLoopThread
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AsyncIO
from dramatiq.worker import ConsumerThread, WorkerThread

from adapters.dramatiq import (
    ACTOR,
    QUEUE,
    DramatiqBell,
    PrefetchOnePerThread,
    WorkerBootFailed,
    WorkerResources,
    make_broker,
)
from domain.errors import ServiceUnavailable
from domain.jobs.telemetry import Silence

NOBODY_LISTENS = "redis://:s3cret@127.0.0.1:9/0"
PATIENCE_SECONDS = 60.0
SOON_SECONDS = 20.0
"""two, and what a busy machine adds; the client itself would wait for ever"""


@pytest.fixture
def namespace() -> str:
    return f"broker-{uuid4().hex}"


@pytest.fixture
def broker(redis_url: str, namespace: str) -> Iterator[RedisBroker]:
    broker = make_broker(redis_url, namespace=namespace)
    yield broker
    broker.flush_all()
    broker.close()


def keys(broker: RedisBroker, namespace: str) -> list[bytes]:
    """What is kept in Redis about messages."""
    kept: list[bytes] = broker.client.keys(f"{namespace}:*")
    return [key for key in kept if b"heartbeats" not in key]


def work_until_empty(broker: RedisBroker, threads: int = 1) -> None:
    worker = dramatiq.Worker(broker, worker_timeout=20, worker_threads=threads)
    worker.start()
    try:
        broker.join(QUEUE, interval=10, timeout=round(PATIENCE_SECONDS * 1000))
        worker.join()
    finally:
        worker.stop()


# -- the broker ----------------------------------------------------------------------------------


async def test_a_bell_rings_each_unit_once(
    redis_url: str, namespace: str, broker: RedisBroker
) -> None:
    heard: list[str] = []
    dramatiq.actor(heard.append, actor_name=ACTOR, queue_name=QUEUE, broker=broker)
    bell = DramatiqBell(redis_url, namespace)
    units = [uuid4() for _ in range(20)]

    await bell.ring(units)
    await bell.rung()
    await bell.close()
    await asyncio.to_thread(work_until_empty, broker, 4)

    assert sorted(heard) == sorted(map(str, units))
    assert keys(broker, namespace) == []


async def test_an_actor_that_fails_is_neither_tried_again_nor_kept(
    redis_url: str, namespace: str, broker: RedisBroker, caplog: pytest.LogCaptureFixture
) -> None:
    attempts: list[str] = []

    def fail(unit: str) -> None:
        attempts.append(unit)
        raise ZeroDivisionError

    dramatiq.actor(fail, actor_name=ACTOR, queue_name=QUEUE, broker=broker)
    bell = DramatiqBell(redis_url, namespace)

    await bell.ring([uuid4()])
    await bell.rung()
    await bell.close()
    with caplog.at_level(logging.CRITICAL):
        await asyncio.to_thread(work_until_empty, broker)

    assert len(attempts) == 1
    assert keys(broker, namespace) == []


class Rung(Silence):
    """Notes how many bells each exchange with Redis left there."""

    def __init__(self) -> None:
        self.exchanges: list[int] = []

    def rang(self, bells: int) -> None:
        self.exchanges.append(bells)


async def test_rings_of_one_moment_go_out_together_and_all_of_them(
    redis_url: str, namespace: str, broker: RedisBroker
) -> None:
    rung = Rung()
    bell = DramatiqBell(redis_url, namespace, telemetry=rung)

    await bell.ring([])
    await asyncio.gather(*(bell.ring([uuid4(), uuid4()]) for _ in range(20)))
    await bell.close()

    assert rung.exchanges == [40]
    assert broker.client.llen(f"{namespace}:{QUEUE}") == 40


async def test_bells_that_nobody_hears_do_not_pile_up(
    redis_url: str, namespace: str, broker: RedisBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.dramatiq.bell.MAX_BELLS", 5)
    rung = Rung()
    bell = DramatiqBell(redis_url, namespace, telemetry=rung)

    for _ in range(4):
        await bell.ring([uuid4() for _ in range(3)])
        await bell.rung()

    assert rung.exchanges == [3, 2, 0, 0]
    assert broker.client.llen(f"{namespace}:{QUEUE}") == 5
    await bell.close()


def test_dead_workers_are_looked_for_at_every_fetch(broker: RedisBroker) -> None:
    assert broker.heartbeat_timeout == 15_000
    assert broker.maintenance_chance == 1_000_000


def test_a_worker_takes_no_more_than_its_threads_can_answer(broker: RedisBroker) -> None:
    worker = dramatiq.Worker(broker, worker_threads=3)
    worker.start()
    try:
        assert worker.queue_prefetch == 3
        assert worker.worker_timeout == 100, "milliseconds that a worker may idle beside a bell"
        assert any(isinstance(found, PrefetchOnePerThread) for found in broker.middleware)
    finally:
        worker.stop()


@pytest.mark.parametrize(("asked_for", "slots", "had"), [(8, 3, 3), (1, 3, 1)])
def test_a_worker_has_no_more_threads_than_slots(
    redis_url: str, namespace: str, asked_for: int, slots: int, had: int
) -> None:
    broker = make_broker(redis_url, namespace=namespace, max_threads=slots)
    worker = dramatiq.Worker(broker, worker_threads=asked_for)
    worker.start()
    try:
        assert (len(worker.workers), worker.queue_prefetch) == (had, had)
    finally:
        worker.stop()
        broker.close()


def test_a_worker_that_is_told_to_end_before_its_threads_had_their_turn_ends(
    broker: RedisBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = threading.Event()

    def as_on_a_busy_machine(kind: type[WorkerThread] | type[ConsumerThread]) -> None:
        run, stop = kind.run, kind.stop

        def run_late(thread: Any) -> None:
            told.wait(0.2)  # far longer than a worker takes that doesn't wait for its threads
            run(thread)

        def stop_early(thread: Any) -> None:
            told.set()
            stop(thread)

        monkeypatch.setattr(kind, "run", run_late)
        monkeypatch.setattr(kind, "stop", stop_early)

    as_on_a_busy_machine(WorkerThread)
    as_on_a_busy_machine(ConsumerThread)
    dramatiq.actor(print, actor_name=ACTOR, queue_name=QUEUE, broker=broker)
    worker = dramatiq.Worker(broker, worker_threads=2)

    worker.start()
    worker.stop(timeout=5_000)

    threads = [*worker.workers, *worker.consumers.values()]
    assert len(threads) > 2
    assert not any(thread.is_alive() for thread in threads)


def test_making_a_broker_connects_to_nothing() -> None:
    make_broker(NOBODY_LISTENS).close()


def test_ringing_needs_no_actor_and_touches_no_global_broker() -> None:
    """In a process of its own, since this one has set brokers already."""
    script = (
        "import dramatiq.broker as b, adapters.dramatiq as a\n"
        "a.DramatiqBell('redis://127.0.0.1:9/0')\n"
        "assert b.global_broker is None\n"
    )

    subprocess.run([sys.executable, "-c", script], check=True, env=os.environ | {"PYTHONPATH": "."})


# -- a Redis that is away ------------------------------------------------------------------------


async def test_without_redis_it_is_said_soon_what_to_check(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bell = DramatiqBell(NOBODY_LISTENS)
    started = time.monotonic()

    with caplog.at_level(logging.WARNING):
        await bell.ring([uuid4()])
        await bell.rung()

    assert time.monotonic() - started < SOON_SECONDS
    assert "REDIS_URL" in caplog.text
    assert "s3cret" not in caplog.text
    await bell.close()


async def test_a_redis_that_hangs_holds_up_no_ring_and_is_given_up_soon(
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked, answered = asyncio.Event(), asyncio.Event()

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await answered.wait()
        writer.close()

    server = await asyncio.start_server(never_answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    bell = DramatiqBell(f"redis://127.0.0.1:{port}/0")
    started = time.monotonic()

    with caplog.at_level(logging.WARNING):
        await bell.ring([uuid4()])
        await asked.wait()
        assert "can't be rung" not in caplog.text  # the ring has returned, Redis has not
        await bell.rung()

    assert time.monotonic() - started < SOON_SECONDS
    assert "can't be rung" in caplog.text
    answered.set()
    server.close()
    await bell.close()


async def test_ping_says_whether_redis_is_there(redis_url: str) -> None:
    here, away = DramatiqBell(redis_url), DramatiqBell(NOBODY_LISTENS)

    assert (await here.ping())[0].isdigit()
    with pytest.raises(ServiceUnavailable) as down:
        await away.ping()

    assert "REDIS_URL" in down.value.hint_text
    assert "s3cret" not in str(down.value)
    await here.close()
    await away.close()


# -- resources -----------------------------------------------------------------------------------


class Journal:
    """Notes what is built and closed, in which loop and thread."""

    def __init__(self) -> None:
        self.entries: list[str] = []
        self.loops: set[int] = set()
        self.threads: set[int] = set()

    def note(self, entry: str) -> None:
        self.entries.append(entry)
        self.loops.add(id(asyncio.get_running_loop()))
        self.threads.add(threading.get_ident())

    async def build(self) -> None:
        self.note("built")

    async def stop(self) -> None:
        self.note("stopping")

    async def close(self) -> None:
        self.note("closed")


async def test_resources_live_from_boot_to_the_end_in_the_actors_own_loop(
    redis_url: str, namespace: str
) -> None:
    journal = Journal()
    resources = WorkerResources(journal.build, journal.close, journal.stop)
    broker = make_broker(redis_url, [resources], namespace)

    async def run_unit(unit: str) -> None:
        journal.note("worked")

    dramatiq.actor(run_unit, actor_name=ACTOR, queue_name=QUEUE, broker=broker)
    bell = DramatiqBell(redis_url, namespace)
    await bell.ring([uuid4()])
    await bell.rung()
    await bell.close()

    await asyncio.to_thread(work_until_empty, broker)

    assert journal.entries == ["built", "worked", "stopping", "closed"]
    assert len(journal.loops) == len(journal.threads) == 1
    assert journal.threads.isdisjoint({threading.get_ident()})
    broker.close()


async def test_a_loop_that_begins_late_is_waited_for(
    redis_url: str, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = EventLoopThread.run

    def run_late(thread: EventLoopThread) -> None:
        time.sleep(1.1)  # Dramatiq itself gives it a second
        run(thread)

    monkeypatch.setattr(EventLoopThread, "run", run_late)
    journal = Journal()
    resources = WorkerResources(journal.build, journal.close)
    worker = dramatiq.Worker(make_broker(redis_url, [resources], namespace), worker_threads=1)

    await asyncio.to_thread(worker.start)
    await asyncio.to_thread(worker.stop)

    assert journal.entries == ["built", "closed"]
    worker.broker.close()


def test_a_worker_whose_resources_can_t_be_made_doesn_t_start(
    redis_url: str, namespace: str
) -> None:
    async def fail() -> None:
        raise ServiceUnavailable("Postgres doesn't answer.")

    async def close() -> None:
        pytest.fail("what was never built was closed")

    broker = make_broker(redis_url, [WorkerResources(fail, close)], namespace)
    worker = dramatiq.Worker(broker, worker_threads=1)

    with pytest.raises(WorkerBootFailed, match="Postgres doesn't answer"):
        worker.start()

    assert worker.workers == []
    assert not any("EventLoopThread" in type(thread).__name__ for thread in threading.enumerate())


def test_resources_listed_before_the_event_loop_are_refused() -> None:
    async def build() -> None:
        pytest.fail("there is no loop to build in")

    resources = WorkerResources(build, build)
    broker = RedisBroker(url=NOBODY_LISTENS, middleware=[resources, AsyncIO()])

    with pytest.raises(WorkerBootFailed, match="after AsyncIO"):
        dramatiq.Worker(broker, worker_threads=1).start()
