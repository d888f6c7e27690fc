"""Named places in a worker's or an API's life at which it is killed or stopped.

None of them is in the product: they lie in wrappers around its ports, and, for the instants
inside a transaction, before the database's driver sends a commit.
"""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import msgspec
import sqlalchemy as sa
from dishka import Provider, Scope, decorate
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.dramatiq import DramatiqBell
from domain.errors import LeaseLost
from domain.generation.pipeline import Pipeline
from domain.generation.stores import Artifact, ArtifactStore, DocumentStore
from domain.jobs.model import Claim, Result, UnitKind
from domain.jobs.ports import Bell, Finish, JobStore
from faults.ledger import Ledger

T = TypeVar("T")

WRITES = ("claim", "renew", "put_result", "finish", "fail", "reconcile")
"""store calls of a worker; each has a point before it, before its commit, and after it"""

WORKER_POINTS = (
    *(f"{write}.{moment}" for write in WRITES for moment in ("before", "commit", "after")),
    *(
        f"{call}.{moment}"
        for call in ("artifact", "document", "export", "bell")
        for moment in ("before", "after")
    ),
    "work.during",
)
API_POINTS = ("add.before", "add.after", "bell.before", "bell.after")
"""the statement that accepts a job is a transaction by itself"""

_write: ContextVar[tuple[str, Claim | None]] = ContextVar("write", default=("", None))
"""the store call whose transaction is under way, and for which claim"""

current_claim: ContextVar[Claim | None] = ContextVar("current_claim", default=None)
"""the unit that is being worked on"""


class Arming(msgspec.Struct, frozen=True):
    """What happens to a process at a point."""

    point: str
    hit: int = 1
    """the so-manieth time that it comes by"""
    action: str = "kill"
    """or ``stop``: SIGSTOP, until somebody sends SIGCONT"""
    kind: UnitKind | None = None
    """only while a unit of this kind is worked on"""


class Failpoints:
    """Where a process is told to fail; at every other place it just goes on."""

    def __init__(self, ledger: Ledger, arming: Arming | None = None) -> None:
        self.ledger = ledger
        self._arming = arming
        self._hits = 0

    def reach(self, point: str, claim: Claim | None = None) -> None:
        """Come by a point: perhaps not beyond it."""
        arming = self._arming
        if arming is None or arming.point != point:
            return
        claim = claim or current_claim.get()
        if arming.kind is not None and (claim is None or claim.unit.kind is not arming.kind):
            return
        self._hits += 1
        if self._hits != arming.hit:
            return
        if arming.action == "stop":
            self.ledger.write("stopped", point, claim)
            _send_here(signal.SIGSTOP)
            self.ledger.write("continued", point, claim)
        else:
            self.ledger.write("killed", point)
            _send_here(signal.SIGKILL)

    def watch_commits(self, engine: AsyncEngine) -> None:
        """Come by ``<call>.commit`` when all of a transaction is done but its commit."""
        if engine.dialect.name == "postgresql":
            watch_driver(self._commit)
        else:
            sa.event.listen(engine.sync_engine, "commit", lambda _connection: self._commit())

    def _commit(self) -> None:
        write, claim = _write.get()
        if write:
            self.reach(f"{write}.commit", claim)


