"""A paid call is paid once, within the caps, and its answer kept before anybody uses it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from uuid_utils.compat import uuid7

from adapters.directory.artifact_store import DirectoryArtifactStore
from adapters.postgres import SqlSpendingBook, make_engine
from adapters.postgres.spending_tables import paid_calls
from domain.errors import CallUnderWay, CostCapReached, StorageFull, VoiceNotFound
from domain.providers.book import CallState, Intent, PaidCall, Payer
from domain.providers.failures import ProviderFailed, Verdict
from domain.providers.prices import Basis, read_prices
from domain.providers.spending import Purchase, PurseOnItsLoop, Sold
from domain.providers.takings import Outcome
from domain.providers.till import POLL_SECONDS, Till, fingerprint_of

JOB = uuid7()
PAYER = Payer(account_id="local", job_id=JOB, unit_id=uuid7(), fence=1)
PRICES = "shop\tplain\tcharacters\t1\t1000\n"
SPEECH = Purchase(
    provider="shop",
    model="plain",
    service="speech",
    parts={"text": "An octopus has three hearts."},
    most={"characters": 100.0},
)
"""may cost 0.1 dollars"""


class Shop:
    """Answers calls, and counts them."""

    def __init__(self, *, units: dict[str, float] | None = None) -> None:
        self.keys: list[str] = []
        self.units = {"characters": 28.0} if units is None else units
        self.failure: BaseException | None = None
        self.opened = asyncio.Event()
        self.opened.set()

    async def send(self, key: str) -> Sold:
        self.keys.append(key)
        await self.opened.wait()
        if self.failure is not None:
            raise self.failure
        return Sold(f"answer {len(self.keys)}".encode(), self.units)


@pytest.fixture
async def engine(sqlite_url: str) -> Any:
    engine = make_engine(sqlite_url)
    yield engine
    await engine.dispose()


@pytest.fixture
def artifacts(tmp_path: Path) -> DirectoryArtifactStore:
    return DirectoryArtifactStore(tmp_path / "artifacts", tmp_path / "videos")


@pytest.fixture
def make_till(engine: AsyncEngine, artifacts: DirectoryArtifactStore) -> Callable[..., Till]:
    def make(**changed: Any) -> Till:
        given: dict[str, Any] = {
            "monthly_cap": None,
            "new_id": uuid7,
            "clock": lambda: datetime(2026, 11, 30, 23, 59, tzinfo=UTC).timestamp(),
            "lease_seconds": 30.0,
        }
        answers = changed.pop("answers", artifacts)
        return Till(SqlSpendingBook(engine), read_prices(PRICES), answers, **given | changed)

    return make


@pytest.fixture
def till(make_till: Callable[..., Till]) -> Till:
    return make_till()


async def calls(till: Till, job: Any = JOB) -> list[PaidCall]:
    return await till.calls_of("local", job)


async def test_what_was_bought_costs_nothing_the_second_time(till: Till) -> None:
    shop, other_job = Shop(), uuid7()

    first = await till.purse(PAYER).buy(SPEECH, shop.send)
    again = await till.purse(PAYER).buy(SPEECH, shop.send)
    payer = msgspec.structs.replace(PAYER, job_id=other_job)
    elsewhere = await till.purse(payer).buy(SPEECH, shop.send)

    assert first == again == elsewhere == b"answer 1"
    assert len(shop.keys) == 1
    [paid] = await calls(till)
    assert (paid.state, paid.usd, paid.cached) == (CallState.SETTLED, 0.028, False)
    [given] = await calls(till, other_job)
    assert (given.usd, given.cached) == (0.0, True)
    [line] = await till.spent_in("local", "2026-11")
    assert (line.calls, line.cost, line.reserved) == (1, 28_000, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"provider": "other"},
        {"model": "grand"},
        {"service": "chat"},
        {"parts": {"text": "Another."}},
    ],
)
async def test_another_purchase_is_another_call(till: Till, change: dict[str, Any]) -> None:
    shop = Shop()
    await till.purse(PAYER).buy(SPEECH, shop.send)

    await till.purse(PAYER).buy(msgspec.structs.replace(SPEECH, **change), shop.send)

    assert len(set(shop.keys)) == 2


async def test_more_room_for_the_answer_makes_it_no_other_call(till: Till) -> None:
    shop = Shop()
    await till.purse(PAYER).buy(SPEECH, shop.send)
    roomy = msgspec.structs.replace(SPEECH, most={"characters": 900.0})

    assert await till.purse(PAYER).buy(roomy, shop.send) == b"answer 1"


async def test_of_many_that_want_the_same_one_pays_and_all_are_answered(till: Till) -> None:
    shop = Shop()
    shop.opened.clear()
    buying = [asyncio.create_task(till.purse(PAYER).buy(SPEECH, shop.send)) for _ in range(5)]
    while not shop.keys:
        await asyncio.sleep(0)
    shop.opened.set()

    assert await asyncio.gather(*buying) == [b"answer 1"] * 5
    assert len(shop.keys) == 1


async def test_who_waits_too_long_is_told_to_come_back(make_till: Callable[..., Till]) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    till, shop = make_till(sleep=sleep), Shop()
    shop.opened.clear()
    buying = asyncio.create_task(till.purse(PAYER).buy(SPEECH, shop.send))
    while not shop.keys:
        await asyncio.sleep(0)

    with pytest.raises(CallUnderWay) as told:
        await till.purse(PAYER).buy(SPEECH, shop.send)

    assert told.value.transient
    assert set(waits) == {POLL_SECONDS}
    shop.opened.set()
    assert await buying == b"answer 1"


async def test_a_call_that_was_refused_costs_nothing(till: Till) -> None:
    shop = Shop()
    for shop.failure in (ProviderFailed("No.", Verdict.NEXT), VoiceNotFound("Nobody.")):
        with pytest.raises(type(shop.failure)):
            await till.purse(PAYER).buy(SPEECH, shop.send)

    assert await calls(till) == []
    shop.failure = None
    assert await till.purse(PAYER).buy(SPEECH, shop.send) == b"answer 3"
    assert len(set(shop.keys)) == 1, "a repetition has the same key"


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (ProviderFailed("Cut off.", Verdict.RETRY, is_charged=None), CallState.UNCERTAIN),
        (ProviderFailed("Nonsense.", Verdict.NEXT, is_charged=True), CallState.CHARGED),
        (RuntimeError("a bug"), CallState.UNCERTAIN),
    ],
)
async def test_a_call_that_may_be_billed_counts_in_full(
    till: Till, failure: Exception, state: CallState
) -> None:
    shop = Shop()
    shop.failure = failure
    with pytest.raises(type(failure)):
        await till.purse(PAYER).buy(SPEECH, shop.send)
    shop.failure = None

    await till.purse(PAYER).buy(SPEECH, shop.send)

    told = [(call.state, call.usd) for call in await calls(till)]
    assert told == [(state, 0.1), (CallState.SETTLED, 0.028)]
    assert len(set(shop.keys)) == 1


async def test_a_call_that_is_stopped_counts_as_uncertain(make_till: Callable[..., Till]) -> None:
    till, shop = make_till(grace_seconds=0.01), Shop()
    shop.opened.clear()
    buying = asyncio.create_task(till.purse(PAYER).buy(SPEECH, shop.send))
    while not shop.keys:
        await asyncio.sleep(0)

    buying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await buying

    assert [call.state for call in await calls(till)] == [CallState.UNCERTAIN]


async def test_an_answer_that_comes_soon_after_the_stop_is_kept(till: Till) -> None:
    shop = Shop()
    shop.opened.clear()
    buying = asyncio.create_task(till.purse(PAYER).buy(SPEECH, shop.send))
    while not shop.keys:
        await asyncio.sleep(0)

    buying.cancel()
    asyncio.get_running_loop().call_soon(shop.opened.set)
    with pytest.raises(asyncio.CancelledError):
        await buying

    assert await till.purse(PAYER).buy(SPEECH, shop.send) == b"answer 1"
    assert [call.state for call in await calls(till)] == [CallState.SETTLED]


async def test_what_nobody_can_price_is_left_to_the_next_provider(till: Till) -> None:
    shop = Shop()
    painting = msgspec.structs.replace(SPEECH, most={"megapixels": 2.0})

    with pytest.raises(ProviderFailed, match="No price is known") as failed:
        await till.purse(PAYER).buy(painting, shop.send)

    assert (failed.value.verdict, shop.keys) == (Verdict.NEXT, [])


async def test_caps_are_kept_before_anything_is_sent(make_till: Callable[..., Till]) -> None:
    shop = Shop()
    month = make_till(monthly_cap=99_999)
    with pytest.raises(CostCapReached, match="this month"):
        await month.purse(PAYER).buy(SPEECH, shop.send)
    poor = msgspec.structs.replace(PAYER, cap=99_999)
    with pytest.raises(CostCapReached, match="this job"):
        await make_till().purse(poor).buy(SPEECH, shop.send)
    with pytest.raises(CostCapReached, match="this job"):
        await make_till().purse_without_job("local", 99_999).buy(SPEECH, shop.send)

    assert shop.keys == []
    assert await make_till().purse_without_job("local", 100_000).buy(SPEECH, shop.send)


async def test_who_waits_for_what_others_reserve_gets_what_they_leave(
    make_till: Callable[..., Till],
) -> None:
    till = make_till(monthly_cap=130_000)
    shop = Shop()
    shop.opened.clear()
    another = msgspec.structs.replace(SPEECH, parts={"text": "Another."})
    buying = [
        asyncio.create_task(till.purse(PAYER).buy(what, shop.send)) for what in (SPEECH, another)
    ]
    while not shop.keys:
        await asyncio.sleep(0)
    shop.opened.set()

    assert sorted(await asyncio.gather(*buying)) == [b"answer 1", b"answer 2"]


async def test_more_units_than_were_thought_of_are_counted(till: Till) -> None:
    await till.purse(PAYER).buy(SPEECH, Shop(units={"characters": 5_000.0}).send)

    assert [call.usd for call in await calls(till)] == [5.0]


async def test_units_that_make_no_sense_count_with_the_most(till: Till) -> None:
    await till.purse(PAYER).buy(SPEECH, Shop(units={"characters": -1.0}).send)

    assert [call.usd for call in await calls(till)] == [0.1]


async def test_an_unknown_model_is_counted_and_said_so(till: Till) -> None:
    grand = msgspec.structs.replace(SPEECH, model="grand")

    await till.purse(PAYER).buy(grand, Shop().send)

    assert [call.price for call in await calls(till)] == [Basis.DEAREST_OF_PROVIDER]
    assert [line.assumed for line in await till.spent_in("local", "2026-11")] == [28_000]


async def test_an_answer_that_is_gone_is_bought_again(
    till: Till, artifacts: DirectoryArtifactStore
) -> None:
    shop = Shop()
    await till.purse(PAYER).buy(SPEECH, shop.send)
    async for artifact in artifacts.listing():
        await artifacts.delete(artifact.sha256)

    assert await till.purse(PAYER).buy(SPEECH, shop.send) == b"answer 2"

    assert [call.state for call in await calls(till)] == [CallState.CHARGED, CallState.SETTLED]


async def test_an_answer_that_no_disk_had_room_for_is_not_paid_again(
    make_till: Callable[..., Till], artifacts: DirectoryArtifactStore
) -> None:
    class FullOnce:
        read = artifacts.read
        is_full = True

        async def put_bytes(self, data: bytes) -> Any:
            if self.is_full:
                raise StorageFull
            return await artifacts.put_bytes(data)

    answers = FullOnce()
    till, shop = make_till(answers=answers), Shop()
    with pytest.raises(StorageFull):
        await till.purse(PAYER).buy(SPEECH, shop.send)
    answers.is_full = False
    retried = msgspec.structs.replace(PAYER, fence=2)

    assert await till.purse(retried).buy(SPEECH, shop.send) == b"answer 1"

    assert len(shop.keys) == 1
    assert [call.state for call in await calls(till)] == [CallState.SETTLED]


async def test_a_call_under_way_is_kept_alive(
    make_till: Callable[..., Till], engine: AsyncEngine
) -> None:
    async def lease() -> datetime:
        async with engine.connect() as conn:
            ends: datetime = (await conn.execute(sa.select(paid_calls.c.lease_until))).scalar_one()
        return ends

    till, shop = make_till(lease_seconds=3.0), Shop()
    shop.opened.clear()
    buying = asyncio.create_task(till.purse(PAYER).buy(SPEECH, shop.send))
    while not shop.keys:
        await asyncio.sleep(0)
    first = await lease()
    waiting = asyncio.create_task(till.purse(PAYER).buy(SPEECH, shop.send))

    # whoever waits looks every so often, and finds it under way
    async with asyncio.timeout(60):
        while await lease() <= first:
            await asyncio.sleep(0.05)
    assert not waiting.done()
    shop.opened.set()

    assert await asyncio.gather(buying, waiting) == [b"answer 1"] * 2
    assert len(shop.keys) == 1


async def test_a_purse_pays_on_its_own_loop_for_another(till: Till) -> None:
    shop = Shop()
    purse = PurseOnItsLoop(till.purse(Payer(account_id="local")))
    loops: list[asyncio.AbstractEventLoop] = []

    async def send(key: str) -> Sold:
        loops.append(asyncio.get_running_loop())
        return await shop.send(key)

    bought: Awaitable[bytes] = asyncio.to_thread(lambda: asyncio.run(purse.buy(SPEECH, send)))

    assert await bought == b"answer 1"
    assert loops == [asyncio.get_running_loop()]
    shop.failure = ProviderFailed("No.", Verdict.NEXT)
    another = msgspec.structs.replace(SPEECH, parts={})
    with pytest.raises(ProviderFailed):
        await asyncio.to_thread(lambda: asyncio.run(purse.buy(another, send)))


class Counted:
    """What was told of calls, in order."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, int]] = []

    def paid(self, provider: str, outcome: Outcome, micros: int) -> None:
        self.told.append((provider, outcome.value, micros))

    def reused(self, provider: str) -> None:
        self.told.append((provider, "reused", 0))


