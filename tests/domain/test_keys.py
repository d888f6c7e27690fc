"""Keys: shown once, checked in constant time, and useless once revoked or expired."""

import hmac
import secrets
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres import SqlKeyStore
from domain.access import Keys, Scope, StoredKey, key_id_in
from domain.access import service as access_service
from domain.access.model import granted
from domain.access.service import NOTE_SECONDS, TRUST_SECONDS
from domain.errors import InvalidRequest, KeyInvalid, KeyNotFound

Rows = Callable[[str], Coroutine[Any, Any, list[dict[str, Any]]]]


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class CountingStore(SqlKeyStore):
    """The store itself, and how often it was asked and written to."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine)
        self.reads = 0
        self.writes = 0

    async def find(self, key_id: str) -> StoredKey | None:
        self.reads += 1
        return await super().find(key_id)

    async def note_use(self, key_id: str) -> None:
        self.writes += 1
        await super().note_use(key_id)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(engine: AsyncEngine) -> CountingStore:
    return CountingStore(engine)


@pytest.fixture
def keys(store: CountingStore, clock: Clock) -> Keys:
    return Keys(store, draw=secrets.token_hex, clock=clock)


async def make(keys: Keys, **options: Any) -> str:
    return (await keys.create("local", "laptop", [Scope.JOBS_WRITE], **options)).token


# -- making ----------------------------------------------------------------------------------


async def test_a_key_is_an_id_and_a_secret_of_256_bits(keys: Keys) -> None:
    made = await keys.create("local", "laptop", [Scope.JOBS_WRITE])
    prefix, key_id, secret = made.token.split("_")
    assert (prefix, key_id) == ("fk", made.key.id)
    assert len(bytes.fromhex(secret)) == 32
    assert await make(keys) != await make(keys)


async def test_of_a_secret_only_its_hash_is_kept(keys: Keys, rows: Rows) -> None:
    token = await make(keys)
    secret = token.split("_")[2]
    [row] = await rows("SELECT * FROM api_keys")
    assert len(row["secret_hash"]) == 32
    kept = repr(row)
    assert secret not in kept
    assert bytes.fromhex(secret) not in [v for v in row.values() if isinstance(v, bytes)]


async def test_everything_wrong_with_a_new_key_is_named(keys: Keys, rows: Rows) -> None:
    with pytest.raises(InvalidRequest) as raised:
        await keys.create("not an account", " ", [], lifetime_seconds=-1)
    pointers = [error.pointer for error in raised.value.errors]
    assert pointers == ["/name", "/scopes", "/account", "/expires_days"]
    assert all(error.hint for error in raised.value.errors)
    assert await rows("SELECT * FROM api_keys") == []


@pytest.mark.parametrize("seconds", [0.0, -1.0, 1e300, float("inf"), float("nan")])
async def test_an_end_lies_in_the_future_and_in_sight(keys: Keys, seconds: float) -> None:
    with pytest.raises(InvalidRequest, match="/expires_days"):
        await make(keys, lifetime_seconds=seconds)


async def test_a_name_is_one_line(keys: Keys) -> None:
    made = await keys.create("local", " the\n laptop ", [Scope.JOBS_READ])
    assert made.key.name == "the laptop"
    with pytest.raises(InvalidRequest, match="printable"):
        await keys.create("local", "a\x00b", [Scope.JOBS_READ])


async def test_a_key_found_by_its_whole_text_has_its_id(keys: Keys) -> None:
    made = await keys.create("local", "laptop", [Scope.JOBS_READ])
    assert key_id_in(made.token) == made.key.id
    assert key_id_in(made.key.id) == made.key.id


def test_writing_includes_reading_and_admin_everything() -> None:
    assert granted([Scope.JOBS_WRITE]) == {Scope.JOBS_WRITE, Scope.JOBS_READ}
    assert granted([Scope.VIDEOS_WRITE]) == {Scope.VIDEOS_WRITE, Scope.VIDEOS_READ}
    assert granted([Scope.ADMIN]) == set(Scope)
    for scope in (Scope.JOBS_READ, Scope.VIDEOS_READ, Scope.PUBLISH):
        assert granted([scope]) == {scope}


# -- checking --------------------------------------------------------------------------------


async def test_the_right_key_is_itself(keys: Keys) -> None:
    made = await keys.create("studio", "laptop", [Scope.JOBS_WRITE])
    assert await keys.check(made.token) == made.key


async def test_a_wrong_secret_is_refused(keys: Keys) -> None:
    token = await make(keys)
    other = token[:-1] + ("0" if token[-1] != "0" else "1")
    with pytest.raises(KeyInvalid, match="none of this server's"):
        await keys.check(other)
    await keys.check(token)
    with pytest.raises(KeyInvalid, match="none of this server's"):
        await keys.check(other)  # also while the key itself is known


async def test_a_forged_id_is_refused_in_the_same_words(keys: Keys) -> None:
    token = await make(keys)
    forged = f"fk_{'0' * 16}_{token.split('_')[2]}"
    with pytest.raises(KeyInvalid, match="none of this server's"):
        await keys.check(forged)


async def test_the_secret_of_one_key_does_not_open_another(keys: Keys) -> None:
    one, other = await make(keys), await make(keys)
    mixed = f"fk_{one.split('_')[1]}_{other.split('_')[2]}"
    with pytest.raises(KeyInvalid):
        await keys.check(mixed)


@pytest.mark.parametrize(
    "text",
    ["", "fk_", "fk_1_2", "hunter2", "FK_{0}_{1}", "fk_{0}_{1}0", " fk_{0}_{1}", "fk_{0}_{1}\n"],
)
async def test_what_has_not_the_form_of_a_key_is_refused_unlooked(
    keys: Keys, store: CountingStore, text: str
) -> None:
    _, key_id, secret = (await make(keys)).split("_")
    with pytest.raises(KeyInvalid, match="isn't a key"):
        await keys.check(text.format(key_id, secret))
    assert store.reads == 0


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "forged"])
async def test_every_check_compares_hashes_in_constant_time(
    keys: Keys, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    token = await make(keys)
    compared: list[tuple[bytes, bytes]] = []
    compare = hmac.compare_digest

    def watched(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return compare(one, other)

    monkeypatch.setattr(access_service.hmac, "compare_digest", watched)
    if is_known:
        await keys.check(token)
    else:
        with pytest.raises(KeyInvalid):
            await keys.check(f"fk_{'0' * 16}_{token.split('_')[2]}")

    [(expected, given)] = compared
    assert len(expected) == len(given) == 32
    assert (expected == given) is is_known


async def test_a_revoked_key_is_refused_at_once_here(keys: Keys) -> None:
    token = await make(keys)
    key = await keys.check(token)
    await keys.revoke(key.id)
    with pytest.raises(KeyInvalid, match="revoked"):
        await keys.check(token)


async def test_a_key_that_another_process_revokes_is_refused_within_a_second(
    keys: Keys, store: CountingStore, clock: Clock
) -> None:
    token = await make(keys)
    key = await keys.check(token)
    await store.revoke(key.id)  # as `faceless keys revoke` does
    clock.now += TRUST_SECONDS
    with pytest.raises(KeyInvalid, match="revoked"):
        await keys.check(token)


async def test_an_expired_key_is_refused(keys: Keys, engine: AsyncEngine, clock: Clock) -> None:
    token = await make(keys, lifetime_seconds=3600)
    await keys.check(token)
    async with engine.begin() as conn:  # as if the hour had passed
        await conn.exec_driver_sql("UPDATE api_keys SET expires_at = expires_at - 3600001")
    clock.now += TRUST_SECONDS
    with pytest.raises(KeyInvalid, match="expired"):
        await keys.check(token)


async def test_a_key_is_not_trusted_for_longer_than_it_lives(
    keys: Keys, engine: AsyncEngine, store: CountingStore, clock: Clock
) -> None:
    token = await make(keys, lifetime_seconds=3600)
    async with engine.begin() as conn:  # 0.4 s are left at most
        await conn.exec_driver_sql("UPDATE api_keys SET expires_at = expires_at - 3599600")
    await keys.check(token)
    clock.now += 0.4
    with suppress(KeyInvalid):  # the database's own clock may not be as far yet
        await keys.check(token)
    assert store.reads == 2, "it was looked up again before a second had passed"


async def test_whoever_has_not_the_secret_learns_nothing_of_a_key(keys: Keys) -> None:
    token = await make(keys)
    await keys.revoke(token.split("_")[1])
    wrong = token[:-1] + ("0" if token[-1] != "0" else "1")
    with pytest.raises(KeyInvalid) as raised:
        await keys.check(wrong)
    assert "revoked" not in raised.value.message


async def test_a_key_that_is_not_there_cannot_be_revoked(keys: Keys) -> None:
    with pytest.raises(KeyNotFound):
        await keys.revoke("0" * 16)


# -- what it costs ---------------------------------------------------------------------------


async def test_many_checks_are_one_look_and_one_note(
    keys: Keys, store: CountingStore, clock: Clock
) -> None:
    token = await make(keys)
    for _ in range(100):
        await keys.note_use(await keys.check(token))
    assert (store.reads, store.writes) == (1, 1)

    clock.now += NOTE_SECONDS
    await keys.note_use(await keys.check(token))
    assert (store.reads, store.writes) == (2, 2)


async def test_the_first_key_is_made_once(keys: Keys) -> None:
    made = await keys.create_first("local", "bootstrap", [Scope.ADMIN])
    assert made is not None
    assert (await keys.check(made.token)).scopes == [Scope.ADMIN]
    assert await keys.create_first("local", "bootstrap", [Scope.ADMIN]) is None
    assert await keys.listing() == [made.key]
