"""The book of paid calls on Postgres or SQLite."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.clock import insert_if_absent, later, now
from adapters.postgres.engine import Transactions
from adapters.postgres.spending_tables import call_uses, paid_calls
from adapters.postgres.spending_totals import spent_by_job, spent_in_month, totals_of_month
from adapters.postgres.tables import jobs
from adapters.postgres.uninterrupted import uninterrupted
from domain.errors import CostCapReached
from domain.generation.brief import cap_of
from domain.providers.book import (
    Abandoned,
    Answered,
    CallState,
    Intent,
    PaidCall,
    Payer,
    Reservation,
    Reserved,
    Spending,
    UnderWay,
)
from domain.providers.prices import Basis, dollars, usd_of

ONE_AT_A_TIME = sa.text(
    "SELECT pg_advisory_xact_lock(hashtextextended('spending ' || :account, 0))"
)
"""of an account, until the transaction ends; on SQLite every writer is alone"""

SAME_CALL = "The same call is under way elsewhere."


WAYS_OUT = {
    "job": "`POST /api/jobs/{id}/retry` with a higher `max_cost` goes on with a job that failed "
    "so, and what was paid isn't paid again; or ask anew with a higher one.",
    "month": "Have MONTHLY_COST_CAP of the server raised, then `POST /api/jobs/{id}/retry`.",
}
"""by the cap that was reached"""


class SqlSpendingBook:
    """Paid calls of accounts (port ``SpendingBook``)."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)

    @uninterrupted
    async def reserve(
        self, intent: Intent, *, monthly_cap: int | None, lease_seconds: float
    ) -> Reservation:
        payer = intent.payer
        async with self._transactions.writing() as conn:
            await lock_account(conn, payer.account_id)
            found = await _same_call(conn, intent)
            if found is not None:
                return found
            crowded = await _find_room(conn, intent, monthly_cap)
            if crowded is not None:
                return crowded
            await conn.execute(
                sa.insert(paid_calls).values(
                    id=intent.id,
                    account_id=payer.account_id,
                    job_id=payer.job_id,
                    unit_id=payer.unit_id,
                    fence=payer.fence,
                    fingerprint=intent.fingerprint,
                    provider=intent.provider,
                    model=intent.model,
                    service=intent.service,
                    month=intent.month,
                    state=CallState.RESERVED,
                    cost=intent.cost,
                    basis=intent.basis,
                    units={},
                    lease_until=later(now(), lease_seconds),
                    created_at=now(),
                    used_at=now(),
                )
            )
        return Reserved()

    @uninterrupted
    async def renew(self, call_id: UUID, lease_seconds: float) -> None:
        await self._change(call_id, CallState.RESERVED, lease_until=later(now(), lease_seconds))

    @uninterrupted
    async def announce(
        self, call_id: UUID, *, answer: str, units: dict[str, float], cost: int, basis: Basis
    ) -> bool:
        known = {"units": units, "cost": cost, "basis": basis}
        if await self._change(call_id, CallState.RESERVED, answer=answer, **known):
            return True
        await self._change(call_id, CallState.UNCERTAIN, state=CallState.CHARGED, **known)
        return False

    @uninterrupted
    async def settle(self, call_id: UUID) -> bool:
        return await self._change(
            call_id, CallState.RESERVED, state=CallState.SETTLED, used_at=now()
        )

    @uninterrupted
    async def close(self, call_id: UUID, state: CallState) -> bool:
        # one that was settled in the meantime is certain
        before = [CallState.RESERVED]
        if state is CallState.CHARGED:
            before.append(CallState.SETTLED)
        return await self._change(call_id, *before, state=state, answer=None)

    @uninterrupted
    async def release(self, call_id: UUID) -> bool:
        reserved = sa.delete(paid_calls).where(
            paid_calls.c.id == call_id, paid_calls.c.state == CallState.RESERVED
        )
        async with self._transactions.writing() as conn:
            return bool((await conn.execute(reserved)).rowcount)

    @uninterrupted
    async def note_use(self, account_id: str, job_id: UUID, call_id: UUID) -> None:
        own = sa.select(paid_calls.c.job_id).where(
            paid_calls.c.id == call_id, paid_calls.c.account_id == account_id
        )
        async with self._transactions.writing() as conn:
            row = (await conn.execute(own)).one_or_none()
            if row is None or row.job_id == job_id:
                return
            await conn.execute(
                insert_if_absent(conn, call_uses).values(
                    job_id=job_id, call_id=call_id, account_id=account_id, used_at=now()
                )
            )

    @uninterrupted
    async def of_job(self, account_id: str, job_id: UUID) -> list[PaidCall]:
        paid = sa.select(paid_calls, paid_calls.c.created_at.label("at")).where(
            paid_calls.c.account_id == account_id, paid_calls.c.job_id == job_id
        )
        used = (
            sa.select(paid_calls, call_uses.c.used_at.label("at"))
            .join(call_uses, call_uses.c.call_id == paid_calls.c.id)
            .where(call_uses.c.account_id == account_id, call_uses.c.job_id == job_id)
        )
        async with self._transactions.watching() as conn:
            calls = [_call(row, cached=False) for row in await conn.execute(paid)]
            calls += [_call(row, cached=True) for row in await conn.execute(used)]
        return sorted(calls, key=lambda call: (call.at, call.provider, call.model))

    @uninterrupted
    async def of_month(self, account_id: str, month: str) -> list[Spending]:
        async with self._transactions.watching() as conn:
            return await totals_of_month(conn, account_id, month)

    async def _change(self, call_id: UUID, *before: CallState, **values: Any) -> bool:
        change = (
            sa.update(paid_calls)
            .where(paid_calls.c.id == call_id, paid_calls.c.state.in_(before))
            .values(values)
        )
        async with self._transactions.writing() as conn:
            return bool((await conn.execute(change)).rowcount)


