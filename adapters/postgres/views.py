"""Reading jobs: rows with their stages, time left and place in the queue, in few queries."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.clock import bound, literal, now, seconds_between
from adapters.postgres.direct import Conn
from adapters.postgres.tables import AnyRow, jobs, units
from domain.errors import JobNotFound
from domain.generation.brief import Brief
from domain.generation.packaging import Video
from domain.jobs.model import (
    FINAL_STATUSES,
    Event,
    Job,
    JobStatus,
    NewUnit,
    Result,
    StageReport,
    Unit,
    UnitState,
)
from domain.jobs.stages import StageFacts, seconds_left, stage_reports

QUEUED = literal(JobStatus.QUEUED)


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


_DUE = units.c.run_at <= now()
_READY = units.c.state == UnitState.READY
_LEASED = units.c.state == UnitState.LEASED
_DONE = units.c.state == UnitState.DONE

_FACTS = sa.select(
    units.c.job_id,
    units.c.kind,
    sa.func.count().label("total"),
    _count(_DONE).label("done"),
    _count(_LEASED).label("leased"),
    _count(_READY & _DUE).label("due"),
    _count(_READY & ~_DUE).label("later"),
    _count(units.c.state == UnitState.FAILED).label("failed"),
    _count(units.c.state == UnitState.CANCELLED).label("cancelled"),
    sa.func.sum(sa.case((_DONE, 1.0), else_=units.c.progress)).label("progress"),
    sa.func.sum(
        units.c.seconds + sa.case((_LEASED, seconds_between(units.c.claimed_at, now())), else_=0.0)
    ).label("seconds"),
).group_by(units.c.job_id, units.c.kind)


async def stage_facts(
    conn: AsyncConnection, job_ids: Sequence[UUID]
) -> dict[UUID, list[StageFacts]]:
    """Count units by job and kind, in one query."""
    found: dict[UUID, list[StageFacts]] = defaultdict(list)
    for row in await conn.execute(_FACTS.where(units.c.job_id.in_(job_ids))):
        found[row.job_id].append(_facts_from_row(row))
    return found


_FACTS_OF_ONE = _FACTS.where(units.c.job_id == bound("facts", units.c.job_id))


async def facts_of(conn: Conn, job_id: UUID) -> list[StageFacts]:
    """Count one job's units by kind."""
    rows = await conn.execute(_FACTS_OF_ONE, {"facts_job_id": job_id})
    return [_facts_from_row(row) for row in rows]


def _facts_from_row(row: AnyRow) -> StageFacts:
    return StageFacts(
        kind=row.kind,
        total=row.total,
        done=row.done,
        leased=row.leased,
        due=row.due,
        later=row.later,
        failed=row.failed,
        cancelled=row.cancelled,
        progress=float(row.progress),
        seconds=float(row.seconds),
    )


def untouched_stages(new: Sequence[NewUnit]) -> list[StageReport]:
    """What there is to say of units that nobody has touched."""
    ready = Counter(unit.kind for unit in new if not unit.missing_inputs)
    total = Counter(unit.kind for unit in new)
    return stage_reports(
        [StageFacts(kind=kind, total=count, due=ready[kind]) for kind, count in total.items()]
    )


async def queue_positions(conn: AsyncConnection, job_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Places in the queue, 1 for the next: one walk of the index of queued jobs."""
    place = sa.func.row_number().over(
        order_by=(jobs.c.priority.desc(), jobs.c.queued_at, jobs.c.id)
    )
    queue = sa.select(jobs.c.id, place.label("place")).where(jobs.c.status == QUEUED).subquery()
    rows = await conn.execute(sa.select(queue).where(queue.c.id.in_(job_ids)))
    return {row.id: row.place for row in rows}


JOB_COLUMNS = (*jobs.c, seconds_between(jobs.c.resumed_at, now()).label("elapsed"))
"""a job's row and the seconds since it was first claimed, or claimed again after a retry"""


async def jobs_from_rows(conn: AsyncConnection, rows: Sequence[AnyRow]) -> list[Job]:
    """Jobs from rows of ``JOB_COLUMNS``: three queries at most, however many they are."""
    if not rows:
        return []
    facts = await stage_facts(conn, [row.id for row in rows])
    queued = [row.id for row in rows if row.status is JobStatus.QUEUED]
    places = await queue_positions(conn, queued) if queued else {}
    return [
        job_from_row(row, stage_reports(facts.get(row.id, [])), places.get(row.id)) for row in rows
    ]


async def read_job(conn: AsyncConnection, account_id: str, job_id: UUID) -> Job:
    """One job.

    Raises:
        JobNotFound
    """
    rows = await conn.execute(
        sa.select(*JOB_COLUMNS).where(jobs.c.id == job_id, jobs.c.account_id == account_id)
    )
    found = await jobs_from_rows(conn, rows.all())
    if not found:
        raise JobNotFound(f"There is no job {job_id}.")
    return found[0]


def job_from_row(row: AnyRow, stages: list[StageReport], place: int | None) -> Job:
    """A job from a row of ``JOB_COLUMNS``."""
    eta = None
    if row.status not in FINAL_STATUSES and row.elapsed is not None:
        eta = seconds_left(row.elapsed, row.progress, row.resumed_progress)
    return Job(
        id=row.id,
        account_id=row.account_id,
        video_id=row.video_id,
        revision=row.revision,
        status=row.status,
        waiting_for=row.waiting_for,
        stage=row.stage,
        progress=row.progress,
        eta_seconds=eta,
        queue_position=place,
        stages=stages,
        request=request_of(row),
        revises=row.revises,
        topic_match=row.topic_match,
        warnings=row.warnings,
        error=row.error,
        result=row.result,
        priority=row.priority,
        cancel_requested=row.cancel_requested,
        approved_at=row.approved_at,
        wording=row.wording,
        recasts=row.recasts or [],
        deadline_at=row.deadline_at,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def request_of(row: AnyRow) -> Brief:
    """The request of a job, whole again."""
    request: Brief = row.request
    if row.voice_change is None:  # accepted by the release before
        return request
    return msgspec.structs.replace(request, voice_change=row.voice_change)


def unit_from_row(row: AnyRow, prefix: str = "") -> Unit:
    """A unit from a row of ``units``, whose columns may have a prefix."""
    return Unit(**{name: getattr(row, prefix + name) for name in Unit.__struct_fields__})


def video_from_row(row: AnyRow) -> Video:
    """A video from a row of ``videos``."""
    return Video(**{name: getattr(row, name) for name in Video.__struct_fields__})


def event_from_row(row: AnyRow) -> Event:
    """An event from a row of ``events``."""
    return Event(**{name: getattr(row, name) for name in Event.__struct_fields__})


def result_from_row(row: AnyRow) -> Result:
    """A result from a row of ``results``."""
    return Result(
        fingerprint=row.fingerprint,
        kind=row.kind,
        content=row.content,
        artifacts=row.artifacts,
        data=row.data,
    )
