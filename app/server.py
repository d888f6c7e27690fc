"""What surrounds the routes: start and stop, and the layer in which every request is observed.

Litestar's own middleware doesn't run for 404 and 405, so the outermost layer wraps the whole
application instead.
"""

import asyncio
import gc
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING, Any

import structlog
from dishka import AsyncContainer, Provider
from dishka import Scope as DiScope
from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from adapters.prometheus import Meters
from adapters.threads import ThreadBell
from app.authentication import Authentication
from app.bootstrap import bootstrap
from app.config import Settings, load_settings, read_variables
from app.event_feed import EventFeed
from app.limiting import LimitNotes
from app.logging import configure_logging
from app.metrics import Scrape, open_meters
from app.observation import observed
from app.preparation import Preparation
from app.readiness import Watch, look_around
from domain.access import Keys
from domain.access.limits import Allowance, Counters, Limits
from domain.generation.ports import ScriptWriter
from domain.generation.stores import DocumentStore
from domain.jobs.news import EventLog
from domain.providers.circuits import Switchboard

if TYPE_CHECKING:
    from app.embedded import EmbeddedWorker

log = structlog.get_logger("app.server")

START_SECONDS = 4.0
"""for the database to be reached and prepared; a server that waits longer looks dead"""
WARM_UP_TOPIC = "Earth"
SECONDS_PER_DAY = 86_400.0


