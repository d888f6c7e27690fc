"""Moving a job to the state that its units put it into, and telling about it in events.

Order of locks, so that no two transactions wait for each other: whoever changes a job's units
locks the job's row first. Only a claim doesn't: it takes a unit and no job, so nobody who holds
a job ever waits for a ready unit (``SKIP LOCKED``); where the job has to move, the claim looks
at it once more under its lock, when it has its unit.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from adapters.postgres.clock import bound, now
from adapters.postgres.direct import Conn
from adapters.postgres.outbox import announce
from adapters.postgres.tables import AnyRow, events, jobs, units
from adapters.postgres.together import Together
from adapters.postgres.views import facts_of
from domain.generation.script import ProductionWarning
from domain.jobs.model import (
    FINAL_STATUSES,
    JobError,
    JobResult,
    JobStatus,
    UnitKind,
    UnitState,
    WaitingFor,
)
from domain.jobs.moves import check_move
from domain.jobs.stages import (
    StageFacts,
    current_stage,
    derive_status,
    is_paused,
    overall_progress,
)
from domain.webhooks.model import news_of

PROGRESS_DIGITS = 4


LARGE = frozenset({"request", "topic_match", "error", "result", "wording"})
"""columns that no move of a job depends on"""

_LOCKED = (
    sa.select(*(column for column in jobs.c if column.name not in LARGE))
    .where(jobs.c.id == bound("locked", jobs.c.id))
    .with_for_update()
)


async def lock_job(conn: Conn, job_id: UUID) -> AnyRow | None:
    """The job's row without its large columns, locked until the transaction ends."""
    return (await conn.execute(_LOCKED, {"locked_id": job_id})).one_or_none()


def is_over(job: AnyRow) -> bool:
    """Whether no unit of the job may be worked on any more."""
    return bool(job.cancel_requested) or job.status in FINAL_STATUSES


Happened = Sequence[tuple[str, dict[str, Any]]]
"""events: their types and data"""


@cache
def _events(count: int) -> sa.Insert:
    # rows of a SELECT and not of VALUES, which SQLAlchemy translates anew at every execution
    rows = [
        sa.select(
            bound("told", events.c.job_id),
            bound(f"told{n}", events.c.type),
            bound(f"told{n}", events.c.data),
            now(),
        )
        for n in range(count)
    ]
    return sa.insert(events).from_select(
        ["job_id", "type", "data", "created_at"], sa.union_all(*rows), include_defaults=False
    )


def _event_values(job_id: UUID, happened: Happened) -> dict[str, Any]:
    values: dict[str, Any] = {"told_job_id": job_id}
    for n, (type_, data) in enumerate(happened):
        values |= {f"told{n}_type": type_, f"told{n}_data": data}
    return values


async def add_events(conn: Conn, job_id: UUID, happened: Happened) -> None:
    """Append events. Under the job's lock: only then do ids ascend as they appear."""
    if happened:
        await conn.execute(_events(len(happened)), _event_values(job_id, happened))


@cache
def _advance(count: int) -> Together:
    """What most moves are: the stage and the progress change, and events tell of it."""
    advanced = (
        sa.update(jobs)
        .where(jobs.c.id == bound("advanced", jobs.c.id))
        .values(stage=bound("advanced", jobs.c.stage), progress=bound("advanced", jobs.c.progress))
    )
    return (
        Together(advanced=advanced, told=_events(count)) if count else Together(advanced=advanced)
    )


async def cancel_units(conn: Conn, job_id: UUID) -> None:
    """Cancel what isn't being worked on; leased units hear of it when they renew."""
    idle = (
        sa.select(units.c.id)
        .where(units.c.job_id == job_id, units.c.state.in_((UnitState.READY, UnitState.BLOCKED)))
        .with_for_update(skip_locked=True)
    )
    await conn.execute(
        sa.update(units).where(units.c.id.in_(idle)).values(state=UnitState.CANCELLED)
    )


async def take_package_back(conn: Conn, job_id: UUID) -> None:
    """Count a package that wasn't approved as not made: a retry makes it, and waits, again."""
    await conn.execute(
        sa.update(units)
        .where(
            units.c.job_id == job_id,
            units.c.kind == UnitKind.PACKAGE,
            units.c.state == UnitState.DONE,
        )
        .values(state=UnitState.CANCELLED, result=None, progress=0.0)
    )


async def cancel_job(conn: Conn, job_id: UUID) -> None:
    """Ask a job to end: at once where nothing runs; no change to one that has ended."""
    job = await lock_job(conn, job_id)
    if job is None or job.status in FINAL_STATUSES:
        return
    if job.waiting_for is WaitingFor.APPROVAL:
        await take_package_back(conn, job_id)
    requested = sa.update(jobs).where(jobs.c.id == job_id).values(cancel_requested=True)
    job = (await conn.execute(requested.returning(jobs))).one()
    await cancel_units(conn, job_id)
    await settle(conn, job)


async def settle(
    conn: Conn,
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
    facts = await facts_of(conn, job.id)
    new = status or derive_status(job.status, facts, cancel_requested=job.cancel_requested)
    changes: dict[str, Any] = {}
    happened: list[tuple[str, dict[str, Any]]] = []

    waiting_for: WaitingFor | None = None
    if new is JobStatus.WAITING:
        waiting_for, error = await _what_it_waits_for(conn, job.id, facts)
        if waiting_for is None:  # what it waited for has come due and was claimed just now
            new = JobStatus.RUNNING
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
    # the status comes last: whoever follows the events has everything when the job ends
    happened.sort(key=lambda item: item[0] == "status")
    if changes.keys() - {"stage", "progress"}:
        await conn.execute(sa.update(jobs).where(jobs.c.id == job.id).values(changes))
        await add_events(conn, job.id, happened)
    elif changes:
        advanced = {"advanced_stage": stage, "advanced_progress": progress}
        values = advanced | {"advanced_id": job.id} | _event_values(job.id, happened)
        await _advance(len(happened)).execute(conn, values)
    if "status" in changes:
        await announce(conn, job, news_of(job.status, new))
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
    if waiting_for is WaitingFor.APPROVAL:
        # nobody knows how long that takes: the time left is extrapolated anew from where it ends
        changes["resumed_at"] = None
    if new in FINAL_STATUSES:
        changes["finished_at"] = now()
    return changes


def _stage(job: AnyRow, new: JobStatus, facts: list[StageFacts]) -> Any:
    if new is JobStatus.QUEUED or new is JobStatus.SUCCEEDED:
        return None
    return current_stage(facts) if new is not JobStatus.CANCELLED else job.stage


async def _what_it_waits_for(
    conn: Conn, job_id: UUID, facts: Sequence[StageFacts]
) -> tuple[WaitingFor | None, JobError | None]:
    if is_paused(facts):
        return WaitingFor.APPROVAL, None
    rows = await conn.execute(
        sa.select(units.c.waiting_for, units.c.error)
        .where(units.c.job_id == job_id, units.c.state == UnitState.READY)
        .order_by(units.c.run_at, units.c.id)
    )
    found = rows.all()
    operator = [row for row in found if row.waiting_for is WaitingFor.OPERATOR]
    if not found:
        return None, None
    row = (operator or found)[0]
    return row.waiting_for or WaitingFor.RETRY, row.error
