"""Accepting jobs: their rows, units, first events and keys, and their places in the queue."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from adapters.postgres.accept_together import insert_together
from adapters.postgres.accepted_rows import (
    QUEUE,
    SHARED,
    Answer,
    Asked,
    Value,
    accepted,
    given_values,
    insert_rows,
    new_event,
    new_job,
    new_unit,
    row_of,
    unit_values,
)
from adapters.postgres.clock import bound, keep_first_of
from adapters.postgres.direct import Conn
from adapters.postgres.idempotency import find_key, first_answer, write_key
from adapters.postgres.tables import AnyRow, events, jobs, units
from domain.jobs.model import Job, NewJob, NewUnit, UnitState

MAX_UNITS = 100
"""of one statement: SQLite puts no more than 500 rows together"""


def _asked(column: sa.Column[Any]) -> sa.BindParameter[Any]:
    return bound("asked", column)


def _unit_rows(count: int) -> sa.CompoundSelect[Any]:
    def numbered(number: int) -> Value:
        return lambda column: bound(f"unit{number}", column)

    return sa.union_all(*(row_of(new_unit(_asked, numbered(n))) for n in range(count)))


_UNIT_COLUMNS = list(new_unit(_asked, _asked))


@cache
def _add(count: int) -> Any:
    """Units of a job that is there, unless they are there, too."""
    insert = keep_first_of(units, _UNIT_COLUMNS, sa.select(_unit_rows(count).subquery()))
    return insert.returning(units.c.id, units.c.state)


# -- SQLite, where a statement costs nothing and nobody else writes meanwhile -----------------

_JOB = insert_rows(jobs, new_job(_asked)).returning(jobs.c.created_at, jobs.c.deadline_at)
_EVENT = insert_rows(events, new_event(_asked))


@cache
def _units(count: int) -> sa.Insert:
    return sa.insert(units).from_select(_UNIT_COLUMNS, _unit_rows(count), include_defaults=False)


async def _insert_one_by_one(conn: Conn, one: Asked) -> Answer:
    key = one.job.idempotency
    if key is not None:
        known = await find_key(conn, one.job.account_id, key.key)
        if known is not None and not known.is_expired:
            return first_answer(known, key)
    waiting = {row.priority: row.waiting for row in await conn.execute(QUEUE)}
    if one.max_queued is not None and sum(waiting.values()) >= one.max_queued:
        return one.refusal
    values = {f"asked_{name}": value for name, value in given_values(one.job).items()}
    created_at, deadline_at = (await conn.execute(_JOB, values)).one()
    await conn.execute(_units(len(one.units)), values | _values_of(one.units))
    await conn.execute(_EVENT, values)
    ahead = sum(count for priority, count in waiting.items() if priority >= one.job.priority)
    if key is not None:
        await write_key(conn, one.job, key, ahead + 1)
    return accepted(one, created_at, deadline_at, ahead)


# ----------------------------------------------------------------------------------------------


async def insert_jobs(conn: Conn, asked: Sequence[Asked]) -> list[Answer]:
    """Insert jobs, their first units and their first events; one statement on Postgres.

    Answers each with its job, or with why it isn't taken; one whose key was used already, with
    the job that was accepted under it.
    """
    if conn.dialect.name == "sqlite":
        return [await _insert_one_by_one(conn, one) for one in asked]
    return await insert_together(conn, asked)


async def insert_job(conn: Conn, job: NewJob, new: Sequence[NewUnit]) -> Job:
    """Insert one job, however many wait.

    Raises:
        IdempotencyKeyReused
    """
    (answer,) = await insert_jobs(conn, [Asked(job, new)])
    if isinstance(answer, Job):
        return answer
    raise answer


def _values_of(new: Sequence[NewUnit]) -> dict[str, Any]:
    return {
        f"unit{number}_{name}": value
        for number, unit in enumerate(new)
        for name, value in unit_values(unit).items()
    }


async def add_units(conn: Conn, job: AnyRow, new: Sequence[NewUnit]) -> list[UUID]:
    """Insert units that aren't there yet; answers those that are ready."""
    shared = {f"asked_{name}": getattr(job, name) for name in SHARED}
    ready: list[UUID] = []
    for begin in range(0, len(new), MAX_UNITS):
        batch = new[begin : begin + MAX_UNITS]
        rows = await conn.execute(_add(len(batch)), shared | _values_of(batch))
        ready += [row.id for row in rows if row.state is UnitState.READY]
    return ready
