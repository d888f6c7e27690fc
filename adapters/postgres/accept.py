"""Accepting a job: its row, its units, its first event, and its place in the queue."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from uuid_utils.compat import uuid7

from adapters.postgres.clock import bound, keep_first_of, later, literal, now
from adapters.postgres.direct import Conn
from adapters.postgres.tables import AnyRow, events, jobs, units
from domain.errors import QueueFull
from domain.jobs.model import Job, JobStatus, NewJob, NewUnit, UnitState
from domain.jobs.stages import StageFacts, stage_reports

NO_LIMIT = 2**31 - 1

_LIMIT = sa.bindparam("asked_limit", type_=sa.Integer())
_ASKED = ("account_id video_id revision request revises topic_match warnings priority").split()
"""columns that come from the request as they are"""

_CREATED_AT = sa.func.coalesce(bound("asked", jobs.c.created_at), now())
_DEADLINE = bound("asked", jobs.c.deadline_seconds)

_NEW_JOB: dict[str, Any] = {
    "id": bound("asked", jobs.c.id),
    **{name: bound("asked", jobs.c[name]) for name in _ASKED},
    "status": sa.literal(JobStatus.QUEUED, jobs.c.status.type),
    "progress": sa.literal(0.0),
    "cancel_requested": sa.false(),
    "deadline_seconds": _DEADLINE,
    "deadline_at": later(_CREATED_AT, _DEADLINE),
    "created_at": _CREATED_AT,
    "queued_at": now(),
    "resumed_progress": sa.literal(0.0),
}
_UNTOUCHED = {"attempt": 0, "crashes": 0, "fence": 0, "progress": 0.0, "seconds": 0.0}
_NEW_UNIT: dict[str, Any] = {
    "job_id": bound("asked", jobs.c.id),
    "account_id": bound("asked", jobs.c.account_id),
    "revision": bound("asked", jobs.c.revision),
    "priority": bound("asked", jobs.c.priority),
    "run_at": now(),
    **{name: sa.literal(value) for name, value in _UNTOUCHED.items()},
}
_UNIT_FIELDS = ("id", "kind", "ordinal", "missing_inputs", "state")
_UNIT_COLUMNS = [*_NEW_UNIT, *_UNIT_FIELDS]
_SHARED = ("id", "account_id", "revision", "priority")
"""what units have from their job"""
MAX_UNITS = 100
"""of one statement: SQLite puts no more than 500 rows together"""

_NEW_EVENT: dict[str, Any] = {
    "job_id": bound("asked", jobs.c.id),
    "type": sa.literal("status"),
    "data": sa.literal({"status": JobStatus.QUEUED, "waiting_for": None}, events.c.data.type),
    "created_at": now(),
}


def _queue() -> sa.Select[Any]:
    """How many jobs wait, and how many of them go before a new one."""
    goes_first = sa.case((jobs.c.priority >= bound("asked", jobs.c.priority), 1), else_=0)
    return sa.select(
        sa.func.count().label("waiting"),
        sa.func.coalesce(sa.func.sum(goes_first), 0).label("ahead"),
    ).where(jobs.c.status == literal(JobStatus.QUEUED))


def _job(*rows: Any, where: sa.ColumnElement[bool] | None = None) -> Any:
    source = _row(_NEW_JOB, *rows)
    source = source if where is None else source.where(where)
    insert = sa.insert(jobs).from_select(list(_NEW_JOB), source, include_defaults=False)
    return insert.returning(jobs.c.created_at, jobs.c.deadline_at)


def _units(count: int, *rows: Any) -> Any:
    return sa.insert(units).from_select(
        _UNIT_COLUMNS, _unit_rows(count, *rows), include_defaults=False
    )


def _unit_rows(count: int, *rows: Any) -> sa.CompoundSelect[Any]:
    values = [
        _row(
            {**_NEW_UNIT, **{name: bound(f"unit{n}", units.c[name]) for name in _UNIT_FIELDS}},
            *rows,
        )
        for n in range(count)
    ]
    return sa.union_all(*values)


@cache
def _add(count: int) -> Any:
    """Units of a job that is there, unless they are there, too."""
    insert = keep_first_of(units, _UNIT_COLUMNS, sa.select(_unit_rows(count).subquery()))
    return insert.returning(units.c.id, units.c.state)


def _event(*rows: Any) -> Any:
    return sa.insert(events).from_select(
        list(_NEW_EVENT), _row(_NEW_EVENT, *rows), include_defaults=False
    )


def _row(values: dict[str, Any], *rows: Any) -> sa.Select[Any]:
    """``values`` as a row, once for each of ``rows``."""
    chosen = sa.select(*(value.label(name) for name, value in values.items()))
    return chosen.select_from(*rows) if rows else chosen


@cache
def _all_in_one(units_count: int) -> sa.Select[Any]:
    """The whole acceptance as one statement; it inserts nothing where the queue is full."""
    queue = _queue().cte("queue")
    job = _job(queue, where=queue.c.waiting < _LIMIT).cte("new_job")
    return (
        sa.select(job.c.created_at, job.c.deadline_at, queue.c.ahead)
        .select_from(job.join(queue, sa.true()))
        .add_cte(_units(units_count, job).cte("new_units"), _event(job).cte("new_event"))
    )


_ONE_BY_ONE = (_queue(), _job(), _event())


async def insert_job(
    conn: Conn, job: NewJob, new: Sequence[NewUnit], max_queued: int | None = None
) -> Job:
    """Insert a job, its first units and its first event; one statement on Postgres.

    Raises:
        QueueFull: ``max_queued`` jobs wait already.
    """
    values = {f"asked_{name}": getattr(job, name) for name in ("id", *_ASKED)}
    values |= {
        "asked_created_at": job.created_at,
        "asked_deadline_seconds": job.deadline_seconds,
        "asked_limit": NO_LIMIT if max_queued is None else max_queued,
    }
    values |= _values_of(new)
    if conn.dialect.name == "sqlite":
        row = await _insert_one_by_one(conn, values, len(new))
    else:
        row = (await conn.execute(_all_in_one(len(new)), values)).one_or_none()
    if row is None:
        raise QueueFull(f"{max_queued} jobs are waiting, as many as this server takes.")
    created_at, deadline_at, ahead = row
    return Job(
        id=job.id,
        status=JobStatus.QUEUED,
        queue_position=ahead + 1,
        stages=stage_reports(_facts(new)),
        deadline_at=deadline_at,
        created_at=created_at,
        **{name: getattr(job, name) for name in _ASKED},
    )


async def _insert_one_by_one(
    conn: Conn, values: dict[str, Any], units_count: int
) -> tuple[datetime, datetime, int] | None:
    queue, job, event = _ONE_BY_ONE
    waiting, ahead = (await conn.execute(queue, values)).one()
    if waiting >= values["asked_limit"]:
        return None
    created_at, deadline_at = (await conn.execute(job, values)).one()
    await conn.execute(_units(units_count), values)
    await conn.execute(event, values)
    return created_at, deadline_at, ahead


def _facts(new: Sequence[NewUnit]) -> list[StageFacts]:
    """What there is to say of the stages of units that nobody has touched."""
    ready = Counter(unit.kind for unit in new if not unit.missing_inputs)
    total = Counter(unit.kind for unit in new)
    return [StageFacts(kind=kind, total=count, due=ready[kind]) for kind, count in total.items()]


def _values_of(new: Sequence[NewUnit]) -> dict[str, Any]:
    return {
        f"unit{number}_{name}": value
        for number, unit in enumerate(new)
        for name, value in _unit_values(unit).items()
    }


def _unit_values(unit: NewUnit) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "kind": unit.kind,
        "ordinal": unit.ordinal,
        "missing_inputs": unit.missing_inputs,
        "state": UnitState.BLOCKED if unit.missing_inputs else UnitState.READY,
    }


async def add_units(conn: Conn, job: AnyRow, new: Sequence[NewUnit]) -> list[UUID]:
    """Insert units that aren't there yet; answers those that are ready."""
    shared = {f"asked_{name}": getattr(job, name) for name in _SHARED}
    ready: list[UUID] = []
    for begin in range(0, len(new), MAX_UNITS):
        batch = new[begin : begin + MAX_UNITS]
        rows = await conn.execute(_add(len(batch)), shared | _values_of(batch))
        ready += [row.id for row in rows if row.state is UnitState.READY]
    return ready
