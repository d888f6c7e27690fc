"""All rows of an installation, out of one database and into another of either kind.

Rows travel as plain values: what's JSON in a column stays as it was written, whatever this
release makes of it, and names of states aren't looked up.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.types import TypeEngine

from adapters.postgres.clock import UtcTime, insert_if_absent, later, now
from adapters.postgres.columns import Json, Name
from adapters.postgres.engine import Transactions
from adapters.postgres.tables import (
    call_uses,
    clip_uses,
    deliveries,
    events,
    idempotency_keys,
    jobs,
    paid_calls,
    presets,
    results,
    spending,
    units,
    videos,
    webhook_secrets,
    webhooks,
)
from domain.errors import BackupUnusable
from domain.jobs.model import UnitState

Row = dict[str, Any]

STREAMED = 500
"""rows that are in memory at a time"""

PAUSE_SECONDS = 300
"""between two statements of a copy, at most"""


def _plain(column: sa.Column[Any]) -> sa.ColumnClause[Any]:
    type_: TypeEngine[Any] = column.type
    if isinstance(type_, Json):
        type_ = sa.JSON(none_as_null=True)
    elif isinstance(type_, Name):
        type_ = sa.String()
    return sa.column(column.name, type_)


_OF_JOBS = (jobs, units, results, events, videos, clip_uses, idempotency_keys)
_OF_ACCOUNTS = (presets, webhooks, webhook_secrets, deliveries, paid_calls, call_uses, spending)
_COPIED = {table.name: table for table in (*_OF_JOBS, *_OF_ACCOUNTS)}

TABLES = tuple(_COPIED)
"""what is copied, in the order in which rows can be inserted; documents have a store of their
own, and holds are nobody else's. Neither keys nor first answers, which may hold whole keys, leave
their installation"""


class Snapshot:
    """All tables as they were at one moment."""

    def __init__(self, conn: AsyncConnection) -> None:
        self._conn = conn

    async def rows(self, table: str) -> AsyncIterator[Row]:
        """The rows of a table, in the order of their keys."""
        names, query = _selection(table)
        streamed = await self._conn.stream(query.execution_options(yield_per=STREAMED))
        async for row in streamed:
            yield dict(zip(names, row, strict=True))

    async def ids(self, table: str) -> set[UUID]:
        """The ids of all jobs or videos."""
        return set((await self._conn.execute(sa.select(_COPIED[table].c.id))).scalars())

    async def last_event_id(self) -> int:
        """The highest id that an event ever had: none may have it again."""
        if self._conn.dialect.name == "sqlite":
            query = "SELECT seq FROM sqlite_sequence WHERE name = 'events'"
        else:
            query = f"SELECT pg_sequence_last_value({_SEQUENCE})"
        return int((await self._conn.execute(sa.text(query))).scalar_one_or_none() or 0)

    async def is_worked_on(self) -> bool:
        """Whether a worker holds a unit."""
        held = (units.c.state == UnitState.LEASED) & (units.c.lease_until > now())
        return (
            await self._conn.execute(sa.select(units.c.id).where(held).limit(1))
        ).first() is not None


_SEQUENCE = "pg_get_serial_sequence('events', 'id')::regclass"


@asynccontextmanager
async def snapshot(engine: AsyncEngine) -> AsyncIterator[Snapshot]:
    """Read all tables at one moment, for the length of a block.

    Raises:
        ServiceUnavailable: the database doesn't answer.
    """
    async with Transactions(engine).watching() as conn:
        await _allow_pauses(conn)
        yield Snapshot(conn)


class Loading(Snapshot):
    """Rows on their way into a database, in one transaction: all of them, or none."""

    async def is_empty(self) -> bool:
        """Whether there is nothing yet."""
        anything = [sa.exists().select_from(table) for table in _COPIED.values()]
        return not (await self._conn.execute(sa.select(sa.or_(*anything)))).scalar_one()

    async def add(self, table: str, rows: Sequence[Row]) -> int:
        """Insert rows that aren't there; how many."""
        if not rows:
            return 0
        names = set().union(*rows)
        columns = [_plain(column) for column in _COPIED[table].c if column.name in names]
        into = sa.table(table, *columns)
        inserted = await self._conn.execute(insert_if_absent(self._conn, into).values(list(rows)))
        return int(inserted.rowcount)

    async def wake(self) -> None:
        """Let unfinished jobs go on here: no worker of before holds a unit, and the time that
        has passed since isn't taken from a job's deadline."""
        leased = units.c.state == UnitState.LEASED
        cancelled = sa.select(jobs.c.id).where(jobs.c.cancel_requested)
        nobodys = {"lease_owner": None, "lease_until": None, "claimed_at": None, "progress": 0.0}
        await self._conn.execute(
            sa.update(units)
            .where(leased, units.c.job_id.not_in(cancelled))
            .values(nobodys | {"state": UnitState.READY, "run_at": now()})
        )
        # a reconciler ends these, and their job with them
        await self._conn.execute(sa.update(units).where(leased).values(lease_until=now()))
        await self._conn.execute(
            sa.update(jobs)
            .where(jobs.c.finished_at.is_(None))
            .values(deadline_at=later(now(), jobs.c.deadline_seconds))
        )

    async def go_on_from_event(self, last_id: int) -> None:
        """Number events from here on above ``last_id``."""
        if last_id <= await self.last_event_id():
            return
        value = {"last": last_id}
        if self._conn.dialect.name != "sqlite":
            await self._conn.execute(sa.text(f"SELECT setval({_SEQUENCE}, :last)"), value)
            return
        raised = sa.text("UPDATE sqlite_sequence SET seq = :last WHERE name = 'events'")
        if not (await self._conn.execute(raised, value)).rowcount:
            first = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', :last)")
            await self._conn.execute(first, value)


@asynccontextmanager
async def loading(engine: AsyncEngine) -> AsyncIterator[Loading]:
    """Insert rows for the length of a block; they are there when it ends without an error.

    Raises:
        ServiceUnavailable: the database doesn't answer.
        StorageFull
    """
    async with Transactions(engine).writing() as conn:
        await _allow_pauses(conn)
        yield Loading(conn)


async def _allow_pauses(conn: AsyncConnection) -> None:
    """Let a transaction wait for a slow disk on the other side; no worker waits for its locks."""
    if conn.dialect.name != "sqlite":
        pause = f"SET LOCAL idle_in_transaction_session_timeout = '{PAUSE_SECONDS}s'"
        await conn.execute(sa.text(pause))


def row_from_json(table: str, line: bytes) -> Row:
    """A row that was written as JSON.

    Raises:
        BackupUnusable: it isn't one of this table's.
    """
    columns = _COPIED[table].c
    try:
        row = msgspec.json.decode(line, type=dict[str, Any])
        return {
            name: None if value is None else _from_json(columns[name], value)
            for name, value in row.items()
        }
    except (KeyError, ValueError, msgspec.MsgspecError) as error:
        raise BackupUnusable(f"A row of {table} can't be read: {error}.") from error


def _from_json(column: sa.Column[Any], value: Any) -> Any:
    if isinstance(column.type, UtcTime):
        return msgspec.convert(value, datetime)
    if isinstance(column.type, sa.Uuid):
        return UUID(value)
    return value


def _selection(table: str) -> tuple[list[str], sa.Select[Any]]:
    columns = [_plain(column) for column in _COPIED[table].c]
    source = sa.table(table, *columns)
    key = [source.c[column.name] for column in _COPIED[table].primary_key]
    return [column.name for column in columns], sa.select(*source.c).order_by(*key)
