"""What every ``KeyStore`` does."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres import SqlKeyStore
from domain.access import KeyStore, NewKey, Scope
from domain.errors import KeyNotFound

HOUR = 3600.0
NEW = NewKey(
    id="00000000000000aa",
    account_id="local",
    name="laptop",
    scopes=[Scope.JOBS_WRITE, Scope.VIDEOS_READ],
    secret_hash=bytes(range(32)),
    lifetime_seconds=None,
)
CLOCKS_APART = timedelta(seconds=5)

Rows = Callable[[str], Coroutine[Any, Any, list[dict[str, Any]]]]


def another(number: int, **changes: Any) -> NewKey:
    return msgspec.structs.replace(NEW, id=f"{number:016x}", **changes)


@pytest.fixture
def store(engine: AsyncEngine) -> KeyStore:
    return SqlKeyStore(engine)


async def test_a_key_comes_back_with_the_hash_of_its_secret(store: KeyStore) -> None:
    made = await store.add(NEW)

    found = await store.find(NEW.id)

    assert found is not None
    assert found.key == made
    assert (made.id, made.account_id, made.name) == (NEW.id, "local", "laptop")
    assert made.scopes == [Scope.JOBS_WRITE, Scope.VIDEOS_READ]
    assert abs(made.created_at - datetime.now(UTC)) < CLOCKS_APART
    assert (made.expires_at, made.revoked_at, made.last_used_at) == (None, None, None)
    assert (found.secret_hash, found.seconds_left) == (NEW.secret_hash, None)


async def test_a_key_that_nobody_made_is_none(store: KeyStore) -> None:
    assert await store.find(NEW.id) is None


async def test_a_key_knows_how_long_it_has(store: KeyStore) -> None:
    made = await store.add(another(1, lifetime_seconds=HOUR))
    assert made.expires_at == made.created_at + timedelta(hours=1)

    found = await store.find(made.id)

    assert found is not None
    assert found.seconds_left is not None
    assert HOUR - CLOCKS_APART.total_seconds() < found.seconds_left <= HOUR


async def test_a_key_that_has_expired_has_less_than_nothing_left(store: KeyStore) -> None:
    made = await store.add(another(1, lifetime_seconds=-HOUR))

    found = await store.find(made.id)

    assert found is not None
    assert found.seconds_left is not None
    assert found.seconds_left <= -HOUR


async def test_a_revoked_key_stays_with_the_time_of_its_end(store: KeyStore) -> None:
    await store.add(NEW)

    revoked = await store.revoke(NEW.id)

    assert revoked.revoked_at is not None
    assert await store.revoke(NEW.id) == revoked, "the first time counts"
    found = await store.find(NEW.id)
    assert found is not None
    assert found.key == revoked
    assert await store.listing() == [revoked]


async def test_nobody_revokes_a_key_of_another_account(store: KeyStore) -> None:
    await store.add(NEW)

    with pytest.raises(KeyNotFound, match=NEW.id):
        await store.revoke(NEW.id, "studio")

    assert (await store.revoke(NEW.id, "local")).revoked_at is not None


async def test_a_key_that_is_not_there_cannot_be_revoked(store: KeyStore) -> None:
    with pytest.raises(KeyNotFound, match="nothing"):
        await store.revoke("nothing")


async def test_keys_are_listed_by_account_newest_first(store: KeyStore) -> None:
    for number, account in enumerate(["local", "studio", "local"]):
        await store.add(another(number, account_id=account))

    assert [key.id for key in await store.listing("local")] == [f"{n:016x}" for n in (2, 0)]
    assert [key.id for key in await store.listing()] == [f"{n:016x}" for n in (2, 1, 0)]
    assert await store.listing("nobody") == []


async def test_a_use_is_noted(store: KeyStore) -> None:
    await store.add(NEW)

    await store.note_use(NEW.id)

    [key] = await store.listing()
    assert key.last_used_at is not None
    assert key.last_used_at >= key.created_at


async def test_only_the_first_key_of_all_is_the_first(store: KeyStore) -> None:
    first = await store.add_first(NEW)
    assert first is not None
    assert first.id == NEW.id

    assert await store.add_first(another(1)) is None
    await store.revoke(NEW.id)
    assert await store.add_first(another(2, account_id="studio")) is None

    assert [key.id for key in await store.listing()] == [NEW.id]


async def test_of_many_that_would_be_the_first_at_the_same_time_one_is(store: KeyStore) -> None:
    tried = await asyncio.gather(*(store.add_first(another(n)) for n in range(10)))

    [first] = [key for key in tried if key is not None]
    assert await store.listing() == [first]


async def test_a_scope_of_a_later_release_does_not_spoil_a_key(
    store: KeyStore, engine: AsyncEngine
) -> None:
    await store.add(NEW)
    async with engine.begin() as conn:
        await conn.exec_driver_sql("""UPDATE api_keys SET scopes = '["dance", "jobs:write"]'""")

    [key] = await store.listing()

    assert key.scopes == [Scope.JOBS_WRITE]
