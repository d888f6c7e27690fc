"""What every ``WebhookStore`` and every ``DeliveryStore`` does."""

import asyncio
from datetime import datetime
from uuid import UUID, uuid4

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from tiny_production import ACCOUNT, add_job, claim_unit, work_off
from webhook_office import URL, Office, delivered, failed, new

from adapters.postgres.settle import lock_job, settle
from adapters.postgres.tables import deliveries
from domain.errors import (
    DeliveryNotFound,
    InvalidRequest,
    TooManyWebhooks,
    WebhookNotFound,
)
from domain.generation.brief import Brief
from domain.jobs.listing import Sort
from domain.jobs.model import JobError, JobStatus, WaitingFor
from domain.webhooks.model import (
    Changes,
    DeliverySelection,
    DeliveryState,
    EventType,
    Outcome,
    SealedSecrets,
)

DAY = 86_400.0


@pytest.fixture
def office(engine: AsyncEngine) -> Office:
    return Office(engine)


# -- webhooks ------------------------------------------------------------------------------------


async def test_a_webhook_comes_back_as_it_was_made(office: Office) -> None:
    made = await office.store.add(new(events=[EventType.VIDEO_READY], description="shop"), 5)
    assert await office.store.get(ACCOUNT, made.id) == made
    assert (made.url, made.events, made.description) == (URL, [EventType.VIDEO_READY], "shop")
    assert (made.enabled, made.disabled_at, made.failing_since) == (True, None, None)


async def test_webhooks_are_listed_newest_first_and_by_account(office: Office) -> None:
    for number in (1, 2):
        await office.store.add(new(number), 5)
    await office.store.add(new(3, account_id="studio"), 5)
    assert [webhook.id.int for webhook in await office.store.listing(ACCOUNT)] == [2, 1]
    assert [webhook.id.int for webhook in await office.store.listing("studio")] == [3]


async def test_another_account_s_webhook_is_as_if_it_wasn_t_there(office: Office) -> None:
    made = await office.store.add(new(account_id="studio"), 5)
    store, outbox = office.store, office.outbox
    for tried in (
        store.get(ACCOUNT, made.id),
        store.change(ACCOUNT, made.id, Changes(url="https://evil.example/")),
        store.remove(ACCOUNT, made.id),
        store.rotate(ACCOUNT, made.id, "mine", DAY),
        outbox.add_test(ACCOUNT, made.id, uuid4()),
        outbox.page(ACCOUNT, DeliverySelection(webhook_id=made.id)),
    ):
        with pytest.raises(WebhookNotFound, match=str(made.id)):
            await tried
    assert await store.get("studio", made.id) == made


async def test_an_account_has_no_more_than_it_may_have(office: Office) -> None:
    tried = await asyncio.gather(
        *(office.store.add(new(number), 3) for number in range(8)), return_exceptions=True
    )
    assert sum(isinstance(one, TooManyWebhooks) for one in tried) == 5
    assert len(await office.store.listing(ACCOUNT)) == 3
    await office.store.add(new(9, account_id="studio"), 3)


async def test_what_is_left_out_of_a_change_stays(office: Office) -> None:
    made = await office.store.add(new(description="shop"), 5)
    changed = await office.store.change(ACCOUNT, made.id, Changes(events=[EventType.JOB_FAILED]))
    assert changed == msgspec.structs.replace(made, events=[EventType.JOB_FAILED])
    assert await office.store.change(ACCOUNT, made.id, Changes()) == changed
    assert (await office.store.change(ACCOUNT, made.id, Changes(events=[]))).events == []


async def test_a_webhook_is_disabled_and_enabled_again(office: Office) -> None:
    made = await office.store.add(new(), 5)
    off = await office.store.change(ACCOUNT, made.id, Changes(enabled=False))
    assert (off.enabled, off.disabled_reason) == (False, "Its owner has disabled it.")
    assert await office.store.change(ACCOUNT, made.id, Changes(enabled=False)) == off
    assert await office.store.change(ACCOUNT, made.id, Changes(enabled=True)) == made


