"""Approving and rejecting: what becomes of a job that waits, in the transaction that decides it."""

import sqlalchemy as sa

from adapters.postgres.clock import later, now
from adapters.postgres.direct import Conn
from adapters.postgres.settle import cancel_units, lock_job, settle, take_package_back
from adapters.postgres.tables import AnyRow, jobs, units, videos
from adapters.postgres.work import keep_result
from domain.jobs.model import (
    GATED,
    Approved,
    JobError,
    JobStatus,
    UnitKind,
    UnitState,
)
from domain.jobs.moves import check_decidable

AGAIN = {
    "state": UnitState.READY,
    "result": None,
    "progress": 0.0,
    "attempt": 0,
    "crashes": 0,
    "run_at": now(),
}
"""a unit that was done, to be done once more"""


async def approve(conn: Conn, job: AnyRow, approved: Approved) -> None:
    """Let a locked job go on.

    Raises:
        IllegalMove: it doesn't wait for approval.
    """
    check_decidable(job.status, job.waiting_for)
    kept = [warning for warning in job.warnings if warning not in approved.outdated]
    await conn.execute(
        sa.update(jobs)
        .where(jobs.c.id == job.id)
        .values(
            approved_at=now(),
            wording=approved.wording,
            warnings=kept,
            deadline_at=later(now(), job.deadline_seconds),
        )
    )
    if approved.script is not None:
        script = await keep_result(conn, job.account_id, approved.script)
        mine = (units.c.job_id == job.id) & (units.c.kind == UnitKind.SCRIPT)
        await conn.execute(sa.update(units).where(mine).values(result=script.fingerprint))
    status = await _open_gate(conn, job, approved)
    job = await _locked_again(conn, job)
    await settle(conn, job, status=status, warnings=approved.warnings)


async def _open_gate(conn: Conn, job: AnyRow, approved: Approved) -> JobStatus | None:
    """Give what waits the input that it misses; answers how the job ends, if nothing waits."""
    if approved.after is UnitKind.PACKAGE:
        if approved.wording is None:
            return JobStatus.SUCCEEDED
        package = (units.c.job_id == job.id) & (units.c.kind == UnitKind.PACKAGE)
        await conn.execute(sa.update(units).where(package).values(AGAIN))
        return None
    again = approved.spoken_again if approved.after is UnitKind.NARRATION else []
    await conn.execute(
        sa.update(units)
        .where(
            units.c.job_id == job.id,
            units.c.kind == UnitKind.NARRATION,
            units.c.ordinal.in_(again),
        )
        .values(AGAIN)
    )
    # the approval is there, and what is spoken again misses instead
    missing = units.c.missing_inputs - 1 + len(again)
    await conn.execute(
        sa.update(units)
        .where(units.c.job_id == job.id, units.c.kind == GATED[approved.after])
        .values(
            missing_inputs=missing,
            state=sa.case((missing == 0, UnitState.READY), else_=UnitState.BLOCKED),
            run_at=now(),
        )
    )
    return None


async def reject(conn: Conn, job: AnyRow, error: JobError) -> None:
    """End a locked job, and remove the video that nobody approved.

    Raises:
        IllegalMove: it doesn't wait for approval.
    """
    check_decidable(job.status, job.waiting_for)
    await take_package_back(conn, job.id)
    await withdraw_video(conn, job)
    await cancel_units(conn, job.id)
    await settle(conn, job, status=JobStatus.CANCELLED, error=error)


async def withdraw_video(conn: Conn, job: AnyRow) -> None:
    """Remove the video that a locked job has made, as if it had been deleted."""
    mine = (videos.c.id == job.video_id) & (videos.c.job_id == job.id)
    await conn.execute(sa.delete(videos).where(mine))
    await conn.execute(sa.update(jobs).where(jobs.c.id == job.id).values(result=None))


async def _locked_again(conn: Conn, job: AnyRow) -> AnyRow:
    row = await lock_job(conn, job.id)
    assert row is not None, "its row is locked"
    return row
