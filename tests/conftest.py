"""Real servers for the tests, and fresh migrated databases on them.

Postgres, mongod and Redis come from wheels and start when the first test asks for one, once a
session, in a temporary folder. ``TEST_DATABASE_URL``, ``TEST_MONGODB_URL`` and
``TEST_REDIS_URL`` name servers to be used instead; the Postgres user must be allowed to create
databases.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from pymongo import MongoClient
from servers import (
    MongoServer,
    PostgresServer,
    RedisServer,
    ServerUnavailable,
    in_own_loop,
    unavailable,
)
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from adapters.postgres import make_engine, migrate

Server = TypeVar("Server", PostgresServer, MongoServer, RedisServer)

LONGEST_FIRST = ("fuzz", "production", "faults", "api", "cli", "security", "packaging")
"""folders whose files wait for other processes; one of them begun last would be run alone"""

# Drawing the first text of a fresh checkout takes a second and more, as does an example on a busy
# machine, which says nothing of a test. And what a test finds mustn't depend on its luck: examples
# are the same each time. Others are tried with --hypothesis-profile=luck.
ANY_MACHINE = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.register_profile("any machine", ANY_MACHINE, derandomize=True)
settings.register_profile("luck", ANY_MACHINE, derandomize=False)
settings.load_profile("any machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, file by file."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)


# -- servers -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a Postgres server's maintenance database."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    with _for_the_session(PostgresServer) as server:
        server.forget_disks()
        yield server.url


@pytest.fixture(scope="session")
def mongodb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a MongoDB server."""
    if url := os.environ.get("TEST_MONGODB_URL"):
        yield url
        return
    folder = tmp_path_factory.mktemp("mongodb")
    with _for_the_session(lambda: MongoServer(folder)) as server:
        yield server.url


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a Redis server."""
    if url := os.environ.get("TEST_REDIS_URL"):
        yield url
        return
    folder = tmp_path_factory.mktemp("redis")
    with _for_the_session(lambda: RedisServer(folder)) as server:
        yield server.url


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """Address of a server that speaks S3, with the bucket ``artifacts``; it takes any keys."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    httpx.put(f"http://{host}:{port}/artifacts", timeout=60).raise_for_status()
    yield f"http://{host}:{port}"
    server.stop()


@contextmanager
def _for_the_session(make: Callable[[], Server]) -> Iterator[Server]:
    try:
        server = make()
        server.start()
    except ServerUnavailable as error:
        unavailable(str(error))
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


# -- databases -----------------------------------------------------------------------------


# -- what takes long to make -----------------------------------------------------------------


@pytest.fixture(scope="session")
def caches(request: pytest.FixtureRequest) -> Path:
    """Fonts, search indexes and voices: each takes long to make, and is named by its sources."""
    assert request.config.cache is not None
    return Path(request.config.cache.mkdir("faceless"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    in_own_loop(_migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """Name of a migrated Postgres database, to be copied."""
    name = f"faceless_template_{uuid4().hex[:8]}"
    in_own_loop(_administer(postgres_server, f"CREATE DATABASE {name}"))
    in_own_loop(_migrate(_url_of(postgres_server, name)))
    yield name
    in_own_loop(_administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh migrated SQLite database."""
    path = tmp_path / "faceless.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """A fresh migrated Postgres database."""
    name = f"faceless_{uuid4().hex}"
    in_own_loop(
        _administer(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    )
    yield _url_of(postgres_server, name)
    in_own_loop(_administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """A Postgres database without any table."""
    name = f"faceless_{uuid4().hex}"
    in_own_loop(_administer(postgres_server, f"CREATE DATABASE {name}"))
    yield _url_of(postgres_server, name)
    in_own_loop(_administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def mongodb_url(mongodb_server: str) -> Iterator[str]:
    """A fresh MongoDB database."""
    name = f"faceless_{uuid4().hex}"
    yield urlsplit(mongodb_server)._replace(path=f"/{name}").geturl()
    with MongoClient[dict[str, Any]](mongodb_server) as client:
        client.drop_database(name)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table; the test runs once on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on ``database_url``; when the test ends every connection has been given back."""
    engine = make_engine(database_url)
    yield engine
    pool = engine.pool
    assert not isinstance(pool, QueuePool) or pool.checkedout() == 0
    await engine.dispose()


@pytest.fixture
def rows(engine: AsyncEngine) -> Callable[[str], Coroutine[Any, Any, list[dict[str, Any]]]]:
    """Reads rows with plain SQL, past the stores."""

    async def read(query: str) -> list[dict[str, Any]]:
        async with engine.connect() as conn:
            return [dict(row._mapping) for row in await conn.execute(sa.text(query))]

    return read


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MiB."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"mounting a tmpfs isn't permitted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


async def _migrate(url: str) -> None:
    engine = make_engine(url)
    await migrate(engine)
    await engine.dispose()


async def _administer(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


def _url_of(server: str, database: str) -> str:
    return sa.make_url(server).set(database=database).render_as_string(hide_password=False)
