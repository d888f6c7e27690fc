"""What every ``Bell`` does: it wakes who listens, and never gets in the way of who rings."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from queue import Empty, Queue
from typing import NamedTuple
from uuid import UUID, uuid4

import dramatiq
import pytest

from adapters.dramatiq import ACTOR, QUEUE, DramatiqBell, make_broker
from adapters.threads import ThreadBell
from domain.jobs.ports import Bell

PATIENCE_SECONDS = 60.0


class Rig(NamedTuple):
    """A bell, and a wait that answers whether it was heard since the last one."""

    bell: Bell
    heard: Callable[[float], Awaitable[bool]]


@asynccontextmanager
async def in_process() -> AsyncIterator[Rig]:
    bell = ThreadBell()
    with bell.listen() as listener:
        yield Rig(bell, listener.wait)


@asynccontextmanager
async def over_redis(redis_url: str) -> AsyncIterator[Rig]:
    namespace = f"bell-{uuid4().hex}"
    broker = make_broker(redis_url, namespace=namespace)
    rung: Queue[str] = Queue()
    dramatiq.actor(rung.put, actor_name=ACTOR, queue_name=QUEUE, broker=broker)
    worker = dramatiq.Worker(broker, worker_timeout=20, worker_threads=1)
    bell = DramatiqBell(redis_url, namespace)

    async def heard(timeout_seconds: float) -> bool:
        try:
            UUID(await asyncio.to_thread(rung.get, timeout=timeout_seconds))
        except Empty:
            return False
        return True

    await asyncio.to_thread(worker.start)
    try:
        yield Rig(bell, heard)
    finally:
        await asyncio.to_thread(worker.stop)
        broker.flush_all()
        await bell.close()


@pytest.fixture(params=["in_process", "over_redis"])
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    if request.param == "in_process":
        rig = in_process()
    else:
        rig = over_redis(request.getfixturevalue("redis_url"))
    async with rig as bell_and_ear:
        yield bell_and_ear


async def test_a_ring_is_heard(rig: Rig) -> None:
    await rig.bell.ring([uuid4()])

    assert await rig.heard(PATIENCE_SECONDS)


async def test_silence_is_silence(rig: Rig) -> None:
    assert not await rig.heard(0.01)


async def test_ringing_for_nothing_wakes_nobody(rig: Rig) -> None:
    await rig.bell.ring([])

    assert not await rig.heard(0.01)


async def test_every_new_ring_is_heard_again(rig: Rig) -> None:
    for _ in range(3):
        await rig.bell.ring([uuid4()])
        assert await rig.heard(PATIENCE_SECONDS)


async def test_rings_from_many_tasks_all_return(rig: Rig) -> None:
    await asyncio.gather(*(rig.bell.ring([uuid4(), uuid4()]) for _ in range(20)))

    assert await rig.heard(PATIENCE_SECONDS)


# -- in process ----------------------------------------------------------------------------------


class WorkerThread(threading.Thread):
    """A worker with an event loop of its own, which waits for the bell ``rings`` times."""

    def __init__(self, bell: ThreadBell, rings: int = 1) -> None:
        super().__init__()
        self._bell = bell
        self._rings = rings
        self.listening = threading.Event()
        self.heard: list[bool] = []

    def run(self) -> None:
        asyncio.run(self._work())

    async def _work(self) -> None:
        with self._bell.listen() as listener:
            self.listening.set()
            for _ in range(self._rings):
                self.heard.append(await listener.wait(PATIENCE_SECONDS))


async def test_workers_with_their_own_loops_are_all_woken() -> None:
    bell = ThreadBell()
    workers = [WorkerThread(bell) for _ in range(3)]
    for worker in workers:
        worker.start()
        worker.listening.wait(PATIENCE_SECONDS)

    await bell.ring([uuid4()])

    for worker in workers:
        await asyncio.to_thread(worker.join, PATIENCE_SECONDS)
        assert worker.heard == [True]


async def test_a_ring_before_the_wait_is_not_lost() -> None:
    bell = ThreadBell()
    with bell.listen() as listener:
        await bell.ring([uuid4()])
        await asyncio.sleep(0)

        assert await listener.wait(PATIENCE_SECONDS)
        assert not await listener.wait(0.01)


async def test_who_has_stopped_listening_is_not_rung() -> None:
    bell = ThreadBell()
    with bell.listen() as listener:
        pass

    await bell.ring([uuid4()])

    assert not await listener.wait(0.01)


def test_a_listener_whose_loop_is_closed_doesn_t_stop_the_others() -> None:
    bell = ThreadBell()
    loop = asyncio.new_event_loop()

    async def listen_for_ever() -> None:
        bell.listen().__enter__()

    loop.run_until_complete(listen_for_ever())
    loop.close()

    async def ring_and_hear() -> bool:
        with bell.listen() as listener:
            await bell.ring([uuid4()])
            return await listener.wait(PATIENCE_SECONDS)

    assert asyncio.run(ring_and_hear())
