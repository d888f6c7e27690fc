"""Holds: one at a time, and none for ever."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres import SqlHolds
from domain.errors import UpkeepUnderWay

MINUTE = 60.0


@pytest.fixture
def holds(engine: AsyncEngine) -> SqlHolds:
    return SqlHolds(engine)


async def test_of_many_who_want_a_hold_one_gets_it(holds: SqlHolds) -> None:
    taken = await asyncio.gather(
        *(holds.take("upkeep", f"process {number}", MINUTE) for number in range(5)),
        return_exceptions=True,
    )

    assert len([answer for answer in taken if answer is None]) == 1
    assert all(isinstance(answer, UpkeepUnderWay) for answer in taken if answer is not None)


async def test_who_is_refused_is_told_who_has_it(holds: SqlHolds) -> None:
    await holds.take("upkeep", "the backup", MINUTE)

    with pytest.raises(UpkeepUnderWay, match="the backup"):
        await holds.take("upkeep", "gc", MINUTE)
    await holds.take("something else", "gc", MINUTE)


async def test_a_hold_that_was_given_back_is_free(holds: SqlHolds) -> None:
    await holds.take("upkeep", "the backup", MINUTE)
    await holds.release("upkeep", "the backup")

    await holds.take("upkeep", "gc", MINUTE)
    await holds.release("upkeep", "the backup")

    with pytest.raises(UpkeepUnderWay, match="gc"):
        await holds.take("upkeep", "the backup", MINUTE)


async def test_a_hold_whose_holder_died_is_free_and_lost_to_who_had_it(holds: SqlHolds) -> None:
    await holds.take("upkeep", "the dead", -MINUTE)

    await holds.take("upkeep", "gc", MINUTE)

    with pytest.raises(UpkeepUnderWay, match="the dead"):
        await holds.renew("upkeep", "the dead", MINUTE)


async def test_a_hold_that_is_renewed_stays(holds: SqlHolds) -> None:
    await holds.take("upkeep", "the backup", -MINUTE)
    await holds.renew("upkeep", "the backup", MINUTE)

    with pytest.raises(UpkeepUnderWay):
        await holds.take("upkeep", "gc", MINUTE)
