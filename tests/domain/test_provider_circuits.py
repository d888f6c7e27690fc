"""Circuits: when a provider's key isn't asked, for how long, and when it is again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.providers.circuits import (
    BLOCKED_SECONDS,
    FAILURES,
    LONGEST_SECONDS,
    OPEN_SECONDS,
    Circuits,
    Switchboard,
)
from domain.providers.failures import ProviderFailed, Verdict


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def circuits(clock: Clock) -> Circuits:
    return Circuits(clock)


def failure(verdict: Verdict = Verdict.RETRY, after: float | None = None) -> ProviderFailed:
    return ProviderFailed("The line is dead.", verdict, retry_after_seconds=after)


def fail(circuits: Circuits, times: int, key: str = "") -> None:
    for _ in range(times):
        circuits.failed("edge", key, failure())


def test_a_key_nobody_has_asked_is_closed(circuits: Circuits) -> None:
    assert circuits.seconds_left("edge", "") == 0
    assert not circuits.state("edge", "").is_open
    assert circuits.states() == []


def test_it_opens_after_three_failures_in_a_row(circuits: Circuits) -> None:
    fail(circuits, FAILURES - 1)
    assert circuits.seconds_left("edge", "") == 0
    fail(circuits, 1)
    [state] = circuits.states()
    assert (state.is_open, state.is_blocked, state.failures) == (True, False, FAILURES)
    assert (state.seconds_left, state.reason) == (OPEN_SECONDS, "The line is dead.")


def test_a_success_between_begins_the_count_anew(circuits: Circuits) -> None:
    fail(circuits, FAILURES - 1)
    circuits.succeeded("edge", "")
    fail(circuits, FAILURES - 1)
    assert circuits.seconds_left("edge", "") == 0


def test_a_blocked_key_opens_at_once_and_leaves_the_others_alone(circuits: Circuits) -> None:
    circuits.failed("edge", "...aaaa", failure(Verdict.BLOCKED))
    assert circuits.seconds_left("edge", "...aaaa") == BLOCKED_SECONDS
    assert circuits.state("edge", "...aaaa").is_blocked
    assert circuits.seconds_left("edge", "...bbbb") == 0


def test_a_quota_with_a_time_is_shut_for_that_time_and_waited_for(circuits: Circuits) -> None:
    circuits.failed("edge", "", failure(Verdict.BLOCKED, after=3_600))
    assert circuits.seconds_left("edge", "") == 3_600
    assert not circuits.state("edge", "").is_blocked


def test_a_time_that_is_asked_for_is_given_from_the_first_failure_on(circuits: Circuits) -> None:
    circuits.failed("edge", "", failure(after=7))
    assert circuits.seconds_left("edge", "") == 7


def test_half_open_one_more_failure_opens_it_for_twice_as_long(
    circuits: Circuits, clock: Clock
) -> None:
    fail(circuits, FAILURES)
    clock.now += OPEN_SECONDS
    assert circuits.seconds_left("edge", "") == 0
    fail(circuits, 1)
    assert circuits.seconds_left("edge", "") == 2 * OPEN_SECONDS


def test_when_it_failed_last_is_known_until_it_succeeds(circuits: Circuits, clock: Clock) -> None:
    assert circuits.state("edge", "").failed_seconds_ago is None
    fail(circuits, 1)
    clock.now += 40
    fail(circuits, 1)
    clock.now += 2
    assert circuits.state("edge", "").failed_seconds_ago == 2
    circuits.succeeded("edge", "")
    assert circuits.state("edge", "").failed_seconds_ago is None


def test_half_open_a_success_closes_it_for_good(circuits: Circuits, clock: Clock) -> None:
    fail(circuits, FAILURES)
    clock.now += OPEN_SECONDS
    circuits.succeeded("edge", "")
    fail(circuits, 1)
    assert circuits.seconds_left("edge", "") == 0


def test_calls_that_were_under_way_when_it_opened_keep_it_open_no_longer(
    circuits: Circuits,
) -> None:
    fail(circuits, FAILURES + 5)
    assert circuits.seconds_left("edge", "") == OPEN_SECONDS


@pytest.mark.parametrize("verdict", [Verdict.NEXT, Verdict.GIVE_UP])
def test_what_is_only_refused_says_nothing_about_the_next_call(
    circuits: Circuits, verdict: Verdict
) -> None:
    for _ in range(FAILURES):
        circuits.failed("edge", "", failure(verdict))
    assert circuits.states() == []


def test_ports_have_circuits_of_their_own() -> None:
    board = Switchboard(Clock())
    fail(board.of("narrator"), FAILURES)
    assert board.of("narrator").seconds_left("edge", "") > 0
    assert board.of("writer").seconds_left("edge", "") == 0


steps = st.one_of(
    st.just("succeeded"),
    st.integers(0, 2_000),
    st.tuples(st.sampled_from(list(Verdict)), st.none() | st.integers(0, 5_000)),
)


@given(st.lists(steps, max_size=40))
def test_whatever_happens_it_closes_in_time_and_a_success_makes_it_new(
    course: list[str | int | tuple[Verdict, int | None]],
) -> None:
    clock = Clock()
    circuits = Circuits(clock)
    longest = LONGEST_SECONDS
    for step in course:
        match step:
            case "succeeded":
                circuits.succeeded("edge", "")
                assert circuits.states() == []
            case (verdict, after):
                before = circuits.seconds_left("edge", "")
                circuits.failed("edge", "", failure(verdict, after))
                longest = max(longest, after or 0)
                assert circuits.seconds_left("edge", "") >= before
            case seconds:
                clock.now += int(seconds)
        state = circuits.state("edge", "")
        assert 0 <= state.seconds_left <= longest
        assert state.is_open == (state.seconds_left > 0)
    clock.now += 2 * longest
    assert circuits.seconds_left("edge", "") == 0
