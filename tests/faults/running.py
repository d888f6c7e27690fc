"""Scenarios as a list, and how one is run."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from faults.counts import Counts, count
from faults.ground import Servers
from faults.site import NeverHappened, Site, open_site

WORKERS = 3
"""of one slot each, in most scenarios"""


TELL_SECONDS = 30.0


class Size(msgspec.Struct, frozen=True):
    """How much of everything; the defaults are the short version's."""

    jobs: int = 6
    """in a scenario, at least"""
    width: int = 4
    """jobs under way at a time"""
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
    name: str,
    servers: Servers,
    size: Size,
    *,
    scale: float,
    seed: int,
    mutant: str = "",
    keep: Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> Counts:
    """Run one scenario until everything has come to rest, and count.

    Ledger and logs of one that broke a rule are copied into the folder ``keep``; ``tell`` hears
    now and then how far it is.
    """
    chosen = SCENARIOS[name]
    async with open_site(servers, scale=scale, seed=seed, mutant=mutant, **chosen.needs) as site:
        site.width = size.width
        async with _telling(site, name, tell):
            try:
                await chosen.act(site, size)
            except* NeverHappened as never:
                site.notes += [f"never happened: {what}" for what in never.exceptions]
            await site.drain()
        await site.workers.dismiss()
        counts = await count(site, chosen.failing)
        if keep is not None and counts.broken():
            for path in (site.ledger.path, *site.folder.glob("*.log")):
                target = keep / f"{name}-{path.name}"
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
        return counts


@asynccontextmanager
async def _telling(
    site: Site, name: str, tell: Callable[[str], None] | None
) -> AsyncIterator[None]:
    async def keep_telling(tell: Callable[[str], None]) -> None:
        while True:
            await asyncio.sleep(TELL_SECONDS)
            so_far = Counter(line.what for line in site.ledger.lines())
            tell(f"    {name}: {so_far['posted']} jobs accepted, {so_far['killed']} kills so far")

    task = None if tell is None else asyncio.create_task(keep_telling(tell))
    try:
        yield
    finally:
        if task is not None:
            task.cancel()
