"""What a worker does to its unit: claim, renew, finish, fail, give back. All under the fence."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.accept import add_units
from adapters.postgres.clock import insert_if_absent, later, literal, now, seconds_between
from adapters.postgres.settle import cancel_units, is_over, lock_job, settle
from adapters.postgres.tables import AnyRow, jobs, results, units
from adapters.postgres.videos import revises_nothing, upsert_video
from adapters.postgres.views import JOB_COLUMNS, jobs_from_rows, result_from_row, unit_from_row
from domain.errors import LeaseLost
from domain.jobs.model import (
    DEPENDANTS,
    Claim,
    JobError,
    JobStatus,
    Result,
    UnitKind,
    UnitState,
    WaitingFor,
)
from domain.jobs.ports import Finish

READY = literal(UnitState.READY)

WORKED_UNTIL_NOW = units.c.seconds + seconds_between(units.c.claimed_at, now())
ENDED: dict[str, Any] = {
    "lease_owner": None,
    "lease_until": None,
    "claimed_at": None,
    "seconds": WORKED_UNTIL_NOW,
}
"""what every end of a lease writes"""


def next_unit(kinds: Sequence[UnitKind]) -> sa.Select[tuple[UUID]]:
    """The due unit that goes first, skipping those that others are claiming right now."""
    return (
        sa.select(units.c.id)
        .where(units.c.state == READY, units.c.run_at <= now(), units.c.kind.in_(kinds))
        .order_by(units.c.priority.desc(), units.c.run_at, units.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


async def claim_next(
    conn: AsyncConnection, worker: str, kinds: Sequence[UnitKind], lease_seconds: float
) -> Claim | None:
    """Lease the next unit and take its job along to ``running``."""
    while True:
        rows = await conn.execute(
            sa.update(units)
            .where(units.c.id == next_unit(kinds).scalar_subquery())
            .values(
                state=UnitState.LEASED,
                lease_owner=worker,
                lease_until=later(now(), lease_seconds),
                fence=units.c.fence + 1,
                claimed_at=now(),
                progress=0.0,
                waiting_for=None,
                error=None,
            )
            .returning(units)
        )
        unit = rows.one_or_none()
        if unit is None:
            return None
        job = (await conn.execute(sa.select(jobs).where(jobs.c.id == unit.job_id))).one()
        if job.status is not JobStatus.RUNNING:
            job = await lock_job(conn, unit.job_id) or job
        if is_over(job):
            # cancelled or failed while this claim was under way: leave it, take the next
            await conn.execute(
                sa.update(units)
                .where(units.c.id == unit.id)
                .values(ENDED | {"state": UnitState.CANCELLED})
            )
            continue
        if job.status is not JobStatus.RUNNING:
            await settle(conn, job)
        rows = await conn.execute(sa.select(*JOB_COLUMNS).where(jobs.c.id == unit.job_id))
        [claimed] = await jobs_from_rows(conn, rows.all())
        return Claim(unit=unit_from_row(unit), job=claimed)


async def update_owned(conn: AsyncConnection, claim: Claim, values: dict[str, Any]) -> None:
    """Write to the unit under its fence.

    Raises:
        LeaseLost: the unit isn't leased under this token any more.
    """
    changed = await conn.execute(
        sa.update(units)
        .where(
            units.c.id == claim.unit.id,
            units.c.fence == claim.unit.fence,
            units.c.state == UnitState.LEASED,
        )
        .values(values)
    )
    if changed.rowcount == 0:
        raise LeaseLost(f"Unit {claim.unit.id} isn't leased under fence {claim.unit.fence}.")


async def locked_job_of(conn: AsyncConnection, claim: Claim) -> AnyRow:
    """The claim's job, locked.

    Raises:
        LeaseLost: the job is gone, and its units with it.
    """
    job = await lock_job(conn, claim.job.id)
    if job is None:
        raise LeaseLost(f"Job {claim.job.id} was removed.")
    return job


async def renew(conn: AsyncConnection, claim: Claim, progress: float, lease: float) -> bool:
    """Extend the lease; True when the work is to stop."""
    job = await locked_job_of(conn, claim)
    share = min(1.0, max(0.0, progress))
    await update_owned(conn, claim, {"lease_until": later(now(), lease), "progress": share})
    if is_over(job):
        return True
    await settle(conn, job)
    return False


async def keep_result(conn: AsyncConnection, account_id: str, result: Result) -> Result:
    """Insert a result unless there is one; answers the one that is there."""
    await conn.execute(
        insert_if_absent(conn, results).values(
            account_id=account_id,
            fingerprint=result.fingerprint,
            kind=result.kind,
            content=result.content,
            artifacts=result.artifacts,
            data=result.data,
            created_at=now(),
        )
    )
    kept = await read_result(conn, account_id, result.fingerprint)
    assert kept is not None, "results aren't removed while a job refers to them"
    return kept


async def read_result(conn: AsyncConnection, account_id: str, fingerprint: str) -> Result | None:
    """The result under a fingerprint, or None."""
    rows = await conn.execute(
        sa.select(results).where(
            results.c.account_id == account_id, results.c.fingerprint == fingerprint
        )
    )
    row = rows.one_or_none()
    return None if row is None else result_from_row(row)


async def finish(conn: AsyncConnection, claim: Claim, done: Finish) -> list[UUID]:
    """Complete a unit and set its dependants free; answers the units that became ready."""
    job = await locked_job_of(conn, claim)
    if await _finished_before(conn, claim):
        return await ready_units(conn, claim.job.id)
    is_deleted = done.video is not None and await revises_nothing(conn, job)
    if is_over(job) or is_deleted:
        # too late to count; the result stays for a retry, which finds it by its fingerprint
        await update_owned(conn, claim, ENDED | {"state": UnitState.CANCELLED})
        await keep_result(conn, job.account_id, done.result)
        await settle(conn, job, status=None if is_over(job) else JobStatus.CANCELLED)
        return []
    await update_owned(
        conn,
        claim,
        ENDED | {"state": UnitState.DONE, "progress": 1.0, "result": done.result.fingerprint},
    )
    await keep_result(conn, job.account_id, done.result)
    ready = await add_units(conn, job, done.units)
    ready += await _free_dependants(conn, claim)
    if done.video is not None:
        await upsert_video(conn, done.video)
    await settle(
        conn,
        job,
        status=JobStatus.SUCCEEDED if done.job_result is not None else None,
        result=done.job_result,
        warnings=done.warnings,
    )
    return ready


async def _finished_before(conn: AsyncConnection, claim: Claim) -> bool:
    """Whether this very claim was finished already, and only the answer got lost."""
    rows = await conn.execute(
        sa.select(units.c.id).where(
            units.c.id == claim.unit.id,
            units.c.fence == claim.unit.fence,
            units.c.state == UnitState.DONE,
        )
    )
    return rows.first() is not None


async def _free_dependants(conn: AsyncConnection, claim: Claim) -> list[UUID]:
    kinds = DEPENDANTS[claim.unit.kind]
    if not kinds:
        return []
    complete = units.c.missing_inputs <= 1
    freed = complete & (units.c.state == UnitState.BLOCKED)
    changed = await conn.execute(
        sa.update(units)
        .where(
            units.c.job_id == claim.job.id,
            units.c.revision == claim.unit.revision,
            units.c.kind.in_(kinds),
            units.c.missing_inputs > 0,
        )
        .values(
            missing_inputs=units.c.missing_inputs - 1,
            state=sa.case((freed, UnitState.READY), else_=units.c.state),
            run_at=sa.case((freed, now()), else_=units.c.run_at),
        )
        .returning(units.c.id, units.c.state)
    )
    return [row.id for row in changed if row.state is UnitState.READY]


async def ready_units(conn: AsyncConnection, job_id: UUID) -> list[UUID]:
    """The job's units that can be claimed now."""
    rows = await conn.execute(
        sa.select(units.c.id).where(
            units.c.job_id == job_id, units.c.state == UnitState.READY, units.c.run_at <= now()
        )
    )
    return list(rows.scalars())


