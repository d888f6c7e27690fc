"""The census: how many jobs and units there are, for whoever watches. One query a family."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.clock import literal, now, seconds_between
from adapters.postgres.engine import Transactions
from adapters.postgres.tables import jobs, units
from adapters.postgres.uninterrupted import uninterrupted
from adapters.postgres.views import QUEUED
from domain.jobs.model import UnitState
from domain.jobs.telemetry import Census

READY = literal(UnitState.READY)

JOBS = sa.select(jobs.c.status, sa.func.count().label("number")).group_by(jobs.c.status)
"""``ix_jobs_newest_of_status`` has every column of it"""

UNITS = (
    sa.select(units.c.kind, units.c.state, sa.func.count())
    .join(jobs, jobs.c.id == units.c.job_id)
    .where(jobs.c.finished_at.is_(None))
    .group_by(units.c.kind, units.c.state)
)
"""of unfinished jobs (``ix_jobs_deadline``): the units of all the others only grow in number"""

OLDEST_READY = sa.select(seconds_between(sa.func.min(units.c.run_at), now())).where(
    units.c.state == READY, units.c.run_at <= now()
)
"""``ix_units_claim`` has every column of it, for when few units are ready"""

OLDEST_QUEUED = sa.select(seconds_between(sa.func.min(jobs.c.queued_at), now())).where(
    jobs.c.status == QUEUED
)
"""``ix_jobs_queue`` has every column of it"""


class SqlRegistrar:
    """Counts jobs and units (port ``Registrar``)."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)

    @uninterrupted
    async def census(self) -> Census:
        async with self._transactions.reading() as conn:
            by_status = {row.status: row.number for row in await conn.execute(JOBS)}
            by_kind = {(kind, state): count for kind, state, count in await conn.execute(UNITS)}
            ready = (await conn.execute(OLDEST_READY)).scalar_one()
            queued = (await conn.execute(OLDEST_QUEUED)).scalar_one()
        return Census(
            jobs=by_status,
            units=by_kind,
            oldest_ready_unit_seconds=max(0.0, ready or 0.0),
            oldest_queued_job_seconds=max(0.0, queued or 0.0),
        )
