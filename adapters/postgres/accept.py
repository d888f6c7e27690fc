"""Accepting jobs: their rows, units and first events, and their places in the queue."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from uuid_utils.compat import uuid7

from adapters.postgres.clock import bound, keep_first_of, later, literal, now
from adapters.postgres.direct import Conn
from adapters.postgres.tables import AnyRow, events, jobs, units
from domain.errors import QueueFull
from domain.jobs.model import Job, JobStatus, NewJob, NewUnit, UnitState
from domain.jobs.stages import StageFacts, stage_reports

_ASKED = ("account_id video_id revision request revises topic_match warnings priority").split()
"""columns that come from the request as they are"""
_GIVEN = ("id", *_ASKED, "created_at", "deadline_seconds")
_UNIT_FIELDS = ("id", "kind", "ordinal", "missing_inputs", "state")
_SHARED = ("id", "account_id", "revision", "priority")
"""what units have from their job"""
MAX_UNITS = 100
"""of one statement: SQLite puts no more than 500 rows together"""


class Asked(msgspec.Struct, frozen=True):
    """A job to be inserted with its first units, unless ``max_queued`` jobs wait already."""

    job: NewJob
    units: Sequence[NewUnit]
    max_queued: int | None = None

    @property
    def refusal(self) -> QueueFull:
        """What the caller hears when the queue is full."""
        return QueueFull(f"{self.max_queued} jobs are waiting, as many as this server takes.")


Value = Callable[[sa.Column[Any]], sa.ColumnElement[Any]]
"""where the value of a column comes from"""


def _new_job(given: Value) -> dict[str, sa.ColumnElement[Any]]:
    created_at = sa.func.coalesce(given(jobs.c.created_at), now())
    return {
        **{name: given(jobs.c[name]) for name in ("id", *_ASKED, "deadline_seconds")},
        "status": sa.literal(JobStatus.QUEUED, jobs.c.status.type),
        "progress": sa.literal(0.0),
        "cancel_requested": sa.false(),
        "deadline_at": later(created_at, given(jobs.c.deadline_seconds)),
        "created_at": created_at,
        "queued_at": now(),
        "resumed_progress": sa.literal(0.0),
    }


_UNTOUCHED = {"attempt": 0, "crashes": 0, "fence": 0, "progress": 0.0, "seconds": 0.0}


def _new_unit(of_job: Value, given: Value) -> dict[str, sa.ColumnElement[Any]]:
    return {
        "job_id": of_job(jobs.c.id),
        **{name: of_job(jobs.c[name]) for name in _SHARED if name != "id"},
        "run_at": now(),
        **{name: sa.literal(value) for name, value in _UNTOUCHED.items()},
        **{name: given(units.c[name]) for name in _UNIT_FIELDS},
    }


def _new_event(of_job: Value) -> dict[str, sa.ColumnElement[Any]]:
    is_queued = {"status": JobStatus.QUEUED, "waiting_for": None}
    return {
        "job_id": of_job(jobs.c.id),
        "type": sa.literal("status"),
        "data": sa.literal(is_queued, events.c.data.type),
        "created_at": now(),
    }


def _insert(table: sa.Table, values: dict[str, sa.ColumnElement[Any]], *rows: Any) -> sa.Insert:
    """Insert ``values``, once for each of ``rows``."""
    return sa.insert(table).from_select(list(values), _row(values, *rows), include_defaults=False)


def _row(values: dict[str, sa.ColumnElement[Any]], *rows: Any) -> sa.Select[Any]:
    chosen = sa.select(*(value.label(name) for name, value in values.items()))
    return chosen.select_from(*rows) if rows else chosen


_QUEUE = (
    sa.select(jobs.c.priority, sa.func.count().label("waiting"))
    .where(jobs.c.status == literal(JobStatus.QUEUED))
    .group_by(jobs.c.priority)
)
"""how many jobs wait, by their priority"""

# -- Postgres: any number of jobs in one statement ---------------------------------------------


def _rows_of(name: str, *columns: sa.Column[Any]) -> sa.FromClause:
    """Rows out of one array parameter for each column, called ``<name>_<column>``."""
    # JSON columns can't come as one document: its parser refuses the character U+0000
    arrays = (
        sa.bindparam(f"{name}_{column.name}", type_=postgresql.ARRAY(column.type, dimensions=1))
        for column in columns
    )
    named = (sa.column(column.name, column.type) for column in columns)
    return sa.func.unnest(*arrays).table_valued(*named).render_derived(name=name)


def _columns_of(name: str, rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {f"{name}_{column}": [row[column] for row in rows] for column in rows[0]}


def _together() -> sa.Select[Any]:
    place = sa.Column("place", sa.Integer())
    """how many stand before it in this statement"""
    limit = sa.Column("max_queued", sa.Integer())
    asked = _rows_of("asked", place, limit, *(jobs.c[name] for name in _GIVEN))
    asked_units = _rows_of("asked_units", units.c.job_id, *(units.c[n] for n in _UNIT_FIELDS))
    queue = _QUEUE.cte("queue")
    waiting = sa.select(sa.func.coalesce(sa.func.sum(queue.c.waiting), 0)).scalar_subquery()
    new_job = _new_job(lambda column: asked.c[column.name])
    chosen = _row(new_job, asked).where(
        asked.c.max_queued.is_(None) | (waiting + asked.c.place < asked.c.max_queued)
    )
    job = (
        sa.insert(jobs)
        .from_select(list(new_job), chosen, include_defaults=False)
        .returning(*(jobs.c[name] for name in (*_SHARED, "created_at", "deadline_at")))
        .cte("new_job")
    )

    def of_job(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
        return job.c[column.name]

    unit = _new_unit(of_job, lambda column: asked_units.c[column.name])
    of_new_job = asked_units.join(job, job.c.id == asked_units.c.job_id)
    ahead = (
        sa.select(sa.func.coalesce(sa.func.sum(queue.c.waiting), 0))
        .where(queue.c.priority >= job.c.priority)
        .scalar_subquery()
    )
    return sa.select(job.c.id, job.c.created_at, job.c.deadline_at, ahead.label("ahead")).add_cte(
        _insert(units, unit, of_new_job).cte("new_units"),
        _insert(events, _new_event(of_job), job).cte("new_event"),
    )


_TOGETHER = _together()


async def _insert_together(conn: Conn, asked: Sequence[Asked]) -> list[Job | QueueFull]:
    rows = [
        {name: getattr(one.job, name) for name in _GIVEN}
        | {"place": place, "max_queued": one.max_queued}
        for place, one in enumerate(asked)
    ]
    of_units = [{"job_id": one.job.id, **_unit_values(unit)} for one in asked for unit in one.units]
    values = _columns_of("asked", rows) | _columns_of("asked_units", of_units)
    found = await conn.execute(_TOGETHER, values)
    inserted = {row.id: row for row in found}
    answers: list[Job | QueueFull] = []
    before: list[int] = []
    for one in asked:
        row = inserted.get(one.job.id)
        if row is None:
            answers.append(one.refusal)
            continue
        ahead = int(row.ahead) + sum(priority >= one.job.priority for priority in before)
        before.append(one.job.priority)
        answers.append(_accepted(one, row.created_at, row.deadline_at, ahead))
    return answers


# -- SQLite, where a statement costs nothing ---------------------------------------------------


def _asked(column: sa.Column[Any]) -> sa.BindParameter[Any]:
    return bound("asked", column)


_JOB = _insert(jobs, _new_job(_asked)).returning(jobs.c.created_at, jobs.c.deadline_at)
_EVENT = _insert(events, _new_event(_asked))


def _unit_rows(count: int) -> sa.CompoundSelect[Any]:
    def numbered(number: int) -> Value:
        return lambda column: bound(f"unit{number}", column)

    return sa.union_all(*(_row(_new_unit(_asked, numbered(n))) for n in range(count)))


_UNIT_COLUMNS = list(_new_unit(_asked, _asked))


@cache
def _units(count: int) -> sa.Insert:
    return sa.insert(units).from_select(_UNIT_COLUMNS, _unit_rows(count), include_defaults=False)


@cache
def _add(count: int) -> Any:
    """Units of a job that is there, unless they are there, too."""
    insert = keep_first_of(units, _UNIT_COLUMNS, sa.select(_unit_rows(count).subquery()))
    return insert.returning(units.c.id, units.c.state)


async def _insert_one_by_one(conn: Conn, one: Asked) -> Job | QueueFull:
    waiting = {row.priority: row.waiting for row in await conn.execute(_QUEUE)}
    if one.max_queued is not None and sum(waiting.values()) >= one.max_queued:
        return one.refusal
    values = {f"asked_{name}": getattr(one.job, name) for name in _GIVEN}
    created_at, deadline_at = (await conn.execute(_JOB, values)).one()
    await conn.execute(_units(len(one.units)), values | _values_of(one.units))
    await conn.execute(_EVENT, values)
    ahead = sum(count for priority, count in waiting.items() if priority >= one.job.priority)
    return _accepted(one, created_at, deadline_at, ahead)


# ----------------------------------------------------------------------------------------------


async def insert_jobs(conn: Conn, asked: Sequence[Asked]) -> list[Job | QueueFull]:
    """Insert jobs, their first units and their first events; one statement on Postgres.

    Answers each with its job, or with why it isn't taken.
    """
    if conn.dialect.name == "sqlite":
        return [await _insert_one_by_one(conn, one) for one in asked]
    return await _insert_together(conn, asked)


async def insert_job(conn: Conn, job: NewJob, new: Sequence[NewUnit]) -> Job:
    """Insert one job, however many wait."""
    (answer,) = await insert_jobs(conn, [Asked(job, new)])
    if isinstance(answer, QueueFull):
        raise answer
    return answer


def _accepted(one: Asked, created_at: datetime, deadline_at: datetime, ahead: int) -> Job:
    return Job(
        id=one.job.id,
        status=JobStatus.QUEUED,
        queue_position=ahead + 1,
        stages=stage_reports(_facts(one.units)),
        deadline_at=deadline_at,
        created_at=created_at,
        **{name: getattr(one.job, name) for name in _ASKED},
    )


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
