"""``Bell`` over Redis, for processes that don't know the actors: the API and the workers."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import TypeVar
from uuid import UUID, uuid4

import redis
from dramatiq.message import Message
from redis.backoff import NoBackoff
from redis.retry import Retry

from adapters.dramatiq.broker import ACTOR, NAMESPACE, QUEUE
from adapters.dramatiq.examination import RedisFacts, examine
from domain.errors import ServiceUnavailable
from domain.jobs.telemetry import Silence, Telemetry

RING_SECONDS = 1.0
"""Redis has this long to connect and to answer: later rings wait for their turn, and so does the
end of the process"""

GATHER_SECONDS = 0.005
"""after an exchange, until the next: nobody notices, and under load one goes for many"""

MAX_BELLS = 1_000
"""that lie in the queue unheard. Any of them makes a worker ask for any unit, so more would wake
nobody; and the reconciler, which rings again and again while every worker is busy, would fill
the memory of Redis"""

_log = logging.getLogger(__name__)
T = TypeVar("T")


class DramatiqBell:
    """Leaves a message for each unit in the workers' queue, unless enough lie there already.

    Whoever rings doesn't wait for Redis; what is rung within a few milliseconds goes out
    together, in one exchange. Connects at the first ring. What can't be rung is logged: the
    reconciler rings again.
    """

    def __init__(
        self, redis_url: str, namespace: str = NAMESPACE, *, telemetry: Telemetry | None = None
    ) -> None:
        self._telemetry = telemetry or Silence()
        self._client = redis.Redis.from_url(
            redis_url,
            socket_connect_timeout=RING_SECONDS,
            socket_timeout=RING_SECONDS,
            # Once more after a connection that had died meanwhile; waiting longer is for others.
            retry=Retry(NoBackoff(), 1),
        )
        self._queue = f"{namespace}:{QUEUE}"
        self._messages = f"{self._queue}.msgs"
        self._unheard = 0
        """bells in the queue, as Redis said last"""
        self._waiting: list[UUID] = []
        self._ringing: asyncio.Task[None] | None = None
        # the bell's own, so that a Redis that hangs holds up no other work
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="bell")

    async def ring(self, units: Sequence[UUID]) -> None:
        """Ring for each unit, soon."""
        self._waiting += units
        if self._waiting and self._ringing is None:
            # in a context of its own: what is logged there isn't the first ringer's alone
            self._ringing = asyncio.create_task(self._ring_waiting(), context=Context())

    async def rung(self) -> None:
        """Wait until Redis has all that was rung for so far, or was found away."""
        if self._ringing is not None:
            await asyncio.wait({self._ringing})

    async def ping(self) -> str:
        """Ask Redis whether it is there; answers its version.

        Raises:
            ServiceUnavailable
        """
        return str((await self._asked(lambda: self._client.info("server")))["redis_version"])

    async def examine(self) -> RedisFacts:
        """Ask Redis about itself, and write a key that is gone at once.

        Raises:
            ServiceUnavailable: it doesn't answer, or refuses.
        """
        return await self._asked(lambda: examine(self._client))

    async def close(self) -> None:
        """Wait for what was rung, then close the connections."""
        await self.rung()
        await asyncio.to_thread(self._thread.shutdown)
        self._client.close()

    async def _ring_waiting(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                units, self._waiting = self._waiting, []
                try:
                    rung = await loop.run_in_executor(self._thread, self._enqueue, units)
                    self._telemetry.rang(rung)
                except Exception as error:
                    # Any error, also one of a kind that nobody foresaw: the units are safe in
                    # the database, and the next ring must not depend on this one.
                    self._telemetry.could_not_ring(len(units))
                    _log.warning(
                        "the bell can't be rung for %d units: %s (check REDIS_URL)",
                        len(units),
                        error,
                    )
                await asyncio.sleep(GATHER_SECONDS)
        finally:
            self._ringing = None

    async def _asked(self, ask: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, ask)
        except redis.RedisError as error:
            raise ServiceUnavailable(
                f"Redis doesn't answer: {error}",
                hint="Check that it runs, and REDIS_URL.",
                service="redis",
            ) from error

    def _enqueue(self, units: Sequence[UUID]) -> int:
        """Leave messages, as many as there is room for; answers how many."""
        if self._unheard + len(units) > MAX_BELLS:
            self._unheard = int(self._client.llen(self._queue))
            units = units[: max(0, MAX_BELLS - self._unheard)]
        if not units:
            return 0
        messages = {str(uuid4()): unit for unit in units}
        # What a Dramatiq broker writes (its dispatch.lua), for all of them at once: first the
        # messages, then their place in the queue, whose length comes back.
        pipeline = self._client.pipeline(transaction=False)
        pipeline.hset(
            self._messages, mapping={key: _message(key, unit) for key, unit in messages.items()}
        )
        pipeline.rpush(self._queue, *messages)
        self._unheard = int(pipeline.execute()[1])
        return len(units)


def _message(key: str, unit: UUID) -> bytes:
    message: Message[None] = Message(
        queue_name=QUEUE,
        actor_name=ACTOR,
        args=(str(unit),),
        kwargs={},
        options={"redis_message_id": key},
    )
    return message.encode()