async def test_what_waits_for_a_webhook_is_given_up_when_its_owner_disables_it(
    office: Office,
) -> None:
    for number in (1, 2):
        await office.store.add(new(number), 5)
        for _ in range(2):
            await office.outbox.add_test(ACCOUNT, UUID(int=number), uuid4())
    under_way = await office.outbox.claim(60)
    assert under_way is not None
    assert under_way.webhook_id == UUID(int=1)
    await office.store.change(ACCOUNT, UUID(int=1), Changes(enabled=False))
    states = {m.id: m.state for m in await office.log(webhook_id=UUID(int=1))}
    assert states.pop(under_way.id) is DeliveryState.PENDING, "it's being sent"
    assert set(states.values()) == {DeliveryState.FAILED}
    await office.outbox.record(under_way, failed(60))
    assert {m.state for m in await office.log(webhook_id=UUID(int=1))} == {DeliveryState.FAILED}
    assert {m.state for m in await office.log(webhook_id=UUID(int=2))} == {DeliveryState.PENDING}


async def test_a_message_whose_process_died_is_given_up_with_the_others(office: Office) -> None:
    webhook = await office.store.add(new(), 5)
    for _ in range(2):
        await office.outbox.add_test(ACCOUNT, webhook.id, uuid4())
    assert await office.outbox.claim(60) is not None, "by a process that dies"
    await office.let_pass(61)
    await office.store.change(ACCOUNT, webhook.id, Changes(enabled=False))
    assert {message.state for message in await office.log()} == {DeliveryState.FAILED}
    assert await office.outbox.claim(60) is None


async def test_a_removed_webhook_takes_its_messages_along(office: Office) -> None:
    made = await office.store.add(new(), 5)
    await office.outbox.add_test(ACCOUNT, made.id, uuid4())
    await office.store.remove(ACCOUNT, made.id)
    assert await office.log() == []
    with pytest.raises(WebhookNotFound):
        await office.store.remove(ACCOUNT, made.id)


async def test_the_latest_webhook_s_secret_is_found_whosever_it_is(office: Office) -> None:
    assert await office.store.latest_secret() is None
    await office.store.add(new(1), 5)
    await office.store.add(new(2, account_id="studio", sealed_secret="newer"), 5)
    assert await office.store.latest_secret() == ("studio", UUID(int=2), "newer")


# -- secrets -------------------------------------------------------------------------------------


async def test_after_a_rotation_both_secrets_sign_until_the_old_one_s_time_is_over(
    office: Office,
) -> None:
    made = await office.store.add(new(), 5)
    rotated = await office.store.rotate(ACCOUNT, made.id, "newer", DAY)
    assert rotated.previous_secret_until is not None
    await office.outbox.add_test(ACCOUNT, made.id, uuid4())
    outgoing = await office.outbox.claim(60)
    assert outgoing is not None
    assert outgoing.secrets == SealedSecrets("newer", "sealed", rotated.previous_secret_until)
    await office.outbox.release(outgoing)
    await office.let_pass(DAY + 1)
    again = await office.outbox.claim(60)
    assert again is not None
    assert again.secrets == SealedSecrets("newer")
    assert (await office.store.get(ACCOUNT, made.id)).previous_secret_until is None


async def test_of_many_first_secrets_of_an_account_one_is_kept(office: Office) -> None:
    assert await office.store.secrets_of(ACCOUNT) is None
    kept = await asyncio.gather(*(office.store.first_secret(ACCOUNT, f"s{n}") for n in range(8)))
    assert len({secrets.newest for secrets in kept}) == 1
    assert await office.store.secrets_of(ACCOUNT) == kept[0]
    assert await office.store.secrets_of("studio") is None


async def test_an_account_s_secret_is_rotated_as_well(office: Office) -> None:
    assert await office.store.rotate_account(ACCOUNT, "first", DAY) == SealedSecrets("first")
    second = await office.store.rotate_account(ACCOUNT, "second", DAY)
    assert (second.newest, second.previous) == ("second", "first")


# -- what is written when a job moves --------------------------------------------------------------


