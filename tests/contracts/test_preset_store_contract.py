"""What every ``PresetStore`` does."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres import SqlPresetStore
from domain.errors import PresetChanged, PresetNotFound, TooManyPresets
from domain.presets import Preset, PresetStore

FIELDS: dict[str, Any] = {
    "brand": {"palette": "lagoon"},
    "metadata": {"order": [1, None, {"x": 2.5}], "big": 2**53 + 1},
    "title": "É, and \U0001f419",
}
CLOCKS_APART = timedelta(seconds=5)


@pytest.fixture
def store(engine: AsyncEngine) -> PresetStore:
    return SqlPresetStore(engine)


def digest_of(fields: dict[str, Any]) -> str:
    return hashlib.sha256(str(fields).encode()).hexdigest()


async def keep(
    store: PresetStore,
    name: str = "brand",
    *,
    account: str = "local",
    fields: dict[str, Any] | None = None,
    expected: str | None = None,
    most: int = 10,
) -> tuple[Preset, bool]:
    fields = FIELDS if fields is None else fields
    return await store.put(account, name, fields, digest_of(fields), expected=expected, most=most)


async def test_a_preset_comes_back_as_it_was_given(store: PresetStore) -> None:
    kept, is_new = await keep(store)

    assert is_new
    assert await store.get("local", "brand") == kept
    assert (kept.name, kept.request, kept.digest) == ("brand", FIELDS, digest_of(FIELDS))
    assert list(kept.request) == list(FIELDS), "in the order of its fields"
    assert kept.created_at == kept.updated_at
    assert abs(kept.created_at - datetime.now(UTC)) < CLOCKS_APART


async def test_a_preset_of_the_same_name_takes_its_place(store: PresetStore) -> None:
    first, _ = await keep(store)

    second, is_new = await keep(store, fields={"seed": 7})

    assert not is_new
    assert second.request == {"seed": 7}
    assert second.created_at == first.created_at
    assert second.updated_at >= first.updated_at
    assert await store.listing("local") == [second]


async def test_presets_are_listed_by_name(store: PresetStore) -> None:
    for name in ("b", "a-2", "a", "a2"):
        await keep(store, name)

    assert [preset.name for preset in await store.listing("local")] == ["a", "a-2", "a2", "b"]
    assert await store.listing("nobody") == []


async def test_accounts_share_no_presets(store: PresetStore) -> None:
    own, _ = await keep(store)
    other, is_new = await keep(store, account="studio", fields={"seed": 1})

    assert is_new
    assert await store.get("local", "brand") == own
    await store.remove("studio", "brand")
    assert await store.get("local", "brand") == own
    with pytest.raises(PresetNotFound, match="brand"):
        await store.get("studio", "brand")
    assert other.request == {"seed": 1}


async def test_what_is_not_there_is_not_found(store: PresetStore) -> None:
    with pytest.raises(PresetNotFound, match="nothing"):
        await store.get("local", "nothing")
    with pytest.raises(PresetNotFound, match="nothing"):
        await store.remove("local", "nothing")


async def test_only_what_was_expected_is_replaced(store: PresetStore) -> None:
    first, _ = await keep(store)

    second, is_new = await keep(store, fields={"seed": 1}, expected=first.digest)
    assert not is_new
    with pytest.raises(PresetChanged, match="brand"):
        await keep(store, fields={"seed": 2}, expected=first.digest)

    assert await store.get("local", "brand") == second
    third, is_new = await keep(store, fields={"seed": 3}, expected="*")
    assert (third.request, is_new) == ({"seed": 3}, False)


@pytest.mark.parametrize("expected", ["*", "a digest"])
async def test_what_was_expected_and_is_not_there_is_not_made(
    store: PresetStore, expected: str
) -> None:
    with pytest.raises(PresetChanged, match="brand"):
        await keep(store, expected=expected)

    assert await store.listing("local") == []


async def test_an_account_has_no_more_than_it_may_have(store: PresetStore) -> None:
    await keep(store, "a", most=2)
    await keep(store, "b", most=2)

    with pytest.raises(TooManyPresets, match="2"):
        await keep(store, "c", most=2)

    assert not (await keep(store, "a", most=2))[1], "replacing adds none"
    assert (await keep(store, "c", account="studio", most=2))[1], "others have their own"
    await store.remove("local", "b")
    assert (await keep(store, "c", most=2))[1]


async def test_of_many_that_come_at_once_one_makes_it_and_none_is_lost(store: PresetStore) -> None:
    kept = await asyncio.gather(*(keep(store, fields={"seed": n}) for n in range(8)))
    assert sorted(is_new for _, is_new in kept) == [False] * 7 + [True]

    tried = await asyncio.gather(
        *(keep(store, f"name-{n}", most=4) for n in range(8)), return_exceptions=True
    )
    assert sum(isinstance(outcome, TooManyPresets) for outcome in tried) == 5
    assert len(await store.listing("local")) == 4
