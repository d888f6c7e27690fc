"""What the rows refer to, and taking away those that have had their time."""

from collections.abc import Awaitable, Callable

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres import retention as aged
from adapters.postgres.engine import Transactions
from adapters.postgres.retention import BATCH, Retention
from adapters.postgres.tables import jobs, paid_calls, results, videos
from adapters.postgres.uninterrupted import uninterrupted
from domain.generation.documents import DOCUMENTS
from domain.generation.stores import DocumentKey
from domain.jobs.model import UnitKind

KIND_OF_VIDEO_DOCUMENT = {"manifest": UnitKind.PACKAGE}
"""under which kind a video's document is kept, where it isn't its name"""

Expire = Callable[[AsyncConnection, Retention], Awaitable[int]]


class Expired(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows have had their time."""

    events: int
    jobs: int
    results: int
    keys: int
    """of requests that may have come twice"""
    deliveries: int
    """of webhooks' messages"""
    calls: int
    """that were paid, of which the totals are kept"""


class Marks(msgspec.Struct, frozen=True):
    """All that rows refer to."""

    artifacts: set[str]
    """SHA-256"""
    documents: set[DocumentKey]


class SqlUpkeep:
    """The rows' side of growing old."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)

    @uninterrupted
    async def longest_deadline(self) -> float:
        """Of all unfinished jobs, in seconds; 0 without any."""
        async with self._transactions.reading() as conn:
            return await aged.longest_deadline(conn)

    async def expire(self, retention: Retention) -> Expired:
        """Delete what has had its time, a batch at a time."""
        keys = await self._expire_all(aged.expire_keys, retention)
        sent = await self._expire_all(aged.expire_deliveries, retention)
        calls = await self._expire_all(aged.fold_calls, retention)
        events = await self._expire_all(aged.expire_events, retention)
        ended = await self._expire_all(aged.expire_jobs, retention)
        unused = await self._unused_results(retention)
        gone = 0
        for start in range(0, len(unused), BATCH):
            gone += await self._delete_results(unused[start : start + BATCH], retention)
        return Expired(
            events=events, jobs=ended, results=gone, keys=keys, deliveries=sent, calls=calls
        )

    @uninterrupted
    async def marks(self) -> Marks:
        """What the rows refer to, at one moment."""
        async with self._transactions.watching() as conn:
            return await _marks(conn)

    @uninterrupted
    async def foresee(self, retention: Retention) -> tuple[Expired, Marks]:
        """What ``expire`` would delete, and what would be referred to then; changes nothing."""
        async with self._transactions.writing() as conn:
            keys = await _until_none(conn, aged.expire_keys, retention)
            sent = await _until_none(conn, aged.expire_deliveries, retention)
            calls = await _until_none(conn, aged.fold_calls, retention)
            events = await _until_none(conn, aged.expire_events, retention)
            ended = await _until_none(conn, aged.expire_jobs, retention)
            unused = await aged.unused_results(conn, retention)
            for start in range(0, len(unused), BATCH):
                await aged.delete_results(conn, unused[start : start + BATCH], retention)
            marks = await _marks(conn)
            await conn.rollback()
        expired = Expired(
            events=events,
            jobs=ended,
            results=len(unused),
            keys=keys,
            deliveries=sent,
            calls=calls,
        )
        return expired, marks

    async def _expire_all(self, expire: Expire, retention: Retention) -> int:
        total = 0
        while count := await self._expire_batch(expire, retention):
            total += count
        return total

    @uninterrupted
    async def _expire_batch(self, expire: Expire, retention: Retention) -> int:
        async with self._transactions.writing() as conn:
            return await expire(conn, retention)

    @uninterrupted
    async def _unused_results(self, retention: Retention) -> list[aged.Named]:
        async with self._transactions.watching() as conn:
            return await aged.unused_results(conn, retention)

    @uninterrupted
    async def _delete_results(self, unused: list[aged.Named], retention: Retention) -> int:
        async with self._transactions.writing() as conn:
            return await aged.delete_results(conn, unused, retention)


async def _marks(conn: AsyncConnection) -> Marks:
    marks = Marks(artifacts=set(), documents=set())
    made = sa.select(
        results.c.account_id, results.c.kind, results.c.fingerprint, results.c.artifacts
    )
    for account, kind, name, artifacts in await conn.execute(made):
        marks.artifacts.update(artifacts.values())
        if kind in DOCUMENTS:
            marks.documents.add(DocumentKey(account, kind, name))
    finished = sa.select(videos.c.account_id, videos.c.files, videos.c.documents)
    for account, files, documents in await conn.execute(finished):
        marks.artifacts.update(files.values())
        for what, name in documents.items():
            kind = KIND_OF_VIDEO_DOCUMENT.get(what, what)
            marks.documents.add(DocumentKey(account, kind, name))
    answers = sa.select(paid_calls.c.answer).where(paid_calls.c.answer.is_not(None))
    marks.artifacts.update((await conn.execute(answers)).scalars())
    revisions = sa.select(jobs.c.account_id, jobs.c.revises).where(jobs.c.revises.is_not(None))
    for account, revises in await conn.execute(revisions):
        marks.documents.add(DocumentKey(account, UnitKind.SCRIPT, revises.script))
    return marks


async def _until_none(conn: AsyncConnection, expire: Expire, retention: Retention) -> int:
    total = 0
    while count := await expire(conn, retention):
        total += count
    return total
