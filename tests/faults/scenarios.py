"""What is done to whom: processes. Each scenario gets a site with an API and no workers yet."""

import asyncio
import signal

from domain.jobs.model import UnitKind
from faults.failpoints import API_POINTS, WORKER_POINTS, Arming
from faults.ledger import Line
from faults.running import WORKERS, Size, scenario
from faults.site import Site

SELDOM = ("fail", "reconcile", "renew", "export")
SHORT_PATIENCE = 5.0
"""when it's clear already that nothing more will come"""

JOBS_A_ROUND = 5
PATIENT_ROUNDS = 4

NEVER_SECONDS = 1e6

STOPPED_AT = (
    "work.during",
    "renew.before",
    "put_result.before",
    "finish.before",
    "finish.commit",
    "fail.before",
)


@scenario()
async def killed_at_failpoints(site: Site, size: Size) -> None:
    """kill -9 of a worker at every named point of its life."""
    site.armings = [
        # what comes by seldom is met the first time
        Arming(
            point, hit=1 if point.startswith(("fail", "reconcile")) else site.random.randint(1, 3)
        )
        for point in WORKER_POINTS
        for _ in range(size.kills_at_each)
    ]
    site.random.shuffle(site.armings)
    wanted = len(site.armings)
    site.workers.grow(WORKERS)
    fed = rounds_without_kill = 0
    while (killed := _killed(site)) < wanted or fed < size.jobs_under_kills:
        await site.feed(JOBS_A_ROUND)
        fed += JOBS_A_ROUND
        rounds_without_kill = rounds_without_kill + 1 if _killed(site) == killed < wanted else 0
        if rounds_without_kill == PATIENT_ROUNDS:
            # some points are met only by those who clear up behind somebody else's end
            rounds_without_kill = 0
            member = await site.somebody()
            site.armings += [member.orders.arming] if member.orders.arming else []
            member.kill()


@scenario()
async def killed_at_random(site: Site, size: Size) -> None:
    """kill -9 of a worker at whatever moment this is."""
    site.workers.grow(WORKERS)
    async with site.load(size.jobs):
        for _ in range(size.random_kills):
            await asyncio.sleep(site.random.uniform(0.1, 8 * site.settings.renew_seconds))
            (await site.somebody()).kill()


@scenario()
async def api_killed(site: Site, size: Size) -> None:
    """kill -9 of the API around accepting a job: between its commit and its bell, too."""
    [first] = site.api.members
    site.api_armings = [Arming(point) for point in API_POINTS for _ in range(size.kills_at_each)]
    wanted = len(site.api_armings)
    site.workers.grow(WORKERS)
    first.kill()
    while _killed(site) < wanted:
        await site.client.post()
    await site.feed(size.jobs)


@scenario()
async def stopped_past_lease(site: Site, size: Size) -> None:
    """SIGSTOP of a worker until another has done its unit; its writes come too late."""
    site.workers.grow(WORKERS - 1)
    for point in STOPPED_AT * size.stops_at_each:
        await _stop_and_overtake(site, Arming(point, action="stop"))


@scenario()
async def stopped_before_finish(site: Site, _size: Size) -> None:
    """The same once, at the point where it matters most."""
    site.workers.grow(1)
    await _stop_and_overtake(site, Arming("finish.before", action="stop", kind=UnitKind.NARRATION))


@scenario(unclaimed_seconds=NEVER_SECONDS)
async def redelivered_alone(site: Site, _size: Size) -> None:
    """A worker dies between a message and its claim, and no reconciler rings again: the message
    comes once more by itself."""
    site.armings = [Arming("claim.before")]
    site.workers.grow(1)
    while not site.workers.members:
        await asyncio.sleep(0)
    site.workers.hiring.clear()
    await site.client.post()
    await site.until(lambda lines: [line for line in lines if line.what == "killed"], "the kill")
    if not await site.bells():
        site.notes.append("the bell is gone with the worker that had taken it")
        site.patience = SHORT_PATIENCE
    site.workers.hiring.set()


