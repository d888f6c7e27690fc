"""A scenario's place: servers, a fresh database, folders, processes, and a client."""

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pymongo
import redis
from servers import free_port

from adapters.dramatiq import NAMESPACE, QUEUE
from app.config import Settings
from faults.client import Client
from faults.failpoints import Arming
from faults.ground import TEMPLATE, Servers, disk, made
from faults.ledger import Ledger, Line
from faults.processes import Crew, Member, apis, workers
from faults.proxy import Proxy
from faults.worker import Orders

STALLED_SECONDS = 90.0
"""without any unit moving, after which the jobs that are left count as lost"""

AWAY = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)
"""how a database looks that is down, or going down"""


class NeverHappened(Exception):
    """What a scenario waits for didn't come."""


class Site:
    """Everything of one scenario. ``scale`` is the share of each period's default."""

    def __init__(
        self,
        servers: Servers,
        folder: Path,
        database: str,
        *,
        scale: float,
        seed: int,
        mutant: str,
        rings: int,
        settings: dict[str, Any],
    ) -> None:
        self.servers = servers
        self.folder = folder
        self.scale = scale
        self.random = random.Random(seed)
        self.ledger = Ledger(folder / "ledger.jsonl")
        self.mutant = mutant
        self.database = database
        self.armings: list[Arming] = []
        """handed out to new workers, one each"""
        self.rings = rings
        self.patience = STALLED_SECONDS
        self.width = 12
        """jobs under way at a time: enough for every worker, few enough that nobody waits long"""
        self.lines: dict[str, Proxy] = {}
        """by kind of server, in scenarios that reach theirs over a line"""
        defaults = Settings()
        periods = {
            name: getattr(defaults, name) * scale
            for name in (
                "lease_seconds",
                "renew_seconds",
                "give_up_seconds",
                "reconcile_seconds",
                "poll_seconds",
                "unclaimed_seconds",
            )
        }
        values: dict[str, Any] = {
            "data_dir": folder / "var",
            "database_url": database,
            "mongodb_url": servers.mongo.url,
            "redis_url": servers.redis.url,
            "port": free_port(),
            "embedded_worker": False,
            "log_format": "json",
            "worker_slots": 1,
            "min_free_bytes": 0,
            "crash_limit": 20,  # kills are drawn at random: some unit has more than its share
        }
        self.settings = Settings(**(values | periods | settings))
        self.workers: Crew = workers(self.ledger, self._worker_orders)
        self.api: Crew = apis(self.ledger, self._api_orders)
        self.api_armings: list[Arming] = []
        self.notes: list[str] = []
        """what a scenario found wrong by itself"""
        self.client = Client(self.settings.port, self.ledger, self.random)

    def _orders(self, name: str, arming: Arming | None) -> Orders:
        return Orders(
            settings=self.settings,
            scale=self.scale,
            ledger=self.ledger.path,
            log=self.folder / f"{name}.log",
            arming=arming,
            mutant=self.mutant,
            rings=self.rings,
        )

    def _worker_orders(self) -> Orders:
        return self._orders("workers", self.armings.pop(0) if self.armings else None)

    def _api_orders(self) -> Orders:
        return self._orders("api", self.api_armings.pop(0) if self.api_armings else None)

    async def somebody(self) -> Member:
        """A worker, whichever."""
        while not self.workers.members:
            await asyncio.sleep(0.01)
        return self.random.choice(self.workers.members)

    async def rows(self, query: str) -> list[dict[str, Any]]:
        """Rows from the database itself, as soon as it is there."""
        while True:
            with suppress(*AWAY):
                connection = await asyncpg.connect(self.database)
                try:
                    return [dict(row) for row in await connection.fetch(query)]
                finally:
                    await connection.close()
            await asyncio.sleep(0.1)

    async def unfinished(self) -> int:
        """Jobs that haven't ended."""
        [row] = await self.rows("SELECT count(*) AS n FROM jobs WHERE finished_at IS NULL")
        return int(row["n"])

    async def feed(self, jobs: int) -> None:
        """Have so many jobs accepted, no more than ``width`` under way at a time.

        Raises:
            NeverHappened: none is accepted for longer than the site's patience.
        """
        clock = asyncio.get_running_loop().time
        accepted, since = 0, clock()
        while accepted < jobs:
            room = self.width - await self.unfinished()
            for _ in range(min(room, jobs - accepted)):
                if await self.client.post() is not None:
                    accepted, since = accepted + 1, clock()
            if clock() - since > self.patience:
                raise NeverHappened(f"job {accepted + 1} of {jobs} is accepted")
            if room <= 0:
                await asyncio.sleep(0.05)

    async def bells(self) -> int:
        """Messages that Redis has, whether somebody has taken them or not."""
        client = redis.Redis.from_url(self.servers.redis.url)
        return int(await asyncio.to_thread(client.hlen, f"{NAMESPACE}:{QUEUE}.msgs"))

    @asynccontextmanager
    async def load(self, jobs: int) -> AsyncIterator[None]:
        """Keep jobs coming for the length of the block, and so many at least."""
        enough = asyncio.Event()

        async def feed() -> None:
            await self.feed(jobs)
            while not enough.is_set():
                await self.feed(1)

        async with asyncio.TaskGroup() as group:
            group.create_task(feed())
            yield
            enough.set()

    async def drain(self) -> None:
        """Wait until every job has ended, or nothing moves any more."""
        clock = asyncio.get_running_loop().time
        before, since = -1, clock()
        while await self.unfinished() and clock() - since < self.patience:
            [row] = await self.rows("SELECT count(*) AS n FROM witness")
            if row["n"] != before:
                before, since = row["n"], clock()
            await asyncio.sleep(0.1)

    async def until_busy(self) -> None:
        """Wait until jobs are under way."""
        await self._until_rows("SELECT 1 FROM units WHERE state = 'leased'", "work under way")

    async def until_settled(self, unit: str) -> None:
        """Wait until a unit has ended."""
        query = f"SELECT 1 FROM units WHERE id = '{unit}' AND state NOT IN ('leased', 'ready')"
        await self._until_rows(query, f"the end of unit {unit}")

    async def until_waiting(self) -> None:
        """Wait until a job waits for its operator."""
        query = "SELECT 1 FROM jobs WHERE waiting_for = 'operator'"
        await self._until_rows(query, "a job that waits for its operator")

    async def _until_rows(self, query: str, what: str) -> None:
        clock = asyncio.get_running_loop().time
        give_up = clock() + self.patience
        while not await self.rows(query):
            if clock() > give_up:
                raise NeverHappened(what)
            await asyncio.sleep(0.05)

    async def until(self, happened: Callable[[list[Line]], Any], what: str) -> Any:
        """Wait for something to be in the ledger; answers what ``happened`` found there.

        Raises:
            NeverHappened: not within the site's patience.
        """
        clock = asyncio.get_running_loop().time
        give_up = clock() + self.patience
        while not (found := happened(self.ledger.lines())):
            if clock() > give_up:
                raise NeverHappened(what)
            await asyncio.sleep(0.05)
        return found


