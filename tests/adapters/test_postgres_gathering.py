"""Calls that wait together go together, and none pays for another."""

import asyncio
from collections.abc import Sequence

import pytest
from uuid_utils.compat import uuid7

from adapters.postgres import gathering as gathering_module
from adapters.postgres import make_engine
from adapters.postgres.accept import Asked, insert_jobs
from adapters.postgres.engine import Transactions
from adapters.postgres.gathering import MAX_TOGETHER, MAX_TRIPS, Gathering
from domain.errors import QueueFull, ServiceUnavailable
from domain.generation.brief import Brief
from domain.jobs.model import Job, NewJob, NewUnit, UnitKind


class Trips:
    """Answers twice the number, all trips at the same time; remembers who went together."""

    def __init__(self) -> None:
        self.made: list[list[int]] = []
        self.way_is_free = asyncio.Event()

    async def make(self, numbers: Sequence[int]) -> list[int]:
        self.made.append(list(numbers))
        await self.way_is_free.wait()
        if any(number < 0 for number in numbers):
            raise ValueError("negative")
        if 0 in numbers:
            raise ServiceUnavailable("Nobody is there.", service="database")
        return [2 * number for number in numbers]


async def call_all(trips: Trips, *numbers: int) -> list[int | BaseException]:
    """The first ``MAX_TRIPS`` numbers set out alone, the others while those are under way."""
    gathering = Gathering(trips.make)
    calls = []
    for number in numbers:
        calls.append(asyncio.create_task(gathering.call(number)))
        while len(calls) <= MAX_TRIPS and len(trips.made) < len(calls):
            await asyncio.sleep(0)
    await asyncio.sleep(0)
    trips.way_is_free.set()
    async with asyncio.timeout(60):
        return list(await asyncio.gather(*calls, return_exceptions=True))


async def test_what_comes_while_all_trips_are_under_way_goes_together() -> None:
    trips = Trips()
    numbers = range(1, MAX_TRIPS + MAX_TOGETHER + 3)

    answers = await call_all(trips, *numbers)

    assert answers == [2 * number for number in numbers]
    assert [len(made) for made in trips.made] == [*[1] * MAX_TRIPS, MAX_TOGETHER, 2]


async def test_whoever_comes_as_a_trip_ends_is_taken_by_another() -> None:
    trips = Trips()
    trips.way_is_free.set()
    gathering = Gathering(trips.make)
    late: list[asyncio.Task[int]] = []

    async def follow(number: int) -> None:
        await gathering.call(number)
        for turn in range(4):
            late.append(asyncio.create_task(gathering.call(100 * number + turn)))
            await asyncio.sleep(0)

    async with asyncio.timeout(60):
        await asyncio.gather(*(follow(number) for number in range(1, 9)))
        answers = await asyncio.gather(*late)

    assert len(answers) == 32


async def test_an_item_that_fails_fails_alone() -> None:
    trips = Trips()

    *first, bad, good, other = await call_all(trips, *range(1, MAX_TRIPS + 1), -5, 6, 7)

    assert first == [2 * number for number in range(1, MAX_TRIPS + 1)]
    assert isinstance(bad, ValueError)
    assert (good, other) == (12, 14)


async def test_a_service_that_is_away_is_asked_once_for_all() -> None:
    trips = Trips()

    *_, nought, other = await call_all(trips, *range(1, MAX_TRIPS + 1), 0, 6)

    assert isinstance(nought, ServiceUnavailable)
    assert isinstance(other, ServiceUnavailable)
    assert trips.made[MAX_TRIPS:] == [[0, 6]]


async def test_whoever_waits_for_a_trip_that_hangs_hears_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gathering_module, "PATIENCE_SECONDS", 0.0)
    trips = Trips()
    rest = range(1, 2 * MAX_TOGETHER + 1)

    answers = await call_all(trips, *[0] * MAX_TRIPS, *rest)

    assert all(isinstance(answer, ServiceUnavailable) for answer in answers)
    assert trips.made == [[0]] * MAX_TRIPS


async def test_a_caller_that_is_cancelled_breaks_nothing_off() -> None:
    trips = Trips()
    gathering = Gathering(trips.make)
    calls = [asyncio.create_task(gathering.call(number)) for number in range(1, 6)]
    while len(trips.made) < 1:
        await asyncio.sleep(0)

    calls[0].cancel()
    calls[-1].cancel()
    trips.way_is_free.set()
    answers = await asyncio.gather(*calls, return_exceptions=True)

    assert answers[1:-1] == [4, 6, 8]
    assert sorted(number for made in trips.made for number in made) == [1, 2, 3, 4, 5]


async def test_jobs_that_come_together_fill_the_queue_to_its_limit(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    asked = [
        Asked(
            NewJob(
                id=uuid7(),
                account_id="local",
                video_id=uuid7(),
                request=Brief(topic="Honey", seed=number),
                priority=priority,
                deadline_seconds=60.0,
            ),
            [NewUnit(UnitKind.SCRIPT)],
            max_queued=3,
        )
        for number, priority in enumerate((0, 5, 0, 0, 0))
    ]
    async with Transactions(engine).writing() as conn:
        answers = await insert_jobs(conn, asked)
    await engine.dispose()

    taken = [answer for answer in answers if isinstance(answer, Job)]
    assert [job.request.seed for job in taken] == [0, 1, 2]
    assert [job.queue_position for job in taken] == [1, 1, 3]
    assert all(isinstance(answer, QueueFull) for answer in answers[3:])
