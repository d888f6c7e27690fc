"""The application inside the command's own process: the server of whoever has none.

httpx's own ASGI transport answers only when the whole response is there. A job's events don't end
before the job does, so that this one hands every piece on as it comes.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import unquote

import httpx
import msgspec
from dishka import Provider, Scope, decorate

from app.config import Settings
from app.dependencies import find_missing
from app.main import create_app
from domain.generation.brief import Brief
from domain.jobs.listing import JobSelection
from domain.jobs.model import FINAL_STATUSES, Job, JobStatus
from domain.jobs.service import Jobs

ADDRESS = "http://localhost"
"""a Host that is served without a key"""

TOLD_OTHERWISE = ("app.problems", "app.preparation")
"""loggers of what the command says itself, in a sentence"""


class FirstInLine(Jobs):
    """The jobs of somebody who sits and waits: a new one goes before whatever was left lying."""

    def __init__(self, jobs: Jobs) -> None:
        # made of the container's own, whose arguments are its business
        vars(self).update(vars(jobs))

    async def submit(
        self, account_id: str, brief: Brief, *, priority: int = 0, **options: Any
    ) -> Job:
        """Accept a brief, to be worked on before all others of the account."""
        left = [
            job.priority
            for status in JobStatus
            if status not in FINAL_STATUSES
            for job in (await self.page(account_id, JobSelection(status=status))).items
        ]
        priority = 1 + max(left, default=priority - 1)
        return await super().submit(account_id, brief, priority=priority, **options)


class AtOnce(Provider):
    """Lets what is asked for go first."""

    scope = Scope.APP

    @decorate
    def jobs(self, jobs: Jobs) -> Jobs:
        return FirstInLine(jobs)


@asynccontextmanager
async def application(
    settings: Settings, *, works: bool
) -> AsyncIterator[httpx.AsyncBaseTransport]:
    """The application, open for requests; with a worker inside if it ``works``.

    Who may run this may read the database as well, so that no key is asked for.

    Raises:
        DomainError: something that it needs isn't there.
    """
    # a server waits until they come back; somebody who sits here had better know. The bell of
    # other processes isn't needed, and what keeps bytes only by those who work.
    needed = msgspec.structs.replace(settings, redis_url="")
    if not works:
        needed = msgspec.structs.replace(needed, mongodb_url="", artifacts_url="")
    if missing := await find_missing(needed):
        raise missing[0]
    own = msgspec.structs.replace(
        settings, auth="local", embedded_worker=works, log_level="error", metrics_port=None
    )
    with _quiet_logging():
        app = create_app(own, AtOnce(), for_one_command=True)
        try:
            async with app.lifespan():
                _say_only_the_unexpected()
                yield InProcessTransport(app)
        except BaseExceptionGroup as group:
            # the lifespan has a task group around it, which packs up whatever passes through
            raise _alone(group) from None


def _alone(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The one error in a group of one; else the group."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        [error] = error.exceptions
    return error


class InProcessTransport(httpx.AsyncBaseTransport):
    """Hands requests to an ASGI application, and its answers on as they come."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        exchange = _Exchange(await request.aread())
        exchange.begin(self._app, _scope_of(request))
        try:
            start = await exchange.next_message()
        except BaseException:  # Ctrl-C among them: nobody else could close it yet
            await exchange.aclose()
            raise
        if start is None:
            raise httpx.RemoteProtocolError("the application gave no answer", request=request)
        return httpx.Response(start["status"], headers=start["headers"], stream=exchange)


class _Exchange(httpx.AsyncByteStream):
    """One request under way, and its response's body."""

    def __init__(self, body: bytes) -> None:
        self._body = [body]
        # one message at a time, so that a large file is read no faster than it's taken
        self._messages: asyncio.Queue[Any] = asyncio.Queue(maxsize=1)
        self._is_left = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._error: Exception | None = None

    def begin(self, app: Any, scope: dict[str, Any]) -> None:
        self._task = asyncio.create_task(self._run(app, scope))

    async def next_message(self) -> Any:
        """What the application sends next; None when it has ended."""
        message = await self._messages.get()
        if message is None and self._error is not None:
            raise self._error
        return message

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (message := await self.next_message()) is not None:
            if message.get("body"):
                yield message["body"]
            if not message.get("more_body", False):
                return

    async def aclose(self) -> None:
        self._is_left.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, app: Any, scope: dict[str, Any]) -> None:
        try:
            await app(scope, self._receive, self._messages.put)
        except Exception as error:  # a cancelled one is awaited by nobody
            self._error = error
        await self._messages.put(None)

    async def _receive(self) -> dict[str, Any]:
        if self._body:
            return {"type": "http.request", "body": self._body.pop(), "more_body": False}
        await self._is_left.wait()
        return {"type": "http.disconnect"}


def _scope_of(request: httpx.Request) -> dict[str, Any]:
    raw_path, _, query = request.url.raw_path.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(raw_path.decode("ascii")),
        "raw_path": raw_path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 0),
        "state": {},
    }


class _CurrentStderr:
    """Standard error as it is at the time of writing: a progress display takes its place."""

    def write(self, text: str) -> None:
        sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


@contextmanager
def _quiet_logging() -> Iterator[None]:
    """Undo afterwards what the application sets for the whole process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def _say_only_the_unexpected() -> None:
    for handler in logging.getLogger().handlers:
        if type(handler) is logging.StreamHandler:
            handler.setStream(_CurrentStderr())
            handler.addFilter(lambda record: record.name not in TOLD_OTHERWISE)
