"""First answers to requests under a key, written by the transaction that makes what they tell of.

On Postgres the second of two that come at once waits at the primary key for the first to commit
(and finds its answer) or to fail (and goes on in its place); on SQLite every writer is alone.
"""

from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.clock import later, now, upsert
from adapters.postgres.idempotency import EXPIRED, key_reused
from adapters.postgres.tables import first_answers, idempotency_keys
from domain.jobs.model import IDEMPOTENCY_SECONDS, Idempotency
from domain.once import AnsweredBefore, Once

T = TypeVar("T")

HAS_EXPIRED = first_answers.c.expires_at <= now()
"""such a row is as good as none, whether or not it was removed yet"""

_NOT_YET = ""
"""the answer while it's being made: no other transaction ever sees it"""


async def take_key(conn: AsyncConnection, account_id: str, once: Once[Any] | None) -> None:
    """Take the key of a request, if it has one, before anything is made: no lock is held yet that
    another holder of the key could wait for.

    Raises:
        AnsweredBefore: it was taken by the same request.
        IdempotencyKeyReused: it was taken by another one, or for a job.
    """
    if once is None:
        return
    asked = once.asked
    insert = upsert(conn, first_answers).values(
        account_id=account_id,
        key=asked.key,
        route=asked.route,
        body=asked.body,
        answer=_NOT_YET,
        expires_at=later(now(), IDEMPOTENCY_SECONDS),
    )
    replaced = ("route", "body", "answer", "expires_at")
    insert = insert.on_conflict_do_update(
        index_elements=[first_answers.c.account_id, first_answers.c.key],
        set_={name: insert.excluded[name] for name in replaced},
        where=HAS_EXPIRED,
    )
    if (await conn.execute(insert.returning(first_answers.c.key))).first() is None:
        query = sa.select(first_answers).where(*_named(first_answers, account_id, asked))
        # it can't be gone: whether replaced or not, the row in the way is locked
        row = (await conn.execute(query)).one()
        if (row.route, row.body) != (asked.route, asked.body):
            raise key_reused(asked, row.route)
        raise AnsweredBefore(row.answer)
    made_job = sa.select(idempotency_keys.c.route).where(
        *_named(idempotency_keys, account_id, asked), ~EXPIRED
    )
    route = (await conn.execute(made_job)).scalar_one_or_none()
    if route is not None:
        raise key_reused(asked, route)


async def keep_answer(
    conn: AsyncConnection, account_id: str, once: Once[T] | None, made: T
) -> None:
    """Keep what is answered about ``made``, in the transaction that took the key."""
    if once is None:
        return
    named = sa.update(first_answers).where(*_named(first_answers, account_id, once.asked))
    await conn.execute(named.values(answer=once.keep(made)))


def _named(
    table: sa.Table, account_id: str, asked: Idempotency
) -> tuple[sa.ColumnElement[bool], ...]:
    return (table.c.account_id == account_id, table.c.key == asked.key)
