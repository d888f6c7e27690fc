"""The events of all jobs, in the order in which they can be seen (port ``EventLog``)."""

import math
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.clock import later, now
from adapters.postgres.engine import Transactions
from adapters.postgres.tables import AnyRow, events, jobs
from adapters.postgres.uninterrupted import uninterrupted
from adapters.postgres.views import event_from_row
from domain.jobs.news import Correspondent, EventPage, Told

WATCHED = 5_000
"""ids that are waited for at a time: far more than there can be in transactions that are open"""

_AFTER = sa.bindparam("after", type_=sa.BigInteger())
_LIMIT = sa.bindparam("limit", type_=sa.Integer())

_TOLD = sa.select(events, jobs.c.account_id).join(jobs, jobs.c.id == events.c.job_id)
_NEW = _TOLD.where(events.c.id > _AFTER).order_by(events.c.id).limit(_LIMIT)
_HIGHEST = sa.select(sa.func.coalesce(sa.func.max(events.c.id), 0))


class SqlEventLog:
    """The events of all jobs (port ``EventLog``)."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)
        self._is_sqlite = engine.dialect.name == "sqlite"

    def correspondent(self) -> Correspondent:
        if self._is_sqlite:
            return _OneAfterAnother(self._transactions)
        return _SideBySide(self._transactions)

    @uninterrupted
    async def of_account(self, account_id: str, after: int, limit: int) -> EventPage:
        values = {"account": account_id, "after": after, "limit": limit}
        async with self._transactions.asking() as conn:
            rows = list(await conn.execute(_page(), values))
        found = [event_from_row(row) for row in rows if row.id is not None]
        return EventPage(found, rows[0].reached if rows[0].size == limit else None)

    @uninterrupted
    async def is_whole_after(self, event_id: int, kept_seconds: float) -> bool:
        oldest = later(now(), -kept_seconds)
        last = (
            sa.select(events.c.created_at >= oldest)
            .where(events.c.id <= event_id)
            .order_by(events.c.id.desc())
            .limit(1)
        )
        async with self._transactions.reading() as conn:
            return bool((await conn.execute(last)).scalar_one_or_none())


@cache
def _page() -> sa.Select[Any]:
    page = (sa.select(events).where(events.c.id > _AFTER).order_by(events.c.id).limit(_LIMIT)).cte(
        "page"
    )
    walked = sa.select(
        sa.func.count().label("size"), sa.func.max(page.c.id).label("reached")
    ).subquery("walked")
    own = (
        sa.select(page)
        .join(jobs, jobs.c.id == page.c.job_id)
        .where(jobs.c.account_id == sa.bindparam("account", type_=jobs.c.account_id.type))
        .subquery("own")
    )
    return (
        sa.select(walked.c.size, walked.c.reached, *own.c)
        .select_from(walked.outerjoin(own, sa.true()))
        .order_by(own.c.id)
    )


class _OneAfterAnother:
    """On SQLite, where one transaction writes at a time: ids are seen in their order."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self.position = 0

    @uninterrupted
    async def begin(self) -> None:
        async with self._transactions.reading() as conn:
            self.position = int((await conn.execute(_HIGHEST)).scalar_one())

    async def tell(self, limit: int) -> list[Told]:
        rows = await self._read({"after": self.position, "limit": limit})
        told = [
            Told(event=event_from_row(row), account_id=row.account_id, position=row.id)
            for row in rows
        ]
        if told:
            self.position = told[-1].position
        return told

    @uninterrupted
    async def _read(self, values: dict[str, Any]) -> list[AnyRow]:
        async with self._transactions.reading() as conn:
            return list(await conn.execute(_NEW, values))


class _SideBySide:
    """On Postgres, where transactions end in another order than their events are numbered in.

    An id that is passed over is waited for: it's asked for each time, until it's there, or until
    every transaction has ended that was open when it was found missing (then it was rolled back,
    or removed). That is exact, since a transaction that writes an event has written something
    else before, the job's own row or its lock, and so has had its number before the event had
    its id. To look only at what is older than every open transaction would be simpler, but one
    long transaction, whatever it does, would hold up all streams.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._highest = 0
        self._missing: dict[int, int] = {}
        """id -> number of the first transaction that can't be the one that has it"""

    @property
    def position(self) -> int:
        return min(self._missing) - 1 if self._missing else self._highest

    @uninterrupted
    async def begin(self) -> None:
        async with self._transactions.reading() as conn:
            moment = (await conn.execute(_moment())).one()
            missing: set[int] = set()
            if moment.oldest != moment.next:  # something is under way
                first = max(0, moment.highest - WATCHED)
                there = sa.select(events.c.id).where(
                    events.c.id > first, events.c.id <= moment.highest
                )
                missing = set(range(first + 1, moment.highest + 1))
                missing -= set((await conn.execute(there)).scalars())
        self._highest = moment.highest
        self._missing = dict.fromkeys(missing, moment.next)

    async def tell(self, limit: int) -> list[Told]:
        before = self._highest
        values = {"after": before, "limit": limit, "missing": list(self._missing)}
        rows = await self._read(values)
        oldest, following = rows[0].oldest, rows[0].next
        found = [row for row in rows if row.id is not None]
        for row in found:
            if row.id > self._highest:
                first = max(self._highest + 1, row.id - WATCHED)
                self._missing |= dict.fromkeys(range(first, row.id), following)
                self._highest = row.id
            else:
                self._missing.pop(row.id, None)
        self._missing = {id_: end for id_, end in self._missing.items() if end > oldest}
        still_to_come = min(self._missing, default=math.inf)
        told: list[Told] = []
        for place, row in enumerate(found):
            # whatever comes next is still to be told: one that is late may be far below
            next_told = found[place + 1].id if place + 1 < len(found) else math.inf
            position = min(max(row.id, before), still_to_come - 1, next_told - 1)
            told.append(
                Told(event=event_from_row(row), account_id=row.account_id, position=int(position))
            )
        return told

    @uninterrupted
    async def _read(self, values: dict[str, Any]) -> list[AnyRow]:
        async with self._transactions.asking() as conn:
            return list(await conn.execute(_news(), values))


def _open_transactions() -> sa.FromClause:
    """Numbers of the oldest open transaction and of the next one to be, as one statement sees
    them: below the one all have ended, from the other on none has begun."""
    shot = sa.func.pg_current_snapshot()

    def number(of: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
        return sa.cast(sa.cast(of, sa.Text()), sa.BigInteger())

    return sa.select(
        number(sa.func.pg_snapshot_xmin(shot)).label("oldest"),
        number(sa.func.pg_snapshot_xmax(shot)).label("next"),
    ).subquery("open")


@cache
def _moment() -> sa.Select[Any]:
    transactions = _open_transactions()
    return sa.select(*transactions.c, _HIGHEST.scalar_subquery().label("highest"))


@cache
def _news() -> sa.Select[Any]:
    """What is new and what was missing, and the open transactions: all of one moment."""
    transactions = _open_transactions()
    missing = sa.bindparam("missing", type_=postgresql.ARRAY(sa.BigInteger()))
    late = _TOLD.where(events.c.id == sa.any_(missing))
    news = sa.union_all(_NEW.subquery().select(), late).subquery("news")
    return (
        sa.select(*transactions.c, *news.c)
        .select_from(transactions.outerjoin(news, sa.true()))
        .order_by(news.c.id)
    )
