"""Which rows have had their time: events and jobs that ended long ago, results nobody uses.

A result is used by the units of jobs that are unfinished or can be retried, and of the job that
made a video's current revision. A narration's result holds on to those of its sentences.
"""

from collections.abc import AsyncIterator, Sequence
from functools import cache
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.clock import bound, later, now
from adapters.postgres.direct import Conn
from adapters.postgres.spending import lock_account
from adapters.postgres.spending_totals import aged_calls, fold
from adapters.postgres.tables import (
    deliveries,
    events,
    first_answers,
    idempotency_keys,
    jobs,
    results,
    units,
    videos,
)
from domain.generation.stages.narration import SPOKEN
from domain.jobs.model import JobStatus, UnitKind

NOTED_SECONDS = 600.0
"""a use of a result is written down when the last one lies further back"""

BATCH = 200
"""jobs or results that are removed in one transaction: nobody waits long for it"""

Named = tuple[str, str]
"""a result: account and fingerprint"""


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """How long rows are kept, in seconds."""

    events: float
    """from the end of their job"""
    jobs: float
    """from their end"""
    results: float
    """from their last use"""
    deliveries: float
    """of webhooks' messages, from their end"""
    calls: float
    """that were paid, and their answers: from their last use; what they have cost is kept"""
    spared: float
    """whatever was made or used within this time stays: work that is under way may need it"""


async def is_use_to_be_noted(conn: Conn, account_id: str, fingerprint: str) -> bool:
    """Whether the last noted use of a result lies so far back that this one has to be noted."""
    rows = await conn.execute(_to_be_noted(), _named(account_id, fingerprint))
    return bool(rows.scalar_one_or_none())


async def note_use(conn: Conn, account_id: str, fingerprint: str) -> bool:
    """Make a result young again; False when it's gone."""
    return bool((await conn.execute(_note(), _named(account_id, fingerprint))).rowcount)


@cache
def _to_be_noted() -> sa.Select[Any]:
    return sa.select(_unused_for(NOTED_SECONDS)).where(*_is_named())


@cache
def _note() -> sa.Update:
    return sa.update(results).where(*_is_named()).values(used_at=now())


def _is_named() -> tuple[Any, ...]:
    columns = (results.c.account_id, results.c.fingerprint)
    return tuple(column == bound("used", column) for column in columns)


def _named(account_id: str, fingerprint: str) -> dict[str, str]:
    return {"used_account_id": account_id, "used_fingerprint": fingerprint}


async def expire_events(conn: AsyncConnection, retention: Retention) -> int:
    """Delete a batch of events; how many. Call until it answers 0."""
    has_events = sa.exists().where(events.c.job_id == jobs.c.id)
    old = sa.select(jobs.c.id).where(_ended(retention.events), has_events).limit(BATCH)
    return (await conn.execute(sa.delete(events).where(events.c.job_id.in_(old)))).rowcount


async def expire_jobs(conn: AsyncConnection, retention: Retention) -> int:
    """Delete a batch of jobs with their units and events; how many. Call until it answers 0."""
    ended = _ended(max(retention.jobs, retention.spared))
    has_video = sa.exists().where(videos.c.job_id == jobs.c.id)
    old = sa.select(jobs.c.id).where(ended, ~has_video).limit(BATCH)
    # asked again of the row itself: a retry may have taken the job up in the meantime
    return (await conn.execute(sa.delete(jobs).where(jobs.c.id.in_(old), ended))).rowcount


async def expire_keys(conn: AsyncConnection, _: Retention) -> int:
    """Delete a batch of idempotency keys of either table; how many. Call until it answers 0."""
    count = 0
    for table in (idempotency_keys, first_answers):
        expired = table.c.expires_at <= now()
        key = (table.c.account_id, table.c.key)
        old = sa.select(*key).where(expired).limit(BATCH)
        # asked again of the row itself: an expired key may have been taken anew in the meantime
        gone = sa.delete(table).where(sa.tuple_(*key).in_(old), expired)
        count += (await conn.execute(gone)).rowcount
    return count


