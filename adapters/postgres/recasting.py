"""Recasting: another voice takes the place of one that has failed, and all is narrated anew."""

from uuid import UUID

import sqlalchemy as sa

from adapters.postgres.approval import AGAIN
from adapters.postgres.direct import Conn
from adapters.postgres.settle import is_over, settle
from adapters.postgres.tables import AnyRow, jobs, units
from adapters.postgres.work import (
    ENDED,
    WORKED_UNTIL_NOW,
    give_back,
    locked_job_of,
    ready_units,
    update_owned,
)
from domain.generation.casting import Recast
from domain.jobs.model import Claim, UnitKind, UnitState


async def recast(conn: Conn, claim: Claim, wanted: Recast) -> list[UUID]:
    """Put another voice in the place of the one that failed; answers what became ready.

    Raises:
        LeaseLost
    """
    job = await locked_job_of(conn, claim)
    if is_over(job) or _is_known(job, wanted):
        await give_back(conn, claim)
    else:
        await update_owned(conn, claim, ENDED | AGAIN)
        await _narrate_again(conn, claim)
        recasts = [*(job.recasts or []), wanted]
        await conn.execute(sa.update(jobs).where(jobs.c.id == job.id).values(recasts=recasts))
        await settle(conn, job, warnings=[wanted.warning])
    return await ready_units(conn, job.id)


def _is_known(job: AnyRow, wanted: Recast) -> bool:
    """Whether another worker has left that voice, or the one that is to speak instead."""
    left = {recast.instead_of for recast in job.recasts or []}
    return bool(left & {wanted.voice, wanted.instead_of})


async def _narrate_again(conn: Conn, claim: Claim) -> None:
    """Make every other narration of the job ready, and have the storyboard miss those that were
    done. Whoever holds one holds it no more."""
    others = (
        (units.c.job_id == claim.job.id)
        & (units.c.revision == claim.unit.revision)
        & (units.c.kind == UnitKind.NARRATION)
        & (units.c.id != claim.unit.id)
    )
    done = sa.update(units).where(others, units.c.state == UnitState.DONE).values(AGAIN)
    made = (await conn.execute(done)).rowcount
    # what failed and is to be tried again did so in the old voice
    begun = others & units.c.state.in_((UnitState.LEASED, UnitState.READY))
    afresh = AGAIN | {"waiting_for": None, "error": None}
    ended = {
        "lease_owner": None,
        "lease_until": None,
        "claimed_at": None,
        "seconds": sa.case(
            (units.c.state == UnitState.LEASED, WORKED_UNTIL_NOW), else_=units.c.seconds
        ),
    }
    await conn.execute(sa.update(units).where(begun).values(afresh | ended))
    await conn.execute(
        sa.update(units)
        .where(
            units.c.job_id == claim.job.id,
            units.c.revision == claim.unit.revision,
            units.c.kind == UnitKind.STORYBOARD,
        )
        .values(missing_inputs=units.c.missing_inputs + made)
    )
