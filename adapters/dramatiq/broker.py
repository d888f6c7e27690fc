"""The broker of worker processes, with its middleware in an explicit order.

What is left out of Dramatiq's defaults, and why: ``Retries``, since a bell that failed has
nothing to repeat (units are retried by the database, and the reconciler rings again), which is
``max_retries=0`` without a queue of dead letters; ``TimeLimit`` and ``AgeLimit``, since
deadlines are the jobs' own; ``Callbacks`` and ``Pipelines``, since fan-out goes through units.
"""

from collections.abc import Sequence

import redis
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import Middleware

from adapters.dramatiq.middleware import (
    BegunBeforeEnded,
    OneStopIsEnough,
    PatientAsyncIO,
    PrefetchOnePerThread,
)

QUEUE = "units"
ACTOR = "run_unit"
"""the actor that ``app.worker`` declares on ``QUEUE``; its one argument is a unit's id"""

HEARTBEAT_TIMEOUT_MS = 15_000
"""a bell that a dead worker had fetched is rung again after this time"""

MAINTENANCE_CHANCE = 1_000_000
"""of a million: looks for dead workers at every fetch (the default, 0.1 %, took minutes)"""

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
"""a Redis that stopped answering counts as gone, and the consumer connects anew"""


NAMESPACE = "faceless"
"""begins every key in Redis"""


def make_broker(
    redis_url: str,
    middleware: Sequence[Middleware] = (),
    namespace: str = NAMESPACE,
    max_threads: int | None = None,
) -> RedisBroker:
    """The broker of a worker process of at most so many threads, whatever Dramatiq's command
    line says; ``middleware`` comes after the event loop's.

    Connects at the first message.
    """
    client = redis.Redis.from_url(
        redis_url,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=READ_SECONDS,
        health_check_interval=READ_SECONDS,
    )
    return RedisBroker(  # type: ignore[no-untyped-call]
        client=client,
        namespace=namespace,
        middleware=[
            OneStopIsEnough(),
            BegunBeforeEnded(),
            PrefetchOnePerThread(max_threads),
            PatientAsyncIO(),
            *middleware,
        ],
        heartbeat_timeout=HEARTBEAT_TIMEOUT_MS,
        maintenance_chance=MAINTENANCE_CHANCE,
    )
