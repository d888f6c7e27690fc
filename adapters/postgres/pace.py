"""How fast an installation makes videos, as its latest ones show."""

from statistics import median

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
            videos.c.duration > 0,
        )
        .order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
        .limit(LATEST)
    )
    ratios = [row.work / row.duration for row in await conn.execute(latest)]
    # not the mean: one that lay failed for a day before it was retried would be most of it
    return PaceOfWork(len(ratios), median(ratios)) if ratios else PaceOfWork()
