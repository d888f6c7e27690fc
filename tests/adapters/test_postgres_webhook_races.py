"""What happens to messages when two do something at the same moment, on both databases."""

import asyncio
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from tiny_production import ACCOUNT, PATIENCE_SECONDS, add_job, claim_unit
from webhook_office import Office, delivered, failed, new

from adapters.postgres.tables import webhooks
from domain.errors import WebhookNotFound
from domain.jobs.model import JobStatus
from domain.webhooks.model import Outcome

WAITS_FOR_US = sa.text(
    "SELECT count(*) FROM pg_locks"
    " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
)


@pytest.fixture
def office(engine: AsyncEngine) -> Office:
    return Office(engine)


async def until_somebody_waits(conn: AsyncConnection) -> None:
    """Until another transaction waits for a lock of this one; on SQLite every writer does."""
    if conn.dialect.name == "sqlite":
        return
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (await conn.execute(WAITS_FOR_US)).scalar_one():
            await asyncio.sleep(0.01)


async def test_a_job_moves_on_though_a_webhook_of_its_account_is_being_removed(
    office: Office, engine: AsyncEngine
) -> None:
    for number in (1, 2):
        await office.store.add(new(number), 5)
    job = await add_job(office.jobs)
    async with engine.begin() as conn:
        await conn.execute(sa.delete(webhooks).where(webhooks.c.id == UUID(int=1)))
        claiming = asyncio.create_task(claim_unit(office.jobs))
        await until_somebody_waits(conn)
    claim = await claiming
    assert (claim.job.id, claim.job.status) == (job.id, JobStatus.RUNNING)
    assert [(m.webhook_id, m.type) for m in await office.log()] == [(UUID(int=2), "job.started")]


async def test_a_test_of_a_webhook_that_is_being_removed_finds_none(
    office: Office, engine: AsyncEngine
) -> None:
    await office.store.add(new(), 5)
    async with engine.begin() as conn:
        await conn.execute(sa.delete(webhooks))
        asking = asyncio.create_task(office.outbox.add_test(ACCOUNT, UUID(int=1), uuid4()))
        await until_somebody_waits(conn)
    with pytest.raises(WebhookNotFound):
        await asking


@pytest.mark.parametrize("outcome", [delivered(), failed()], ids=["delivered", "failed"])
async def test_a_webhook_can_be_removed_while_it_is_noted_what_became_of_a_message(
    office: Office, engine: AsyncEngine, outcome: Outcome
) -> None:
    webhook = await office.store.add(new(), 5)
    await office.outbox.add_test(ACCOUNT, webhook.id, uuid4())
    outgoing = await office.outbox.claim(60)
    assert outgoing is not None
    await office.outbox.record(outgoing, failed(0.0))
    outgoing = await office.outbox.claim(60)
    assert outgoing is not None
    async with engine.begin() as conn:
        await conn.execute(sa.select(webhooks.c.id).with_for_update())
        noting = asyncio.create_task(office.outbox.record(outgoing, outcome))
        await until_somebody_waits(conn)
        await conn.execute(sa.delete(webhooks))  # and its messages with it
    await noting
    assert await office.log() == []


async def test_several_processes_send_a_webhook_one_message_at_a_time(office: Office) -> None:
    await office.store.add(new(), 5)
    for _ in range(10):
        await office.outbox.add_test(ACCOUNT, UUID(int=1), uuid4())
    for _ in range(5):
        claimed = await asyncio.gather(*(office.outbox.claim(60) for _ in range(4)))
        [outgoing] = [one for one in claimed if one is not None]
        await office.outbox.record(outgoing, delivered())
