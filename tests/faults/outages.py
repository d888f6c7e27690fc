"""What is done to whom: servers, lines, disks and queues."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import redis

from faults.running import WORKERS, Size, scenario
from faults.site import Site

DISK_BYTES = 24_000_000
SLOW_SECONDS = 1.0
AWAY_SECONDS = 25.0

Disturbance = Callable[[Site], Awaitable[None]]


@scenario()
async def redis_lost(site: Site, size: Size) -> None:
    """FLUSHALL, and kill -9 with a restart: every bell is lost, no job is."""
    await _under_load(site, size, flush_redis, kill_redis)


@scenario()
async def postgres_stopped(site: Site, size: Size) -> None:
    """pg_ctl stop -m immediate under load, and a restart."""
    await _under_load(site, size, stop_postgres)


@scenario()
async def mongo_killed(site: Site, size: Size) -> None:
    """kill -9 of mongod under load, and a restart."""
    await _under_load(site, size, kill_mongo)


@scenario()
async def servers_away(site: Site, size: Size) -> None:
    """One server after the other is away for longer than any unit has attempts."""
    servers = site.servers
    site.workers.grow(WORKERS)
    async with site.load(size.jobs):
        for end, begin in (
            (servers.mongo.kill, servers.mongo.start),
            (servers.redis.kill, servers.redis.start),
            (servers.postgres.stop_immediately, servers.postgres.start),
        ):
            await site.until_busy()
            await servers.do(end)
            await asyncio.sleep(AWAY_SECONDS)
            await servers.do(begin)


@scenario(over_lines=True)
async def lines_disturbed(site: Site, size: Size) -> None:
    """The lines to Postgres and Redis are cut, slow, half closed, and dead."""
    await _under_load(site, size, cut_lines, half_close_lines, slow_lines_down, pull_cables)


@scenario(disk_bytes=DISK_BYTES)
async def disk_full(site: Site, size: Size) -> None:
    """No byte is left where artifacts are kept; then there is room again."""
    await _under_load(site, size, fill_disk)


@scenario(rings=10)
async def rung_ten_times(site: Site, size: Size) -> None:
    """Every message is delivered ten times."""
    site.workers.grow(WORKERS)
    await site.feed(size.jobs)


@scenario()
async def clock_jumps(site: Site, size: Size) -> None:
    """The wall clocks of workers and API jump by an hour, there and back."""
    await _under_load(site, size, *[set_a_clock] * size.random_kills)


@scenario(over_lines=True, rings=10)
async def storm(site: Site, size: Size) -> None:
    """All of that at once, with every message delivered ten times and workers dying of it."""
    await _under_load(
        site,
        size,
        set_a_clock,
        flush_redis,
        kill_a_worker,
        kill_mongo,
        cut_lines,
        set_a_clock,
        kill_redis,
        half_close_lines,
        stop_postgres,
        kill_a_worker,
        slow_lines_down,
        pull_cables,
    )


# -- disturbances --------------------------------------------------------------------------------


async def flush_redis(site: Site) -> None:
    """Every message is gone, those that are being worked on as well."""
    await asyncio.to_thread(redis.Redis.from_url(site.servers.redis.url).flushall)


async def kill_redis(site: Site) -> None:
    """It is gone for a while, and comes back with nothing."""
    await site.servers.do(site.servers.redis.kill)
    await _outage(site)
    await site.servers.do(site.servers.redis.start)


async def stop_postgres(site: Site) -> None:
    """Its processes end at once, and it recovers from its log."""
    await site.servers.do(site.servers.postgres.stop_immediately)
    await _outage(site)
    await site.servers.do(site.servers.postgres.start)


async def kill_mongo(site: Site) -> None:
    """It is gone for a while."""
    await site.servers.do(site.servers.mongo.kill)
    await _outage(site)
    await site.servers.do(site.servers.mongo.start)


async def cut_lines(site: Site) -> None:
    """Every connection is reset."""
    for line in site.lines.values():
        line.cut()


async def half_close_lines(site: Site) -> None:
    """The servers are told that nothing more comes; nobody tells the clients."""
    for line in site.lines.values():
        line.half_close()


async def slow_lines_down(site: Site) -> None:
    """Every message takes up to a tenth of a second longer."""
    for line in site.lines.values():
        line.delay = site.random.uniform(0.01, 0.1)
    await asyncio.sleep(SLOW_SECONDS)
    for line in site.lines.values():
        line.delay = 0.0


async def pull_cables(site: Site) -> None:
    """Nothing gets through, about as long as a lease lasts, and nobody is told."""
    for line in site.lines.values():
        line.is_dead = True
    await asyncio.sleep(site.random.uniform(0.5, 1.5) * site.settings.lease_seconds)
    for line in site.lines.values():
        line.is_dead = False
        line.cut()


async def fill_disk(site: Site) -> None:
    """The disk is full until a job says that it waits for its operator."""
    filler = site.settings.data_dir / "filler"
    await asyncio.to_thread(_fill, filler)
    try:
        await site.until_waiting()
    finally:
        filler.unlink()


async def kill_a_worker(site: Site) -> None:
    """kill -9."""
    (await site.somebody()).kill()


async def set_a_clock(site: Site) -> None:
    """An hour on, or back."""
    everybody = [*site.workers.members, *site.api.members]
    if everybody:
        way = site.random.choice((signal.SIGUSR1, signal.SIGUSR2))
        site.random.choice(everybody).signal(way)


async def _outage(site: Site) -> None:
    await asyncio.sleep(site.random.uniform(0.1, 2))


async def _under_load(site: Site, size: Size, *disturbances: Disturbance) -> None:
    """Do each of them in turn, as often as the size says, while jobs come in and are made."""
    site.workers.grow(WORKERS)
    async with site.load(size.jobs):
        for _ in range(size.rounds):
            for disturb in disturbances:
                await site.until_busy()
                await asyncio.sleep(site.random.uniform(0, 0.5))
                await disturb(site)


def _fill(file: Path) -> None:
    """Write until not one more byte fits."""
    piece = bytes(1 << 20)
    size = len(piece)
    with file.open("wb", buffering=0) as filler:
        while size:
            try:
                filler.write(piece[:size])
            except OSError:
                size //= 2
