"""Keys under which a job is accepted once: what their rows hold, and the answer told once more.

A key's row is written with its job's, in one transaction. So whoever finds the key taken finds
the job as well; and whoever comes while the first is under way waits for its commit, a matter of
milliseconds.
"""

from typing import Any

import sqlalchemy as sa

from adapters.postgres.clock import bound, later, now
from adapters.postgres.direct import Conn
from adapters.postgres.tables import AnyRow, idempotency_keys, jobs
from adapters.postgres.views import request_of, untouched_stages
from domain.errors import IdempotencyKeyReused
from domain.jobs.model import (
    FIRST_UNITS,
    IDEMPOTENCY_SECONDS,
    Idempotency,
    Job,
    JobStatus,
    NewJob,
)

GIVEN = ("account_id", "key", "route", "body", "job_id", "warnings")
"""columns that are known before the job is in the queue"""

EXPIRES_AT = later(now(), IDEMPOTENCY_SECONDS)
EXPIRED = idempotency_keys.c.expires_at <= now()
"""such a row is as good as none, whether or not it was removed yet"""

_UNCHANGED = "id account_id video_id revision revises topic_match priority".split()
"""columns of a job that stay as they were accepted"""

_NAMED = tuple(
    column == bound("asked", column)
    for column in (idempotency_keys.c.account_id, idempotency_keys.c.key)
)

_FIND = (
    sa.select(
        idempotency_keys.c.route,
        idempotency_keys.c.body,
        idempotency_keys.c.queue_position,
        idempotency_keys.c.warnings,
        EXPIRED.label("is_expired"),
        later(jobs.c.created_at, jobs.c.deadline_seconds).label("deadline_at"),
        jobs.c.created_at,
        jobs.c.request,
        jobs.c.voice_change,
        *(jobs.c[name] for name in _UNCHANGED),
    )
    .join(jobs, jobs.c.id == idempotency_keys.c.job_id)
    .where(*_NAMED)
)

_FORGET = sa.delete(idempotency_keys).where(*_NAMED)

_WRITE = sa.insert(idempotency_keys).from_select(
    [*GIVEN, "queue_position", "expires_at"],
    sa.select(
        *(bound("asked", idempotency_keys.c[name]) for name in GIVEN),
        bound("asked", idempotency_keys.c.queue_position),
        EXPIRES_AT,
    ),
    include_defaults=False,
)


def key_values(job: NewJob, asked: Idempotency) -> dict[str, Any]:
    """The columns ``GIVEN`` of a job's key."""
    return {
        "account_id": job.account_id,
        "key": asked.key,
        "route": asked.route,
        "body": asked.body,
        "job_id": job.id,
        "warnings": job.warnings,
    }


async def find_key(conn: Conn, account_id: str, key: str) -> AnyRow | None:
    """The row of a key with what its job was accepted as; ``is_expired`` says if it has ended."""
    rows = await conn.execute(_FIND, {"asked_account_id": account_id, "asked_key": key})
    return rows.one_or_none()


async def write_key(conn: Conn, job: NewJob, asked: Idempotency, queue_position: int) -> None:
    """Write the row of a key that nobody has, or that has expired; for whoever writes alone."""
    values = key_values(job, asked) | {"queue_position": queue_position}
    named = {f"asked_{name}": value for name, value in values.items()}
    await conn.execute(_FORGET, {name: named[name] for name in ("asked_account_id", "asked_key")})
    await conn.execute(_WRITE, named)


def first_answer(row: AnyRow, asked: Idempotency) -> Job | IdempotencyKeyReused:
    """What was answered to whoever came first with a key, or why it is no answer to this."""
    if (row.route, row.body) != (asked.route, asked.body):
        return key_reused(asked, row.route)
    return Job(
        status=JobStatus.QUEUED,
        queue_position=row.queue_position,
        stages=untouched_stages(FIRST_UNITS),
        warnings=row.warnings,
        deadline_at=row.deadline_at,
        created_at=row.created_at,
        is_replay=True,
        request=request_of(row),
        **{name: getattr(row, name) for name in _UNCHANGED},
    )


def key_reused(asked: Idempotency, route: str) -> IdempotencyKeyReused:
    """The key stands for another request, the one to ``route``."""
    return IdempotencyKeyReused(
        f"The Idempotency-Key {asked.key!r} was used already, for another request: {route}."
    )
