"""Whether this server can work: everything it depends on is asked at once, and in little time.

A server is ready when it accepts jobs: it needs the database, and room in the queue, for that.
It isn't less ready without Redis, MongoDB, a bucket, free space or a worker: accepted jobs wait
for those, and what is finished can be fetched. That is ``degraded``.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

import msgspec
import structlog
from dishka import AsyncContainer

from app.config import Settings
from app.preparation import Preparation
from domain.errors import (
    DomainError,
    QueueFull,
    SecretUnreadable,
    ServiceUnavailable,
    StorageFull,
)
from domain.jobs.ports import JobStore
from domain.webhooks.service import SecretBook

if TYPE_CHECKING:
    from app.embedded import EmbeddedWorker

log = structlog.get_logger("app.readiness")

ANSWER_SECONDS = 1.8
"""what takes longer counts as down: whoever watches a server waits some two seconds"""

PATIENCE_SECONDS = 1.0
"""at the start, for a first try of the database: with the look itself, less than five seconds"""

ESSENTIAL = ("database", "queue")
"""without these no job is accepted; everything else only holds up the work on accepted ones"""

HINTS = {
    "database": "Check that it runs, and DATABASE_URL.",
    "queue": "Check that it runs, and DATABASE_URL.",
    "mongodb": "Check that it runs, and MONGODB_URL.",
    "redis": "Check that it runs, and REDIS_URL.",
    "artifacts": "Check that it runs, and ARTIFACTS_URL with the S3_ settings.",
    "storage": "Check the disk, and DATA_DIR.",
    "secrets": "Set the same SECRET_KEY for all processes, or let them share DATA_DIR.",
}
"""the setting to look at, where what went wrong doesn't name one itself"""


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
        self,
        settings: Settings,
        container: AsyncContainer,
        worker: "EmbeddedWorker | None" = None,
        preparation: Preparation | None = None,
    ) -> None:
        self._settings = settings
        self._container = container
        self._worker = worker
        self._preparation = preparation
        self._looks: dict[str, Callable[[], Awaitable[None]]] = {
            "database": self._database,
            "queue": self._queue,
            "storage": self._storage,
            "secrets": self._secrets,
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

    async def prepared(self, timeout_seconds: float) -> None:
        """Wait until the database has been tried, if it's to be prepared; not for ever."""
        if self._preparation is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_seconds):
                    await self._preparation.tried.wait()

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
            name: task.result() if task.done() else _unanswered(name)
            for name, task in tasks.items()
        }
        wrong = {name: check for name, check in checks.items() if not check.ok}
        if wrong:
            log.warning(
                "not everything works",
                **{name: f"{check.message} {check.hint}" for name, check in wrong.items()},
            )
        missing = next((name for name in ESSENTIAL if name in wrong), None)
        if missing is not None:
            said = "; ".join(f"{name}: {check.message}" for name, check in wrong.items())
            raise ServiceUnavailable(
                f"No job can be accepted now. {said}", hint=wrong[missing].hint, checks=checks
            )
        return Readiness("degraded" if wrong else "ok", checks)

    def _start(self, name: str, look: Callable[[], Awaitable[None]]) -> asyncio.Task[Check]:
        task = asyncio.create_task(_timed(name, look))
        self._under_way[name] = task
        task.add_done_callback(lambda _: self._under_way.pop(name))
        return task

    async def _database(self) -> None:
        await (await self._container.get(JobStore)).now()
        if self._preparation is not None and self._preparation.trouble is not None:
            raise self._preparation.trouble

    async def _queue(self) -> None:
        waiting = await (await self._container.get(JobStore)).queued()
        if waiting >= self._settings.max_queued_jobs:
            raise QueueFull(f"{waiting} jobs are waiting; MAX_QUEUED_JOBS allows no more.")

    async def _secrets(self) -> None:
        if self._preparation is not None and self._preparation.trouble is not None:
            return  # there is nothing yet that could be read, and "database" says why
        try:
            await (await self._container.get(SecretBook)).check()
        except SecretUnreadable as error:
            raise SecretUnreadable(
                f"Webhooks can't be signed here. {error.message}", hint=HINTS["secrets"]
            ) from error

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
        if self._preparation is not None and self._preparation.trouble is not None:
            raise ServiceUnavailable("The embedded worker waits for the database.")
        if self._worker is not None and self._worker.error is not None:
            raise ServiceUnavailable(
                "The embedded worker doesn't work.", hint="The log says why; restart the server."
            ) from self._worker.error


async def look_around(container: AsyncContainer, watch: Watch) -> None:
    """Name in the log, at the start, what is down; and make MongoDB's indexes while it's up."""
    from adapters.mongo import MongoDocumentStore  # noqa: PLC0415 - only where it's configured

    await watch.prepared(PATIENCE_SECONDS)
    with suppress(ServiceUnavailable):  # it's in the log, and this process stays
        await watch.look()
    mongodb: MongoDocumentStore | None = await container.get(MongoDocumentStore | None)
    if mongodb is None:
        return
    try:
        with suppress(ServiceUnavailable):  # then the first write makes them
            await mongodb.ensure_indexes()
    except Exception as error:  # the driver's own, such as a user that may not
        log.error(
            "MongoDB's unique index can't be made, and nothing is written without it",
            why=str(error),
            setting="MONGODB_URL",
        )


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
    if message and not hint:
        hint = HINTS.get(name, "")
    return Check(not message, round((time.perf_counter() - started) * 1000, 1), message, hint)


def _unanswered(name: str) -> Check:
    return Check(
        ok=False,
        milliseconds=ANSWER_SECONDS * 1000,
        message="It doesn't answer in time.",
        hint=HINTS.get(name, ""),
    )