async def test_each_call_is_counted_once_as_it_ends(make_till: Callable[..., Till]) -> None:
    counted, shop = Counted(), Shop()
    till = make_till(takings=counted)
    for shop.failure in (
        ProviderFailed("No.", Verdict.NEXT),
        VoiceNotFound("Nobody."),
        ProviderFailed("Cut off.", Verdict.RETRY, is_charged=None),
        ProviderFailed("Nonsense.", Verdict.NEXT, is_charged=True),
        None,
        None,
    ):
        with suppress(ProviderFailed, VoiceNotFound):
            await till.purse(PAYER).buy(SPEECH, shop.send)

    assert counted.told == [
        ("shop", "not_charged", 0),
        ("shop", "not_charged", 0),
        ("shop", "uncertain", 100_000),
        ("shop", "charged", 100_000),
        ("shop", "settled", 28_000),
        ("shop", "reused", 0),
    ]


async def test_a_call_whose_maker_died_is_counted_by_whoever_finds_it(
    make_till: Callable[..., Till], engine: AsyncEngine
) -> None:
    intent = Intent(
        id=uuid7(),
        payer=PAYER,
        fingerprint=fingerprint_of(PAYER.account_id, SPEECH),
        provider=SPEECH.provider,
        model=SPEECH.model,
        service=SPEECH.service,
        month="2026-11",
        cost=100_000,
        basis=Basis.LISTED,
    )
    await SqlSpendingBook(engine).reserve(intent, monthly_cap=None, lease_seconds=0.0)
    counted = Counted()

    await make_till(takings=counted).purse(PAYER).buy(SPEECH, Shop().send)

    assert counted.told == [("shop", "uncertain", 100_000), ("shop", "settled", 28_000)]
