"""Accepting a job: its row, its units, its first event."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from adapters.postgres.clock import insert_if_absent, now
from adapters.postgres.settle import add_events
from adapters.postgres.tables import AnyRow, jobs, units
from domain.jobs.model import Job, NewUnit, UnitState


async def insert_job(conn: AsyncConnection, job: Job, new: Sequence[NewUnit]) -> None:
    """Insert a job, its first units and its first event."""
    inserted = await conn.execute(
        sa.insert(jobs)
        .values(
            id=job.id,
            account_id=job.account_id,
            video_id=job.video_id,
            revision=job.revision,
            status=job.status,
            progress=job.progress,
            request=job.request,
            revises=job.revises,
            topic_match=job.topic_match,
            warnings=job.warnings,
            priority=job.priority,
            cancel_requested=False,
            deadline_seconds=(job.deadline_at - job.created_at).total_seconds(),
            deadline_at=job.deadline_at,
            created_at=job.created_at,
            queued_at=now(),
            resumed_progress=0.0,
        )
        .returning(jobs)
    )
    await add_units(conn, inserted.one(), new)
    await add_events(conn, job.id, [("status", {"status": job.status, "waiting_for": None})])


async def add_units(conn: AsyncConnection, job: AnyRow, new: Sequence[NewUnit]) -> list[UUID]:
    """Insert units that aren't there yet; answers those that are ready."""
    if not new:
        return []
    rows = [
        {
            "id": uuid7(),
            "job_id": job.id,
            "account_id": job.account_id,
            "revision": job.revision,
            "kind": unit.kind,
            "ordinal": unit.ordinal,
            "missing_inputs": unit.missing_inputs,
            "state": UnitState.BLOCKED if unit.missing_inputs else UnitState.READY,
            "priority": job.priority,
            "attempt": 0,
            "crashes": 0,
            "run_at": now(),
            "fence": 0,
            "progress": 0.0,
            "seconds": 0.0,
        }
        for unit in new
    ]
    inserted = await conn.execute(
        insert_if_absent(conn, units).values(rows).returning(units.c.id, units.c.state)
    )
    return [row.id for row in inserted if row.state is UnitState.READY]
