"""Chains: who is asked when, how often, and what is told of it."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import CostCapReached, DomainError, NoProviderLeft, ProvidersExhausted
from domain.providers.chain import PATIENCE_SECONDS, Chain, Link, ProviderAttempt, summed
from domain.providers.circuits import BLOCKED_SECONDS, FAILURES, Circuits
from domain.providers.failures import ProviderFailed, Verdict


class Port:
    """Does in turn what it's told to; then it answers with its name."""

    def __init__(self, name: str, *course: Exception | str) -> None:
        self.name = name
        self.course = list(course)
        self.calls = 0

    async def work(self) -> str:
        self.calls += 1
        step = self.course.pop(0) if self.course else self.name
        if isinstance(step, Exception):
            raise step
        return step


class Ground:
    """A chain over ports named ``provider/key``, on a clock that waiting moves."""

    def __init__(self, *ports: Port, **options: Any) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self.told: list[ProviderAttempt] = []
        self.circuits = Circuits(lambda: self.now)
        links = [Link(port.name.split("/")[0], port, port.name.partition("/")[2]) for port in ports]
        self.chain = Chain(links, self.circuits, sleep=self.sleep, random=lambda: 1.0, **options)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def ask(self, only: Sequence[str] | None = None) -> str:
        self.told = []
        taken = await self.chain.ask(lambda port: port.work(), only=only, note=self.told.extend)
        return taken.value

    def outcomes(self) -> list[str]:
        return [f"{attempt.provider}{attempt.key} {attempt.outcome}" for attempt in self.told]


def fails(verdict: Verdict, after: float | None = None, message: str = "No.") -> ProviderFailed:
    return ProviderFailed(message, verdict, retry_after_seconds=after)


def blocked() -> ProviderFailed:
    return fails(Verdict.BLOCKED, message="The key was refused (403).")


async def test_the_first_that_answers_is_the_last_that_is_asked() -> None:
    first, second, third = Port("a", fails(Verdict.NEXT)), Port("b"), Port("c")
    ground = Ground(first, second, third)
    assert await ground.ask() == "b"
    assert ground.outcomes() == ["a next", "b answered"]
    assert third.calls == 0
    assert ground.slept == []


async def test_what_may_pass_is_tried_again_with_more_and_more_time_between() -> None:
    ground = Ground(Port("a", fails(Verdict.RETRY), fails(Verdict.RETRY)))
    assert await ground.ask() == "a"
    assert ground.slept == [1.0, 2.0]
    assert ground.circuits.states() == []


async def test_the_time_that_a_provider_asks_for_is_waited() -> None:
    ground = Ground(Port("a", fails(Verdict.RETRY, after=7)), Port("b"))
    assert await ground.ask() == "a"
    assert ground.slept == [7]


async def test_nobody_is_waited_for_longer_than_patience_lasts() -> None:
    ground = Ground(Port("a", fails(Verdict.RETRY, after=PATIENCE_SECONDS + 1)), Port("b"))
    assert await ground.ask() == "b"
    assert ground.slept == []
    assert await ground.ask() == "b"
    assert ground.outcomes() == ["a open", "b answered"]


async def test_three_failures_open_the_circuit_and_the_next_call_goes_past() -> None:
    first = Port("a", *(fails(Verdict.RETRY) for _ in range(FAILURES)))
    ground = Ground(first, Port("b"))
    assert await ground.ask() == "b"
    assert first.calls == FAILURES
    assert await ground.ask() == "b"
    assert first.calls == FAILURES
    [shut, _] = ground.told
    assert (shut.outcome, shut.reason) == ("open", "not asked since it failed: No.")


async def test_after_its_time_it_is_asked_again_and_an_answer_closes_it() -> None:
    ground = Ground(Port("a", *(fails(Verdict.RETRY) for _ in range(FAILURES))), Port("b"))
    await ground.ask()
    ground.now += 1_000
    assert await ground.ask() == "a"
    assert ground.circuits.states() == []


