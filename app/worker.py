"""A worker process that is rung over Redis: ``faceless worker``, or ``dramatiq app.worker:boot``.

A message carries only a unit's id, and even that only for the log: whoever hears the bell asks
the database for work, and goes on until there is none. So a message wakes a worker that sleeps;
one that works needs none.

``faceless worker`` is Dramatiq's worker in one process, without the master that its command puts
above a group: that one ends the whole group when one of it is killed, and a second SIGTERM can
hang it. Here, supervisors look after processes.
"""

import asyncio
import logging
import os
import signal
from typing import TYPE_CHECKING
from uuid import UUID

import dramatiq
from dishka import AsyncContainer, Provider
from dramatiq.brokers.redis import RedisBroker
from dramatiq.worker import Worker

from adapters.dramatiq import ACTOR, QUEUE, WorkerBootFailed, WorkerResources, make_broker
from app.config import Settings, load_settings, read_variables
from app.heartbeat import beat_forever
from app.logging import configure_logging
from app.workshop import Workshop
from domain.errors import DomainError, ServiceUnavailable, SettingsInvalid
from domain.jobs.ports import Bell
from domain.jobs.runner import Runner

if TYPE_CHECKING:
    from adapters.prometheus import Meters, MetricsListener

log = logging.getLogger(__name__)

STOP_SECONDS = 20
"""what children and leases get to end; after that the process ends itself, its children die with
it, and leases that weren't given back expire"""

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class QueueWorker:
    """A worker's resources on Dramatiq's event loop, and the actor that uses them."""

    def __init__(self, settings: Settings, *overrides: Provider) -> None:
        self._settings = settings
        self._overrides = overrides
        self._container: AsyncContainer | None = None
        self._runner: Runner | None = None
        self._meters: Meters | None = None
        self._listener: MetricsListener | None = None
        self._background: list[asyncio.Task[None]] = []
        self._working: set[asyncio.Task[object]] = set()
        self._stopping = False
        self._closing = False
        self._unheard: list[UUID] = []
        self.has_failed = False
        """whether it ends because it could go on only without what it can't do without"""

    async def open(self) -> None:
        """Prepare the stores, build everything, and keep house from now on."""
        # only now: some of what these bring along logs on being imported
        from app.container import make_container  # noqa: PLC0415
        from app.metrics import listen_for_scrapes, open_meters  # noqa: PLC0415
        from app.misspelt import warn_of_misspelt_settings  # noqa: PLC0415
        from app.price_checks import warn_of_prices  # noqa: PLC0415
        from app.readiness import Watch, look_around  # noqa: PLC0415
        from app.storage import prepare_storage  # noqa: PLC0415

        log.info("starting")
        warn_of_misspelt_settings()
        warn_of_prices(self._settings, read_variables())
        await prepare_storage(self._settings)
        self._meters = open_meters(self._settings)
        self._listener = listen_for_scrapes(self._settings, self._meters)
        self._container = make_container(self._settings, *self._overrides, telemetry=self._meters)
        workshop = await self._container.get(Workshop)
        self._runner = workshop.runner(0)
        endless = [
            asyncio.create_task(workshop.keep_house()),
            asyncio.create_task(beat_forever(self._settings.data_dir / "workers")),
        ]
        for task in endless:
            task.add_done_callback(self._end_process)
        look = look_around(self._container, Watch(self._settings, self._container))
        self._background = [*endless, asyncio.create_task(look)]

    def _end_process(self, task: asyncio.Task[None]) -> None:
        """Housekeeping has ended: by itself it never does, and nobody would notice for long."""
        if self._closing:
            return
        self.has_failed = True
        self._background.remove(task)
        reason = None if task.cancelled() else task.exception()
        log.critical("the worker's housekeeping has ended, and so does the worker", exc_info=reason)
        os.kill(os.getpid(), signal.SIGTERM)  # as a supervisor asks: units are given back

    async def run_unit(self, unit_id: str) -> None:
        """Work on whatever units are due until none is; one that can't be had now is rung for
        again."""
        task = asyncio.current_task()
        if self._runner is None or task is None or self._stopping:
            self._unheard.append(UUID(unit_id))
            return
        self._working.add(task)
        try:
            while await self._runner.run_next():
                if self._stopping:  # what it would have taken next is for others
                    self._unheard.append(UUID(unit_id))
                    break
        except DomainError as error:
            log.warning("no unit can be claimed now: %s", error.message)
        except asyncio.CancelledError:
            if not self._stopping:
                raise
            self._unheard.append(UUID(unit_id))
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
        """Ring for what this worker gave back, end the housekeeping, close connections."""
        if self._container is not None and self._unheard:
            # now that it listens no more itself: others needn't wait for the reconciler
            await (await self._container.get(Bell)).ring(self._unheard)
        self._closing = True
        for task in self._background:
            task.cancel()
        for outcome in await asyncio.gather(*self._background, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.error("the worker's housekeeping has failed", exc_info=outcome)
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


def declare(settings: Settings, *overrides: Provider) -> tuple[RedisBroker, QueueWorker]:
    """Make the broker Dramatiq's own, with the actor on it, and what the actor works with;
    ``overrides`` are the container's."""
    worker = QueueWorker(settings, *overrides)
    resources = WorkerResources(worker.open, worker.close, worker.stop)
    broker = make_broker(settings.redis_url, [resources], max_threads=settings.slots)
    dramatiq.set_broker(broker)
    dramatiq.actor(actor_name=ACTOR, queue_name=QUEUE, broker=broker)(worker.run_unit)
    return broker, worker


def run(settings: Settings, *overrides: Provider) -> None:
    """Work in this process, on WORKER_SLOTS units at a time, until SIGTERM, SIGINT or SIGHUP.
    ``overrides`` are the container's.

    Raises:
        ServiceUnavailable: what it needs can't be had, so that it never began.
        DomainError: its housekeeping has ended, and the log says why.
    """

    def on_signal(_number: int, _frame: object) -> None:
        if not any(signal.getitimer(signal.ITIMER_REAL)):  # the first signal's time counts
            signal.alarm(STOP_SECONDS)  # the system's own clock: nothing in here can hold it up

    heard, told = os.pipe()
    os.set_blocking(told, False)
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup, or a job in the background
            signal.signal(number, on_signal)
    configure_logging(settings)
    broker, insides = declare(settings, *overrides)
    worker = Worker(broker, worker_threads=settings.slots)
    try:
        worker.start()
    except WorkerBootFailed as error:
        cause = error.__cause__
        raise cause if isinstance(cause, DomainError) else ServiceUnavailable(str(error)) from error
    log.info("the worker is ready; units at a time: %d", settings.slots)
    log.info("the worker ends: %s", _ending_signal(heard).name)
    worker.stop(timeout=STOP_SECONDS * 1000)
    broker.close()
    if insides.has_failed:
        raise DomainError("The worker's housekeeping has ended; the log says why.")
    log.info("the worker has ended")


def _ending_signal(heard: int) -> signal.Signals:
    """The first signal that asks to end, waited for at a pipe.

    The interpreter writes signals there at once. Handlers in Python run later, and for one that
    comes in the moment before this thread waits, not before it goes on: a lock or a queue that a
    handler is to open would be waited for for ever.
    """
    while True:
        [number] = os.read(heard, 1)
        if number in ENDING:
            return signal.Signals(number)
