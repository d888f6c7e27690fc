"""Job control on Postgres or SQLite."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from msgspec import UNSET, UnsetType
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres import approval, claims, recasting, recovery, work
from adapters.postgres.accept import insert_jobs
from adapters.postgres.accepted_rows import Answer, Asked
from adapters.postgres.clock import now
from adapters.postgres.engine import Transactions
from adapters.postgres.gathering import Gathering
from adapters.postgres.idempotency import find_key, first_answer
from adapters.postgres.lists import select_jobs
from adapters.postgres.pace import read_pace
from adapters.postgres.retaking import change_cap, take_up
from adapters.postgres.retention import is_use_to_be_noted, note_use
from adapters.postgres.settle import cancel_job, lock_job
from adapters.postgres.tables import AnyRow, events, jobs, units
from adapters.postgres.uninterrupted import uninterrupted
from adapters.postgres.views import QUEUED, event_from_row, jobs_from_rows, read_job
from domain.errors import JobNotFound, LeaseLost, ServiceUnavailable
from domain.generation.casting import Recast
from domain.jobs.listing import ALL_JOBS, JobSelection
from domain.jobs.model import (
    Approved,
    Claim,
    Event,
    Idempotency,
    Job,
    JobError,
    JobStatus,
    NewJob,
    NewUnit,
    Result,
    UnitKind,
    UnitState,
    WaitingFor,
)
from domain.jobs.moves import check_move
from domain.jobs.ports import Finish, PaceOfWork, Page, Reconciled

DEFAULT_LEASE_SECONDS = 30.0


class SqlJobStore:
    """The truth about jobs and units (port ``JobStore``)."""

    def __init__(self, engine: AsyncEngine, lease_seconds: float = DEFAULT_LEASE_SECONDS) -> None:
        self._transactions = Transactions(engine)
        self._lease = lease_seconds
        self._acceptance = Gathering(self._accept)

    # -- what users do -------------------------------------------------------------------------

    @uninterrupted
    async def add(
        self, job: NewJob, units: Sequence[NewUnit], *, max_queued: int | None = None
    ) -> Job:
        answer = await self._acceptance.call(Asked(job, units, max_queued))
        if isinstance(answer, Job):
            return answer
        raise answer

    async def _accept(self, asked: Sequence[Asked]) -> list[Answer]:
        async with self._transactions.writing_once() as conn:
            return await insert_jobs(conn, asked)

    @uninterrupted
    async def first_answer(self, account_id: str, asked: Idempotency) -> Job | None:
        async with self._transactions.asking() as conn:
            known = await find_key(conn, account_id, asked.key)
        if known is None or known.is_expired:
            return None
        answer = first_answer(known, asked)
        if isinstance(answer, Job):
            return answer
        raise answer

    @uninterrupted
    async def get(self, account_id: str, job_id: UUID) -> Job:
        async with self._transactions.reading() as conn:
            return await read_job(conn, account_id, job_id)

    @uninterrupted
    async def page(
        self,
        account_id: str,
        selection: JobSelection = ALL_JOBS,
        *,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Job]:
        query, walk = select_jobs(account_id, selection, cursor)
        async with self._transactions.reading() as conn:
            rows = (await conn.execute(walk.steps(query, limit))).all()
            found = walk.found(rows, limit)
            items = await jobs_from_rows(conn, found.rows)
        return Page(items=items, next=found.next, previous=found.previous)

    @uninterrupted
    async def cancel(self, account_id: str, job_id: UUID) -> Job:
        async with self._transactions.writing() as conn:
            job = await self._lock(conn, account_id, job_id)
            check_move(job.status, JobStatus.CANCELLED)
            if job.waiting_for is WaitingFor.APPROVAL:
                await approval.withdraw_video(conn, job)
            await cancel_job(conn, job_id)
            return await read_job(conn, account_id, job_id)

    @uninterrupted
    async def approve(self, account_id: str, job_id: UUID, approved: Approved) -> Job:
        async with self._transactions.writing() as conn:
            await approval.approve(conn, await self._lock(conn, account_id, job_id), approved)
            return await read_job(conn, account_id, job_id)

    @uninterrupted
    async def reject(self, account_id: str, job_id: UUID, error: JobError) -> Job:
        async with self._transactions.writing() as conn:
            await approval.reject(conn, await self._lock(conn, account_id, job_id), error)
            return await read_job(conn, account_id, job_id)

    @uninterrupted
    async def retry(
        self, account_id: str, job_id: UUID, max_cost: float | UnsetType | None = UNSET
    ) -> Job:
        async with self._transactions.writing() as conn:
            job = await self._lock(conn, account_id, job_id)
            await take_up(conn, job)
            if max_cost is not UNSET:
                await change_cap(conn, job, max_cost)
            return await read_job(conn, account_id, job_id)

    @uninterrupted
    async def results(self, account_id: str, job_id: UUID) -> dict[tuple[UnitKind, int], Result]:
        async with self._transactions.reading() as conn:
            job = await read_job(conn, account_id, job_id)
            return await work.inputs(conn, job_id, job.revision)

    @uninterrupted
    async def pace(self, account_id: str) -> PaceOfWork:
        async with self._transactions.reading() as conn:
            return await read_pace(conn, account_id)

    @uninterrupted
    async def events(self, account_id: str, job_id: UUID, after: int, limit: int) -> list[Event]:
        async with self._transactions.reading() as conn:
            await self._check(conn, account_id, job_id)
            rows = await conn.execute(
                sa.select(events)
                .where(events.c.job_id == job_id, events.c.id > after)
                .order_by(events.c.id)
                .limit(limit)
            )
            return [event_from_row(row) for row in rows]

    @uninterrupted
    async def queued(self) -> int:
        async with self._transactions.reading() as conn:
            count = sa.select(sa.func.count()).select_from(jobs).where(jobs.c.status == QUEUED)
            return int((await conn.execute(count)).scalar_one())

    @uninterrupted
    async def ready_units(self, account_id: str, job_id: UUID) -> list[UUID]:
        async with self._transactions.reading() as conn:
            await self._check(conn, account_id, job_id)
            return await work.ready_units(conn, job_id)

    # -- what workers do -----------------------------------------------------------------------

    @uninterrupted
    async def claim(self, worker: str, kinds: Sequence[UnitKind]) -> Claim | None:
        if not kinds:
            return None
        while True:
            async with self._transactions.writing_once() as conn:
                claim = await claims.lease_next(conn, worker, kinds, self._lease)
            if claim is None or claims.is_under_way(claim):
                return claim
            # should the process end here, the unit is taken back when its lease has run out
            with suppress(LeaseLost):
                claim = await self._take_job_along(claim)
                if claim is not None:
                    return claim

    async def _take_job_along(self, claim: Claim) -> Claim | None:
        try:
            async with self._transactions.working() as conn:
                return await claims.take_job_along(conn, claim)
        except ServiceUnavailable:
            # else nobody would hold the unit until its lease runs out, and that would count as
            # a crash of a worker that lives
            with suppress(ServiceUnavailable, LeaseLost):
                async with self._transactions.writing() as conn:
                    await work.give_back(conn, claim)
            raise

    @uninterrupted
    async def renew(self, claim: Claim, progress: float) -> bool:
        async with self._transactions.working() as conn:
            return await work.renew(conn, claim, progress, self._lease)

    @uninterrupted
    async def inputs(self, claim: Claim) -> dict[tuple[UnitKind, int], Result]:
        async with self._transactions.asking() as conn:
            return await work.inputs(conn, claim.job.id, claim.unit.revision)

    @uninterrupted
    async def result(self, account_id: str, fingerprint: str) -> Result | None:
        async with self._transactions.asking() as conn:
            found = await work.read_result(conn, account_id, fingerprint)
            if found is None or not await is_use_to_be_noted(conn, account_id, fingerprint):
                return found
        async with self._transactions.writing() as conn:
            # what expired between the two isn't there any more
            return found if await note_use(conn, account_id, fingerprint) else None

    @uninterrupted
    async def put_result(self, claim: Claim, result: Result) -> Result:
        async with self._transactions.working() as conn:
            # changes nothing, but holds the row: the fence can't move before the result is in
            await work.update_owned(conn, claim, {"fence": units.c.fence})
            return await work.keep_result(conn, claim.unit.account_id, result)

    @uninterrupted
    async def finish(self, claim: Claim, finish: Finish) -> list[UUID]:
        try:
            async with self._transactions.working() as conn:
                return await work.finish(conn, claim, finish)
        except LeaseLost:
            async with self._transactions.reading() as conn:
                if await work.was_finished(conn, claim):
                    return await work.ready_units(conn, claim.job.id)
            raise

    @uninterrupted
    async def fail(
        self, claim: Claim, error: JobError, *, retry_in: float | None, waiting_for: WaitingFor
    ) -> None:
        async with self._transactions.writing() as conn:
            await work.fail(conn, claim, error, retry_in, waiting_for)

    @uninterrupted
    async def recast(self, claim: Claim, recast: Recast) -> list[UUID]:
        async with self._transactions.writing() as conn:
            return await recasting.recast(conn, claim, recast)

    @uninterrupted
    async def release(self, claim: Claim) -> None:
        with suppress(LeaseLost):
            async with self._transactions.writing() as conn:
                await work.give_back(conn, claim)

    @uninterrupted
    async def reconcile(self, unclaimed_for: float, crash_limit: int) -> Reconciled:
        async with self._transactions.reading() as conn:
            await recovery.end_silent_sessions(conn)
            gone = await recovery.expired_leases(conn)
            late = await recovery.overdue_jobs(conn)
        ready: list[UUID] = []
        expired = overdue = quarantined = 0
        # one short transaction each: a round never holds two jobs
        for row in gone:
            async with self._transactions.writing() as conn:
                state = await recovery.take_back(conn, row.id, row.job_id, crash_limit)
            expired += state is not None
            quarantined += state is UnitState.FAILED
            ready += [row.id] if state is UnitState.READY else []
        for job_id in late:
            async with self._transactions.writing() as conn:
                overdue += await recovery.fail_overdue(conn, job_id)
        async with self._transactions.reading() as conn:
            forgotten = await recovery.forgotten_units(conn, unclaimed_for)
        ready += [unit for unit in forgotten if unit not in ready]
        return Reconciled(ready=ready, expired=expired, quarantined=quarantined, overdue=overdue)

    @uninterrupted
    async def now(self) -> datetime:
        async with self._transactions.reading() as conn:
            instant: datetime = (await conn.execute(sa.select(now()))).scalar_one()
            return instant

    # -- rows ----------------------------------------------------------------------------------

    @staticmethod
    async def _lock(conn: AsyncConnection, account_id: str, job_id: UUID) -> AnyRow:
        job = await lock_job(conn, job_id)
        if job is None or job.account_id != account_id:
            raise JobNotFound(f"There is no job {job_id}.")
        return job

    @staticmethod
    async def _check(conn: AsyncConnection, account_id: str, job_id: UUID) -> None:
        rows = await conn.execute(
            sa.select(jobs.c.id).where(jobs.c.id == job_id, jobs.c.account_id == account_id)
        )
        if rows.first() is None:
            raise JobNotFound(f"There is no job {job_id}.")
