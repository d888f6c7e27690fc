"""What a worker does to the unit that it holds: renew, finish, fail, give back. All under the
fence."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from adapters.postgres.accept import add_units
from adapters.postgres.clip_uses import write_clips
from adapters.postgres.clock import bound, keep_first, later, literal, now, seconds_between
from adapters.postgres.direct import Conn
from adapters.postgres.settle import cancel_units, is_over, lock_job, settle
from adapters.postgres.tables import AnyRow, results, units
from adapters.postgres.together import Together
from adapters.postgres.videos import revises_nothing, upsert_video
from adapters.postgres.views import result_from_row
from domain.errors import LeaseLost
from domain.jobs.model import (
    DEPENDANTS,
    Claim,
    JobError,
    JobStatus,
    Result,
    UnitKind,
    UnitState,
    WaitingFor,
)
from domain.jobs.ports import Finish

WORKED_UNTIL_NOW = units.c.seconds + seconds_between(units.c.claimed_at, now())
ENDED: dict[str, Any] = {
    "lease_owner": None,
    "lease_until": None,
    "claimed_at": None,
    "seconds": WORKED_UNTIL_NOW,
}
"""what every end of a lease writes"""


def owned() -> sa.ColumnElement[bool]:
    """Which unit a worker may write to: the one that it leased, under the token it was given."""
    return (
        (units.c.id == bound("own", units.c.id))
        & (units.c.fence == bound("own", units.c.fence))
        & (units.c.state == literal(UnitState.LEASED))
    )


def _owner(claim: Claim) -> dict[str, Any]:
    return {"own_id": claim.unit.id, "own_fence": claim.unit.fence}


async def update_owned(conn: Conn, claim: Claim, values: dict[str, Any]) -> None:
    """Write to the unit under its fence.

    Raises:
        LeaseLost: the unit isn't leased under this token any more.
    """
    write = sa.update(units).where(owned()).values(values)
    if (await conn.execute(write, _owner(claim))).rowcount == 0:
        raise _lost(claim)


def _lost(claim: Claim) -> LeaseLost:
    return LeaseLost(f"Unit {claim.unit.id} isn't leased under fence {claim.unit.fence}.")


async def locked_job_of(conn: Conn, claim: Claim) -> AnyRow:
    """The claim's job, locked.

    Raises:
        LeaseLost: the job is gone, and its units with it.
    """
    job = await lock_job(conn, claim.job.id)
    if job is None:
        raise LeaseLost(f"Job {claim.job.id} was removed.")
    return job


async def renew(conn: Conn, claim: Claim, progress: float, lease: float) -> bool:
    """Extend the lease; True when the work is to stop."""
    job = await locked_job_of(conn, claim)
    share = min(1.0, max(0.0, progress))
    await update_owned(conn, claim, {"lease_until": later(now(), lease), "progress": share})
    if is_over(job):
        return True
    await settle(conn, job)
    return False


_KEEP = keep_first(
    results,
    {
        "created_at": now(),
        **{
            name: bound("kept", results.c[name])
            for name in ("account_id", *Result.__struct_fields__)
        },
    },
)
"""insert a result unless there is one"""


def _kept_values(account_id: str, result: Result) -> dict[str, Any]:
    fields = {f"kept_{name}": getattr(result, name) for name in Result.__struct_fields__}
    return fields | {"kept_account_id": account_id}


async def keep_result(conn: Conn, account_id: str, result: Result) -> Result:
    """Insert a result unless there is one; answers the one that is there."""
    if (await conn.execute(_KEEP, _kept_values(account_id, result))).rowcount:
        return result
    kept = await read_result(conn, account_id, result.fingerprint)
    assert kept is not None, "results aren't removed while a job refers to them"
    return kept


_RESULT = sa.select(results).where(
    results.c.account_id == bound("wanted", results.c.account_id),
    results.c.fingerprint == bound("wanted", results.c.fingerprint),
)


async def read_result(conn: Conn, account_id: str, fingerprint: str) -> Result | None:
    """The result under a fingerprint, or None."""
    values = {"wanted_account_id": account_id, "wanted_fingerprint": fingerprint}
    row = (await conn.execute(_RESULT, values)).one_or_none()
    return None if row is None else result_from_row(row)


_INPUTS = (
    sa.select(units.c.kind.label("unit_kind"), units.c.ordinal, *results.c)
    .join(
        results,
        (results.c.account_id == units.c.account_id) & (results.c.fingerprint == units.c.result),
    )
    .where(
        units.c.job_id == bound("wanted", units.c.job_id),
        units.c.revision == bound("wanted", units.c.revision),
        units.c.state == literal(UnitState.DONE),
    )
)


async def inputs(conn: Conn, job_id: UUID, revision: int) -> dict[tuple[UnitKind, int], Result]:
    """Results of the job's finished units of this revision."""
    values = {"wanted_job_id": job_id, "wanted_revision": revision}
    rows = await conn.execute(_INPUTS, values)
    return {(row.unit_kind, row.ordinal): result_from_row(row) for row in rows}


