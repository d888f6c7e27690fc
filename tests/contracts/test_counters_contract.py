"""What every ``Counters`` does: it counts each request once, however many come at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import pytest
import redis.asyncio

from adapters.limits import MemoryCounters, RedisCounters
from domain.access.limits import WINDOW_SECONDS, Allowance, Counters
from domain.errors import ServiceUnavailable

TEN = Allowance(requests=10, at_once=0, failures=0)
TWO_AT_ONCE = Allowance(requests=0, at_once=2, failures=0)
MakeShared = Callable[[], RedisCounters]


@pytest.fixture
async def shared(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MakeShared]:
    """Makes counters of one installation, as each of its processes has them; a busy machine's
    Redis may be late."""
    for patience in ("ANSWER_SECONDS", "WAIT_SECONDS"):
        monkeypatch.setattr(f"adapters.limits.shared.{patience}", 60.0)
    made: list[RedisCounters] = []
    prefix = f"limits-{uuid4().hex}"

    def make() -> RedisCounters:
        made.append(RedisCounters(redis_url, prefix))
        return made[-1]

    yield make
    for counters in made:
        await counters.close()


@pytest.fixture(params=["memory", "redis"])
def counters(request: pytest.FixtureRequest) -> Counters:
    if request.param == "memory":
        return MemoryCounters()
    make: MakeShared = request.getfixturevalue("shared")
    return make()


async def test_requests_are_numbered_within_their_window(counters: Counters) -> None:
    entries = [await counters.enter("key", f"slot{n}", TEN) for n in range(12)]

    assert [entry.count.number for entry in entries] == list(range(1, 13))
    assert [entry.has_room for entry in entries] == [True] * 10 + [False] * 2
    left = [entry.count.seconds_left for entry in entries]
    assert all(0 < seconds <= WINDOW_SECONDS for seconds in left)
    assert left == sorted(left, reverse=True)


async def test_of_two_hundred_at_once_exactly_the_quota_gets_in(counters: Counters) -> None:
    fifty = Allowance(requests=50, at_once=0, failures=0)

    entries = await asyncio.gather(*(counters.enter("key", f"s{n}", fifty) for n in range(200)))

    assert sum(entry.has_room for entry in entries) == 50
    assert sorted(entry.count.number for entry in entries) == list(range(1, 201))


async def test_keys_are_counted_apart_from_each_other_and_from_failures(
    counters: Counters,
) -> None:
    await counters.enter("one", "slot", TEN)
    await counters.count_failure("two")

    assert (await counters.enter("two", "slot", TEN)).count.number == 1


async def test_so_many_slots_are_there_until_one_is_left(counters: Counters) -> None:
    first, second, third = [
        (await counters.enter("key", slot, TWO_AT_ONCE)).has_room for slot in "abc"
    ]
    other = await counters.enter("another", "a", TWO_AT_ONCE)
    await counters.leave("key", "a")
    await counters.leave("key", "a")
    again, full = [(await counters.enter("key", slot, TWO_AT_ONCE)).has_room for slot in "de"]

    assert (first, second, third) == (True, True, False)
    assert other.has_room
    assert (again, full) == (True, False)


async def test_of_many_at_once_as_many_as_there_are_slots_get_in(counters: Counters) -> None:
    entries = await asyncio.gather(
        *(counters.enter("key", f"s{n}", TWO_AT_ONCE) for n in range(100))
    )

    assert sum(entry.has_room for entry in entries) == 2


async def test_whoever_is_over_the_rate_takes_no_slot(counters: Counters) -> None:
    both = Allowance(requests=1, at_once=2, failures=0)
    for n in range(5):
        await counters.enter("key", f"s{n}", both)

    room = [(await counters.enter("key", f"t{n}", TWO_AT_ONCE)).has_room for n in range(2)]

    assert room == [True, False]


async def test_failures_are_counted_by_address(counters: Counters) -> None:
    counts = [await counters.count_failure("203.0.113.9") for _ in range(3)]

    assert [count.number for count in counts] == [1, 2, 3]
    assert 0 < counts[-1].seconds_left <= WINDOW_SECONDS
    assert (await counters.count_failure("203.0.113.10")).number == 1


# -- shared by processes -------------------------------------------------------------------------


async def test_two_processes_count_together(shared: MakeShared) -> None:
    one, two = shared(), shared()

    both = [await each.enter("key", uuid4().hex, TEN) for each in (one, two, one)]
    rooms = [(await each.enter("k", uuid4().hex, TWO_AT_ONCE)).has_room for each in (one, two, one)]

    assert [entry.count.number for entry in both] == [1, 2, 3]
    assert rooms == [True, True, False]


async def names_of(redis_url: str, of: str) -> list[str]:
    async with redis.asyncio.Redis.from_url(redis_url, decode_responses=True) as client:
        return [name async for name in client.scan_iter(f"*{of}")]


async def make_old(redis_url: str, name: str) -> None:
    """As if a minute had passed since the slots were taken or renewed."""
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        for slot in await client.zrange(name, 0, -1):
            await client.zadd(name, {slot: 1.0})


async def test_slots_of_a_dead_process_are_free_before_long_and_those_of_a_live_one_stay(
    shared: MakeShared, redis_url: str
) -> None:
    dead, alive = shared(), shared()
    key = uuid4().hex
    await dead.enter(key, "stream", TWO_AT_ONCE)
    await alive.enter(key, "stream too", TWO_AT_ONCE)
    [name] = await names_of(redis_url, key)
    await make_old(redis_url, name)
    await alive.renew()

    rooms = [(await alive.enter(key, slot, TWO_AT_ONCE)).has_room for slot in "ab"]

    assert rooms == [True, False]


async def test_nothing_stays_in_redis_for_ever(shared: MakeShared, redis_url: str) -> None:
    counters = shared()
    key = uuid4().hex
    both = Allowance(requests=1, at_once=2, failures=0)
    await counters.enter(key, "a", both)
    await counters.count_failure(key)
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        left = [await client.ttl(name) for name in await names_of(redis_url, key)]

    assert len(left) == 3
    assert all(0 < seconds <= WINDOW_SECONDS for seconds in left)


@pytest.mark.parametrize("call", ["enter", "leave", "count_failure"])
async def test_a_redis_that_is_silent_is_given_up_soon(silent: str, call: str) -> None:
    counters = RedisCounters(f"redis://{silent}/0")
    arguments: dict[str, tuple[Any, ...]] = {
        "enter": ("key", "slot", TEN),
        "leave": ("key", "slot"),
        "count_failure": ("203.0.113.9",),
    }
    async with asyncio.timeout(60):
        with pytest.raises(ServiceUnavailable, match="Redis"):
            await getattr(counters, call)(*arguments[call])
    await counters.close()
