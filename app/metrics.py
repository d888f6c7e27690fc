"""Figures for Prometheus: where a process counts, and what is told when one is asked.

What happens (requests, units, bells) is counted by the process that it happens in; what is so
(jobs and units by state, the queue's age) is read from the database when somebody asks.
"""

import asyncio

import structlog
from dishka import AsyncContainer

from adapters.prometheus import Meters, MetricsListener, expose
from app.config import Settings
from app.prices import load_prices
from app.version import version
from domain.errors import DomainError
from domain.jobs.telemetry import Census, Registrar

log = structlog.get_logger("app.metrics")

CENSUS_SECONDS = 1.5
"""for the database to answer: whoever scrapes gives up soon, and wants the rest at least"""


def open_meters(settings: Settings) -> Meters | None:
    """Where this process counts; None, and a line in the log, where that can't be."""
    sellers = load_prices(settings.prices_file).providers  # that it can't be read isn't DATA_DIR's
    try:
        return Meters(settings.data_dir / "metrics", sellers)
    except OSError as error:
        log.warning("this process isn't counted in /metrics", why=str(error), setting="DATA_DIR")
        return None


def listen_for_scrapes(settings: Settings, meters: Meters | None) -> MetricsListener | None:
    """Answer ``/metrics`` on METRICS_PORT, if there is one; without it the API's has to do."""
    if settings.metrics_port is None or meters is None:
        return None
    folder, release = meters.folder, version()
    host, port = settings.host, settings.metrics_port
    try:
        listener = MetricsListener(host, port, lambda: expose(folder, release))
    except OSError as error:  # no reason to leave work undone
        log.warning(
            "nothing answers /metrics here", host=host, port=port, why=error.strerror,
            setting="METRICS_PORT",
        )  # fmt: skip
        return None
    log.info("figures for Prometheus", url=f"http://{host}:{listener.port}/metrics")
    return listener


class Scrape:
    """The whole of ``/metrics``, in time."""

    def __init__(
        self, settings: Settings, container: AsyncContainer, meters: Meters | None
    ) -> None:
        self._folder = meters.folder if meters else settings.data_dir / "metrics"
        self._container = container
        self._under_way: asyncio.Task[Census] | None = None

    async def text(self) -> bytes:
        """Everything, in Prometheus's text format; without the census if the database is slow."""
        census = await self._census()
        return await asyncio.to_thread(
            expose, self._folder, version(), census, is_database_up=census is not None
        )

    async def _census(self) -> Census | None:
        # one that hangs is waited for again: scrapes mustn't use up the database's connections
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(self._take_census())
        task = self._under_way
        await asyncio.wait({task}, timeout=CENSUS_SECONDS)
        if not task.done():
            log.warning("the database doesn't answer in time", setting="DATABASE_URL")
            return None
        error = task.exception()
        if error is None:
            return task.result()
        if isinstance(error, DomainError):
            log.warning("jobs and units can't be counted", why=error.message)
        else:
            log.warning("jobs and units can't be counted", exc_info=error)
        return None

    async def _take_census(self) -> Census:
        registrar: Registrar = await self._container.get(Registrar)
        return await registrar.census()
