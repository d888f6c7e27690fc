"""How fast an installation makes videos, as its latest ones show."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.clock import seconds_between
from adapters.postgres.tables import jobs, videos
from domain.jobs.model import JobStatus
from domain.jobs.ports import PaceOfWork

LATEST = 20
"""videos that are looked at: enough to even out, few enough to tell of the machine as it is"""


async def read_pace(conn: AsyncConnection, account_id: str) -> PaceOfWork:
    """Of the latest videos that were made from the beginning; one that waited for approval tells
    nothing of the machine."""
    latest = (
        sa.select(
            seconds_between(jobs.c.started_at, jobs.c.finished_at).label("work"),
            videos.c.duration,
        )
        .join(videos, videos.c.job_id == jobs.c.id)
        .where(
            jobs.c.account_id == account_id,
            jobs.c.status == JobStatus.SUCCEEDED,
            jobs.c.revision == 1,
            jobs.c.approved_at.is_(None),
        )
        .order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
        .limit(LATEST)
        .subquery()
    )
    row = (
        await conn.execute(
            sa.select(
                sa.func.count(), sa.func.sum(latest.c.work), sa.func.sum(latest.c.duration)
            ).select_from(latest)
        )
    ).one()
    return PaceOfWork(int(row[0]), float(row[1] or 0.0), float(row[2] or 0.0))
