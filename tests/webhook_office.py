"""Webhooks with all that belongs to them, on a real database."""

import random
import secrets
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from tiny_production import ACCOUNT
from uuid_utils.compat import uuid7

from adapters.cryptography import AesSealer
from adapters.httpcore import GuardedClient, SystemResolver
from adapters.postgres import SqlDeliveryStore, SqlJobStore, SqlVideoStore, SqlWebhookStore
from adapters.postgres.clock import later, now
from adapters.postgres.tables import deliveries, webhooks
from domain.outbound import UrlRules, read_allowance
from domain.webhooks import Courier, Delivery, DeliverySelection, EventType, NewSecret, Webhooks
from domain.webhooks.model import Attempt, NewWebhook, Outcome
from domain.webhooks.service import SecretBook

KEY = b"k" * 32
URL = "https://example.com/hooks"
RULES = UrlRules(read_allowance("127.0.0.1"))


def new(number: int = 1, **changes: Any) -> NewWebhook:
    webhook = NewWebhook(
        id=UUID(int=number),
        account_id=ACCOUNT,
        url=URL,
        events=[],
        description="",
        sealed_secret="sealed",
    )
    return msgspec.structs.replace(webhook, **changes)


def failed(
    retry_in: float | None = 5.0, *, status: int | None = 500, gone: bool = False
) -> Outcome:
    attempt = Attempt(at=datetime.now(UTC), seconds=0.1, status=status, error="It failed.")
    return Outcome(attempt=attempt, retry_in=retry_in, is_gone=gone)


def delivered() -> Outcome:
    attempt = Attempt(at=datetime.now(UTC), seconds=0.1, status=204, error="")
    return Outcome(attempt=attempt, is_delivered=True)


class Office:
    """Stores, use cases and a courier that reaches this machine only."""

    def __init__(
        self, engine: AsyncEngine, *, key: bytes = KEY, total_seconds: float = 5.0
    ) -> None:
        self.engine = engine
        self.jobs = SqlJobStore(engine)
        self.videos = SqlVideoStore(engine)
        self.store = SqlWebhookStore(engine)
        self.outbox = SqlDeliveryStore(engine)
        sealer = AesSealer(lambda: [key])
        book = SecretBook(self.store, sealer, draw=secrets.token_bytes)
        self.webhooks = Webhooks(self.store, self.outbox, book, sealer, RULES, new_id=uuid7)
        client = GuardedClient(RULES, SystemResolver(), total_seconds=total_seconds)
        self.courier = Courier(
            self.outbox, book, RULES, client, clock=time.time, random=random.random
        )

    async def webhook(self, url: str, *events: EventType, account: str = ACCOUNT) -> NewSecret:
        return await self.webhooks.create(account, url, list(events), "")

    async def deliver_all(self) -> int:
        """Deliver whatever is due, one by one; how many."""
        count = 0
        while await self.courier.deliver_next():
            count += 1
        return count

    async def log(self, account: str = ACCOUNT, **selected: Any) -> list[Delivery]:
        """All messages, the oldest first."""
        page = await self.outbox.page(account, DeliverySelection(**selected), limit=200)
        return page.items[::-1]

    async def let_pass(self, seconds: float) -> None:
        """Let time pass for messages and webhooks: what they wait for comes nearer."""
        async with self.engine.begin() as conn:
            for column in (deliveries.c.run_at, deliveries.c.lease_until):
                moved = {column.name: later(column, -seconds)}
                there = sa.update(deliveries).where(column.is_not(None))
                await conn.execute(there.values(moved))
            for column in (webhooks.c.failing_since, webhooks.c.previous_secret_until):
                moved = {column.name: later(column, -seconds)}
                there = sa.update(webhooks).where(column.is_not(None))
                await conn.execute(there.values(moved))

    async def seconds_until(self, delivery_id: UUID) -> float:
        """How long a message still waits, by the database's clock."""
        async with self.engine.connect() as conn:
            query = sa.select(deliveries.c.run_at, now().label("now"))
            row = (await conn.execute(query.where(deliveries.c.id == delivery_id))).one()
        waits: float = (row.run_at - row.now).total_seconds()
        return waits