async def lock_account(conn: AsyncConnection, account_id: str) -> None:
    """Let nobody else spend of an account until the transaction ends."""
    if conn.dialect.name == "postgresql":
        await conn.execute(ONE_AT_A_TIME, {"account": account_id})


async def _same_call(conn: AsyncConnection, intent: Intent) -> Reservation | None:
    live = sa.select(paid_calls, (paid_calls.c.lease_until <= now()).label("is_over")).where(
        paid_calls.c.account_id == intent.payer.account_id,
        paid_calls.c.fingerprint == intent.fingerprint,
        paid_calls.c.state.in_([CallState.RESERVED, CallState.SETTLED]),
    )
    row = (await conn.execute(live)).one_or_none()
    if row is None:
        return None
    if row.state is CallState.SETTLED:
        noted = sa.update(paid_calls).where(paid_calls.c.id == row.id).values(used_at=now())
        await conn.execute(noted)
        return Answered(row.id, row.answer)
    if row.is_over or _is_of_an_earlier_claim(row, intent.payer):
        return Abandoned(row.id, row.answer, row.cost)
    return UnderWay(SAME_CALL)


def _is_of_an_earlier_claim(row: Any, payer: Payer) -> bool:
    return payer.unit_id is not None and row.unit_id == payer.unit_id and row.fence < payer.fence


async def _find_room(
    conn: AsyncConnection, intent: Intent, monthly_cap: int | None
) -> UnderWay | None:
    """None when the intent's cost fits under every cap; what is free always does."""
    payer = intent.payer
    if not intent.cost:
        return None
    caps = []
    job_cap = await _cap_of_job(conn, payer)
    if job_cap is not None and payer.job_id is not None:
        counted = await spent_by_job(conn, payer.account_id, payer.job_id)
        caps.append(("job", job_cap, *counted))
    if monthly_cap is not None:
        counted = await spent_in_month(conn, payer.account_id, intent.month)
        caps.append(("month", monthly_cap, *counted))
    crowded = None
    for what, cap, total, passing in caps:
        if total + intent.cost <= cap:
            continue
        if total - passing + intent.cost > cap:
            raise _too_dear(intent, what, cap, total)
        crowded = UnderWay(f"Calls that are under way reserve what is left for this {what}.")
    return crowded


async def _cap_of_job(conn: AsyncConnection, payer: Payer) -> int | None:
    """What the payer's job may cost in all: units that went on while it was retried don't know."""
    if payer.job_id is None:
        return None
    asked = sa.select(jobs.c.request).where(
        jobs.c.id == payer.job_id, jobs.c.account_id == payer.account_id
    )
    request = (await conn.execute(asked)).scalar_one_or_none()
    return payer.cap if request is None else cap_of(request)


def _too_dear(intent: Intent, what: str, cap: int, total: int) -> CostCapReached:
    return CostCapReached(
        f"A call to {intent.provider} ({intent.model}) may cost {dollars(intent.cost)}; of "
        f"the {dollars(cap)} that this {what} may cost, {dollars(total)} are spent or reserved.",
        hint=WAYS_OUT[what],
        cap=what,
    )


def _call(row: Any, *, cached: bool) -> PaidCall:
    return PaidCall(
        provider=row.provider,
        model=row.model,
        service=row.service,
        state=row.state,
        units=row.units,
        usd=0.0 if cached else usd_of(row.cost),
        price=Basis(row.basis),
        cached=cached,
        at=row.at,
    )
