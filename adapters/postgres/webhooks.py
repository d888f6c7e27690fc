"""Webhooks and the secrets of accounts on Postgres or SQLite."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.clock import insert_if_absent, later, now
from adapters.postgres.engine import Transactions
from adapters.postgres.first_answers import keep_answer, take_key
from adapters.postgres.outbox import give_up
from adapters.postgres.tables import AnyRow, webhook_secrets, webhooks
from adapters.postgres.uninterrupted import uninterrupted
from domain.errors import TooManyWebhooks, WebhookNotFound
from domain.once import Once
from domain.webhooks.model import Changes, EventType, NewWebhook, SealedSecrets, Webhook

ALONE = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('webhooks of ' || :account, 0))")
"""until the transaction ends no other adds one to the account; on SQLite every writer is alone"""


class SqlWebhookStore:
    """Webhooks, and secrets as a ``Sealer`` leaves them (port ``WebhookStore``)."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)

    @uninterrupted
    async def add(self, new: NewWebhook, most: int, once: Once[Webhook] | None = None) -> Webhook:
        of_account = webhooks.c.account_id == new.account_id
        count = sa.select(sa.func.count()).select_from(webhooks).where(of_account)
        insert = sa.insert(webhooks).values(
            id=new.id,
            account_id=new.account_id,
            url=new.url,
            events=new.events,
            description=new.description,
            secret=new.sealed_secret,
            created_at=now(),
        )
        async with self._transactions.writing() as conn:
            await take_key(conn, new.account_id, once)
            if conn.dialect.name == "postgresql":
                await conn.execute(ALONE, {"account": new.account_id})
            if (await conn.execute(count)).scalar_one() >= most:
                raise TooManyWebhooks(f"An account has {most} webhooks at most.")
            made = webhook_from_row((await conn.execute(insert.returning(*COLUMNS))).one())
            await keep_answer(conn, new.account_id, once, made)
            return made

    @uninterrupted
    async def get(self, account_id: str, webhook_id: UUID) -> Webhook:
        async with self._transactions.reading() as conn:
            return await read_webhook(conn, account_id, webhook_id)

    @uninterrupted
    async def listing(self, account_id: str) -> list[Webhook]:
        query = (
            sa.select(*COLUMNS)
            .where(webhooks.c.account_id == account_id)
            .order_by(webhooks.c.created_at.desc(), webhooks.c.id.desc())
        )
        async with self._transactions.reading() as conn:
            return [webhook_from_row(row) for row in await conn.execute(query)]

    @uninterrupted
    async def change(self, account_id: str, webhook_id: UUID, changes: Changes) -> Webhook:
        given = {"url": changes.url, "events": changes.events, "description": changes.description}
        values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if changes.enabled:
            values |= {"disabled_at": None, "disabled_reason": None, "failing_since": None}
        elif changes.enabled is not None:
            by_owner = sa.case(
                (webhooks.c.disabled_at.is_(None), BY_OWNER), else_=webhooks.c.disabled_reason
            )
            disabled_at = sa.func.coalesce(webhooks.c.disabled_at, now())
            values |= {"disabled_at": disabled_at, "disabled_reason": by_owner}
        async with self._transactions.writing() as conn:
            if values:
                owned = sa.update(webhooks).where(*_named(account_id, webhook_id))
                await conn.execute(owned.values(values))
            changed = await read_webhook(conn, account_id, webhook_id)
            if changes.enabled is False:
                await give_up(conn, webhook_id)
            return changed

    @uninterrupted
    async def remove(self, account_id: str, webhook_id: UUID) -> None:
        async with self._transactions.writing() as conn:
            gone = sa.delete(webhooks).where(*_named(account_id, webhook_id))
            if not (await conn.execute(gone)).rowcount:
                raise _not_found(webhook_id)

    @uninterrupted
    async def rotate(
        self,
        account_id: str,
        webhook_id: UUID,
        sealed: str,
        keep_seconds: float,
        once: Once[Webhook] | None = None,
    ) -> Webhook:
        async with self._transactions.writing() as conn:
            await take_key(conn, account_id, once)
            owned = sa.update(webhooks).where(*_named(account_id, webhook_id))
            await conn.execute(owned.values(_rotated(webhooks, sealed, keep_seconds)))
            rotated = await read_webhook(conn, account_id, webhook_id)
            await keep_answer(conn, account_id, once, rotated)
            return rotated

    @uninterrupted
    async def latest_secret(self) -> tuple[str, UUID, str] | None:
        query = sa.select(webhooks.c.account_id, webhooks.c.id, webhooks.c.secret).order_by(
            webhooks.c.created_at.desc(), webhooks.c.id.desc()
        )
        async with self._transactions.reading() as conn:
            row = (await conn.execute(query.limit(1))).first()
        return None if row is None else (row.account_id, row.id, row.secret)

    @uninterrupted
    async def secrets_of(self, account_id: str) -> SealedSecrets | None:
        async with self._transactions.reading() as conn:
            return await read_account_secrets(conn, account_id)

    @uninterrupted
    async def first_secret(self, account_id: str, sealed: str) -> SealedSecrets:
        async with self._transactions.writing() as conn:
            insert = insert_if_absent(conn, webhook_secrets)
            await conn.execute(insert.values(account_id=account_id, secret=sealed))
            return await _account_secrets(conn, account_id)

    @uninterrupted
    async def rotate_account(
        self,
        account_id: str,
        sealed: str,
        keep_seconds: float,
        once: Once[SealedSecrets] | None = None,
    ) -> SealedSecrets:
        async with self._transactions.writing() as conn:
            await take_key(conn, account_id, once)
            insert = insert_if_absent(conn, webhook_secrets)
            made = await conn.execute(insert.values(account_id=account_id, secret=sealed))
            if not made.rowcount:
                own = sa.update(webhook_secrets).where(webhook_secrets.c.account_id == account_id)
                await conn.execute(own.values(_rotated(webhook_secrets, sealed, keep_seconds)))
            rotated = await _account_secrets(conn, account_id)
            await keep_answer(conn, account_id, once, rotated)
            return rotated