@asynccontextmanager
async def open_site(
    servers: Servers,
    *,
    scale: float,
    seed: int,
    mutant: str = "",
    rings: int = 1,
    over_lines: bool = False,
    disk_bytes: int = 0,
    **settings: Any,
) -> AsyncIterator[Site]:
    """A site with an API that answers and no workers yet; nothing is left of it afterwards.

    Args:
        rings: how often each bell is rung.
        over_lines: the processes reach Postgres and Redis through ``site.lines``.
        disk_bytes: DATA_DIR is a disk of this size.

    Raises:
        Skipped: no such disk can be had.
    """
    name = f"faults_{uuid4().hex[:12]}"
    await servers.administer(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    lines: dict[str, Proxy] = {}
    async with AsyncExitStack() as stack:
        place = stack.enter_context(tempfile.TemporaryDirectory(prefix="site-", dir=servers.folder))
        folder = Path(place)
        redis.Redis.from_url(servers.redis.url).flushall()
        with pymongo.MongoClient[dict[str, Any]](servers.mongo.url) as mongo:
            mongo.drop_database("faceless")
        data = made(folder / "var")
        if disk_bytes:
            stack.enter_context(disk(data, disk_bytes))
        if over_lines:
            lines = {
                "postgres": Proxy(servers.postgres.socket),
                "redis": Proxy(("127.0.0.1", servers.redis.port)),
            }
            for line in lines.values():
                stack.push_async_callback(line.close)
            settings["database_url"] = (
                f"postgresql://postgres@127.0.0.1:{await lines['postgres'].open()}/{name}"
            )
            settings["redis_url"] = f"redis://127.0.0.1:{await lines['redis'].open()}/0"
        site = Site(
            servers,
            folder,
            servers.database(name),
            scale=scale,
            seed=seed,
            mutant=mutant,
            rings=rings,
            settings=settings,
        )
        site.lines = lines
        stack.push_async_callback(site.client.close)
        stack.push_async_callback(site.api.dismiss)
        stack.push_async_callback(site.workers.dismiss)
        site.api.grow(1)
        await site.client.until_it_answers()
        yield site
    await servers.administer(f"DROP DATABASE {name} WITH (FORCE)")