async def finish(conn: Conn, claim: Claim, done: Finish) -> list[UUID]:
    """Complete a unit and set its dependants free; answers the units that became ready.

    Raises:
        LeaseLost
    """
    job = await locked_job_of(conn, claim)
    is_deleted = done.video is not None and await revises_nothing(conn, job)
    if is_over(job) or is_deleted:
        # too late to count; the result stays for a retry, which finds it by its fingerprint
        await update_owned(conn, claim, ENDED | {"state": UnitState.CANCELLED})
        await keep_result(conn, job.account_id, done.result)
        await settle(conn, job, status=None if is_over(job) else JobStatus.CANCELLED)
        return []
    if claim.unit.kind is UnitKind.NARRATION and claim.job.recasts != (job.recasts or []):
        # claimed while the job was given another voice: narrated in one that it has left
        await give_back(conn, claim)
        return [claim.unit.id]
    if job.status is not JobStatus.RUNNING:
        # failed at its deadline and retried since the last renewal: it runs, in this very unit
        await settle(conn, job)
        job = await locked_job_of(conn, claim)
    values = _owner(claim) | {"own_result": done.result.fingerprint}
    values |= {"freed_job_id": claim.job.id, "freed_revision": claim.unit.revision}
    writes = _complete(claim.unit.kind)
    wrote = await writes.execute(conn, values | _kept_values(job.account_id, done.result))
    if not wrote["own"]:
        raise _lost(claim)
    ready = [row.id for row in wrote.get("freed", []) if row.state is UnitState.READY]
    ready += await add_units(conn, job, done.units)
    if done.video is not None:
        await upsert_video(conn, done.video)
        if done.shows is not None:
            await write_clips(conn, done.video, done.shows)
    waits = done.needs_approval and job.approved_at is None
    await settle(
        conn,
        job,
        status=JobStatus.SUCCEEDED if done.job_result is not None and not waits else None,
        result=done.job_result,
        warnings=done.warnings,
    )
    return ready


async def was_finished(conn: Conn, claim: Claim) -> bool:
    """Whether this very claim was finished already, and only the answer got lost."""
    rows = await conn.execute(
        sa.select(units.c.id).where(
            units.c.id == claim.unit.id,
            units.c.fence == claim.unit.fence,
            units.c.state == UnitState.DONE,
        )
    )
    return rows.first() is not None


@cache
def _complete(kind: UnitKind) -> Together:
    """The unit is done, its result is kept, and its dependants miss one input less."""
    own = (
        sa.update(units)
        .where(owned())
        .values(
            ENDED
            | {"state": UnitState.DONE, "progress": 1.0, "result": bound("own", units.c.result)}
        )
        .returning(units.c.id, units.c.state)
    )
    writes = {"own": own, "kept": _KEEP}
    if DEPENDANTS[kind]:
        writes["freed"] = _free_dependants(DEPENDANTS[kind])
    return Together(**writes)


def _free_dependants(kinds: Sequence[UnitKind]) -> sa.Update:
    complete = units.c.missing_inputs <= 1
    freed = complete & (units.c.state == UnitState.BLOCKED)
    return (
        sa.update(units)
        .where(
            units.c.job_id == bound("freed", units.c.job_id),
            units.c.revision == bound("freed", units.c.revision),
            units.c.kind.in_([literal(kind) for kind in kinds]),
            units.c.missing_inputs > 0,
        )
        .values(
            missing_inputs=units.c.missing_inputs - 1,
            state=sa.case((freed, UnitState.READY), else_=units.c.state),
            run_at=sa.case((freed, now()), else_=units.c.run_at),
        )
        .returning(units.c.id, units.c.state)
    )


async def ready_units(conn: Conn, job_id: UUID) -> list[UUID]:
    """The job's units that can be claimed now."""
    rows = await conn.execute(
        sa.select(units.c.id).where(
            units.c.job_id == job_id, units.c.state == UnitState.READY, units.c.run_at <= now()
        )
    )
    return list(rows.scalars())


async def fail(
    conn: Conn,
    claim: Claim,
    error: JobError,
    retry_in: float | None,
    waiting_for: WaitingFor,
) -> None:
    """Record a failure: tried again after ``retry_in`` seconds, or the job's end."""
    job = await locked_job_of(conn, claim)
    ended = ENDED | {"attempt": units.c.attempt + 1, "error": error, "progress": 0.0}
    if is_over(job):
        await update_owned(conn, claim, ended | {"state": UnitState.CANCELLED})
        await settle(conn, job)
    elif retry_in is not None:
        again = {
            "state": UnitState.READY,
            "run_at": later(now(), retry_in),
            "waiting_for": waiting_for,
        }
        await update_owned(conn, claim, ended | again)
        await settle(conn, job)
    else:
        await update_owned(conn, claim, ended | {"state": UnitState.FAILED})
        await cancel_units(conn, job.id)
        await settle(conn, job, status=JobStatus.FAILED, error=error)


async def give_back(conn: Conn, claim: Claim) -> None:
    """End a lease without an outcome: ready again, or cancelled when the job is over."""
    job = await locked_job_of(conn, claim)
    state = UnitState.CANCELLED if is_over(job) else UnitState.READY
    await update_owned(conn, claim, ENDED | {"state": state, "progress": 0.0})
    await settle(conn, job)
