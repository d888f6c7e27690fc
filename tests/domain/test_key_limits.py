"""Limits where counting itself fails: requests are served, and it's told once."""

import pytest

from domain.access.limits import (
    AWAY_SECONDS,
    UNCOUNTED,
    Allowance,
    Count,
    Entry,
    Limits,
    whole_seconds,
)
from domain.errors import RateLimited, ServiceUnavailable, TooManyAtOnce, TooManyFailures

ALLOWANCE = Allowance(requests=10, at_once=2, failures=3)


class Counting:
    """Counters that answer as they are told, or are away."""

    def __init__(self) -> None:
        self.entry = Entry(Count(1, 60.0), has_room=True)
        self.is_away = False
        self.asked = 0

    async def enter(self, key_id: str, slot: str, allowance: Allowance) -> Entry:  # noqa: ARG002
        self._ask()
        return self.entry

    async def leave(self, key_id: str, slot: str) -> None:  # noqa: ARG002
        self._ask()

    async def count_failure(self, address: str) -> Count:  # noqa: ARG002
        self._ask()
        return self.entry.count

    def _ask(self) -> None:
        self.asked += 1
        if self.is_away:
            raise ServiceUnavailable("Redis doesn't answer.")


class Notes:
    """What was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def refused(self, limit: str) -> None:
        self.told.append(limit)

    def uncounted(self) -> None:
        self.told.append("uncounted")

    def counters_away(self, why: str) -> None:
        self.told.append(f"away: {why}")

    def counters_back(self) -> None:
        self.told.append("back")


class Desk:
    """Limits with all that they need."""

    def __init__(self, allowance: Allowance = ALLOWANCE) -> None:
        self.counting, self.notes, self.time = Counting(), Notes(), 0.0
        self.limits = Limits(self.counting, allowance, self.notes, clock=lambda: self.time)


async def test_a_request_within_the_limits_is_told_what_is_left() -> None:
    desk = Desk()
    desk.counting.entry = Entry(Count(4, 12.5), has_room=True)

    admitted = await desk.limits.enter("key", "slot")

    assert (admitted.limit, admitted.remaining, admitted.seconds_left) == (10, 6, 12.5)
    assert admitted.slot == "slot"


async def test_what_is_over_a_limit_is_refused_and_counted_as_that() -> None:
    desk = Desk()
    desk.counting.entry = Entry(Count(11, 12.5), has_room=False)
    with pytest.raises(RateLimited) as over_rate:
        await desk.limits.enter("key", "slot")
    desk.counting.entry = Entry(Count(3, 12.5), has_room=False)
    with pytest.raises(TooManyAtOnce):
        await desk.limits.enter("key", "slot")
    desk.counting.entry = Entry(Count(4, 12.5), has_room=True)
    with pytest.raises(TooManyFailures):
        await desk.limits.count_failure("203.0.113.9")

    assert over_rate.value.details["seconds_left"] == 12.5
    assert desk.notes.told == ["rate", "at_once", "failures"]


async def test_without_limits_nothing_is_counted() -> None:
    desk = Desk(Allowance(requests=0, at_once=0, failures=0))

    assert await desk.limits.enter("key", "slot") == UNCOUNTED
    await desk.limits.count_failure("203.0.113.9")

    assert desk.counting.asked == 0


async def test_with_the_counters_away_requests_are_served_and_it_s_told_once() -> None:
    desk = Desk()
    desk.counting.is_away = True
    for _ in range(3):
        assert await desk.limits.enter("key", "slot") == UNCOUNTED
    await desk.limits.count_failure("203.0.113.9")
    assert desk.counting.asked == 1, "a request waits for it once"

    desk.time += AWAY_SECONDS
    await desk.limits.enter("key", "slot")
    assert desk.counting.asked == 2
    assert desk.notes.told == ["away: Redis doesn't answer.", *["uncounted"] * 4]

    desk.counting.is_away = False
    desk.time += AWAY_SECONDS
    assert (await desk.limits.enter("key", "slot")).slot == "slot"
    await desk.limits.enter("key", "slot")
    assert desk.notes.told[5:] == ["back"]


async def test_a_slot_that_can_t_be_given_back_is_no_error() -> None:
    desk = Desk()
    admitted = await desk.limits.enter("key", "slot")
    desk.counting.is_away = True

    await desk.limits.leave("key", admitted)

    assert desk.notes.told == ["away: Redis doesn't answer."]


@pytest.mark.parametrize(("seconds", "whole"), [(0.0, 1), (0.2, 1), (1.0, 1), (12.01, 13)])
def test_a_wait_is_rounded_up(seconds: float, whole: int) -> None:
    assert whole_seconds(seconds) == whole
