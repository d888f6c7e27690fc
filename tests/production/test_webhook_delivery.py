"""Messages on their way to a real receiver: signed, repeated, and nobody holds up others."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from standardwebhooks.webhooks import WebhookVerificationError
from tiny_production import ACCOUNT, add_job, eventually, work_off
from webhook_office import KEY, Office
from webhook_receiver import answering, endless, receiving, silent

from domain.generation.brief import Brief
from domain.webhooks import DeliveryState, EventType
from domain.webhooks.model import Changes
from domain.webhooks.schedule import DELAYS

ROOT = Path(__file__).parents[2]
DAY = 86_400.0
LONG = 60.0


@pytest.fixture
def office(engine: AsyncEngine) -> Office:
    return Office(engine)


@asynccontextmanager
async def running(office: Office) -> Any:
    """The courier at work for the length of a block."""
    task = asyncio.create_task(office.courier.run_forever(0.01))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_job_s_messages_arrive_signed_once_each_and_in_order(office: Office) -> None:
    async with receiving() as receiver:
        made = await office.webhook(receiver.url)
        job = await add_job(office.jobs)
        async with running(office):
            await work_off(office.jobs)
            received = await receiver.has(3)
            await eventually(lambda: all_are(office, DeliveryState.DELIVERED))
        bodies = [request.verified(made.secret) for request in received]
    assert [body["type"] for body in bodies] == ["job.started", "job.succeeded", "video.ready"]
    assert {body["data"].get("job_id", body["data"]["id"]) for body in bodies} == {str(job.id)}
    assert len({request.message_id for request in received}) == 3
    assert received[0].headers["content-type"] == "application/json"
    assert received[0].line == "POST /hooks?from=faceless HTTP/1.1"


async def test_the_url_of_a_request_gets_messages_signed_by_the_account(office: Office) -> None:
    async with receiving() as receiver:
        request = Brief(topic="Octopus", seed=7, webhook_url=receiver.url)
        await add_job(office.jobs, request=request)
        await work_off(office.jobs)
        assert await office.deliver_all() == 3
        secret = (await office.webhooks.account_secret(ACCOUNT)).secret
        assert receiver.received[-1].verified(secret)["type"] == "video.ready"


async def test_a_message_that_fails_comes_again_by_the_schedule_under_its_id(
    office: Office,
) -> None:
    async with receiving(*[answering(500)] * 10) as receiver:
        made = await office.webhook(receiver.url)
        sent = await office.webhooks.test(ACCOUNT, made.webhook.id)
        for delay in DELAYS:
            assert await office.deliver_all() == 1
            waits = await office.seconds_until(sent.id)
            assert delay / 2 < waits <= delay * 1.1
            await office.let_pass(waits - delay / 2)
            assert await office.deliver_all() == 0, "not before its time"
            # as if it had worked in between: else the webhook would be disabled by then
            await office.store.change(ACCOUNT, made.webhook.id, Changes(enabled=True))
            await office.let_pass(delay / 2)
        assert await office.deliver_all() == 1
        assert await office.deliver_all() == 0
        [message] = await office.log()
        assert (message.state, len(message.attempts)) == (DeliveryState.FAILED, 10)
        assert {request.message_id for request in receiver.received} == {sent.message_id}
        for request in receiver.received:
            assert request.verified(made.secret)["type"] == "webhook.test"


async def test_a_receiver_s_retry_after_is_honoured(office: Office) -> None:
    async with receiving(answering(503, retry_after="7200")) as receiver:
        made = await office.webhook(receiver.url)
        sent = await office.webhooks.test(ACCOUNT, made.webhook.id)
        await office.deliver_all()
        assert 7_100 < await office.seconds_until(sent.id) <= 7_200
        await office.let_pass(7_200)
        assert await office.deliver_all() == 1
        assert (await office.log())[0].state is DeliveryState.DELIVERED


async def test_410_disables_the_webhook(office: Office) -> None:
    async with receiving(answering(410)) as receiver:
        made = await office.webhook(receiver.url)
        for _ in range(3):
            await office.webhooks.test(ACCOUNT, made.webhook.id)
        assert await office.deliver_all() == 1
        webhook = await office.webhooks.get(ACCOUNT, made.webhook.id)
        assert (webhook.enabled, "410" in (webhook.disabled_reason or "")) == (False, True)
        await add_job(office.jobs)
        await work_off(office.jobs)
        assert await office.deliver_all() == 0
        assert len(receiver.received) == 1


async def test_while_a_rotation_lasts_both_secrets_find_the_signature_right(
    office: Office,
) -> None:
    async with receiving() as receiver:
        old = await office.webhook(receiver.url)
        new = await office.webhooks.rotate(ACCOUNT, old.webhook.id)
        for passed in (0.0, DAY + 1):
            await office.let_pass(passed)
            await office.webhooks.test(ACCOUNT, old.webhook.id)
            await office.deliver_all()
        during, after = receiver.received
        assert during.verified(old.secret) == during.verified(new.secret)
        assert after.verified(new.secret)
        with pytest.raises(WebhookVerificationError):
            after.verified(old.secret)


async def test_redirects_count_as_failures(office: Office) -> None:
    async with receiving() as elsewhere, receiving(answering(302, location=elsewhere.url)) as first:
        made = await office.webhook(first.url)
        await office.webhooks.test(ACCOUNT, made.webhook.id)
        await office.deliver_all()
        [message] = await office.log()
        assert message.attempts[0].status == 302
        assert message.state is DeliveryState.PENDING
        assert elsewhere.received == []


async def test_a_name_that_leads_inside_by_now_is_not_asked(office: Office) -> None:
    made = await office.webhook("https://localhost.example.com/")
    await office.store.change(ACCOUNT, made.webhook.id, Changes(url="https://10.0.0.1/"))
    await office.webhooks.test(ACCOUNT, made.webhook.id)
    await office.deliver_all()
    [message] = await office.log()
    assert message.attempts[0].status is None
    assert "private" in message.attempts[0].error


async def test_slow_receivers_and_endless_answers_hold_up_nobody(engine: AsyncEngine) -> None:
    office = Office(engine, total_seconds=LONG)
    async with receiving(silent, silent) as slow, receiving(endless) as chatty, receiving() as good:
        for receiver in (slow, chatty, good):
            made = await office.webhook(receiver.url)
            for _ in range(2):
                await office.webhooks.test(ACCOUNT, made.webhook.id)
        async with running(office), asyncio.timeout(LONG / 2):
            await good.has(2)
            await chatty.has(2)
            await slow.has(1)
        assert len(slow.received) == 1, "one at a time"


async def test_a_courier_that_is_stopped_gives_back_what_it_was_sending(
    engine: AsyncEngine,
) -> None:
    office = Office(engine, total_seconds=LONG)
    async with receiving(silent) as receiver:
        made = await office.webhook(receiver.url)
        sent = await office.webhooks.test(ACCOUNT, made.webhook.id)
        async with running(office):
            await receiver.has(1)
        assert await office.deliver_all() == 1, "at once, not when the lease has run out"
        assert {request.message_id for request in receiver.received} == {sent.message_id}


async def test_killed_between_sending_and_noting_it_is_sent_again_under_its_id(
    office: Office, database_url: str
) -> None:
    """A process takes the message, sends it, and is killed before it can note anything."""
    async with receiving(silent) as receiver:
        made = await office.webhook(receiver.url)
        sent = await office.webhooks.test(ACCOUNT, made.webhook.id)
        program = (
            "import asyncio, sys; from adapters.postgres import make_engine; "
            "from webhook_office import Office; "
            "asyncio.run(Office(make_engine(sys.argv[1]), total_seconds=60)"
            ".courier.run_forever(0.01))"
        )
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", program, database_url),
            env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
        )
        try:
            await receiver.has(1)
        finally:
            process.kill()
            await process.wait()
        assert await office.deliver_all() == 0, "it's leased"
        [message] = await office.log()
        assert message.attempts == []
        await office.let_pass(61)
        assert await office.deliver_all() == 1
        first, second = receiver.received
        assert first.message_id == second.message_id == sent.message_id
        assert first.body == second.body


async def test_several_couriers_deliver_each_message_once(office: Office) -> None:
    others = [Office(office.engine) for _ in range(3)]
    async with receiving() as receiver:
        for _ in range(4):
            made = await office.webhook(receiver.url, EventType.JOB_FAILED)
            for _ in range(3):
                await office.webhooks.test(ACCOUNT, made.webhook.id)
        async with running(others[0]), running(others[1]), running(others[2]):
            await receiver.has(12)
            await eventually(lambda: all_are(office, DeliveryState.DELIVERED))
        assert len({request.message_id for request in receiver.received}) == 12
        assert len(receiver.received) == 12


async def test_a_secret_that_cannot_be_read_any_more_is_told_and_rotated_away(
    office: Office,
) -> None:
    async with receiving() as receiver:
        made = await office.webhook(receiver.url)
        await office.webhooks.test(ACCOUNT, made.webhook.id)
        stranger = Office(office.engine, key=KEY[::-1] + b"other")
        await stranger.deliver_all()
        assert receiver.received == []
        [message] = await office.log()
        assert "SECRET_KEY" in message.attempts[0].error
        rotated = await stranger.webhooks.rotate(ACCOUNT, made.webhook.id)
        await office.let_pass(10)
        await stranger.deliver_all()
        assert receiver.received[0].verified(rotated.secret)


async def test_neither_database_nor_log_shows_a_secret(
    office: Office,
    rows: Callable[[str], Coroutine[Any, Any, list[dict[str, Any]]]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with receiving(answering(500)) as receiver:
        made = await office.webhook(receiver.url)
        await office.webhooks.test(ACCOUNT, made.webhook.id)
        with caplog.at_level("DEBUG"):
            await office.deliver_all()
    account = (await office.webhooks.account_secret(ACCOUNT)).secret
    kept = ""
    for table in ("webhooks", "webhook_secrets", "webhook_deliveries"):
        kept += str(await rows(f"SELECT * FROM {table}"))
    for secret in (made.secret, account):
        assert secret.removeprefix("whsec_") not in kept + caplog.text


async def all_are(office: Office, state: DeliveryState) -> bool:
    return {message.state for message in await office.log()} == {state}
