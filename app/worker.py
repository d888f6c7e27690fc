"""What ``dramatiq app.worker:boot`` starts: a worker process that is rung over Redis.

A message carries only a unit's id, and even that only for the log: whoever hears the bell asks
the database for work.
"""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import dramatiq
from dishka import AsyncContainer, Provider
from dramatiq.brokers.redis import RedisBroker

from adapters.dramatiq import ACTOR, QUEUE, WorkerResources, make_broker
from app.config import Settings, load_settings
from app.logging import configure_logging
from app.workshop import Workshop
from domain.errors import SettingsInvalid
from domain.jobs.runner import Runner

if TYPE_CHECKING:
    from adapters.prometheus import Meters, MetricsListener


class QueueWorker:
    """A worker's resources on Dramatiq's event loop, and the actor that uses them."""

    def __init__(self, settings: Settings, *overrides: Provider) -> None:
        self._settings = settings
        self._overrides = overrides
        self._container: AsyncContainer | None = None
        self._runner: Runner | None = None
        self._housekeeping: asyncio.Task[None] | None = None
        self._meters: Meters | None = None
        self._listener: MetricsListener | None = None
        self._working: set[asyncio.Task[object]] = set()
        self._stopping = False

    async def open(self) -> None:
        """Prepare the stores, build everything, and keep house from now on."""
        # only now: some of what these bring along logs on being imported
        from app.container import make_container  # noqa: PLC0415
        from app.metrics import listen_for_scrapes, open_meters  # noqa: PLC0415
        from app.storage import prepare_storage  # noqa: PLC0415

        await prepare_storage(self._settings)
        self._meters = open_meters(self._settings)
        self._listener = listen_for_scrapes(self._settings, self._meters)
        self._container = make_container(self._settings, *self._overrides, telemetry=self._meters)
        workshop = await self._container.get(Workshop)
        self._runner = workshop.runner(0)
        self._housekeeping = asyncio.create_task(workshop.keep_house())

    async def run_unit(self, unit_id: str) -> None:  # noqa: ARG002 - seen in Dramatiq's log
        """Work on whatever unit is due, if any."""
        task = asyncio.current_task()
        if self._runner is None or task is None or self._stopping:
            return
        self._working.add(task)
        try:
            await self._runner.run_next()
        except asyncio.CancelledError:
            if not self._stopping:
                raise
        finally:
            self._working.discard(task)

    async def stop(self) -> None:
        """Give every unit back: cancelling a runner releases its lease."""
        self._stopping = True
        for task in tuple(self._working):
            task.cancel()
        if self._working:
            await asyncio.wait(self._working)

    async def close(self) -> None:
        """End the housekeeping, close connections."""
        if self._housekeeping is not None:
            self._housekeeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._housekeeping
        if self._container is not None:
            await self._container.close()
        if self._listener is not None:
            await asyncio.to_thread(self._listener.close)
        if self._meters is not None:
            self._meters.close()


def boot() -> None:
    """Declare the broker and its one actor; Dramatiq calls this in every worker process.

    Raises:
        SettingsInvalid: no REDIS_URL is set.
    """
    settings = load_settings()
    if not settings.redis_url:
        raise SettingsInvalid(["REDIS_URL is empty: a worker of its own is rung over Redis"])
    configure_logging(settings)
    declare(settings)


def declare(settings: Settings, *overrides: Provider) -> RedisBroker:
    """Make the broker Dramatiq's own, with the actor on it; ``overrides`` are the container's."""
    worker = QueueWorker(settings, *overrides)
    resources = WorkerResources(worker.open, worker.close, worker.stop)
    broker = make_broker(settings.redis_url, [resources])
    dramatiq.set_broker(broker)
    dramatiq.actor(actor_name=ACTOR, queue_name=QUEUE, broker=broker)(worker.run_unit)
    return broker
