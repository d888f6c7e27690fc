"""Taking a job up again that has failed or was cancelled."""

import msgspec
import sqlalchemy as sa

from adapters.postgres.clock import later, now
from adapters.postgres.direct import Conn
from adapters.postgres.settle import settle
from adapters.postgres.tables import AnyRow, jobs, units
from adapters.postgres.videos import revises_nothing
from adapters.postgres.views import facts_of
from domain.errors import IllegalMove
from domain.jobs.model import JobStatus, UnitState
from domain.jobs.moves import check_move
from domain.jobs.stages import is_paused


async def take_up(conn: Conn, job: AnyRow) -> None:
    """Go on with a locked job where it stopped; what is done stays done.

    Raises:
        IllegalMove: it has neither failed nor been cancelled, or its video was deleted.
    """
    check_move(job.status, JobStatus.QUEUED)
    if await revises_nothing(conn, job):
        raise IllegalMove(f"Video {job.video_id}, which this job revises, was deleted.")
    await conn.execute(
        sa.update(units)
        .where(
            units.c.job_id == job.id,
            units.c.state.in_((UnitState.FAILED, UnitState.CANCELLED)),
        )
        .values(
            state=sa.case((units.c.missing_inputs > 0, UnitState.BLOCKED), else_=UnitState.READY),
            attempt=0,
            crashes=0,
            run_at=now(),
            progress=0.0,
            waiting_for=None,
            error=None,
        )
    )
    await conn.execute(
        sa.update(jobs)
        .where(jobs.c.id == job.id)
        .values(
            cancel_requested=False,
            deadline_at=later(now(), job.deadline_seconds),
            queued_at=now(),
            finished_at=None,
            resumed_at=None,
        )
    )
    # where all that is left waits for approval, there is nothing to be queued for
    paused = is_paused(await facts_of(conn, job.id))
    await settle(conn, job, status=JobStatus.WAITING if paused else JobStatus.QUEUED)


async def change_cap(conn: Conn, job: AnyRow, max_cost: float | None) -> None:
    """Put another ``max_cost`` into the request of a locked job."""
    of_it = jobs.c.id == job.id
    request = (await conn.execute(sa.select(jobs.c.request).where(of_it))).scalar_one()
    changed = msgspec.structs.replace(request, max_cost=max_cost)
    await conn.execute(sa.update(jobs).where(of_it).values(request=changed))
