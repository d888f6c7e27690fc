"""Keys on Postgres or SQLite."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.clock import later, now, seconds_between
from adapters.postgres.engine import Transactions
from adapters.postgres.first_answers import keep_answer, take_key
from adapters.postgres.tables import api_keys
from adapters.postgres.uninterrupted import uninterrupted
from domain.access.model import Key, NewKey, Scope, StoredKey
from domain.errors import KeyNotFound
from domain.once import Once

FIND = sa.select(
    api_keys, seconds_between(now(), api_keys.c.expires_at).label("seconds_left")
).where(api_keys.c.id == sa.bindparam("key_id"))

ALONE = sa.text("LOCK TABLE api_keys IN SHARE ROW EXCLUSIVE MODE")
"""until the transaction ends nobody else inserts; on SQLite every writer is alone"""


class SqlKeyStore:
    """Keys, and the hashes of their secrets (port ``KeyStore``)."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)

    @uninterrupted
    async def add(self, key: NewKey, once: Once[Key] | None = None) -> Key:
        async with self._transactions.writing() as conn:
            await take_key(conn, key.account_id, once)
            made = await _insert(conn, key)
            await keep_answer(conn, key.account_id, once, made)
            return made

    @uninterrupted
    async def add_first(self, key: NewKey) -> Key | None:
        async with self._transactions.writing() as conn:
            if conn.dialect.name == "postgresql":
                await conn.execute(ALONE)
            if (await conn.execute(sa.select(api_keys.c.id).limit(1))).first() is not None:
                return None
            return await _insert(conn, key)

    @uninterrupted
    async def find(self, key_id: str) -> StoredKey | None:
        async with self._transactions.reading() as conn:
            row = (await conn.execute(FIND, {"key_id": key_id})).one_or_none()
        if row is None:
            return None
        left = None if row.seconds_left is None else float(row.seconds_left)
        return StoredKey(key=_key(row), secret_hash=row.secret_hash, seconds_left=left)

    @uninterrupted
    async def listing(self, account_id: str | None = None) -> list[Key]:
        query = sa.select(api_keys).order_by(api_keys.c.created_at.desc(), api_keys.c.id.desc())
        if account_id is not None:
            query = query.where(api_keys.c.account_id == account_id)
        async with self._transactions.reading() as conn:
            return [_key(row) for row in await conn.execute(query)]

    @uninterrupted
    async def revoke(self, key_id: str, account_id: str | None = None) -> Key:
        update = (
            sa.update(api_keys)
            .where(api_keys.c.id == key_id)
            .values(revoked_at=sa.func.coalesce(api_keys.c.revoked_at, now()))
            .returning(api_keys)
        )
        if account_id is not None:
            update = update.where(api_keys.c.account_id == account_id)
        async with self._transactions.writing() as conn:
            row = (await conn.execute(update)).one_or_none()
        if row is None:
            raise KeyNotFound(f"There is no key {key_id!r}.")
        return _key(row)

    @uninterrupted
    async def note_use(self, key_id: str) -> None:
        async with self._transactions.writing() as conn:
            used = sa.update(api_keys).where(api_keys.c.id == key_id)
            await conn.execute(used.values(last_used_at=now()))


async def _insert(conn: AsyncConnection, key: NewKey) -> Key:
    lifetime = key.lifetime_seconds
    insert = sa.insert(api_keys).values(
        id=key.id,
        account_id=key.account_id,
        name=key.name,
        scopes=key.scopes,
        secret_hash=key.secret_hash,
        created_at=now(),
        expires_at=None if lifetime is None else later(now(), lifetime),
    )
    return _key((await conn.execute(insert.returning(api_keys))).one())


def _key(row: Any) -> Key:
    known = set(Scope)
    return Key(
        id=row.id,
        account_id=row.account_id,
        name=row.name,
        # a scope of a later release means nothing to this one, and the others still count
        scopes=[Scope(scope) for scope in row.scopes if scope in known],
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