async def test_a_job_s_way_is_told_in_order_and_once(office: Office) -> None:
    made = await office.store.add(new(), 5)
    job = await add_job(office.jobs, request=Brief(topic="Octopus", seed=7, metadata={"o": 1}))
    assert await office.log() == [], "nothing has happened yet"
    await work_off(office.jobs)

    log = await office.log(webhook_id=made.id)
    assert [message.type for message in log] == ["job.started", "job.succeeded", "video.ready"]
    assert {message.job_id for message in log} == {job.id}
    succeeded, ready = log[1].payload["data"], log[2].payload["data"]
    assert (succeeded["id"], succeeded["status"]) == (str(job.id), "succeeded")
    assert succeeded["metadata"] == {"o": 1}
    assert succeeded["result"]["video_id"] == str(job.video_id)
    assert "request" not in succeeded
    assert (ready["id"], ready["job_id"]) == (str(job.video_id), str(job.id))
    assert ready["urls"]["file"] == f"/api/videos/{job.video_id}/file"
    assert all(datetime.fromisoformat(message.payload["timestamp"]) for message in log)


async def test_failures_waits_and_cancellations_are_told(office: Office) -> None:
    await office.store.add(new(), 5)
    error = JobError("service_unavailable", "It's away.")
    waits = await add_job(office.jobs)
    claim = await claim_unit(office.jobs)
    await office.jobs.fail(claim, error, retry_in=600, waiting_for=WaitingFor.RETRY)
    await office.jobs.cancel(ACCOUNT, waits.id)
    fails = await add_job(office.jobs)
    await office.jobs.fail(
        await claim_unit(office.jobs), error, retry_in=None, waiting_for=WaitingFor.RETRY
    )
    told = [(message.job_id, message.type) for message in await office.log()]
    assert told == [
        (waits.id, "job.started"),
        (waits.id, "job.waiting"),
        (waits.id, "job.cancelled"),
        (fails.id, "job.started"),
        (fails.id, "job.failed"),
    ]
    log = await office.log()
    assert log[1].payload["data"]["waiting_for"] == "retry"
    assert log[-1].payload["data"]["error"]["message"] == "It's away."


async def test_what_was_rolled_back_is_not_told(office: Office, engine: AsyncEngine) -> None:
    await office.store.add(new(), 5)
    job = await add_job(office.jobs)
    await claim_unit(office.jobs)
    async with engine.connect() as conn:
        row = await lock_job(conn, job.id)
        assert row is not None
        await settle(conn, row, status=JobStatus.FAILED)
        written = await conn.execute(sa.select(deliveries.c.type).order_by(deliveries.c.id))
        assert list(written.scalars()) == ["job.started", "job.failed"]
        await conn.rollback()
    assert (await office.jobs.get(ACCOUNT, job.id)).status is JobStatus.RUNNING
    assert [message.type for message in await office.log()] == ["job.started"]


async def test_each_webhook_is_told_what_it_asked_for_and_only_of_its_account(
    office: Office,
) -> None:
    await office.store.add(new(1, events=[EventType.VIDEO_READY]), 5)
    await office.store.add(new(2, events=[EventType.JOB_FAILED]), 5)
    await office.store.add(new(3, account_id="studio"), 5)
    off = await office.store.add(new(4), 5)
    await office.store.change(ACCOUNT, off.id, Changes(enabled=False))
    await add_job(office.jobs)
    await work_off(office.jobs)
    assert [(m.webhook_id, m.type) for m in await office.log()] == [(UUID(int=1), "video.ready")]
    assert await office.log("studio") == []


async def test_the_url_of_a_request_is_told_of_its_job_alone(office: Office) -> None:
    told = await add_job(office.jobs, request=Brief(topic="Octopus", seed=7, webhook_url=URL))
    await add_job(office.jobs)
    await work_off(office.jobs)
    log = await office.log()
    assert [message.type for message in log] == ["job.started", "job.succeeded", "video.ready"]
    assert {(m.job_id, m.webhook_id, m.url) for m in log} == {(told.id, None, URL)}


async def test_metadata_that_is_too_long_for_a_message_is_left_out(office: Office) -> None:
    await office.store.add(new(), 5)
    await add_job(office.jobs, request=Brief(topic="x", metadata={"a": "b" * 20_000, "n": "\0"}))
    await claim_unit(office.jobs)
    [started] = await office.log()
    assert started.payload["data"]["metadata"] is None


# -- delivering ----------------------------------------------------------------------------------


