"""A scenario's place: servers, a fresh database, folders, processes, and a client."""

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pymongo
import redis
import sqlalchemy as sa
from servers import MongoServer, PostgresServer, RedisServer, free_port

from adapters.postgres import make_engine, migrate
from app.config import Settings
from faults.failpoints import Arming
from faults.ledger import Ledger
from faults.processes import Crew, apis, workers
from faults.worker import Orders

POST_SECONDS = 20.0
HEARTBEAT_SECONDS = 15.0
"""the broker's HEARTBEAT_TIMEOUT_MS"""
STALLED_SECONDS = 90.0
"""without any job ending, after which those that are left count as lost"""
WIDTH = 12
"""jobs under way at a time: enough for every worker, few enough that nobody waits for long"""

WORDS = (
    "honey bees dance while quiet rivers carry small bright stones past old wooden mills".split()
)

WITNESS = """
    CREATE TABLE witness (unit uuid, fence bigint, was text, became text);
    CREATE FUNCTION testify() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO witness VALUES (NEW.id, NEW.fence, OLD.state, NEW.state);
            RETURN NULL;
        END $$;
    CREATE TRIGGER testify AFTER UPDATE ON units
        FOR EACH ROW WHEN (OLD.state <> NEW.state OR OLD.fence <> NEW.fence)
        EXECUTE FUNCTION testify();
"""
"""the database's own record of who finished what: also what a killed worker couldn't write down"""


class Servers:
    """One of each, for all scenarios.

    They don't wait for disks: what dies here is processes, and what these have handed to the
    kernel outlives them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres = PostgresServer(folder)
        self.postgres.forget_disks(keep_commits=True)
        self.mongo = MongoServer(_made(folder / "mongodb"))
        self.redis = RedisServer(_made(folder / "redis"))
        self.mongo.start()
        self.redis.start()

    def stop(self) -> None:
        for server in (self.redis, self.mongo, self.postgres):
            server.stop()


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
        **settings: Any,
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
        self.rings = 1
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
        self.client = Client(self)

    def _orders(self, name: str, arming: Arming | None) -> Orders:
        return Orders(
            settings=self.settings,
            scale=self.scale,
            ledger=self.ledger.path,
            log=self.folder / f"{name}.log",
            arming=arming,
            mutant=self.mutant,
            rings=self.rings,
            heartbeat_ms=round(HEARTBEAT_SECONDS * 1000 * self.scale),
        )

    def _worker_orders(self) -> Orders:
        return self._orders("workers", self.armings.pop(0) if self.armings else None)

    def _api_orders(self) -> Orders:
        return self._orders("api", self.api_armings.pop(0) if self.api_armings else None)

    async def rows(self, query: str) -> list[dict[str, Any]]:
        """Rows from the database itself, as soon as it is there."""
        while True:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                connection = await asyncpg.connect(_driver_url(self.database))
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
        """Have so many jobs accepted, no more than WIDTH under way at a time."""
        accepted = 0
        while accepted < jobs:
            room = WIDTH - await self.unfinished()
            for _ in range(min(room, jobs - accepted)):
                accepted += await self.client.post() is not None
            if room <= 0:
                await asyncio.sleep(0.05)

    async def drain(self) -> None:
        """Wait until every job has ended, or nothing ends any more."""
        clock = asyncio.get_running_loop().time
        before, since = -1, clock()
        while (left := await self.unfinished()) and clock() - since < STALLED_SECONDS:
            if left != before:
                before, since = left, clock()
            await asyncio.sleep(0.1)


class Client:
    """Asks for videos over HTTP, and remembers which were accepted."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._http = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{site.settings.port}", timeout=POST_SECONDS
        )

    async def post(self) -> str | None:
        """Ask for a video; the job's id when it was accepted."""
        site = self._site
        try:
            answer = await self._http.post("/api/generate", json=self._brief())
        except httpx.HTTPError as error:
            site.ledger.write("unanswered", type(error).__name__)
            await asyncio.sleep(0.05)
            return None
        if answer.status_code != 202:
            site.ledger.write("unaccepted", str(answer.status_code), detail=answer.text[:300])
            await asyncio.sleep(0.05)
            return None
        job = str(answer.json()["id"])
        site.ledger.write("posted", job=job)
        return job

    async def until_it_answers(self) -> None:
        """Wait for the API to come up."""
        async with asyncio.timeout(60):
            while True:
                with suppress(httpx.HTTPError):
                    await self._http.get("/api/health")
                    return
                await asyncio.sleep(0.02)

    async def close(self) -> None:
        await self._http.aclose()

    def _brief(self) -> dict[str, Any]:
        draw = self._site.random
        scenes = draw.choice((1, 1, 1, 2, 3))
        return {
            "scenes": [
                {"text": " ".join(draw.choices(WORDS, k=3)).capitalize() + "."}
                for _ in range(scenes)
            ],
            "aspect_ratio": "1:1",
            # few seeds and words: now and then two jobs share their sentences
            "seed": draw.randrange(20),
        }


@asynccontextmanager
async def open_site(
    servers: Servers, *, scale: float, seed: int, mutant: str = "", **settings: Any
) -> AsyncIterator[Site]:
    """A site with an API that answers and no workers yet; nothing is left of it afterwards."""
    name = f"faults_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(servers.postgres.url)
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    database = (
        sa.make_url(servers.postgres.url)
        .set(database=name, drivername="postgresql")
        .render_as_string(hide_password=False)
    )
    engine = make_engine(database)
    await migrate(engine)
    await engine.dispose()
    connection = await asyncpg.connect(_driver_url(database))
    await connection.execute(WITNESS)
    await connection.close()
    with tempfile.TemporaryDirectory(prefix="site-", dir=servers.folder) as folder:
        redis.Redis.from_url(servers.redis.url).flushall()
        with pymongo.MongoClient(servers.mongo.url) as mongo:
            mongo.drop_database("faceless")
        _made(Path(folder, "var"))
        site = Site(
            servers, Path(folder), database, scale=scale, seed=seed, mutant=mutant, **settings
        )
        try:
            site.api.grow(1)
            await site.client.until_it_answers()
            yield site
        finally:
            await site.workers.dismiss()
            await site.api.dismiss()
            await site.client.close()
    admin = await asyncpg.connect(servers.postgres.url)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _driver_url(database: str) -> str:
    return database.replace("postgresql+asyncpg://", "postgresql://")
