"""What is done to whom. Each scenario gets a site with an API and no workers yet."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from faults.counts import Counts, count
from faults.failpoints import WORKER_POINTS, Arming
from faults.site import Servers, Site, open_site

WORKERS = 3


class Size(msgspec.Struct, frozen=True):
    """How much of everything."""

    jobs: int = 10
    """in scenarios that are about one kind of fault"""
    kills_at_each: int = 1
    """failpoint"""
    random_kills: int = 5


class Scenario(msgspec.Struct, frozen=True):
    """A scenario, the settings that it needs, and the errors that jobs may end with in it."""

    run: Callable[[Site, Size], Awaitable[None]]
    settings: dict[str, Any] = {}
    failing: tuple[str, ...] = ()


SCENARIOS: dict[str, Scenario] = {}


def scenario(failing: tuple[str, ...] = (), **settings: Any) -> Callable[..., Any]:
    """Register a scenario under its function's name."""

    def register(run: Callable[[Site, Size], Awaitable[None]]) -> Any:
        SCENARIOS[run.__name__] = Scenario(run, settings, failing)
        return run

    return register


async def run_scenario(
    name: str, servers: Servers, size: Size, *, scale: float, seed: int, mutant: str = ""
) -> Counts:
    """Run one scenario to its end and count."""
    chosen = SCENARIOS[name]
    async with open_site(servers, scale=scale, seed=seed, mutant=mutant, **chosen.settings) as site:
        await chosen.run(site, size)
        await site.drain()
        await site.workers.dismiss()
        return await count(site, chosen.failing)


@scenario()
async def killed_at_failpoints(site: Site, size: Size) -> None:
    """kill -9 of a worker at every named point of its life."""
    site.armings = [
        Arming(point, hit=site.random.randint(1, 3))
        for point in WORKER_POINTS
        for _ in range(size.kills_at_each)
    ]
    site.random.shuffle(site.armings)
    wanted = len(site.armings)
    site.workers.grow(WORKERS)
    while _killed(site) < wanted:
        await site.feed(5)


@scenario()
async def killed_at_random(site: Site, size: Size) -> None:
    """kill -9 of a worker at whatever moment this is."""
    site.workers.grow(WORKERS)
    feeding = asyncio.create_task(site.feed(max(size.jobs, 2 * size.random_kills)))
    for _ in range(size.random_kills):
        await asyncio.sleep(site.random.uniform(0.1, 8 * site.settings.renew_seconds))
        site.random.choice(site.workers.members).kill()
    await feeding


def _killed(site: Site) -> int:
    return sum(line.what == "killed" for line in site.ledger.lines())