async def test_a_message_is_leased_by_one_and_due_again_when_the_lease_has_run_out(
    office: Office,
) -> None:
    webhook = await office.store.add(new(), 5)
    sent = await office.outbox.add_test(ACCOUNT, webhook.id, uuid4())
    claimed = await asyncio.gather(*(office.outbox.claim(60) for _ in range(8)))
    [first] = [outgoing for outgoing in claimed if outgoing is not None]
    assert (first.id, first.url, first.tries) == (sent.id, URL, 0)
    await office.let_pass(61)
    second = await office.outbox.claim(60)
    assert second is not None
    assert (second.id, second.fence) == (sent.id, first.fence + 1)
    await office.outbox.record(first, failed(None))
    [message] = await office.log()
    assert (message.state, message.attempts) == (DeliveryState.PENDING, []), "it lost its lease"


async def test_one_message_at_a_time_goes_to_a_webhook_and_others_have_their_turn(
    office: Office,
) -> None:
    for number in (1, 2):
        await office.store.add(new(number), 5)
    for number in (1, 1, 2):
        await office.outbox.add_test(ACCOUNT, UUID(int=number), uuid4())
    claimed = [await office.outbox.claim(60) for _ in range(3)]
    assert [one and one.webhook_id for one in claimed] == [UUID(int=1), UUID(int=2), None]
    assert claimed[0] is not None
    await office.outbox.record(claimed[0], failed(600))
    following = await office.outbox.claim(60)
    assert following is not None
    assert following.webhook_id == UUID(int=1), "one that waits holds up no other"


async def test_accounts_that_are_busy_are_passed_over(office: Office) -> None:
    await office.store.add(new(1), 5)
    await office.store.add(new(2, account_id="studio"), 5)
    await office.outbox.add_test(ACCOUNT, UUID(int=1), uuid4())
    await office.outbox.add_test("studio", UUID(int=2), uuid4())
    claimed = await office.outbox.claim(60, [ACCOUNT])
    assert claimed is not None
    assert claimed.account_id == "studio"
    assert await office.outbox.claim(60, [ACCOUNT]) is None


async def test_a_message_goes_to_where_its_webhook_is_by_then(office: Office) -> None:
    webhook = await office.store.add(new(), 5)
    await office.outbox.add_test(ACCOUNT, webhook.id, uuid4())
    await office.store.change(ACCOUNT, webhook.id, Changes(url="https://example.org/"))
    claimed = await office.outbox.claim(60)
    assert claimed is not None
    assert claimed.url == "https://example.org/"
    assert (await office.log())[0].url == "https://example.org/"


async def test_attempts_are_logged_until_one_succeeds(office: Office) -> None:
    webhook = await office.store.add(new(), 5)
    await office.outbox.add_test(ACCOUNT, webhook.id, uuid4())
    for outcome in (failed(600), delivered()):
        claimed = await office.outbox.claim(60)
        assert claimed is not None
        await office.outbox.record(claimed, outcome)
        if outcome.retry_in is not None:
            assert (await office.store.get(ACCOUNT, webhook.id)).failing_since is not None
            assert await office.outbox.claim(60) is None, "not before its time"
            assert 500 < await office.seconds_until(claimed.id) <= 600
            await office.let_pass(600)
    [message] = await office.log(state=DeliveryState.DELIVERED)
    assert [attempt.status for attempt in message.attempts] == [500, 204]
    assert message.next_attempt_at is None
    assert message.finished_at is not None
    assert (await office.store.get(ACCOUNT, webhook.id)).failing_since is None


async def test_one_that_is_gone_is_disabled_and_told_nothing_more(office: Office) -> None:
    webhook = await office.store.add(new(), 5)
    for _ in range(3):
        await office.outbox.add_test(ACCOUNT, webhook.id, uuid4())
    claimed = await office.outbox.claim(60)
    assert claimed is not None
    await office.outbox.record(claimed, failed(None, status=410, gone=True))
    off = await office.store.get(ACCOUNT, webhook.id)
    assert not off.enabled
    assert "410" in (off.disabled_reason or "")
    assert {message.state for message in await office.log()} == {DeliveryState.FAILED}
    assert await office.outbox.claim(60) is None