@scenario()
async def killed_after_row(site: Site, _size: Size) -> None:
    """A worker dies as soon as the row of a sentence is committed."""
    await site.client.post()
    site.armings = [Arming("put_result.after")]
    site.workers.grow(1)


@scenario()
async def stopped_gracefully(site: Site, size: Size) -> None:
    """SIGTERM under load: units are given back unharmed, and nobody has crashed."""
    site.workers.grow(WORKERS)
    async with site.load(size.jobs):
        for _ in range(size.random_kills):
            await site.until_busy()
            await asyncio.sleep(site.random.uniform(0.1, 8 * site.settings.renew_seconds))
            code = await (await site.somebody()).stop()
            if code not in (0, -signal.SIGTERM):  # the latter while it was still being started
                site.notes.append(f"a worker ended with {code} at SIGTERM")
    await site.drain()
    await _expect_crashes(site, 0)


@scenario(failing=("quarantined",), crash_limit=3)
async def poisoned(site: Site, size: Size) -> None:
    """A unit that takes every worker down is put aside; the others go on."""
    site.workers.grow(WORKERS)
    await site.client.post("This is poison")
    await site.feed(size.jobs)
    await site.drain()
    jobs = await site.rows("SELECT status, error->>'code' AS code FROM jobs WHERE status='failed'")
    if [row["code"] for row in jobs] != ["quarantined"]:
        site.notes.append(f"of one poisoned job came {jobs}")


@scenario(reconcile_seconds=0.02)
async def many_reconcilers(site: Site, size: Size) -> None:
    """Every process reconciles all the time: a lease that expired is taken back once."""
    site.armings = [Arming("work.during") for _ in range(max(3, size.kills_at_each))]
    wanted = len(site.armings)
    site.workers.grow(WORKERS)
    while _killed(site) < wanted:
        await site.feed(5)
    await site.drain()
    await _expect_crashes(site, wanted)


async def _expect_crashes(site: Site, wanted: int) -> None:
    """One for each that ended with a unit in its hands; more only where a slow machine starved a
    worker of its lease, as its refused writes tell."""
    [row] = await site.rows("SELECT sum(crashes) AS n FROM units")
    starved = sum(line.what == "refused" for line in site.ledger.lines())
    if not wanted <= row["n"] <= wanted + starved:
        site.notes.append(f"{row['n']} crashes were counted where {wanted} workers crashed")


async def _stop_and_overtake(site: Site, arming: Arming) -> None:
    """Stop one worker at a point, have another do its unit, let the first go on, and end it."""
    before = len(site.ledger.lines())
    site.armings = [arming]
    site.workers.grow(1)
    stopped: Line | None = None
    while stopped is None:
        await site.feed(1)
        stopped = next(
            (line for line in site.ledger.lines()[before:] if line.what == "stopped"), None
        )
    await site.client.post()  # so that somebody has something to claim
    await site.until(
        lambda lines: [
            line
            for line in lines[before:]
            if (line.what, line.unit) == ("claimed", stopped.unit) and line.fence > stopped.fence
        ],
        f"another worker for the unit of the one that is stopped at {arming.point}",
    )
    await site.until_settled(stopped.unit)
    member = next(member for member in site.workers.members if member.pid == stopped.pid)
    member.signal(signal.SIGCONT)
    await site.until(
        lambda lines: [
            line
            for line in lines[before:]
            if line.pid == stopped.pid
            and line.at > stopped.at
            and line.what in {"refused", "accepted", "abandoned"}
        ],
        f"the answer to the write of the worker that was stopped at {arming.point}",
    )


def _killed(site: Site) -> int:
    """Kills at failpoints."""
    return sum(line.what == "killed" and line.name != "random" for line in site.ledger.lines())
