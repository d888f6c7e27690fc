"""Moving a job to the state that its units put it into, and telling about it in events.

Order of locks, so that no two transactions wait for each other: whoever changes a job's units
locks the job's row first. Only a claim comes the other way round, from a unit to its job;
therefore nobody who holds a job ever waits for a ready unit (``SKIP LOCKED``), and a claim
looks at the job once more when it has its unit.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.clock import now
from adapters.postgres.tables import AnyRow, events, jobs, units
from adapters.postgres.views import stage_facts
from domain.generation.script import ProductionWarning
from domain.jobs.model import (
    FINAL_STATUSES,
    JobError,
    JobResult,
    JobStatus,
    UnitState,
    WaitingFor,
    check_move,
)
from domain.jobs.stages import StageFacts, current_stage, derive_status, overall_progress

PROGRESS_DIGITS = 4


async def lock_job(conn: AsyncConnection, job_id: UUID) -> AnyRow | None:
    """The job's row, locked until the transaction ends."""
    rows = await conn.execute(sa.select(jobs).where(jobs.c.id == job_id).with_for_update())
    return rows.one_or_none()


def is_over(job: AnyRow) -> bool:
    """Whether no unit of the job may be worked on any more."""
    return bool(job.cancel_requested) or job.status in FINAL_STATUSES


async def add_events(
    conn: AsyncConnection, job_id: UUID, happened: Sequence[tuple[str, dict[str, Any]]]
) -> None:
    """Append events (type, data). Under the job's lock: only then do ids ascend as they appear."""
    if happened:
        rows = [
            {"job_id": job_id, "type": type_, "data": data, "created_at": now()}
            for type_, data in happened
        ]
        await conn.execute(sa.insert(events).values(rows))


async def cancel_units(conn: AsyncConnection, job_id: UUID) -> None:
    """Cancel what isn't being worked on; leased units hear of it when they renew."""
    idle = (
        sa.select(units.c.id)
        .where(units.c.job_id == job_id, units.c.state.in_((UnitState.READY, UnitState.BLOCKED)))
        .with_for_update(skip_locked=True)
    )
    await conn.execute(
        sa.update(units).where(units.c.id.in_(idle)).values(state=UnitState.CANCELLED)
    )


async def cancel_job(conn: AsyncConnection, job_id: UUID) -> None:
    """Ask a job to end: at once where nothing runs; no change to one that has ended."""
    job = await lock_job(conn, job_id)
    if job is None or job.status in FINAL_STATUSES:
        return
    requested = sa.update(jobs).where(jobs.c.id == job_id).values(cancel_requested=True)
    job = (await conn.execute(requested.returning(jobs))).one()
    await cancel_units(conn, job_id)
    await settle(conn, job)


async def settle(
    conn: AsyncConnection,
    job: AnyRow,
    *,
    status: JobStatus | None = None,
    error: JobError | None = None,
    result: JobResult | None = None,
    warnings: Sequence[ProductionWarning] = (),
) -> JobStatus:
    """Move a locked job to ``status``, or to what its units say; answers where it stands.

    ``job`` is its row as it was locked. Appends an event for everything that changed.
    """
    facts = (await stage_facts(conn, [job.id])).get(job.id, [])
    new = status or derive_status(job.status, facts, cancel_requested=job.cancel_requested)
    changes: dict[str, Any] = {}
    happened: list[tuple[str, dict[str, Any]]] = []

    waiting_for = None
    if new is JobStatus.WAITING:
        waiting_for, error = await _what_it_waits_for(conn, job.id)
    stage = _stage(job, new, facts)
    progress = 1.0 if new is JobStatus.SUCCEEDED else overall_progress(facts)
    progress = max(job.progress, round(progress, PROGRESS_DIGITS))

    if new is not job.status or waiting_for is not job.waiting_for:
        changes |= _move(job, new, waiting_for, error)
        happened.append(
            ("status", {"status": new, "waiting_for": waiting_for, "error": changes.get("error")})
        )
    if stage is not job.stage:
        changes["stage"] = stage
        if stage is not None:
            happened.append(("stage", {"stage": stage}))
    if progress != job.progress:
        changes["progress"] = progress
        if round(100 * progress) != round(100 * job.progress):
            happened.append(("progress", {"progress": progress, "stage": stage}))
    fresh = [warning for warning in warnings if warning not in job.warnings]
    if fresh:
        changes["warnings"] = [*job.warnings, *fresh]
        happened += [("warning", {"warning": warning}) for warning in fresh]
    if result is not None:
        changes["result"] = result
    if changes:
        await conn.execute(sa.update(jobs).where(jobs.c.id == job.id).values(changes))
    # the status comes last: whoever follows the events has everything when the job ends
    await add_events(conn, job.id, sorted(happened, key=lambda item: item[0] == "status"))
    return new


def _move(
    job: AnyRow, new: JobStatus, waiting_for: WaitingFor | None, error: JobError | None
) -> dict[str, Any]:
    if new is not job.status:
        check_move(job.status, new)
    changes: dict[str, Any] = {"status": new, "waiting_for": waiting_for, "error": error}
    if new is JobStatus.RUNNING:
        if job.started_at is None:
            changes["started_at"] = now()
        if job.resumed_at is None:
            changes |= {"resumed_at": now(), "resumed_progress": job.progress}
    if new in FINAL_STATUSES:
        changes["finished_at"] = now()
    return changes


def _stage(job: AnyRow, new: JobStatus, facts: list[StageFacts]) -> Any:
    if new is JobStatus.QUEUED or new is JobStatus.SUCCEEDED:
        return None
    return current_stage(facts) if new is not JobStatus.CANCELLED else job.stage


async def _what_it_waits_for(
    conn: AsyncConnection, job_id: UUID
) -> tuple[WaitingFor, JobError | None]:
    rows = await conn.execute(
        sa.select(units.c.waiting_for, units.c.error)
        .where(units.c.job_id == job_id, units.c.state == UnitState.READY)
        .order_by(units.c.run_at, units.c.id)
    )
    found = rows.all()
    operator = [row for row in found if row.waiting_for is WaitingFor.OPERATOR]
    row = (operator or found)[0]
    return row.waiting_for or WaitingFor.RETRY, row.error
