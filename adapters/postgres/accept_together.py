"""Accepting any number of jobs in one statement of Postgres.

Rows go in as one array for each column. Where some of the jobs come under a key, the statement
is another one, with the keys in it: an insert that leaves a key alone which somebody has decides
whether its job is inserted as well. Without keys nothing of this is paid for.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from adapters.postgres.accepted_rows import (
    GIVEN,
    QUEUE,
    SHARED,
    UNIT_FIELDS,
    Answer,
    Asked,
    accepted,
    given_values,
    insert_rows,
    new_event,
    new_job,
    new_unit,
    row_of,
    unit_values,
)
from adapters.postgres.direct import Conn
from adapters.postgres.idempotency import (
    EXPIRED,
    EXPIRES_AT,
    find_key,
    first_answer,
    key_values,
)
from adapters.postgres.idempotency import GIVEN as GIVEN_OF_KEY
from adapters.postgres.tables import AnyRow, events, idempotency_keys, jobs, units
from domain.jobs.model import NewJob

_Named = tuple[str, str]
"""an account and its key"""

_PLACE = sa.Column("place", sa.Integer())
"""how many stand before it in this statement"""
_LIMIT = sa.Column("max_queued", sa.Integer())
_BEFORE = sa.Column("before", sa.Integer())
"""how many of those have the same priority or a higher one"""
_IS_KEYED: sa.Column[bool] = sa.Column("is_keyed", sa.Boolean())


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


@cache
def _together(*, keyed: bool) -> sa.Select[Any]:
    more = (_BEFORE, _IS_KEYED) if keyed else ()
    asked = _rows_of("asked", _PLACE, _LIMIT, *more, *(jobs.c[name] for name in GIVEN))
    asked_units = _rows_of("asked_units", units.c.job_id, *(units.c[n] for n in UNIT_FIELDS))
    queue = QUEUE.cte("queue")
    waiting = sa.select(sa.func.coalesce(sa.func.sum(queue.c.waiting), 0)).scalar_subquery()
    has_room = asked.c.max_queued.is_(None) | (waiting + asked.c.place < asked.c.max_queued)
    values = new_job(lambda column: asked.c[column.name])
    chosen = row_of(values, asked).where(has_room)

    def ahead_of(priority: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
        waits = sa.select(sa.func.coalesce(sa.func.sum(queue.c.waiting), 0))
        return waits.where(queue.c.priority >= priority).scalar_subquery()

    key = None
    if keyed:
        position = ahead_of(asked.c.priority) + asked.c.before + 1
        key = _keys_taken(asked, has_room, position).cte("new_key")
        chosen = chosen.where(sa.not_(asked.c.is_keyed) | asked.c.id.in_(sa.select(key.c.job_id)))
    job = (
        sa.insert(jobs)
        .from_select(list(values), chosen, include_defaults=False)
        .returning(*(jobs.c[name] for name in (*SHARED, "created_at", "deadline_at")))
        .cte("new_job")
    )

    def of_job(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
        return job.c[column.name]

    unit = new_unit(of_job, lambda column: asked_units.c[column.name])
    of_new_job = asked_units.join(job, job.c.id == asked_units.c.job_id)
    answer = sa.select(
        job.c.id, job.c.created_at, job.c.deadline_at, ahead_of(job.c.priority).label("ahead")
    )
    if key is not None:
        answer = answer.add_columns(key.c.queue_position).select_from(
            job.outerjoin(key, key.c.job_id == job.c.id)
        )
    return answer.add_cte(
        insert_rows(units, unit, of_new_job).cte("new_units"),
        insert_rows(events, new_event(of_job), job).cte("new_event"),
    )


def _keys_taken(
    asked: sa.FromClause, has_room: sa.ColumnElement[bool], position: sa.ColumnElement[int]
) -> Any:
    """Insert the keys that nobody has, or that have expired."""
    given = _rows_of("asked_keys", *(idempotency_keys.c[name] for name in GIVEN_OF_KEY))
    values: dict[str, sa.ColumnElement[Any]] = {name: given.c[name] for name in GIVEN_OF_KEY}
    values |= {"queue_position": position, "expires_at": EXPIRES_AT}
    chosen = (
        row_of(values, given.join(asked, asked.c.id == given.c.job_id))
        .where(has_room)
        # one order for all: two statements never wait for each other
        .order_by(given.c.account_id, given.c.key)
    )
    insert = postgresql.insert(idempotency_keys).from_select(
        list(values), chosen, include_defaults=False
    )
    replaced = [name for name in values if name not in ("account_id", "key")]
    return insert.on_conflict_do_update(
        index_elements=[idempotency_keys.c.account_id, idempotency_keys.c.key],
        set_={name: insert.excluded[name] for name in replaced},
        where=EXPIRED,
    ).returning(idempotency_keys.c.job_id, idempotency_keys.c.queue_position)


def _without_repetitions(asked: Sequence[Asked]) -> list[Asked]:
    """Of those under the same key, the first: the others can't but lose against it."""
    seen: set[_Named] = set()
    first: list[Asked] = []
    for one in asked:
        if (named := _named(one.job)) is None or named not in seen:
            first.append(one)
        if named is not None:
            seen.add(named)
    return first


async def insert_together(conn: Conn, asked: Sequence[Asked]) -> list[Answer]:
    """Insert all, but none twice under a key."""
    first = _without_repetitions(asked)
    keys = [
        key_values(one.job, one.job.idempotency) for one in first if one.job.idempotency is not None
    ]
    rows = [
        {**given_values(one.job), "place": place, "max_queued": one.max_queued}
        for place, one in enumerate(first)
    ]
    if keys:
        for place, one in enumerate(first):
            rows[place]["is_keyed"] = one.job.idempotency is not None
            rows[place]["before"] = sum(
                earlier.job.priority >= one.job.priority for earlier in first[:place]
            )
    of_units = [{"job_id": one.job.id, **unit_values(unit)} for one in first for unit in one.units]
    values = _columns_of("asked", rows) | _columns_of("asked_units", of_units)
    if keys:
        values |= _columns_of("asked_keys", keys)
    found = await conn.execute(_together(keyed=bool(keys)), values)
    inserted = {row.id: row for row in found}
    answers: list[Answer] = []
    before: list[int] = []
    taken = await _keys_found(conn, [one for one in asked if one.job.id not in inserted])
    for one in asked:
        row = inserted.get(one.job.id)
        if row is None:
            answers.append(_not_inserted(one, taken))
            continue
        ahead = int(row.ahead) + sum(priority >= one.job.priority for priority in before)
        before.append(one.job.priority)
        if one.job.idempotency is not None:
            ahead = row.queue_position - 1  # as it's kept, for whoever asks again
        answers.append(accepted(one, row.created_at, row.deadline_at, ahead))
    return answers


async def _keys_found(conn: Conn, asked: Sequence[Asked]) -> dict[_Named, AnyRow]:
    """The rows of those keys that have one."""
    names = {named for one in asked if (named := _named(one.job)) is not None}
    found = {named: await find_key(conn, *named) for named in names}
    return {named: row for named, row in found.items() if row is not None}


def _not_inserted(one: Asked, taken: dict[_Named, AnyRow]) -> Answer:
    key, named = one.job.idempotency, _named(one.job)
    if key is None or named not in taken:
        return one.refusal
    return first_answer(taken[named], key)


def _named(job: NewJob) -> _Named | None:
    return None if job.idempotency is None else (job.account_id, job.idempotency.key)
