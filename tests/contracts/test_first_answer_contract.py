"""A key stands for one answer: whoever comes with it again is told the same, secrets included."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from tiny_production import ACCOUNT, add_job
from webhook_office import KEY as SECRET_KEY
from webhook_office import URL, Office, new

from adapters.cryptography import AesSealer
from adapters.postgres import Retention, SqlJobStore, SqlKeyStore, SqlUpkeep, make_engine
from adapters.postgres.clock import later
from adapters.postgres.tables import first_answers
from domain.access import Keys, MadeKey, Scope
from domain.errors import (
    IdempotencyKeyReused,
    SecretUnreadable,
    TooManyWebhooks,
    WebhookNotFound,
)
from domain.jobs.model import Idempotency
from domain.once import Answered, FirstAnswers, Once
from domain.webhooks import AccountSecret, Delivery, NewSecret

Rows = Callable[[str], Coroutine[Any, Any, list[dict[str, Any]]]]

HOOK = UUID(int=1)
KEY = Idempotency(key="order-1042", route="POST /api/keys", body="a" * 64)
OTHER_BODY = msgspec.structs.replace(KEY, body="b" * 64)
OTHER_ROUTE = msgspec.structs.replace(KEY, route="POST /api/webhooks")
DAY = 86_400.0
RETENTION = Retention(events=DAY, jobs=DAY, results=DAY, deliveries=DAY, calls=DAY, spared=DAY)


class Desk:
    """All that makes something once, as one process has it."""

    def __init__(self, engine: AsyncEngine, *, secret_key: bytes = SECRET_KEY) -> None:
        self.office = Office(engine, key=secret_key)
        self.webhooks = self.office.webhooks
        self.keys = Keys(SqlKeyStore(engine), draw=secrets.token_hex, clock=time.monotonic)
        self.answers = FirstAnswers(AesSealer(lambda: [secret_key]))

    async def key(
        self, asked: Idempotency | None = KEY, account: str = ACCOUNT
    ) -> Answered[MadeKey]:
        return await self.answers.give(
            account,
            asked,
            MadeKey,
            lambda once: self.keys.create(account, "laptop", [Scope.ADMIN], once=once),
        )

    async def webhook(self, asked: Idempotency | None = KEY) -> Answered[NewSecret]:
        return await self.answers.give(
            ACCOUNT,
            asked,
            NewSecret,
            lambda once: self.webhooks.create(ACCOUNT, URL, [], "", once=once),
        )

    async def rotation(self, asked: Idempotency | None = KEY) -> Answered[NewSecret]:
        return await self.answers.give(
            ACCOUNT,
            asked,
            NewSecret,
            lambda once: self.webhooks.rotate(ACCOUNT, HOOK, once=once),
        )

    async def account_rotation(self, asked: Idempotency | None = KEY) -> Answered[AccountSecret]:
        return await self.answers.give(
            ACCOUNT,
            asked,
            AccountSecret,
            lambda once: self.webhooks.rotate_account_secret(ACCOUNT, once=once),
        )

    async def test(self, asked: Idempotency | None = KEY) -> Answered[Delivery]:
        return await self.answers.give(
            ACCOUNT, asked, Delivery, lambda once: self.webhooks.test(ACCOUNT, HOOK, once=once)
        )

    async def resending(self, asked: Idempotency | None = KEY) -> Answered[Delivery]:
        [sent] = await self.office.log()
        return await self.answers.give(
            ACCOUNT,
            asked,
            Delivery,
            lambda once: self.webhooks.resend(ACCOUNT, sent.id, HOOK, once=once),
        )


@pytest.fixture
async def desk(engine: AsyncEngine) -> Desk:
    return Desk(engine)


async def counted(rows: Rows, table: str) -> int:
    [row] = await rows(f"SELECT count(*) AS n FROM {table}")
    return int(row["n"])


async def let_pass(engine: AsyncEngine, seconds: float) -> None:
    async with engine.begin() as conn:
        earlier = later(first_answers.c.expires_at, -seconds)
        await conn.execute(sa.update(first_answers).values(expires_at=earlier))


MAKERS: dict[str, tuple[Callable[[Desk], Awaitable[Answered[Any]]], str]] = {
    "key": (Desk.key, "SELECT * FROM api_keys"),
    "webhook": (Desk.webhook, "SELECT * FROM webhooks"),
    "rotation": (Desk.rotation, "SELECT secret, previous_secret FROM webhooks"),
    "account's rotation": (Desk.account_rotation, "SELECT * FROM webhook_secrets"),
    "test": (Desk.test, "SELECT * FROM webhook_deliveries"),
    "resending": (Desk.resending, "SELECT run_at FROM webhook_deliveries"),
}


@pytest.mark.parametrize("what", MAKERS)
async def test_the_same_request_makes_nothing_and_is_answered_the_same_after_a_restart(
    engine: AsyncEngine, desk: Desk, rows: Rows, what: str
) -> None:
    make, query = MAKERS[what]
    if what in ("rotation", "test", "resending"):
        await desk.office.store.add(new(), 5)
    if what == "resending":
        await desk.office.outbox.add_test(ACCOUNT, HOOK, uuid4())
    first = await make(desk)
    made = await rows(query)

    again = await make(desk)
    restarted = await make(Desk(engine))

    assert not first.is_replay
    assert again == restarted == Answered(first.answer, is_replay=True)
    assert await rows(query) == made
    assert await counted(rows, "first_answers") == 1


async def test_what_is_shown_once_is_kept_sealed_and_opens_with_the_same_secret_key_alone(
    engine: AsyncEngine, desk: Desk, rows: Rows
) -> None:
    made = await desk.key()
    hook = await desk.webhook(msgspec.structs.replace(KEY, key="order-1043"))

    kept = await rows("SELECT * FROM first_answers ORDER BY key")

    assert len(kept) == 2
    for secret in (made.answer.token, made.answer.token[-64:], hook.answer.secret, "laptop", URL):
        assert secret not in str(kept)
    with pytest.raises(SecretUnreadable, match="order-1042") as refusal:
        await Desk(engine, secret_key=b"x" * 32).key()
    assert "SECRET_KEY" in refusal.value.hint_text
    # an answer opens only in its own row
    async with engine.begin() as conn:
        swapped = sa.update(first_answers).where(first_answers.c.key == "order-1042")
        await conn.execute(swapped.values(answer=kept[1]["answer"]))
    with pytest.raises(SecretUnreadable):
        await desk.key()


@pytest.mark.parametrize("other", [OTHER_BODY, OTHER_ROUTE], ids=["body", "route"])
async def test_another_request_with_the_key_is_refused_and_leaves_nothing(
    desk: Desk, rows: Rows, other: Idempotency
) -> None:
    await desk.key()

    for refused in (desk.key, desk.webhook):
        with pytest.raises(IdempotencyKeyReused, match=r"'order-1042'.*POST /api/keys"):
            await refused(other)

    assert await counted(rows, "api_keys") == 1
    assert await counted(rows, "webhooks") == 0
    assert not (await desk.key(msgspec.structs.replace(other, key="free"))).is_replay


async def test_a_key_that_made_a_job_is_refused_until_its_day_is_over(
    engine: AsyncEngine, desk: Desk, rows: Rows
) -> None:
    of_job = msgspec.structs.replace(KEY, route="POST /api/generate")
    await add_job(SqlJobStore(engine), idempotency=of_job)
    with pytest.raises(IdempotencyKeyReused, match="POST /api/generate"):
        await desk.key()
    assert await counted(rows, "api_keys") == 0

    async with engine.begin() as conn:
        await conn.execute(
            sa.text("UPDATE idempotency_keys SET expires_at = (SELECT created_at FROM jobs)")
        )

    assert not (await desk.key()).is_replay


async def test_keys_of_two_accounts_and_requests_without_one_have_nothing_to_do_with_each_other(
    desk: Desk, rows: Rows
) -> None:
    made = [await desk.key(), await desk.key(account="studio")]
    made += [await desk.key(None), await desk.key(None)]

    assert len({one.answer.token for one in made}) == 4
    assert not any(one.is_replay for one in made)
    assert await counted(rows, "first_answers") == 2


async def test_a_request_that_is_refused_leaves_its_key_free(desk: Desk, rows: Rows) -> None:
    with pytest.raises(WebhookNotFound):
        await desk.rotation()
    assert await counted(rows, "first_answers") == 0

    await desk.office.store.add(new(), 5)

    assert not (await desk.rotation()).is_replay


async def test_what_was_made_is_answered_even_if_it_would_be_refused_now(
    desk: Desk, rows: Rows
) -> None:
    first = await desk.webhook()
    for number in range(2, 21):
        await desk.office.store.add(new(number), 20)
    with pytest.raises(TooManyWebhooks):
        await desk.webhook(msgspec.structs.replace(KEY, key="order-1043"))

    assert (await desk.webhook()).answer == first.answer
    await desk.webhooks.remove(ACCOUNT, first.answer.webhook.id)
    assert (await desk.webhook()).answer == first.answer
    assert await counted(rows, "webhooks") == 19


async def test_after_its_day_a_key_is_free_and_taken_anew(
    engine: AsyncEngine, desk: Desk, rows: Rows
) -> None:
    first = await desk.key()
    await let_pass(engine, DAY - 60)
    assert (await desk.key()).answer == first.answer
    await let_pass(engine, 61)

    second = await desk.key(OTHER_BODY)

    assert not second.is_replay
    assert (await desk.key(OTHER_BODY)).answer == second.answer != first.answer
    with pytest.raises(IdempotencyKeyReused):
        await desk.key()
    assert await counted(rows, "first_answers") == 1


async def test_upkeep_removes_answers_that_have_had_their_day_and_no_others(
    engine: AsyncEngine, desk: Desk, rows: Rows
) -> None:
    await desk.key()
    await let_pass(engine, DAY + 1)
    await desk.key(msgspec.structs.replace(KEY, key="young"))
    upkeep = SqlUpkeep(engine)

    foreseen, _ = await upkeep.foresee(RETENTION)
    expired = await upkeep.expire(RETENTION)

    assert foreseen.keys == expired.keys == 1
    assert [row["key"] for row in await rows("SELECT key FROM first_answers")] == ["young"]
    assert await counted(rows, "api_keys") == 2


async def test_of_many_that_come_at_once_one_makes_it(
    engine: AsyncEngine, database_url: str, rows: Rows
) -> None:
    """Two processes, and more at once than either has connections."""
    other = make_engine(database_url)
    desks = [Desk(engine), Desk(other)]

    made = await asyncio.gather(*(desks[n % 2].webhook() for n in range(60)))
    refused = await asyncio.gather(
        *(desks[n % 2].webhook(OTHER_BODY) for n in range(10)), return_exceptions=True
    )

    assert len({one.answer.secret for one in made}) == 1
    assert sum(not one.is_replay for one in made) == 1
    assert all(isinstance(one, IdempotencyKeyReused) for one in refused)
    assert await counted(rows, "webhooks") == 1
    await other.dispose()


async def test_a_first_that_fails_at_its_end_has_made_nothing_and_whoever_waits_goes_on(
    desk: Desk, rows: Rows
) -> None:
    has_begun = asyncio.Event()

    def break_off(_: object) -> str:
        has_begun.set()
        raise RuntimeError("It can't be sealed.")

    async def following() -> Answered[MadeKey]:
        await has_begun.wait()
        return await desk.key()

    async def first() -> None:
        with pytest.raises(RuntimeError):
            await desk.keys.create(ACCOUNT, "laptop", [Scope.ADMIN], once=Once(KEY, break_off))

    _, *made = await asyncio.gather(first(), *(following() for _ in range(5)))

    assert sum(not one.is_replay for one in made) == 1
    assert await counted(rows, "api_keys") == 1
