"""The hold that gc and backup take: kept while they work, given back, and lost in words."""

import asyncio
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres import SqlHolds
from adapters.postgres.tables import holds as table
from app.upkeep import hold as holding_module
from app.upkeep.hold import NAME, holding
from domain.errors import StorageFull, UpkeepUnderWay


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding_module, "HOLD_SECONDS", 1.0)
    monkeypatch.setattr(holding_module, "RENEW_SECONDS", 0.1)
    monkeypatch.setattr(holding_module, "ASK_AGAIN_SECONDS", 0.05)


async def end_of_hold(engine: AsyncEngine) -> datetime:
    """When it ends unless it's renewed."""
    async with engine.connect() as conn:
        found = await conn.execute(sa.select(table.c.expires_at).where(table.c.name == NAME))
        end: datetime = found.scalar_one()
    return end


async def test_a_hold_is_kept_while_the_work_goes_on_and_given_back(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding_module, "RENEW_SECONDS", 0.1)
    holds = SqlHolds(engine)
    async with holding(holds, "backup", patience_seconds=0) as hold:
        first = await end_of_hold(engine)
        async with asyncio.timeout(60):
            while await end_of_hold(engine) <= first:
                await asyncio.sleep(0.05)
        hold.check()
        with pytest.raises(UpkeepUnderWay, match="faceless backup"):
            await holds.take(NAME, "gc", 60)

    await holds.take(NAME, "gc", 60)


async def test_who_has_patience_gets_the_hold_of_one_that_died(
    engine: AsyncEngine, quick: None
) -> None:
    holds = SqlHolds(engine)
    await holds.take(NAME, "a dead one", 60)

    with pytest.raises(UpkeepUnderWay, match="a dead one"):
        async with holding(holds, "gc", patience_seconds=0):
            pass
    await holds.renew(NAME, "a dead one", 0.5)
    async with holding(holds, "backup", patience_seconds=30) as hold:
        hold.check()


async def test_a_hold_that_another_took_is_noticed(engine: AsyncEngine, quick: None) -> None:
    holds = SqlHolds(engine)
    async with holding(holds, "gc", patience_seconds=0) as hold:
        await holds.renew(NAME, holding_module.name_of_this_process("gc"), -60)
        await holds.take(NAME, "another", 60)
        async with asyncio.timeout(60):
            while hold.lost is None:
                await asyncio.sleep(0.01)
        with pytest.raises(UpkeepUnderWay):
            hold.check()

    with pytest.raises(UpkeepUnderWay, match="another"):
        await holds.take(NAME, "a third", 60)


async def test_a_hold_that_a_full_disk_keeps_from_being_renewed_is_lost_in_words_and_given_back(
    engine: AsyncEngine, quick: None
) -> None:
    class FullDisk(SqlHolds):
        async def renew(self, *_: object) -> None:
            raise StorageFull

    holds = FullDisk(engine)
    async with holding(holds, "gc", patience_seconds=0) as hold:
        async with asyncio.timeout(60):
            while hold.lost is None:
                await asyncio.sleep(0.01)
        with pytest.raises(StorageFull):
            hold.check()

    await holds.take(NAME, "another", 60)


async def test_who_stood_still_for_too_long_stops(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with holding(SqlHolds(engine), "gc", patience_seconds=0) as hold:
        hold.check()
        monkeypatch.setattr(holding_module, "HOLD_SECONDS", 0.0)
        with pytest.raises(UpkeepUnderWay, match="stood still"):
            hold.check()