async def test_a_provider_that_still_fails_after_its_time_gets_one_try() -> None:
    first = Port("a", *(fails(Verdict.RETRY) for _ in range(FAILURES + 1)))
    ground = Ground(first, Port("b"))
    await ground.ask()
    ground.now += 1_000
    assert await ground.ask() == "b"
    assert first.calls == FAILURES + 1


async def test_a_blocked_key_is_never_asked_twice_in_its_time() -> None:
    bad, good = Port("a/1", blocked(), blocked()), Port("a/2")
    ground = Ground(bad, good)
    for _ in range(4):
        assert await ground.ask() == "a/2"
    assert (bad.calls, good.calls) == (1, 4)


async def test_keys_take_turns() -> None:
    keys = [Port("a/1"), Port("a/2"), Port("a/3")]
    ground = Ground(*keys)
    assert [await ground.ask() for _ in range(4)] == ["a/1", "a/2", "a/3", "a/1"]


async def test_another_key_is_asked_before_anybody_waits() -> None:
    ground = Ground(Port("a/1", fails(Verdict.RETRY, after=15)), Port("a/2"), Port("b"))
    assert await ground.ask() == "a/2"
    assert ground.slept == []


async def test_when_all_keys_are_busy_the_one_that_is_free_soonest_is_waited_for() -> None:
    busy = Port("a/1", fails(Verdict.RETRY, after=15))
    free = Port("a/2", fails(Verdict.RETRY, after=4))
    ground = Ground(busy, free, Port("b"))
    assert await ground.ask() == "a/2"
    assert ground.slept == [4]


async def test_what_a_provider_can_t_do_its_other_keys_aren_t_asked_for() -> None:
    other = Port("a/2")
    ground = Ground(Port("a/1", fails(Verdict.NEXT)), other, Port("b"))
    assert await ground.ask() == "b"
    assert other.calls == 0


async def test_what_breaks_everybody_s_rule_is_asked_of_nobody_else() -> None:
    second = Port("b")
    ground = Ground(Port("a", fails(Verdict.GIVE_UP, message="Forbidden everywhere.")), second)
    with pytest.raises(NoProviderLeft, match="a: Forbidden everywhere"):
        await ground.ask()
    assert second.calls == 0
    assert ground.outcomes() == ["a give_up"]


async def test_only_those_who_are_named_are_asked() -> None:
    first, second = Port("a"), Port("b")
    assert await Ground(first, second).ask(only=["b"]) == "b"
    assert first.calls == 0
    with pytest.raises(NoProviderLeft, match="No provider is set"):
        await Ground(first, second).ask(only=["c"])


async def test_the_caller_s_own_error_goes_through_and_is_nobody_s_failure() -> None:
    second = Port("b")
    ground = Ground(Port("a", DomainError("There is no such voice.")), second)
    with pytest.raises(DomainError, match="no such voice"):
        await ground.ask()
    assert second.calls == 0
    assert ground.circuits.states() == []


async def test_whoever_may_do_it_later_is_told_with_the_time() -> None:
    ground = Ground(
        Port("a", fails(Verdict.RETRY, after=90)),
        Port("b", fails(Verdict.RETRY, after=40)),
        Port("c", blocked()),
    )
    with pytest.raises(ProvidersExhausted) as raised:
        await ground.ask()
    assert raised.value.details["retry_after_seconds"] == 40
    assert [attempt["provider"] for attempt in raised.value.details["attempts"]] == list("abc")


async def test_when_all_are_blocked_it_fails_for_good_also_the_second_time() -> None:
    ground = Ground(Port("a/...1234", blocked()))
    for _ in range(2):
        with pytest.raises(NoProviderLeft, match=r"a \(\.\.\.1234\): .*The key was refused"):
            await ground.ask()
    assert ground.circuits.seconds_left("a", "...1234") == BLOCKED_SECONDS


