"""The outbox of messages and the log of their delivery on Postgres or SQLite.

Order of locks: the key of a request, then a webhook before its messages, since whoever removes one
takes them along.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.clock import later, now
from adapters.postgres.cursors import Walk
from adapters.postgres.engine import Transactions
from adapters.postgres.first_answers import keep_answer, take_key
from adapters.postgres.outbox import IS_FREE, PENDING, give_up, put
from adapters.postgres.tables import AnyRow, deliveries, webhook_secrets, webhooks
from adapters.postgres.uninterrupted import uninterrupted
from adapters.postgres.webhooks import read_webhook, secret_columns, secrets_from_row
from domain.errors import DeliveryNotFound
from domain.jobs.ports import Page
from domain.once import Once
from domain.webhooks.model import (
    DISABLE_AFTER_SECONDS,
    Delivery,
    DeliverySelection,
    DeliveryState,
    EventType,
    Outcome,
    Outgoing,
    SealedSecrets,
    message_id,
)
from domain.webhooks.news import TestNews, encoded

KEPT_ATTEMPTS = 20
"""of a message's log, the latest ones"""

GONE = "It answered 410 (Gone): it wants to hear nothing more."
FAILED_FOR_LONG = "It has failed for three days, without a success in between."

ONE_BY_ONE = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('next delivery', 0))")
"""until the transaction ends nobody else claims: else two, neither of whom sees yet what the other
takes, would send to one target; on SQLite every writer is alone"""