def watch_driver(on_commit: Callable[[], None]) -> None:
    """Call ``on_commit`` whenever this process is about to send Postgres something that commits:
    also a statement that is a transaction by itself, which does so as soon as it is sent."""

    def watched(send: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(send)
        async def watched_send(connection: Any, query: str, *args: Any, **options: Any) -> Any:
            writes = "INSERT" in query or "UPDATE" in query
            is_alone = writes and not connection.is_in_transaction()
            if is_alone or query.startswith("COMMIT"):
                on_commit()
            return await send(connection, query, *args, **options)

        return watched_send

    if hasattr(asyncpg.Connection.fetch, "__wrapped__"):
        return  # for another engine of this process
    asyncpg.Connection.fetch = watched(asyncpg.Connection.fetch)
    asyncpg.Connection.execute = watched(asyncpg.Connection.execute)


def _send_here(number: signal.Signals) -> None:
    """End or stop this process in this very thread: sent to the process, a signal may let it go
    on for some instants."""
    signal.pthread_kill(threading.get_ident(), number)


class WatchedStore:
    """A ``JobStore`` whose writes are points, and are written down as tried and as answered."""

    def __init__(self, inner: JobStore, points: Failpoints) -> None:
        self._inner = inner
        self._points = points
        self._ledger = points.ledger

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def add(self, *args: Any, **named: Any) -> Any:
        return await self._at("add", self._inner.add(*args, **named))

    async def claim(self, worker: str, kinds: Sequence[UnitKind]) -> Claim | None:
        self._points.reach("claim.before")
        with _inside("claim"):
            claim = await self._inner.claim(worker, kinds)
        if claim is not None:
            self._ledger.write("claimed", claim.unit.kind, claim, detail=str(claim.unit.ordinal))
            self._points.reach("claim.after", claim)
        return claim

    async def renew(self, claim: Claim, progress: float) -> bool:
        return await self._written("renew", claim, lambda: self._inner.renew(claim, progress))

    async def put_result(self, claim: Claim, result: Result) -> Result:
        return await self._written(
            "put_result", claim, lambda: self._inner.put_result(claim, result)
        )

    async def finish(self, claim: Claim, finish: Finish) -> list[UUID]:
        return await self._written("finish", claim, lambda: self._inner.finish(claim, finish))

    async def fail(self, claim: Claim, *args: Any, **named: Any) -> None:
        await self._written("fail", claim, lambda: self._inner.fail(claim, *args, **named))

    async def release(self, claim: Claim) -> None:
        await self._written("release", claim, lambda: self._inner.release(claim))

    async def reconcile(self, *args: Any, **named: Any) -> Any:
        return await self._at("reconcile", self._inner.reconcile(*args, **named))

    async def _at(self, write: str, call: Awaitable[T]) -> T:
        self._points.reach(f"{write}.before")
        with _inside(write):
            done = await call
        self._points.reach(f"{write}.after")
        return done

    async def _written(self, write: str, claim: Claim, call: Callable[[], Awaitable[T]]) -> T:
        self._ledger.write("tried", write, claim)
        self._points.reach(f"{write}.before", claim)
        started = self._ledger.now()
        try:
            with _inside(write, claim):
                done = await call()
        except LeaseLost:
            self._ledger.write("refused", write, claim)
            raise
        except asyncio.CancelledError:
            self._ledger.write("abandoned", write, claim)
            raise
        self._ledger.write("accepted", write, claim, detail=repr(started))
        self._points.reach(f"{write}.after", claim)
        return done


class _inside:  # noqa: N801 - reads as a phrase where it is used
    """Marks whose transaction is under way, for the point before its commit."""

    def __init__(self, write: str, claim: Claim | None = None) -> None:
        self._what = (write, claim)

    def __enter__(self) -> None:
        self._token = _write.set(self._what)

    def __exit__(self, *_: object) -> None:
        _write.reset(self._token)


class WatchedArtifacts:
    """An ``ArtifactStore`` with points around what it stores."""

    def __init__(self, inner: ArtifactStore, points: Failpoints) -> None:
        self._inner = inner
        self._points = points

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def scratch(self) -> AbstractAsyncContextManager[Path]:
        return self._inner.scratch()

    def read(self, sha256: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        return self._inner.read(sha256, start, end)

    async def put_file(self, path: Path) -> Artifact:
        return await self._at("artifact", self._inner.put_file(path))

    async def put_bytes(self, data: bytes) -> Artifact:
        return await self._at("artifact", self._inner.put_bytes(data))

    async def export(self, folder: str, files: Mapping[str, str]) -> str | None:
        return await self._at("export", self._inner.export(folder, files))

    async def _at(self, call: str, work: Awaitable[T]) -> T:
        self._points.reach(f"{call}.before")
        done = await work
        self._points.reach(f"{call}.after")
        return done


class WatchedDocuments:
    """A ``DocumentStore`` with points around what it stores."""

    def __init__(self, inner: DocumentStore, points: Failpoints) -> None:
        self._inner = inner
        self._points = points

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def put(self, account_id: str, kind: str, fingerprint: str, body: bytes) -> None:
        self._points.reach("document.before")
        await self._inner.put(account_id, kind, fingerprint, body)
        self._points.reach("document.after")


class WatchedBell:
    """A ``Bell`` with points around each ring; ``times`` rings it more than once.

    The second point comes when Redis has the message.
    """

    def __init__(
        self, inner: Bell, redis_bell: DramatiqBell | None, points: Failpoints, times: int = 1
    ) -> None:
        self._inner = inner
        self._redis_bell = redis_bell
        self._points = points
        self._times = times

    async def ring(self, units: Sequence[UUID]) -> None:
        if not units:
            return
        self._points.reach("bell.before")
        for _ in range(self._times):
            await self._inner.ring(units)
        if self._redis_bell is not None:
            await self._redis_bell.rung()
        self._points.reach("bell.after")


class WatchedPipeline:
    """The production, with its unit in the context of all that is done for it."""

    def __init__(self, inner: Pipeline, points: Failpoints) -> None:
        self._inner = inner
        self._ledger = points.ledger

    async def run(self, claim: Claim, inputs: Any, progress: Callable[[float], None]) -> Finish:
        current_claim.set(claim)
        self._ledger.write("start", "unit", claim)
        finish = await self._inner.run(claim, inputs, progress)
        self._ledger.write("end", "unit", claim)
        return finish


class Watched(Provider):
    """Puts the points around the real stores, the real bell and the real production."""

    scope = Scope.APP

    def __init__(self, points: Failpoints, rings: int = 1) -> None:
        super().__init__()
        self._points = points
        self._rings = rings

    @decorate
    def engine(self, inner: AsyncEngine) -> AsyncEngine:
        self._points.watch_commits(inner)
        return inner

    @decorate
    def jobs(self, inner: JobStore) -> JobStore:
        return WatchedStore(inner, self._points)

    @decorate
    def artifacts(self, inner: ArtifactStore) -> ArtifactStore:
        return WatchedArtifacts(inner, self._points)  # type: ignore[return-value]

    @decorate
    def documents(self, inner: DocumentStore) -> DocumentStore:
        return WatchedDocuments(inner, self._points)

    @decorate
    def bell(self, inner: Bell, redis_bell: DramatiqBell | None) -> Bell:
        return WatchedBell(inner, redis_bell, self._points, self._rings)

    @decorate
    def pipeline(self, inner: Pipeline) -> Pipeline:
        return WatchedPipeline(inner, self._points)  # type: ignore[return-value]
