"""Scenarios as a list, and how one is run."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from faults.counts import Counts, count
from faults.site import NeverHappened, Servers, Site, open_site


class Size(msgspec.Struct, frozen=True):
    """How much of everything; the defaults are the short version's."""

    jobs: int = 6
    """in a scenario, at least"""
    jobs_under_kills: int = 0
    """at failpoints, at least"""
    kills_at_each: int = 1
    """failpoint"""
    stops_at_each: int = 1
    """point at which workers are stopped"""
    random_kills: int = 5
    rounds: int = 1
    """of outages"""


Act = Callable[[Site, Size], Awaitable[None]]


class Scenario(msgspec.Struct, frozen=True):
    """What is done, what its site needs, and the errors that jobs may end with in it."""

    act: Act
    needs: dict[str, Any]
    failing: tuple[str, ...]


SCENARIOS: dict[str, Scenario] = {}


def scenario(*, failing: tuple[str, ...] = (), **needs: Any) -> Callable[[Act], Act]:
    """Put a function into the list, under its name; ``needs`` go to ``open_site``."""

    def put_down(act: Act) -> Act:
        SCENARIOS[act.__name__] = Scenario(act, needs, failing)
        return act

    return put_down


async def run_scenario(
    name: str, servers: Servers, size: Size, *, scale: float, seed: int, mutant: str = ""
) -> Counts:
    """Run one scenario until everything has come to rest, and count."""
    chosen = SCENARIOS[name]
    async with open_site(servers, scale=scale, seed=seed, mutant=mutant, **chosen.needs) as site:
        try:
            await chosen.act(site, size)
        except NeverHappened as what:
            site.notes.append(f"never happened: {what}")
        await site.drain()
        await site.workers.dismiss()
        return await count(site, chosen.failing)
