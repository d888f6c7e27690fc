"""Claiming: the unit that goes first is leased, and its job is moved along where it has to be."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from adapters.postgres.clock import bound, later, literal, now
from adapters.postgres.direct import Conn
from adapters.postgres.settle import is_over, settle
from adapters.postgres.tables import jobs, units
from adapters.postgres.views import JOB_COLUMNS, job_from_row, unit_from_row
from adapters.postgres.work import ENDED, locked_job_of, update_owned
from domain.jobs.model import Claim, JobStatus, Unit, UnitKind, UnitState

READY = literal(UnitState.READY)


def next_unit(kinds: Sequence[UnitKind]) -> sa.Select[tuple[UUID]]:
    """The due unit that goes first, skipping those that others are claiming right now."""
    return (
        sa.select(units.c.id)
        .where(
            units.c.state == READY,
            units.c.run_at <= now(),
            units.c.kind.in_([literal(kind) for kind in kinds]),
        )
        .order_by(units.c.priority.desc(), units.c.run_at, units.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


@cache
def _lease_next(kinds: tuple[UnitKind, ...]) -> sa.Update:
    return (
        sa.update(units)
        .where(units.c.id == next_unit(kinds).scalar_subquery())
        .values(
            state=UnitState.LEASED,
            lease_owner=bound("claim", units.c.lease_owner),
            lease_until=later(now(), sa.bindparam("claim_seconds", type_=sa.Float())),
            fence=units.c.fence + 1,
            claimed_at=now(),
            progress=0.0,
            waiting_for=None,
            error=None,
        )
    )


@cache
def _lease_with_job(kinds: tuple[UnitKind, ...]) -> sa.Select[Any]:
    """The claim, answering the job together with the unit."""
    names = Unit.__struct_fields__
    leased = _lease_next(kinds).returning(*(units.c[name] for name in names)).cte("leased")
    columns = (leased.c[name].label(f"unit_{name}") for name in names)
    return sa.select(*columns, *JOB_COLUMNS).join(jobs, jobs.c.id == leased.c.job_id)


_JOB = sa.select(*JOB_COLUMNS).where(jobs.c.id == bound("wanted", jobs.c.id))


async def lease_next(
    conn: Conn, worker: str, kinds: Sequence[UnitKind], lease_seconds: float
) -> Claim | None:
    """Lease the next unit; one statement on Postgres. The job may have to be taken along."""
    values = {"claim_lease_owner": worker, "claim_seconds": lease_seconds}
    if conn.dialect.name == "sqlite":
        leased = await conn.execute(_lease_next(tuple(kinds)).returning(units), values)
        unit = leased.one_or_none()
        if unit is None:
            return None
        job = (await conn.execute(_JOB, {"wanted_id": unit.job_id})).one()
        return Claim(unit=unit_from_row(unit), job=job_from_row(job, [], None))
    row = (await conn.execute(_lease_with_job(tuple(kinds)), values)).one_or_none()
    if row is None:
        return None
    return Claim(unit=unit_from_row(row, "unit_"), job=job_from_row(row, [], None))


def is_under_way(claim: Claim) -> bool:
    """Whether the unit's job runs already, as far as the claim has seen."""
    return claim.job.status is JobStatus.RUNNING and not claim.job.cancel_requested


async def take_job_along(conn: Conn, claim: Claim) -> Claim | None:
    """Move the job of a unit that was leased just now to ``running``.

    None when the job was cancelled or has failed in the meantime: then the unit is given back.

    Raises:
        LeaseLost
    """
    job = await locked_job_of(conn, claim)
    if is_over(job):
        await update_owned(conn, claim, ENDED | {"state": UnitState.CANCELLED})
        await settle(conn, job)
        return None
    if job.status is not JobStatus.RUNNING:
        await settle(conn, job)
    row = (await conn.execute(_JOB, {"wanted_id": claim.job.id})).one()
    return Claim(unit=claim.unit, job=job_from_row(row, [], None))
