"""What is done to whom: servers, lines, disks and queues."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import BinaryIO

import redis

from faults.running import Size, scenario
from faults.site import Site

WORKERS = 3
DISK_BYTES = 24_000_000


@scenario()
async def redis_lost(site: Site, size: Size) -> None:
    """FLUSHALL, and kill -9 with a restart: every bell is lost, no job is."""
    server = site.servers.redis

    async def flush() -> None:
        await asyncio.to_thread(redis.Redis.from_url(server.url).flushall)

    async def die() -> None:
        await asyncio.to_thread(server.kill)
        await asyncio.sleep(site.random.uniform(0.1, 2))
        await asyncio.to_thread(server.start)

    await _under_load(site, size, flush, die)


@scenario()
async def postgres_stopped(site: Site, size: Size) -> None:
    """pg_ctl stop -m immediate under load, and a restart."""
    server = site.servers.postgres

    async def die() -> None:
        await asyncio.to_thread(server.stop_immediately)
        await asyncio.sleep(site.random.uniform(0.1, 2))
        await asyncio.to_thread(server.start)

    await _under_load(site, size, die)


@scenario()
async def mongo_killed(site: Site, size: Size) -> None:
    """kill -9 of mongod under load, and a restart."""
    server = site.servers.mongo

    async def die() -> None:
        await asyncio.to_thread(server.kill)
        await asyncio.sleep(site.random.uniform(0.1, 2))
        await asyncio.to_thread(server.start)

    await _under_load(site, size, die)


@scenario(over_lines=True)
async def lines_disturbed(site: Site, size: Size) -> None:
    """The lines to Postgres and Redis are cut, slow, half closed, and dead."""

    async def cut() -> None:
        for line in site.lines.values():
            line.cut()

    async def half_close() -> None:
        for line in site.lines.values():
            line.half_close()

    async def slow_down() -> None:
        for line in site.lines.values():
            line.delay = site.random.uniform(0.01, 0.1)
        await asyncio.sleep(1)
        for line in site.lines.values():
            line.delay = 0.0

    async def die() -> None:
        for line in site.lines.values():
            line.is_dead = True
        await asyncio.sleep(site.random.uniform(0.5, 1.5) * site.settings.lease_seconds)
        for line in site.lines.values():
            line.is_dead = False
            line.cut()

    await _under_load(site, size, cut, half_close, slow_down, die)


@scenario(disk_bytes=DISK_BYTES)
async def disk_full(site: Site, size: Size) -> None:
    """No byte is left where artifacts are kept; then there is room again."""
    filler = site.settings.data_dir / "filler"

    async def fill_up() -> None:
        await asyncio.to_thread(_fill, filler.open("wb"))
        await site.until_waiting()
        filler.unlink()

    await _under_load(site, size, fill_up)


@scenario(rings=10)
async def rung_ten_times(site: Site, size: Size) -> None:
    """Every message is delivered ten times."""
    site.workers.grow(WORKERS)
    await site.feed(size.jobs)


async def _under_load(site: Site, size: Size, *disturbances: Callable[[], Awaitable[None]]) -> None:
    """Do each of them in turn, as often as the size says, while jobs come in and are made."""
    site.workers.grow(WORKERS)
    feeding = asyncio.create_task(site.feed(size.jobs))
    for _ in range(size.rounds):
        for disturb in disturbances:
            await site.until_busy()
            await asyncio.sleep(site.random.uniform(0, 0.5))
            await disturb()
    await feeding


def _fill(file: BinaryIO) -> None:
    with file:
        piece = bytes(1 << 20)
        size = len(piece)
        while size:
            try:
                file.write(piece[:size])
                file.flush()
            except OSError:
                size //= 2
