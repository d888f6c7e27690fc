"""What was spent, added up; and paid calls that have had their time, folded into totals."""

from collections import defaultdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.clock import later, now, upsert
from adapters.postgres.spending_tables import paid_calls, spending
from adapters.postgres.tables import jobs
from domain.jobs.model import JobStatus
from domain.providers.book import CallState, Spending
from domain.providers.prices import Basis

KEY = ("account_id", "month", "provider", "model", "service")
SUMS = ("calls", "cost", "uncertain", "uncertain_calls", "assumed")

_passing = (paid_calls.c.state == CallState.RESERVED) & (paid_calls.c.lease_until > now())
"""under way; one whose lease is over isn't, and nobody knows whether it was paid"""
_uncertain = (paid_calls.c.state == CallState.UNCERTAIN) | (
    (paid_calls.c.state == CallState.RESERVED) & (paid_calls.c.lease_until <= now())
)


def _sum(of: sa.ColumnElement[Any], where: sa.ColumnElement[bool] | None = None) -> Any:
    counted = of if where is None else sa.case((where, of), else_=0)
    return sa.cast(sa.func.coalesce(sa.func.sum(counted), 0), sa.BigInteger())


async def spent_by_job(conn: AsyncConnection, account_id: str, job_id: UUID) -> tuple[int, int]:
    """What a job has spent and reserved, and how much of it is only reserved."""
    return await _spent(conn, paid_calls.c.account_id == account_id, paid_calls.c.job_id == job_id)


async def spent_in_month(conn: AsyncConnection, account_id: str, month: str) -> tuple[int, int]:
    """The same for an account's month."""
    total, passing = await _spent(
        conn, paid_calls.c.account_id == account_id, paid_calls.c.month == month
    )
    folded = sa.select(_sum(spending.c.cost)).where(
        spending.c.account_id == account_id, spending.c.month == month
    )
    return total + (await conn.execute(folded)).scalar_one(), passing


async def _spent(conn: AsyncConnection, *where: sa.ColumnElement[bool]) -> tuple[int, int]:
    query = sa.select(_sum(paid_calls.c.cost), _sum(paid_calls.c.cost, _passing)).where(*where)
    total, passing = (await conn.execute(query)).one()
    return total, passing


async def totals_of_month(conn: AsyncConnection, account_id: str, month: str) -> list[Spending]:
    """What an account spent in a month, by provider, model and service."""
    of = (paid_calls.c.provider, paid_calls.c.model, paid_calls.c.service)
    one = sa.literal(1)
    young = (
        sa.select(
            *of,
            sa.func.count().label("calls"),
            _sum(paid_calls.c.cost).label("cost"),
            _sum(paid_calls.c.cost, _passing).label("reserved"),
            _sum(paid_calls.c.cost, _uncertain).label("uncertain"),
            _sum(one, _uncertain).label("uncertain_calls"),
            _sum(paid_calls.c.cost, paid_calls.c.basis != Basis.LISTED).label("assumed"),
        )
        .where(paid_calls.c.account_id == account_id, paid_calls.c.month == month)
        .group_by(*of)
    )
    old = sa.select(spending, sa.literal(0).label("reserved")).where(
        spending.c.account_id == account_id, spending.c.month == month
    )
    names = (*SUMS, "reserved")
    totals: dict[tuple[str, str, str], dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(names, 0)
    )
    for query in (young, old):
        for row in await conn.execute(query):
            counted = totals[row.provider, row.model, row.service]
            for name in names:
                counted[name] += getattr(row, name)
    return [
        Spending(provider=provider, model=model, service=service, **counted)
        for (provider, model, service), counted in sorted(totals.items())
    ]


def aged_calls(older_than_seconds: float, limit: int) -> sa.Select[Any]:
    """Calls that have had their time, with their accounts. One of a job that goes on, or can be
    retried, still counts under that job's cap."""
    old = later(now(), -older_than_seconds)
    is_needed = sa.exists().where(
        jobs.c.id == paid_calls.c.job_id, jobs.c.status != JobStatus.SUCCEEDED
    )
    return (
        sa.select(paid_calls.c.id, paid_calls.c.account_id)
        .where(paid_calls.c.used_at <= old, paid_calls.c.lease_until <= old, ~is_needed)
        .limit(limit)
    )


async def fold(conn: AsyncConnection, ids: list[UUID], older_than_seconds: float) -> int:
    """Take calls of locked accounts out of the book and into the totals; how many."""
    still_old = paid_calls.c.used_at <= later(now(), -older_than_seconds)
    chosen = sa.select(paid_calls, _uncertain.label("is_uncertain")).where(
        paid_calls.c.id.in_(ids), still_old
    )
    totals: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: dict.fromkeys(SUMS, 0))
    gone = []
    for row in await conn.execute(chosen):
        counted = totals[tuple(getattr(row, name) for name in KEY)]
        counted["calls"] += 1
        counted["cost"] += row.cost
        counted["uncertain"] += row.cost if row.is_uncertain else 0
        counted["uncertain_calls"] += int(row.is_uncertain)
        counted["assumed"] += row.cost if row.basis != Basis.LISTED else 0
        gone.append(row.id)
    for key, counted in sorted(totals.items()):
        insert = upsert(conn, spending).values(**dict(zip(KEY, key, strict=True)), **counted)
        await conn.execute(
            insert.on_conflict_do_update(
                index_elements=KEY,
                set_={name: spending.c[name] + insert.excluded[name] for name in SUMS},
            )
        )
    await conn.execute(sa.delete(paid_calls).where(paid_calls.c.id.in_(gone)))
    return len(gone)