async def test_a_spent_quota_with_a_time_is_worth_waiting_for() -> None:
    ground = Ground(Port("a", fails(Verdict.BLOCKED, after=3_600)))
    for _ in range(2):
        with pytest.raises(ProvidersExhausted) as raised:
            await ground.ask()
        assert raised.value.details["retry_after_seconds"] == 3_600


async def test_what_costs_too_much_is_asked_of_the_next_and_said_when_nobody_else_can() -> None:
    dear, other_key = Port("a/1", CostCapReached("It would cost 2 $.")), Port("a/2")
    ground = Ground(dear, other_key, Port("b"))
    assert await ground.ask() == "b"
    assert ground.outcomes() == ["a1 cost_cap", "b answered"]
    assert other_key.calls == 0
    ground = Ground(Port("a", CostCapReached("It would cost 2 $.")), Port("b", fails(Verdict.NEXT)))
    with pytest.raises(CostCapReached, match="2 \\$") as raised:
        await ground.ask()
    assert len(raised.value.details["attempts"]) == 2


class Hanging(Port):
    async def work(self) -> str:
        self.calls += 1
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_provider_that_hangs_is_given_up_and_left_alone_for_a_while() -> None:
    hanging = Hanging("a")
    ground = Ground(hanging, Port("b"), call_seconds=0.01)
    assert await ground.ask() == "b"
    assert "no answer within 0.01 s" in ground.told[0].reason
    assert await ground.ask() == "b"
    assert hanging.calls == 1


async def test_what_an_adapter_should_not_let_out_is_a_failure_that_tells_no_secrets(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = [KeyError("sk-secret") for _ in range(FAILURES)]
    ground = Ground(Port("a", *broken), Port("b"))
    assert await ground.ask() == "b"
    assert "KeyError" in ground.told[0].reason
    assert not any("secret" in attempt.reason for attempt in ground.told)
    assert "the provider a failed in a way of its own" in caplog.text
    assert ground.circuits.state("a", "").is_open


async def test_cancelling_is_no_failure() -> None:
    ground = Ground(Hanging("a"), Port("b"))
    asking = asyncio.create_task(ground.ask())
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert ground.circuits.states() == []


def test_attempts_that_went_alike_are_one() -> None:
    one, other = (ProviderAttempt(provider=name, outcome="answered") for name in "ab")
    again = msgspec.structs.replace(one, times=3)
    assert summed([one, other, one, again]) == [msgspec.structs.replace(one, times=5), other]


course = st.lists(
    st.builds(fails, st.sampled_from(list(Verdict)), st.none() | st.floats(0, 100))
    | st.just("done"),
    max_size=5,
)
providers = st.lists(st.tuples(st.sampled_from("abc"), course), min_size=1, max_size=5)


@given(providers, st.integers(1, 4))
def test_whatever_providers_do_somebody_answers_or_the_error_says_how_each_failed(
    given_providers: list[tuple[str, list[Exception | str]]], calls: int
) -> None:
    ports = [
        Port(f"{name}/{number}", *steps)
        for number, (name, steps) in enumerate(sorted(given_providers, key=lambda pair: pair[0]))
    ]
    ground = Ground(*ports)

    async def run(ask: Callable[[], Any]) -> None:
        for _ in range(calls):
            before = sum(port.calls for port in ports)
            try:
                await ask()
            except (ProvidersExhausted, NoProviderLeft) as error:
                told = msgspec.convert(error.details["attempts"], list[ProviderAttempt])
                assert told == summed(ground.told)
                assert all(attempt.outcome != "answered" for attempt in told)
            else:
                assert [attempt.outcome for attempt in ground.told].count("answered") == 1
                assert ground.told[-1].outcome == "answered"
            asked = [attempt for attempt in ground.told if attempt.outcome != "open"]
            assert len(asked) == sum(port.calls for port in ports) - before
            assert all(wait <= PATIENCE_SECONDS for wait in ground.slept)
            order = [attempt.provider for attempt in ground.told]
            assert order == sorted(order)

    asyncio.run(run(ground.ask))
