"""What all scenarios have in common: one server of each kind, and disks of any size."""

import asyncio
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import sqlalchemy as sa
from servers import MongoServer, PostgresServer, RedisServer, in_own_loop

from adapters.postgres import make_engine, migrate
from faults.processes import import_everything

TEMPLATE = "faults_template"

WITNESS = """
    CREATE TABLE witness (unit uuid, fence bigint, was text, became text);
    CREATE FUNCTION testify() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO witness VALUES (NEW.id, NEW.fence, OLD.state, NEW.state);
            RETURN NULL;
        END $$;
    CREATE TRIGGER testify AFTER UPDATE ON units
        FOR EACH ROW EXECUTE FUNCTION testify();
"""
"""the database's own record of what was done to units: also by those who couldn't write it down"""


class Skipped(Exception):
    """A scenario can't be had on this machine; the message says why."""


class Servers:
    """One of each, for all scenarios.

    They don't wait for disks: what dies here is processes, and what these have handed to the
    kernel outlives them.
    """

    def __init__(self, folder: Path) -> None:
        import_everything()  # meanwhile
        self.folder = folder
        # servers die with the thread that started them: this one lives as long as they may
        self._hands = ThreadPoolExecutor(1, thread_name_prefix="servers")
        self.postgres = PostgresServer(folder)
        self.postgres.forget_disks(keep_commits=True)
        self.mongo = MongoServer(made(folder / "mongodb"))
        self.redis = RedisServer(made(folder / "redis"))
        self.mongo.start()
        self.redis.start()
        in_own_loop(self._make_template())

    async def _make_template(self) -> None:
        """A migrated database with a witness in it, to be copied."""
        await self.administer(f"CREATE DATABASE {TEMPLATE}")
        engine = make_engine(self.database(TEMPLATE))
        await migrate(engine)
        await engine.dispose()
        connection = await asyncpg.connect(self.database(TEMPLATE))
        await connection.execute(WITNESS)
        await connection.close()

    def database(self, name: str) -> str:
        """URL of a database on this Postgres."""
        url = sa.make_url(self.postgres.url).set(database=name, drivername="postgresql")
        return url.render_as_string(hide_password=False)

    async def administer(self, statement: str) -> None:
        """Run a statement that is about databases."""
        connection = await asyncpg.connect(self.postgres.url)
        await connection.execute(statement)
        await connection.close()

    async def do(self, act: Callable[[], None]) -> None:
        """Start or end a server without holding anything up."""
        await asyncio.get_running_loop().run_in_executor(self._hands, act)

    def stop(self) -> None:
        """Stop them all and remove what they kept."""
        for server in (self.redis, self.mongo, self.postgres):
            server.stop()
        self._hands.shutdown()


@contextmanager
def disk(folder: Path, size: int) -> Iterator[None]:
    """A disk of its own under a folder."""
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "faceless-faults", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounting.returncode:
        raise Skipped(f"no small disk can be mounted here: {mounting.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
