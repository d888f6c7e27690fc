"""A provider that would cost too much is passed over for one that costs less."""

import asyncio
from collections.abc import Callable

import pytest

from domain.errors import CostCapReached, ProvidersExhausted
from domain.providers.chain import Chain, Link
from domain.providers.circuits import Circuits
from domain.providers.failures import ProviderFailed, Verdict

Behaviour = Callable[[], str]


def dear() -> str:
    raise CostCapReached("That would cost $2.")


def busy() -> str:
    raise ProviderFailed("Later.", Verdict.RETRY, retry_after_seconds=60.0)


def refusing() -> str:
    raise ProviderFailed("Not that.", Verdict.NEXT)


def chain_of(*links: tuple[str, Behaviour]) -> Chain[Behaviour]:
    return Chain(
        [Link(name, behaviour) for name, behaviour in links],
        Circuits(lambda: 0.0),
        sleep=asyncio.sleep,
        random=lambda: 0.5,
    )


async def ask(chain: Chain[Behaviour]) -> tuple[str, list[tuple[str, str]]]:
    async def call(behaviour: Behaviour) -> str:
        return behaviour()

    taken = await chain.ask(call)
    return taken.value, [(attempt.provider, attempt.outcome) for attempt in taken.attempts]


async def test_the_next_provider_is_asked() -> None:
    answer, attempts = await ask(chain_of(("dear", dear), ("dear", dear), ("free", lambda: "done")))

    assert answer == "done"
    assert attempts == [("dear", "cost_cap"), ("free", "answered")], "all keys cost alike"


async def test_the_cap_is_told_where_nobody_is_left() -> None:
    with pytest.raises(CostCapReached, match=r"\$2"):
        await ask(chain_of(("refusing", refusing), ("dear", dear), ("refuses, too", refusing)))


async def test_who_may_do_it_later_is_waited_for() -> None:
    with pytest.raises(ProvidersExhausted, match=r"\$2"):
        await ask(chain_of(("dear", dear), ("busy", busy)))