async def expire_deliveries(conn: AsyncConnection, retention: Retention) -> int:
    """Delete a batch of messages that were delivered or given up; how many. Call until 0."""
    over = deliveries.c.finished_at <= later(now(), -retention.deliveries)
    old = sa.select(deliveries.c.id).where(over).limit(BATCH)
    # asked again of the row itself: it may be sent again in the meantime
    gone = sa.delete(deliveries).where(deliveries.c.id.in_(old), over)
    return (await conn.execute(gone)).rowcount


async def fold_calls(conn: AsyncConnection, retention: Retention) -> int:
    """Keep only the totals of a batch of paid calls; how many. Call until it answers 0."""
    kept = max(retention.calls, retention.spared)
    aged = (await conn.execute(aged_calls(kept, BATCH))).all()
    for account in sorted({row.account_id for row in aged}):
        await lock_account(conn, account)
    return await fold(conn, [row.id for row in aged], kept)


async def unused_results(conn: AsyncConnection, retention: Retention) -> list[Named]:
    """The results that nothing uses and that were last used too long ago."""
    used = {named async for named in _used_results(conn)}
    kept = max(retention.results, retention.spared)
    # a package is made for one revision of one video: no other can use it again
    is_package = results.c.kind == UnitKind.PACKAGE
    aged = sa.or_(
        is_package & _unused_for(retention.spared),
        ~is_package & _unused_for(kept),
    )
    rows = await conn.execute(sa.select(results.c.account_id, results.c.fingerprint).where(aged))
    return [named for account, name in rows if (named := (account, name)) not in used]


async def delete_results(
    conn: AsyncConnection, unused: Sequence[Named], retention: Retention
) -> int:
    """Delete results, but none that was used since they were looked for; how many."""
    still_old = _unused_for(retention.spared)
    named = sa.tuple_(results.c.account_id, results.c.fingerprint).in_(unused)
    return (await conn.execute(sa.delete(results).where(named, still_old))).rowcount


async def longest_deadline(conn: AsyncConnection) -> float:
    """Of all unfinished jobs, in seconds; 0 without any."""
    query = sa.select(sa.func.max(jobs.c.deadline_seconds)).where(jobs.c.finished_at.is_(None))
    return float((await conn.execute(query)).scalar_one() or 0.0)


async def _used_results(conn: AsyncConnection) -> AsyncIterator[Named]:
    of_video = sa.exists().where(videos.c.id == jobs.c.video_id)
    makes_video = sa.exists().where(videos.c.job_id == jobs.c.id)
    needed = sa.case(
        (jobs.c.status == JobStatus.SUCCEEDED, makes_video),
        # a revision of a video that was deleted can't be retried
        (jobs.c.finished_at.is_not(None), jobs.c.revises.is_(None) | of_video),
        else_=sa.true(),
    )
    of_units = (
        sa.select(units.c.account_id, units.c.result)
        .join(jobs, jobs.c.id == units.c.job_id)
        .where(units.c.result.is_not(None), needed)
    )
    used: set[Named] = {(account, name) for account, name in await conn.execute(of_units)}
    for account, made_of in await conn.execute(sa.select(videos.c.account_id, videos.c.documents)):
        used |= {(account, name) for name in made_of.values()}
    for named in used:
        yield named
    narrations = sa.select(results.c.account_id, results.c.fingerprint, results.c.data).where(
        results.c.kind == UnitKind.NARRATION
    )
    for row in await conn.execute(narrations):
        if (row.account_id, row.fingerprint) in used:
            for sentence in row.data.get(SPOKEN, ()):
                yield row.account_id, sentence


def _unused_for(seconds: float) -> sa.ColumnElement[bool]:
    last_used: sa.ColumnElement[Any] = sa.func.coalesce(results.c.used_at, results.c.created_at)
    return last_used <= later(now(), -seconds)


def _ended(seconds_ago: float) -> sa.ColumnElement[bool]:
    return jobs.c.finished_at <= later(now(), -seconds_ago)