async def test_one_that_has_failed_for_three_days_is_disabled(office: Office) -> None:
    webhook = await office.store.add(new(), 5)
    await office.outbox.add_test(ACCOUNT, webhook.id, uuid4())
    for passed in (0, 2.9 * DAY):
        await office.let_pass(passed)
        claimed = await office.outbox.claim(60)
        assert claimed is not None
        await office.outbox.record(claimed, failed(60))
        assert (await office.store.get(ACCOUNT, webhook.id)).enabled
    await office.let_pass(0.2 * DAY)
    claimed = await office.outbox.claim(60)
    assert claimed is not None
    await office.outbox.record(claimed, failed(60))
    off = await office.store.get(ACCOUNT, webhook.id)
    assert not off.enabled
    assert "three days" in (off.disabled_reason or "")
    assert (await office.log())[0].state is DeliveryState.FAILED
    on = await office.store.change(ACCOUNT, webhook.id, Changes(enabled=True))
    assert (on.enabled, on.failing_since) == (True, None)


async def test_the_url_of_a_request_that_is_gone_hears_nothing_more(office: Office) -> None:
    await add_job(office.jobs, request=Brief(topic="Octopus", seed=7, webhook_url=URL))
    await work_off(office.jobs)
    claimed = await office.outbox.claim(60)
    assert claimed is not None
    assert (claimed.webhook_id, claimed.secrets) == (None, None)
    await office.outbox.record(claimed, failed(None, status=410, gone=True))
    assert await office.outbox.claim(60) is None
    assert {message.state for message in await office.log()} == {DeliveryState.FAILED}


@pytest.mark.parametrize("outcome", [delivered(), failed(None), failed(600)])
async def test_a_message_can_be_sent_again_whatever_became_of_it(
    office: Office, outcome: Outcome
) -> None:
    webhook = await office.store.add(new(), 5)
    sent = await office.outbox.add_test(ACCOUNT, webhook.id, uuid4())
    claimed = await office.outbox.claim(60)
    assert claimed is not None
    await office.outbox.record(claimed, outcome)
    again = await office.outbox.resend(ACCOUNT, sent.id, webhook.id)
    assert (again.message_id, again.state) == (sent.message_id, DeliveryState.PENDING)
    assert again.finished_at is None
    assert len(again.attempts) == 1, "the log goes on"
    claimed = await office.outbox.claim(60)
    assert claimed is not None
    assert (claimed.id, claimed.tries) == (sent.id, 0), "its schedule begins anew"
    underway = await office.outbox.resend(ACCOUNT, sent.id)
    assert underway.id == sent.id
    assert await office.outbox.claim(60) is None, "it's being sent already"


async def test_only_its_own_account_and_webhook_can_send_a_message_again(office: Office) -> None:
    webhook = await office.store.add(new(), 5)
    other = await office.store.add(new(2), 5)
    sent = await office.outbox.add_test(ACCOUNT, webhook.id, uuid4())
    for account, webhook_id in (("studio", None), (ACCOUNT, other.id)):
        with pytest.raises(DeliveryNotFound, match=str(sent.id)):
            await office.outbox.resend(account, sent.id, webhook_id)


async def test_messages_come_in_pages(office: Office) -> None:
    webhook = await office.store.add(new(), 5)
    ids = [(await office.outbox.add_test(ACCOUNT, webhook.id, uuid4())).id for _ in range(5)]
    for sort in Sort:
        selection = DeliverySelection(webhook_id=webhook.id, sort=sort)
        seen: list[UUID] = []
        cursor = None
        while True:
            page = await office.outbox.page(ACCOUNT, selection, cursor=cursor, limit=2)
            seen += [message.id for message in page.items]
            cursor = page.next
            if cursor is None:
                break
            with pytest.raises(InvalidRequest, match="cursor"):
                await office.outbox.page(ACCOUNT, DeliverySelection(), cursor=cursor)
        assert sorted(seen) == sorted(ids)
        assert len(seen) == 5
        before = await office.outbox.page(ACCOUNT, selection, cursor=page.previous, limit=9)
        assert [message.id for message in before.items] == seen[:4]
        assert before.previous is None
