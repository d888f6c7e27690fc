"""``Bell`` over Redis, for processes that don't know the actors: the API and the workers."""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.message import Message
from redis.backoff import NoBackoff
from redis.retry import Retry

from adapters.dramatiq.broker import ACTOR, NAMESPACE, QUEUE
from domain.errors import ServiceUnavailable
from domain.jobs.telemetry import Silence, Telemetry

RING_SECONDS = 1.0
"""Redis has this long to connect and to answer: whoever rings has a request to finish"""

MAX_BELLS = 1_000
"""that lie in the queue unheard. Any of them makes a worker ask for any unit, so more would wake
nobody; and the reconciler, which rings again and again while every worker is busy, would fill
the memory of Redis"""

_RINGERS = 4
"""threads; they are the bell's own, so that a Redis that hangs holds up no other work"""

_log = logging.getLogger(__name__)


class DramatiqBell:
    """Leaves a message for each unit in the workers' queue, unless enough lie there already.

    Connects at the first ring. What can't be rung is logged: the reconciler rings again.
    """

    def __init__(
        self, redis_url: str, namespace: str = NAMESPACE, *, telemetry: Telemetry | None = None
    ) -> None:
        self._telemetry = telemetry or Silence()
        client = redis.Redis.from_url(
            redis_url,
            socket_connect_timeout=RING_SECONDS,
            socket_timeout=RING_SECONDS,
            # Once more after a connection that had died meanwhile; waiting longer is for others.
            retry=Retry(NoBackoff(), 1),
        )
        self._broker = RedisBroker(  # type: ignore[no-untyped-call]
            client=client, namespace=namespace, middleware=[]
        )
        self._threads = ThreadPoolExecutor(_RINGERS, thread_name_prefix="bell")

    async def ring(self, units: Sequence[UUID]) -> None:
        """Ring for each unit."""
        if not units:
            return
        try:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._threads, self._enqueue, units)
            self._telemetry.rang(len(units))
        except Exception as error:
            # Any error, also one of a kind that nobody foresaw: the units are safe in the
            # database, and an answer of the API must not depend on the bell.
            self._telemetry.could_not_ring(len(units))
            _log.warning(
                "the bell can't be rung for %d units: %s (check REDIS_URL)", len(units), error
            )

    async def ping(self) -> str:
        """Ask Redis whether it is there; answers its version.

        Raises:
            ServiceUnavailable
        """
        loop = asyncio.get_running_loop()
        try:
            info = await loop.run_in_executor(self._threads, self._broker.client.info, "server")
        except redis.RedisError as error:
            raise ServiceUnavailable(
                f"Redis doesn't answer: {error}",
                hint="Check that it runs, and REDIS_URL.",
                service="redis",
            ) from error
        return str(info["redis_version"])

    async def close(self) -> None:
        """Wait for rings under way, then close the connections."""
        await asyncio.to_thread(self._threads.shutdown)
        self._broker.client.close()

    def _enqueue(self, units: Sequence[UUID]) -> None:
        unheard = int(self._broker.client.llen(f"{self._broker.namespace}:{QUEUE}"))
        for unit in units[: max(0, MAX_BELLS - unheard)]:
            self._broker.enqueue(
                Message(
                    queue_name=QUEUE, actor_name=ACTOR, args=(str(unit),), kwargs={}, options={}
                )
            )
