"""What every ``SpendingBook`` does."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from tiny_production import ACCOUNT, add_job
from uuid_utils.compat import uuid7

from adapters.postgres import Retention, SqlJobStore, SqlSpendingBook, SqlUpkeep
from adapters.postgres.clock import later
from adapters.postgres.tables import paid_calls
from domain.errors import CostCapReached
from domain.generation.brief import Brief
from domain.providers.book import (
    Abandoned,
    Answered,
    CallState,
    Intent,
    Payer,
    Reservation,
    Reserved,
    SpendingBook,
    UnderWay,
)
from domain.providers.prices import Basis

JOB, OTHER_JOB, UNIT = uuid7(), uuid7(), uuid7()
SHA = "ab" * 32
HOUR = 3_600.0
NOBODYS_TIME = Retention(events=0, jobs=0, results=0, deliveries=0, calls=0, spared=0)

Rows = Callable[[str], Awaitable[list[dict[str, Any]]]]


@pytest.fixture
def book(engine: AsyncEngine) -> SpendingBook:
    return SqlSpendingBook(engine)


def intent(
    name: str = "speech of a sentence",
    *,
    cost: int = 100,
    account: str = "local",
    job: UUID | None = JOB,
    unit: UUID | None = None,
    fence: int = 0,
    cap: int | None = None,
    month: str = "2026-11",
    model: str = "tts-1",
    basis: Basis = Basis.LISTED,
) -> Intent:
    return Intent(
        id=uuid7(),
        payer=Payer(account_id=account, job_id=job, unit_id=unit, fence=fence, cap=cap),
        fingerprint=name,
        provider="openai",
        model=model,
        service="speech",
        month=month,
        cost=cost,
        basis=basis,
    )


async def reserve(
    book: SpendingBook, what: Intent, *, cap: int | None = None, lease: float = 60.0
) -> Reservation:
    return await book.reserve(what, monthly_cap=cap, lease_seconds=lease)


async def settle(book: SpendingBook, what: Intent, *, cost: int = 40, answer: str = SHA) -> None:
    assert await reserve(book, what) == Reserved()
    await announce(book, what, cost=cost, answer=answer)
    await book.settle(what.id)


async def announce(book: SpendingBook, what: Intent, *, cost: int = 40, answer: str = SHA) -> bool:
    return await book.announce(
        what.id, answer=answer, units={"characters": 12.0}, cost=cost, basis=Basis.LISTED
    )


async def spent(book: SpendingBook, account: str = "local", month: str = "2026-11") -> int:
    return sum(line.cost for line in await book.of_month(account, month))


async def test_a_settled_call_is_answered_to_whoever_wants_the_same(book: SpendingBook) -> None:
    first = intent()
    await settle(book, first)

    again = await reserve(book, intent(job=OTHER_JOB))

    assert again == Answered(first.id, SHA)
    assert await spent(book) == 40, "what it did cost, not what it could have"


async def test_of_several_that_end_a_call_one_is_told_that_it_did(book: SpendingBook) -> None:
    first, second = intent("first"), intent("second")
    for one in (first, second):
        await reserve(book, one)
        await announce(book, one)

    assert [await book.settle(first.id), await book.settle(first.id)] == [True, False]
    ends = [await book.close(second.id, CallState.UNCERTAIN) for _ in range(2)]
    assert ends == [True, False]
    assert not await book.settle(second.id)
    assert await book.close(first.id, CallState.CHARGED), "its answer is gone"


async def test_who_comes_while_it_is_made_is_told_so(book: SpendingBook) -> None:
    assert await reserve(book, intent()) == Reserved()

    assert isinstance(await reserve(book, intent()), UnderWay)
    assert isinstance(await reserve(book, intent(unit=UNIT, fence=9)), UnderWay)


async def test_of_many_that_want_the_same_at_once_one_makes_it(book: SpendingBook) -> None:
    found = await asyncio.gather(*(reserve(book, intent()) for _ in range(8)))

    assert sum(isinstance(one, Reserved) for one in found) == 1
    assert sum(isinstance(one, UnderWay) for one in found) == 7


async def test_a_call_whose_unit_was_claimed_anew_is_abandoned(book: SpendingBook) -> None:
    first = intent(unit=UNIT, fence=3)
    await reserve(book, first)

    assert isinstance(await reserve(book, intent(unit=UNIT, fence=3)), UnderWay), "its own claim"
    assert await reserve(book, intent(unit=UNIT, fence=4)) == Abandoned(first.id, None, 100)


async def test_a_call_whose_lease_is_over_is_abandoned_with_what_it_was_about_to_keep(
    book: SpendingBook,
) -> None:
    first = intent()
    await reserve(book, first, lease=0.0)
    assert await announce(book, first)

    assert await reserve(book, intent()) == Abandoned(first.id, SHA, 40)
    await book.renew(first.id, 60.0)
    assert isinstance(await reserve(book, intent()), UnderWay), "it was renewed"


async def test_what_became_uncertain_counts_and_gives_its_place_to_the_next(
    book: SpendingBook,
) -> None:
    first, second = intent(cost=100), intent(cost=100)
    await reserve(book, first, lease=0.0)
    await book.close(first.id, CallState.UNCERTAIN)
    await settle(book, second, cost=60)

    [line] = await book.of_month("local", "2026-11")
    assert (line.calls, line.cost, line.uncertain, line.uncertain_calls) == (2, 160, 100, 1)
    assert [call.state for call in await book.of_job("local", JOB)] == ["uncertain", "settled"]


async def test_who_was_taken_for_dead_and_was_answered_counts_as_charged(
    book: SpendingBook,
) -> None:
    slow, second = intent(cost=100), intent()
    await reserve(book, slow, lease=0.0)
    await book.close(slow.id, CallState.UNCERTAIN)
    await settle(book, second, answer="cd" * 32)

    assert not await announce(book, slow, cost=30)
    await book.settle(slow.id)

    states = {call.state: call.usd for call in await book.of_job("local", JOB)}
    assert states == {CallState.CHARGED: 0.00003, CallState.SETTLED: 0.00004}
    assert await reserve(book, intent()) == Answered(second.id, "cd" * 32)


async def test_what_was_settled_does_not_become_uncertain_any_more(book: SpendingBook) -> None:
    first = intent()
    await settle(book, first)

    await book.close(first.id, CallState.UNCERTAIN)

    assert await reserve(book, intent()) == Answered(first.id, SHA)


async def test_a_call_that_was_not_paid_is_forgotten(book: SpendingBook) -> None:
    first = intent()
    await reserve(book, first)
    assert await book.release(first.id)
    assert not await book.release(first.id)

    assert await book.of_month("local", "2026-11") == []
    assert await reserve(book, intent()) == Reserved()


async def test_an_answer_that_was_lost_is_paid_again(book: SpendingBook) -> None:
    first = intent()
    await settle(book, first)

    await book.close(first.id, CallState.CHARGED)

    assert await reserve(book, intent()) == Reserved()
    assert await spent(book) == 140


async def test_nothing_goes_over_the_cap_of_a_job_however_many_try_at_once(
    book: SpendingBook,
) -> None:
    found = await asyncio.gather(*(reserve(book, intent(f"call {n}", cap=350)) for n in range(12)))

    assert sum(isinstance(one, Reserved) for one in found) == 3
    assert sum(isinstance(one, UnderWay) for one in found) == 9, "those may cost less in the end"
    assert await spent(book) == 300


async def test_nothing_goes_over_the_cap_of_the_month_however_many_try_at_once(
    book: SpendingBook,
) -> None:
    found = await asyncio.gather(
        *(reserve(book, intent(f"call {n}", job=uuid7()), cap=450) for n in range(12))
    )

    assert sum(isinstance(one, Reserved) for one in found) == 4
    assert await spent(book) == 400


async def test_what_is_spent_for_good_leaves_no_room(book: SpendingBook) -> None:
    await settle(book, intent("first"), cost=80)

    with pytest.raises(CostCapReached, match="this job") as refused:
        await reserve(book, intent("second", cap=170))
    assert "/retry` with a higher `max_cost`" in refused.value.hint_text
    with pytest.raises(CostCapReached, match="this month") as refused:
        await reserve(book, intent("second"), cap=170)
    assert "MONTHLY_COST_CAP" in refused.value.hint_text

    assert await reserve(book, intent("second", cap=180), cap=180) == Reserved()
    assert await reserve(book, intent("free", cost=0, cap=1), cap=1) == Reserved()
    assert await reserve(book, intent("first"), cap=0), "what was paid costs nothing again"


async def test_a_unit_that_went_on_while_its_job_was_retried_is_held_to_the_new_cap(
    book: SpendingBook, engine: AsyncEngine
) -> None:
    """What its worker was told when it claimed the unit is of before."""
    store = SqlJobStore(engine)
    job = await add_job(store, request=Brief(topic="Octopus", seed=7, max_cost=0.0001))
    await store.cancel(ACCOUNT, job.id)

    with pytest.raises(CostCapReached, match="this job"):
        await reserve(book, intent("first", cost=150, account=ACCOUNT, job=job.id, cap=100))
    for max_cost, cap in ((0.0002, 200), (None, None), (0.0001, 100)):
        await store.retry(ACCOUNT, job.id, max_cost)
        await store.cancel(ACCOUNT, job.id)
        told = intent(f"under {cap}", cost=150, account=ACCOUNT, job=job.id, cap=100)
        if cap == 100:
            with pytest.raises(CostCapReached, match="this job"):
                await reserve(book, told)
        else:
            assert await reserve(book, told) == Reserved()
            await book.release(told.id)


async def test_a_call_that_alone_costs_more_than_the_cap_is_refused_at_once(
    book: SpendingBook,
) -> None:
    await reserve(book, intent("first", cost=10))

    with pytest.raises(CostCapReached):
        await reserve(book, intent("second", cost=101, cap=100))


async def test_who_died_reserves_nothing_that_could_come_back(book: SpendingBook) -> None:
    await reserve(book, intent("first"), lease=0.0)

    with pytest.raises(CostCapReached):
        await reserve(book, intent("second", cap=150))
    [line] = await book.of_month("local", "2026-11")
    assert (line.reserved, line.uncertain, line.uncertain_calls) == (0, 100, 1)


async def test_a_month_begins_with_nothing_spent(book: SpendingBook) -> None:
    await settle(book, intent("first", month="2026-11"), cost=100)

    with pytest.raises(CostCapReached):
        await reserve(book, intent("second", month="2026-11"), cap=150)
    assert await reserve(book, intent("second", month="2026-12"), cap=150) == Reserved()
    assert await spent(book, month="2026-12") == 100


async def test_accounts_share_neither_answers_nor_caps(book: SpendingBook) -> None:
    first = intent(account="local")
    await settle(book, first, cost=100)

    assert await reserve(book, intent(account="studio", job=JOB, cap=100), cap=100) == Reserved()
    assert await spent(book, "studio") == 100
    assert await spent(book, "local") == 100
    await book.note_use("studio", OTHER_JOB, first.id)
    assert await book.of_job("studio", OTHER_JOB) == []
    assert len(await book.of_job("local", JOB)) == 1


async def test_a_job_lists_what_it_paid_and_what_it_was_given(book: SpendingBook) -> None:
    first = intent("first")
    await settle(book, first)
    await settle(book, intent("second", job=OTHER_JOB, model="tts-1-hd"), cost=70)
    await book.note_use("local", OTHER_JOB, first.id)
    await book.note_use("local", OTHER_JOB, first.id)
    await book.note_use("local", JOB, first.id)

    [paid] = await book.of_job("local", JOB)
    assert (paid.cached, paid.usd, paid.units) == (False, 0.00004, {"characters": 12.0})
    calls = await book.of_job("local", OTHER_JOB)
    assert [(call.model, call.cached, call.usd) for call in calls] == [
        ("tts-1-hd", False, 0.00007),
        ("tts-1", True, 0.0),
    ]


async def test_a_month_is_told_by_model_and_says_what_was_assumed(book: SpendingBook) -> None:
    await reserve(book, intent("a", model="b"))
    await reserve(book, intent("b", model="a", basis=Basis.DEAREST_OF_PROVIDER))
    await reserve(book, intent("c", model="a", cost=5))

    lines = await book.of_month("local", "2026-11")

    assert [(line.model, line.calls, line.cost, line.assumed) for line in lines] == [
        ("a", 2, 105, 100),
        ("b", 1, 100, 0),
    ]
    assert [line.reserved for line in lines] == [105, 100]


async def test_calls_that_had_their_time_leave_their_totals(
    book: SpendingBook, engine: AsyncEngine, rows: Rows
) -> None:
    await settle(book, intent("first"), cost=40)
    await settle(book, intent("second"), cost=50)
    died = intent("third", basis=Basis.DEAREST_KNOWN)
    await reserve(book, died, lease=0.0)
    await age(engine, 10 * HOUR)
    before = await book.of_month("local", "2026-11")
    kept = msgspec.structs.replace(NOBODYS_TIME, calls=11 * HOUR)
    upkeep = SqlUpkeep(engine)

    assert (await upkeep.expire(kept)).calls == 0
    assert (await upkeep.marks()).artifacts == {SHA}
    expired, marks = await upkeep.foresee(NOBODYS_TIME)
    assert (expired.calls, marks.artifacts) == (3, set())
    assert (await upkeep.expire(NOBODYS_TIME)).calls == 3

    assert await rows("SELECT * FROM paid_calls") == []
    assert await book.of_month("local", "2026-11") == before
    assert (await upkeep.marks()).artifacts == set()
    await settle(book, intent("first"), cost=7)
    await age(engine, HOUR)
    await upkeep.expire(NOBODYS_TIME)
    assert await spent(book) == 40 + 50 + 100 + 7
    with pytest.raises(CostCapReached):
        await reserve(book, intent("fourth"), cap=200)


async def test_an_answer_that_is_used_stays(book: SpendingBook, engine: AsyncEngine) -> None:
    first = intent()
    await settle(book, first)
    await age(engine, 10 * HOUR)
    kept = msgspec.structs.replace(NOBODYS_TIME, calls=HOUR)

    assert isinstance(await reserve(book, intent(job=OTHER_JOB)), Answered)

    assert (await SqlUpkeep(engine).expire(kept)).calls == 0


async def age(engine: AsyncEngine, seconds: float) -> None:
    columns = ("created_at", "used_at", "lease_until")
    async with engine.begin() as conn:
        await conn.execute(
            sa.update(paid_calls).values(
                {name: later(paid_calls.c[name], -seconds) for name in columns}
            )
        )