class Server:
    """The running application: made when the module is imported, opened when it's served."""

    def __init__(
        self,
        settings: Settings | None,
        providers: tuple[Provider, ...],
        *,
        for_one_command: bool = False,
    ) -> None:
        self._given = settings
        self._providers = providers
        self._for_one_command = for_one_command
        self._opening = asyncio.Lock()
        self._settings: Settings | None = None
        self._container: AsyncContainer | None = None
        self._authentication: Authentication | None = None
        self._limits: Limits | None = None
        self._worker: EmbeddedWorker | None = None
        self._feed: EventFeed | None = None
        self._meters: Meters | None = None
        self._warming: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None
        self._preparing: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def lifespan(self, _: Litestar) -> AsyncIterator[None]:
        """Open everything before the first request, close it after the last."""
        await self.open()
        restore = self._end_streams_on_signals()
        try:
            yield
        finally:
            restore()
            await self.close()

    async def open(self) -> Settings:
        """Read the settings, prepare the stores, build the container, start the worker: once.

        Raises:
            SettingsInvalid, ServiceUnavailable, StorageFull
        """
        async with self._opening:
            if self._settings is None:
                # only now: these bring the voice and video engines' libraries with them
                from app.chains import Chains  # noqa: PLC0415
                from app.container import make_container  # noqa: PLC0415
                from app.embedded import EmbeddedWorker  # noqa: PLC0415
                from app.misspelt import warn_of_misspelt_settings  # noqa: PLC0415
                from app.price_checks import warn_of_prices  # noqa: PLC0415
                from app.storage import make_folders  # noqa: PLC0415

                settings = self._given or load_settings()
                configure_logging(settings)
                log.info("starting", data_dir=str(settings.data_dir))
                make_folders(settings)
                preparation = Preparation(settings)
                brief = self._for_one_command
                self._meters = meters = None if brief else open_meters(settings)
                bell = ThreadBell()
                switchboard = Switchboard(time.monotonic)  # the worker's calls are told here, too
                if settings.embedded_worker:
                    self._worker = EmbeddedWorker(settings, bell, meters, switchboard)
                worker = self._worker

                def watch(container: AsyncContainer) -> Watch:
                    return Watch(settings, container, worker, preparation)

                def scrape(container: AsyncContainer) -> Scrape:
                    return Scrape(settings, container, meters)

                def feed(events: EventLog) -> EventFeed:
                    kept_days = min(settings.event_retention_days, settings.job_retention_days)
                    return EventFeed(
                        events,
                        poll_seconds=settings.event_poll_seconds,
                        heartbeat_seconds=settings.event_heartbeat_seconds,
                        kept_seconds=kept_days * SECONDS_PER_DAY,
                    )

                own = Provider(scope=DiScope.APP)
                own.provide(feed)
                own.provide(watch)
                own.provide(scrape)
                self._container = make_container(
                    settings,
                    own,
                    *self._providers,
                    thread_bell=bell,
                    telemetry=meters,
                    switchboard=switchboard,
                )
                try:
                    self._feed = await self._container.get(EventFeed)  # connects to nothing
                    await self._container.get(Chains)  # nor does this; but it may be set wrong
                    if not brief:
                        warn_of_misspelt_settings()
                        warn_of_prices(settings, read_variables())
                    await self._begin(settings, preparation, worker)
                except BaseException:
                    await self.close()
                    raise
                self._settings = settings
                if not brief:
                    self._warming = asyncio.create_task(_warm_up(self._container))
                log.info(
                    "ready",
                    data_dir=str(settings.data_dir),
                    worker=settings.embedded_worker,
                    auth=settings.auth,
                )
            return self._settings

    async def _begin(
        self, settings: Settings, preparation: Preparation, worker: "EmbeddedWorker | None"
    ) -> None:
        """Prepare the database, if it's there; else begin without, and say what is missing.

        Raises:
            SettingsInvalid, DomainError: waiting wouldn't mend it.
        """
        assert self._container is not None
        await self._container.get(DocumentStore)  # connects to nothing, but reads its URL
        keys = await self._container.get(Keys)
        self._authentication = Authentication(settings.auth, keys)
        allowance = Allowance(
            requests=settings.rate_limit,
            at_once=settings.concurrent_limit,
            failures=settings.failure_limit,
        )
        counters = await self._container.get(Counters)  # connects to nothing either
        self._limits = Limits(counters, allowance, LimitNotes(self._meters), clock=time.monotonic)

        async def prepare() -> None:
            await preparation.run(lambda: bootstrap(settings, keys))
            if worker is not None:
                worker.start()

        if not self._for_one_command:
            self._looking = asyncio.create_task(
                look_around(self._container, await self._container.get(Watch))
            )
        self._preparing = asyncio.create_task(prepare())
        tried = asyncio.create_task(preparation.tried.wait())
        await asyncio.wait(
            {self._preparing, tried}, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        tried.cancel()
        if self._preparing.done():
            self._preparing.result()

    async def close(self) -> None:
        """End streams, give the worker's leases back, close connections."""
        if self._feed is not None:
            self._feed.stop()
            await self._feed.stopped()
        for task in (self._warming, self._looking, self._preparing):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)  # it has told by itself
        gc.unfreeze()
        has_stopped = self._worker is None or await asyncio.to_thread(self._worker.stop)
        if self._container is not None:
            await self._container.close()
        if self._meters is not None and has_stopped:  # else it still counts, to the very end
            self._meters.close()
        self._meters = None
        self._settings = self._container = self._worker = self._feed = None
        self._authentication = self._limits = None
        self._warming = self._looking = self._preparing = None

    def wrap(self, app: Litestar) -> ASGIApp:
        """The outermost layer around ``app``'s routing.

        A server that doesn't speak the lifespan protocol opens with its first request.
        """
        routing = app.asgi_handler

        async def in_container(scope: Scope, receive: Receive, send: Send) -> None:
            # nothing in it is made for one request, so that requests need none of their own
            scope["state"]["dishka_container"] = self._container
            scope["state"]["authentication"] = self._authentication
            scope["state"]["limits"] = self._limits
            await routing(scope, receive, send)

        async def outermost(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == ScopeType.HTTP:
                settings = self._settings or await self.open()
                await observed(
                    in_container, scope, receive, send, settings=settings, meters=self._meters
                )
            else:
                await routing(scope, receive, send)

        return outermost

    def _end_streams_on_signals(self) -> Callable[[], None]:
        """Let SIGTERM and SIGINT end event streams, then do what they did; answers the undoing.

        A server waits for open responses before it tells the application to shut down, so a
        stream that waits to be told would hold it up for ever.
        """
        loop = asyncio.get_running_loop()
        feed = self._feed
        before: dict[signal.Signals, Any] = {}

        def on_signal(number: int, frame: FrameType | None) -> None:
            if feed is not None:
                loop.call_soon_threadsafe(feed.stop)
            previous = before[signal.Signals(number)]
            if callable(previous):
                previous(number, frame)
            elif previous is signal.SIG_DFL:
                signal.signal(number, signal.SIG_DFL)
                signal.raise_signal(signal.Signals(number))

        for number in (signal.SIGTERM, signal.SIGINT):
            with suppress(ValueError):  # only the main thread may; others are told otherwise
                before[number] = signal.signal(number, on_signal)

        def restore() -> None:
            for number, previous in before.items():
                if signal.getsignal(number) is on_signal:
                    signal.signal(number, previous)

        return restore


async def _warm_up(container: AsyncContainer) -> None:
    """Have the topic index at hand before the first request asks for it."""
    try:
        writer = await container.get(ScriptWriter)
        await asyncio.to_thread(writer.match_topic, WARM_UP_TOPIC, "en")
    except Exception as error:  # whatever it is, the request that meets it will say so
        log.warning("the topics aren't at hand", exc_info=error)
    if threading.current_thread() is threading.main_thread():
        # What is there now stays, and the process is this server's. Going through its 200,000
        # objects again and again, the collector would stop every request for a tenth of a second.
        gc.collect()
        gc.freeze()
