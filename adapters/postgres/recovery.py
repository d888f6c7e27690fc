"""What the reconciler finds: locks of silent processes, leases that expired, jobs past their
deadline, forgotten units."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres import engine
from adapters.postgres.clock import later, literal, now, seconds_between
from adapters.postgres.settle import cancel_units, is_over, lock_job, settle
from adapters.postgres.tables import AnyRow, jobs, units
from adapters.postgres.work import ENDED
from domain.errors import DeadlineExceeded, Quarantined
from domain.jobs.model import JobError, JobStatus, UnitState, WaitingFor

BATCH = 200
"""rows of one kind that a round looks at; the next round takes the rest"""

LEASED = literal(UnitState.LEASED)
READY = literal(UnitState.READY)


_END_SILENT = sa.text(
    """
    SELECT pg_terminate_backend(silent.pid)
    FROM pg_stat_activity AS silent
    WHERE silent.datname = current_database()
      AND silent.usename = current_user
      AND silent.application_name = :application
      AND silent.state = 'active'
      AND silent.wait_event = 'ClientRead'
      AND silent.state_change < statement_timestamp() - make_interval(secs => :seconds)
      AND EXISTS (
          SELECT FROM pg_stat_activity AS waiting
          WHERE waiting.wait_event_type = 'Lock'
            AND silent.pid = ANY (pg_blocking_pids(waiting.pid))
      )
    """
)


async def end_silent_sessions(conn: AsyncConnection) -> int:
    """End sessions whose process was stopped, or cut off, between preparing a statement and
    executing it, while others wait for their locks; answers how many.

    Postgres ends those that fall silent between two statements by itself
    (``idle_in_transaction_session_timeout``). These it takes for active: the driver prepares
    with a flush, and only a sync makes a session idle.
    """
    if conn.dialect.name == "sqlite":
        return 0
    values = {"application": engine.APPLICATION, "seconds": engine.STALLED_TRANSACTION_SECONDS}
    return len((await conn.execute(_END_SILENT, values)).all())


async def expired_leases(conn: AsyncConnection) -> list[AnyRow]:
    """Units (``id``, ``job_id``) whose worker stopped renewing, the longest gone first."""
    rows = await conn.execute(
        sa.select(units.c.id, units.c.job_id)
        .where(units.c.state == LEASED, units.c.lease_until < now())
        .order_by(units.c.lease_until)
        .limit(BATCH)
    )
    return list(rows.all())


async def take_back(
    conn: AsyncConnection, unit_id: UUID, job_id: UUID, crash_limit: int
) -> UnitState | None:
    """Take one expired lease back: what became of the unit, or None when it wasn't expired.

    READY: it can be claimed again; CANCELLED: its job is over; FAILED: it is quarantined.
    """
    job = await lock_job(conn, job_id)
    if job is None:
        return None
    rows = await conn.execute(
        sa.select(units).where(
            units.c.id == unit_id, units.c.state == LEASED, units.c.lease_until < now()
        )
    )
    unit = rows.one_or_none()
    if unit is None:  # renewed, finished or taken back in the meantime
        return None
    crashes = unit.crashes + 1
    # the worker is counted until its lease ran out: nobody knows what it did afterwards
    ended = ENDED | {
        "crashes": crashes,
        "progress": 0.0,
        "seconds": units.c.seconds + seconds_between(units.c.claimed_at, units.c.lease_until),
    }
    mine = sa.update(units).where(units.c.id == unit_id)
    if is_over(job):
        await conn.execute(mine.values(ended | {"state": UnitState.CANCELLED}))
        await settle(conn, job)
        return UnitState.CANCELLED
    if crashes >= crash_limit:
        error = JobError(
            code=Quarantined.code,
            message=f"The unit {unit.kind} {unit.ordinal} took its worker down {crashes} times.",
            hint=Quarantined.hint,
        )
        await conn.execute(mine.values(ended | {"state": UnitState.FAILED, "error": error}))
        await cancel_units(conn, job.id)
        await settle(conn, job, status=JobStatus.FAILED, error=error)
        return UnitState.FAILED
    # due since it was: it doesn't queue up once more behind what came after it
    await conn.execute(mine.values(ended | {"state": UnitState.READY}))
    await settle(conn, job)
    return UnitState.READY


async def overdue_jobs(conn: AsyncConnection) -> list[UUID]:
    """Unfinished jobs past their deadline. No time runs while somebody is asked for approval."""
    rows = await conn.execute(
        sa.select(jobs.c.id)
        .where(
            jobs.c.finished_at.is_(None),
            jobs.c.deadline_at < now(),
            jobs.c.waiting_for.is_distinct_from(WaitingFor.APPROVAL),
        )
        .order_by(jobs.c.deadline_at)
        .limit(BATCH)
    )
    return list(rows.scalars())


async def fail_overdue(conn: AsyncConnection, job_id: UUID) -> bool:
    """Fail one job past its deadline; False when it ended or paused in the meantime."""
    job = await lock_job(conn, job_id)
    if job is None or job.finished_at is not None or job.waiting_for is WaitingFor.APPROVAL:
        return False
    error = JobError(
        code=DeadlineExceeded.code,
        message=f"The job didn't finish within {job.deadline_seconds:g} seconds.",
        hint=DeadlineExceeded.hint,
    )
    await cancel_units(conn, job.id)
    await settle(conn, job, status=JobStatus.FAILED, error=error)
    return True


async def forgotten_units(conn: AsyncConnection, unclaimed_for: float) -> list[UUID]:
    """Units that nobody may have been told of, in the order of claims: due for
    ``unclaimed_for`` seconds, or due again, since a claim uses up the bell it came with."""
    rows = await conn.execute(
        sa.select(units.c.id)
        .where(
            units.c.state == READY,
            units.c.run_at <= now(),
            (units.c.fence > 0) | (units.c.run_at <= later(now(), -unclaimed_for)),
        )
        .order_by(units.c.priority.desc(), units.c.run_at, units.c.id)
        .limit(BATCH)
    )
    return list(rows.scalars())
