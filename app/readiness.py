"""Whether this server can work: everything it depends on is asked at once, and in little time."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Literal

import msgspec
import structlog
from dishka import AsyncContainer

from app.config import Settings
from domain.errors import DomainError, ServiceUnavailable, StorageFull
from domain.jobs.ports import JobStore

if TYPE_CHECKING:
    from app.embedded import EmbeddedWorker

log = structlog.get_logger("app.readiness")

ANSWER_SECONDS = 1.8
"""what takes longer counts as down: whoever watches a server waits some two seconds"""

ESSENTIAL = "database"
"""without it no job can be accepted; everything else only holds up the work on accepted ones"""


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    ok: bool
    milliseconds: float
    """that the answer took"""
    message: str = ""
    """what is wrong"""
    hint: str = ""


class Readiness(msgspec.Struct, frozen=True):
    """What was looked at, and what was found."""

    status: Literal["ok", "degraded"]
    """``degraded``: jobs are accepted, but something holds up the work on them"""
    checks: dict[str, Check]


class Watch:
    """Looks at what is configured: the others can't be down."""

    def __init__(
        self, settings: Settings, container: AsyncContainer, worker: "EmbeddedWorker | None"
    ) -> None:
        self._settings = settings
        self._container = container
        self._worker = worker
        self._looks: dict[str, Callable[[], Awaitable[None]]] = {
            ESSENTIAL: self._database,
            "storage": self._storage,
        }
        if settings.mongodb_url:
            self._looks["mongodb"] = self._mongodb
        if settings.redis_url:
            self._looks["redis"] = self._redis
        if settings.artifacts_url:
            self._looks["artifacts"] = self._artifacts
        if worker is not None:
            self._looks["worker"] = self._embedded_worker
        self._under_way: dict[str, asyncio.Task[Check]] = {}

    async def look(self) -> Readiness:
        """Ask everything.

        Raises:
            ServiceUnavailable: no job can be accepted.
        """
        # What hangs since the last time is waited for again, not asked anew: a dead server
        # must not eat up this one's connections and threads, one for each time it's looked at.
        tasks = {
            name: self._under_way.get(name) or self._start(name, look)
            for name, look in self._looks.items()
        }
        await asyncio.wait(tasks.values(), timeout=ANSWER_SECONDS)
        checks = {
            name: task.result() if task.done() else _unanswered() for name, task in tasks.items()
        }
        wrong = {name: check for name, check in checks.items() if not check.ok}
        if wrong:
            log.warning("not everything works", **{n: check.message for n, check in wrong.items()})
        if ESSENTIAL in wrong:
            said = "; ".join(f"{name}: {check.message}" for name, check in wrong.items())
            raise ServiceUnavailable(
                f"No job can be accepted now. {said}", hint="Look at the log, and at DATABASE_URL."
            )
        return Readiness("degraded" if wrong else "ok", checks)

    def _start(self, name: str, look: Callable[[], Awaitable[None]]) -> asyncio.Task[Check]:
        task = asyncio.create_task(_timed(name, look))
        self._under_way[name] = task
        task.add_done_callback(lambda _: self._under_way.pop(name))
        return task

    async def _database(self) -> None:
        await (await self._container.get(JobStore)).now()

    async def _mongodb(self) -> None:
        from adapters.mongo import MongoDocumentStore  # noqa: PLC0415 - only where it's configured

        mongodb: MongoDocumentStore = await self._container.get(MongoDocumentStore | None)
        await mongodb.ping()

    async def _redis(self) -> None:
        from adapters.dramatiq import DramatiqBell  # noqa: PLC0415 - only where it's configured

        redis: DramatiqBell = await self._container.get(DramatiqBell | None)
        await redis.ping()

    async def _artifacts(self) -> None:
        from adapters.s3 import S3ArtifactStore  # noqa: PLC0415 - only where it's configured

        bucket: S3ArtifactStore = await self._container.get(S3ArtifactStore | None)
        await bucket.ping()

    async def _storage(self) -> None:
        await asyncio.to_thread(self._write_a_file)

    def _write_a_file(self) -> None:
        folder = self._settings.data_dir
        try:
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(b"?")
        except OSError as error:
            raise StorageFull(
                f"{folder} can't be written: {error.strerror}.", hint="Look at DATA_DIR."
            ) from error
        free, floor = shutil.disk_usage(folder).free, self._settings.min_free_bytes
        if free < floor:
            raise StorageFull(f"{free:,} bytes are free; MIN_FREE_BYTES asks for {floor:,}.")

    async def _embedded_worker(self) -> None:
        if self._worker is not None and self._worker.error is not None:
            raise ServiceUnavailable(
                "The embedded worker doesn't work.", hint="The log says why; restart the server."
            ) from self._worker.error


async def _timed(name: str, look: Callable[[], Awaitable[None]]) -> Check:
    started = time.perf_counter()
    message = hint = ""
    try:
        await look()
    except DomainError as error:
        message, hint = error.message, error.hint_text
    except Exception as error:
        log.warning("a look at what this server needs failed", what=name, exc_info=error)
        message = "It can't be used; the log says why."
    return Check(not message, round((time.perf_counter() - started) * 1000, 1), message, hint)


def _unanswered() -> Check:
    return Check(ok=False, milliseconds=ANSWER_SECONDS * 1000, message="It doesn't answer in time.")