class SqlDeliveryStore:
    """What is to be sent, and what was (port ``DeliveryStore``)."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)

    @uninterrupted
    async def add_test(
        self,
        account_id: str,
        webhook_id: UUID,
        delivery_id: UUID,
        once: Once[Delivery] | None = None,
    ) -> Delivery:
        async with self._transactions.writing() as conn:
            await take_key(conn, account_id, once)
            webhook = await read_webhook(conn, account_id, webhook_id, to_be_told=True)
            at = (await conn.execute(sa.select(now()))).scalar_one()
            message = {
                "account_id": account_id,
                "webhook_id": webhook_id,
                "job_id": None,
                "url": webhook.url,
                "type": EventType.WEBHOOK_TEST,
                "payload": encoded(EventType.WEBHOOK_TEST, at, TestNews(webhook_id)),
            }
            await put(conn, message, delivery_id)
            made = await _read(conn, account_id, delivery_id)
            await keep_answer(conn, account_id, once, made)
            return made

    @uninterrupted
    async def page(
        self,
        account_id: str,
        selection: DeliverySelection,
        *,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Delivery]:
        walk = Walk(deliveries, selection, cursor)
        conditions = [deliveries.c.account_id == account_id]
        named = {"webhook_id": selection.webhook_id, "job_id": selection.job_id}
        conditions += [deliveries.c[name] == id_ for name, id_ in named.items() if id_ is not None]
        if selection.state is not None:
            conditions.append(deliveries.c.state == selection.state)
        query = walk.steps(sa.select(deliveries).where(*conditions), limit)
        async with self._transactions.reading() as conn:
            if selection.webhook_id is not None:
                await read_webhook(conn, account_id, selection.webhook_id)
            rows = (await conn.execute(query)).all()
        found = walk.found(rows, limit)
        items = [_delivery(row) for row in found.rows]
        return Page(items=items, next=found.next, previous=found.previous)

    @uninterrupted
    async def resend(
        self,
        account_id: str,
        delivery_id: UUID,
        webhook_id: UUID | None = None,
        once: Once[Delivery] | None = None,
    ) -> Delivery:
        again = {
            "state": DeliveryState.PENDING,
            "tries": 0,
            "run_at": now(),
            "lease_until": None,
            "finished_at": None,
        }
        async with self._transactions.writing() as conn:
            await take_key(conn, account_id, once)
            known = await _read(conn, account_id, delivery_id)
            if webhook_id is not None and known.webhook_id != webhook_id:
                raise _not_found(delivery_id)
            this = sa.update(deliveries).where(deliveries.c.id == delivery_id, IS_FREE)
            await conn.execute(this.values(again))
            sent = await _read(conn, account_id, delivery_id)
            await keep_answer(conn, account_id, once, sent)
            return sent

    @uninterrupted
    async def claim(self, lease_seconds: float, busy: Collection[str] = ()) -> Outgoing | None:
        due = _next(busy)
        async with self._transactions.reading() as conn:
            # nobody's lock is taken for nothing, which is what most of the time there is to do
            if (await conn.execute(due)).first() is None:
                return None
        current_url = (
            sa.select(webhooks.c.url)
            .where(webhooks.c.id == deliveries.c.webhook_id)
            .scalar_subquery()
        )
        lease = (
            sa.update(deliveries)
            .where(deliveries.c.id == due.with_for_update(skip_locked=True).scalar_subquery())
            .values(
                lease_until=later(now(), lease_seconds),
                fence=deliveries.c.fence + 1,
                url=sa.func.coalesce(current_url, deliveries.c.url),
            )
            .returning(deliveries)
        )
        async with self._transactions.writing() as conn:
            if conn.dialect.name == "postgresql":
                await conn.execute(ONE_BY_ONE)
            row = (await conn.execute(lease)).one_or_none()
            return None if row is None else await _outgoing(conn, row)

    @uninterrupted
    async def record(self, outgoing: Outgoing, outcome: Outcome) -> None:
        async with self._transactions.writing() as conn:
            await _record(conn, outgoing, outcome)

    @uninterrupted
    async def release(self, outgoing: Outgoing) -> None:
        async with self._transactions.writing() as conn:
            await conn.execute(_own(outgoing).values(lease_until=None))


def _next(busy: Collection[str]) -> sa.Select[tuple[UUID]]:
    """The due message that goes first, of targets that nothing is being sent to."""
    other = deliveries.alias("other")
    is_being_sent_to = sa.exists().where(
        other.c.target == deliveries.c.target,
        other.c.lease_until.is_not(None),
        other.c.lease_until > now(),
    )
    query = sa.select(deliveries.c.id).where(
        PENDING, deliveries.c.run_at <= now(), IS_FREE, ~is_being_sent_to
    )
    if busy:
        query = query.where(deliveries.c.account_id.not_in(busy))
    return query.order_by(deliveries.c.run_at, deliveries.c.id).limit(1)


def _own(outgoing: Outgoing) -> sa.Update:
    """A write to the message under its fence."""
    return sa.update(deliveries).where(
        deliveries.c.id == outgoing.id,
        deliveries.c.fence == outgoing.fence,
        deliveries.c.lease_until.is_not(None),
    )


async def _outgoing(conn: AsyncConnection, row: AnyRow) -> Outgoing:
    if row.webhook_id is not None:
        query = sa.select(*secret_columns(webhooks)).where(webhooks.c.id == row.webhook_id)
    else:
        of_account = webhook_secrets.c.account_id == row.account_id
        query = sa.select(*secret_columns(webhook_secrets)).where(of_account)
    kept = (await conn.execute(query)).one_or_none()
    secrets: SealedSecrets | None = None if kept is None else secrets_from_row(kept)
    return Outgoing(
        id=row.id,
        fence=row.fence,
        account_id=row.account_id,
        webhook_id=row.webhook_id,
        target=row.target,
        url=row.url,
        payload=row.payload.encode(),
        tries=row.tries,
        secrets=secrets,
    )


async def _record(conn: AsyncConnection, outgoing: Outgoing, outcome: Outcome) -> None:
    held = sa.select(webhooks.c.disabled_at).where(webhooks.c.id == outgoing.webhook_id)
    webhook = (await conn.execute(held.with_for_update(key_share=True))).one_or_none()
    is_disabled = webhook is not None and webhook.disabled_at is not None
    log = sa.select(deliveries.c.attempts).where(deliveries.c.id == outgoing.id)
    attempts = (await conn.execute(log.with_for_update())).scalar_one_or_none() or []
    values: dict[str, Any] = {
        "attempts": [*attempts, outcome.attempt][-KEPT_ATTEMPTS:],
        "lease_until": None,
        "tries": deliveries.c.tries + 1,
    }
    if outcome.retry_in is not None and not is_disabled:
        values["run_at"] = later(now(), outcome.retry_in)
    else:
        state = DeliveryState.DELIVERED if outcome.is_delivered else DeliveryState.FAILED
        values |= {"state": state, "finished_at": now()}
    if not (await conn.execute(_own(outgoing).values(values))).rowcount:
        return
    if outcome.is_delivered:
        well = sa.update(webhooks).where(
            webhooks.c.id == outgoing.webhook_id, webhooks.c.failing_since.is_not(None)
        )
        await conn.execute(well.values(failing_since=None))
        return
    if await _is_to_be_disabled(conn, outgoing, outcome):
        await give_up(conn, outgoing.target)


async def _is_to_be_disabled(conn: AsyncConnection, outgoing: Outgoing, outcome: Outcome) -> bool:
    """Note a failure at its webhook; whether nothing more is to be sent to the target."""
    this = sa.update(webhooks).where(webhooks.c.id == outgoing.webhook_id)
    first = sa.func.coalesce(webhooks.c.failing_since, now())
    await conn.execute(this.values(failing_since=first))
    off = this.where(webhooks.c.disabled_at.is_(None)).values(
        disabled_at=now(), disabled_reason=GONE if outcome.is_gone else FAILED_FOR_LONG
    )
    if not outcome.is_gone:
        off = off.where(webhooks.c.failing_since <= later(now(), -DISABLE_AFTER_SECONDS))
    return bool((await conn.execute(off)).rowcount) or outcome.is_gone


async def _read(conn: AsyncConnection, account_id: str, delivery_id: UUID) -> Delivery:
    query = sa.select(deliveries).where(
        deliveries.c.id == delivery_id, deliveries.c.account_id == account_id
    )
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        raise _not_found(delivery_id)
    return _delivery(row)


def _delivery(row: AnyRow) -> Delivery:
    return Delivery(
        id=row.id,
        webhook_id=row.webhook_id,
        job_id=row.job_id,
        message_id=message_id(row.id),
        type=EventType(row.type),
        url=row.url,
        state=row.state,
        attempts=row.attempts,
        next_attempt_at=row.run_at if row.state is DeliveryState.PENDING else None,
        created_at=row.created_at,
        finished_at=row.finished_at,
        payload=msgspec.json.decode(row.payload),
    )


def _not_found(delivery_id: UUID) -> DeliveryNotFound:
    return DeliveryNotFound(f"There is no delivery {delivery_id}.")