async def fail(
    conn: AsyncConnection,
    claim: Claim,
    error: JobError,
    retry_in: float | None,
    waiting_for: WaitingFor,
) -> None:
    """Record a failure: tried again after ``retry_in`` seconds, or the job's end."""
    job = await locked_job_of(conn, claim)
    ended = ENDED | {"attempt": units.c.attempt + 1, "error": error, "progress": 0.0}
    if is_over(job):
        await update_owned(conn, claim, ended | {"state": UnitState.CANCELLED})
        await settle(conn, job)
    elif retry_in is not None:
        again = {
            "state": UnitState.READY,
            "run_at": later(now(), retry_in),
            "waiting_for": waiting_for,
        }
        await update_owned(conn, claim, ended | again)
        await settle(conn, job)
    else:
        await update_owned(conn, claim, ended | {"state": UnitState.FAILED})
        await cancel_units(conn, job.id)
        await settle(conn, job, status=JobStatus.FAILED, error=error)


async def give_back(conn: AsyncConnection, claim: Claim) -> None:
    """End a lease without an outcome: ready again, or cancelled when the job is over."""
    job = await locked_job_of(conn, claim)
    state = UnitState.CANCELLED if is_over(job) else UnitState.READY
    await update_owned(conn, claim, ENDED | {"state": state, "progress": 0.0})
    await settle(conn, job)