BY_OWNER = "Its owner has disabled it."

_still_signs = webhooks.c.previous_secret_until > now()

COLUMNS = (
    *(column for column in webhooks.c if "secret" not in column.name),
    sa.case((_still_signs, webhooks.c.previous_secret_until)).label("previous_secret_until"),
)
"""what of a webhook may be seen"""


def secret_columns(table: sa.Table) -> tuple[sa.ColumnElement[Any], ...]:
    """The secrets that sign now, for ``secrets_from_row``."""
    still_signs = table.c.previous_secret_until > now()
    return (
        table.c.secret,
        sa.case((still_signs, table.c.previous_secret)).label("previous_secret"),
        sa.case((still_signs, table.c.previous_secret_until)).label("previous_secret_until"),
    )


def secrets_from_row(row: AnyRow) -> SealedSecrets:
    """Secrets from a row of ``secret_columns``."""
    return SealedSecrets(row.secret, row.previous_secret, row.previous_secret_until)


def webhook_from_row(row: AnyRow) -> Webhook:
    """A webhook from a row of ``COLUMNS``."""
    known = set(EventType)
    return Webhook(
        id=row.id,
        url=row.url,
        # one of a later release means nothing to this one
        events=[EventType(event) for event in row.events if event in known],
        description=row.description,
        enabled=row.disabled_at is None,
        disabled_at=row.disabled_at,
        disabled_reason=row.disabled_reason,
        failing_since=row.failing_since,
        previous_secret_until=row.previous_secret_until,
        created_at=row.created_at,
    )


async def read_webhook(
    conn: AsyncConnection, account_id: str, webhook_id: UUID, *, to_be_told: bool = False
) -> Webhook:
    """One webhook; ``to_be_told``: it isn't removed before the transaction ends.

    Raises:
        WebhookNotFound
    """
    query = sa.select(*COLUMNS).where(*_named(account_id, webhook_id))
    if to_be_told:
        query = query.with_for_update(read=True, key_share=True)
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        raise _not_found(webhook_id)
    return webhook_from_row(row)


async def read_account_secrets(conn: AsyncConnection, account_id: str) -> SealedSecrets | None:
    """The account's own secrets, if it has any."""
    query = sa.select(*secret_columns(webhook_secrets))
    rows = await conn.execute(query.where(webhook_secrets.c.account_id == account_id))
    row = rows.one_or_none()
    return None if row is None else secrets_from_row(row)


async def _account_secrets(conn: AsyncConnection, account_id: str) -> SealedSecrets:
    kept = await read_account_secrets(conn, account_id)
    assert kept is not None, "it was inserted just now, or was there"
    return kept


def _rotated(table: sa.Table, sealed: str, keep_seconds: float) -> dict[str, Any]:
    return {
        "previous_secret": table.c.secret,
        "previous_secret_until": later(now(), keep_seconds),
        "secret": sealed,
    }


def _named(account_id: str, webhook_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return (webhooks.c.id == webhook_id, webhooks.c.account_id == account_id)


def _not_found(webhook_id: UUID) -> WebhookNotFound:
    return WebhookNotFound(f"There is no webhook {webhook_id}.")
