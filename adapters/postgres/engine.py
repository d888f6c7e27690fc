"""The engine, for either database, and the transactions that stores run in."""

import asyncio
import errno
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.util import await_only, greenlet_spawn

from adapters.postgres.direct import Conn, Direct
from domain.errors import ServiceUnavailable, SettingsInvalid, StorageFull

DRIVERS = {
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
}
UNREADABLE_URL = (
    "DATABASE_URL can't be read: it has to look like postgresql://user:password@host:5432/name, "
    "with special characters of the password percent-encoded (%40 for @, %2F for /)"
)
APPLICATION = "faceless"
"""how this program's sessions are called in Postgres"""
CONNECT_SECONDS = 3
"""a server that is down is reported within this time"""
STATEMENT_SECONDS = 30
CONNECTIONS = 20
"""of a process to Postgres, at most"""
IDLE_SECONDS = 5.0
"""a connection that was used later than that is taken as it is; after that, Postgres is asked
whether it's still there. Asking every time would cost as much as the statements themselves"""
STALLED_TRANSACTION_SECONDS = 10
"""for which a process that says nothing more (stopped, or cut off) may hold its locks: well below
a lease, so that a unit can be taken over when that has run out"""
BUSY_MILLISECONDS = 10_000
"""how long a writer waits for SQLite's one write lock"""

HINT = "Check that it runs, and DATABASE_URL."

_BEGIN = "faceless_begin"
_USED = "faceless_used"


def make_engine(url: str) -> AsyncEngine:
    """An engine for ``postgresql://``, ``postgresql+asyncpg://``, ``sqlite:///path`` or
    ``sqlite+aiosqlite:///path``. Connects to nothing; one per event loop.

    Raises:
        SettingsInvalid: the URL can't be read, or names another database.
    """
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError) as error:
        # neither the URL nor what is wrong with it is repeated: both may hold a password
        raise SettingsInvalid([UNREADABLE_URL]) from error
    driver = DRIVERS.get(parsed.drivername)
    if driver is None:
        raise SettingsInvalid(
            [f"DATABASE_URL names {parsed.drivername!r}; postgresql:// and sqlite:/// are known"]
        )
    parsed = parsed.set(drivername=driver)
    options: dict[str, Any] = {
        "json_serializer": lambda value: msgspec.json.encode(value).decode(),
        "json_deserializer": msgspec.json.decode,
    }
    if driver.startswith("sqlite"):
        engine = create_async_engine(parsed, **options)
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    engine = create_async_engine(
        parsed,
        # all kept: whatever goes beyond a pool is connected anew each time, which takes longer
        # than any statement; and the fewest possible in use, so that idle ones stay unopened
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_use_lifo=True,
        connect_args={
            "timeout": CONNECT_SECONDS,
            "command_timeout": STATEMENT_SECONDS,
            # compiling a plan takes longer than any of these statements
            "server_settings": {
                "jit": "off",
                "application_name": APPLICATION,
                "idle_in_transaction_session_timeout": f"{STALLED_TRANSACTION_SECONDS * 1000:.0f}",
            },
        },
        **options,
    )
    event.listen(engine.sync_engine, "checkin", _note_use)
    event.listen(engine.sync_engine, "checkout", _Liveness())
    event.listen(engine.sync_engine, "handle_error", _note_silence)
    return engine


def _note_use(_connection: Any, record: Any) -> None:
    record.info[_USED] = time.monotonic()


class _Liveness:
    """Replaces connections that died while nobody used them: a server that was restarted is no
    error of the next request.

    The driver hears of a closed connection by itself. Of one that was cut without a word, only a
    question tells.
    """

    def __call__(self, connection: Any, record: Any, _proxy: Any) -> None:
        if connection.driver_connection.is_closed():
            raise InvalidatePoolError
        if time.monotonic() - record.info.get(_USED, time.monotonic()) < IDLE_SECONDS:
            return
        asked = connection.driver_connection.fetchval("SELECT 1", timeout=CONNECT_SECONDS)
        try:
            await_only(asked)
        except Exception as error:  # whatever it is, a new connection will show what is wrong
            raise InvalidatePoolError from error


def _note_silence(context: sa.ExceptionContext) -> None:
    """A connection whose statement took too long is not to be used again: the driver itself
    neither closes it nor says that anything is wrong with it."""
    if isinstance(context.original_exception, TimeoutError):
        context.is_disconnect = True


def database_file(engine: AsyncEngine) -> Path | None:
    """Where an embedded database lies; None on a server."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    return Path(engine.url.database)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would begin by itself, and too late
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # what was accepted outlives a power cut
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later fails when another wrote in between:
    # those that will write take the lock at once.
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get(_BEGIN, '')}")


class Transactions:
    """Opens transactions; the database's own failures leave them as domain errors."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**{_BEGIN: "IMMEDIATE"})
        self._is_sqlite = engine.dialect.name == "sqlite"
        # On Postgres every statement sees what is committed by then, in a transaction as without
        # one: to begin and to end one would only be two more trips to the server.
        self._reader = (
            engine if self._is_sqlite else engine.execution_options(isolation_level="AUTOCOMMIT")
        )
        self._watcher = (
            engine
            if self._is_sqlite
            else engine.execution_options(isolation_level="REPEATABLE READ")
        )

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Statements that write nothing.

        Raises:
            ServiceUnavailable: the database doesn't answer.
        """
        with _translated():
            async with self._reader.connect() as conn:
                yield conn

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[AsyncConnection]:
        """Statements that write nothing and all see the same moment, that of the first.

        Raises:
            ServiceUnavailable: the database doesn't answer.
        """
        with _translated():
            async with self._watcher.connect() as conn:
                yield conn

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is committed at the end.

        Raises:
            ServiceUnavailable: the database doesn't answer.
            StorageFull: no space is left for it.
        """
        with _translated():
            async with self._writer.begin() as conn:
                yield conn

    # What happens at every request and at every unit goes to Postgres by the shorter way.

    def asking(self) -> AbstractAsyncContextManager[Conn]:
        """As ``reading``, for statements that are made once.

        Raises:
            ServiceUnavailable
        """
        return self.reading() if self._is_sqlite else _Directly(self._engine)

    def working(self) -> AbstractAsyncContextManager[Conn]:
        """As ``writing``, for statements most of which are made once.

        Raises:
            ServiceUnavailable, StorageFull
        """
        return self.writing() if self._is_sqlite else _Directly(self._engine, in_transaction=True)

    def writing_once(self) -> AbstractAsyncContextManager[Conn]:
        """For a single statement on Postgres, which is a transaction by itself; on SQLite, where
        the same takes several, as ``writing``.

        Raises:
            ServiceUnavailable, StorageFull
        """
        return self.writing() if self._is_sqlite else _Directly(self._engine)


class _Directly:
    """One of the pool's connections, as the driver knows it, for the length of a block."""

    def __init__(self, engine: AsyncEngine, *, in_transaction: bool = False) -> None:
        self._engine = engine
        self._in_transaction = in_transaction

    async def __aenter__(self) -> Direct:
        with _translated():
            self._pooled = await self._engine.raw_connection()
            connection: Any = self._pooled.driver_connection
            self._connection = connection
            self._transaction = connection.transaction() if self._in_transaction else None
            if self._transaction is not None:
                try:
                    await self._transaction.start()
                except BaseException as error:
                    await self._put_back(error)
                    raise
            return Direct(self._connection, self._engine.dialect)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: Any
    ) -> None:
        with _translated():
            try:
                if self._transaction is not None:
                    await self._transaction.__aexit__(kind, error, trace)
            except BaseException as failure:
                await self._put_back(failure)
                raise
            await self._put_back(error)
        _translated().__exit__(kind, error, trace)

    async def _put_back(self, error: BaseException | None) -> None:
        # one that broke, fell silent or was left in the middle of something is nobody's any more
        is_sound = not (
            isinstance(error, OSError | asyncpg.InterfaceError | asyncio.CancelledError)
            or self._connection.is_closed()
            or self._connection.is_in_transaction()
        )
        await greenlet_spawn(self._pooled.close if is_sound else self._pooled.invalidate)


class _translated:  # noqa: N801 - reads as a phrase where it is used
    """Turns a driver's failure into the domain error that callers know."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, raised: BaseException | None, _trace: object) -> None:
        # a connection that fails while it's made comes half translated from the pool
        error = raised.__cause__ if isinstance(raised, AsyncAdapt_asyncpg_dbapi.Error) else raised
        if isinstance(error, DBAPIError):
            if _is_full(error.orig):
                raise StorageFull(f"The database has no space left: {error.orig}") from error
            if _is_outage(error):
                raise ServiceUnavailable(
                    f"The database doesn't answer: {error.orig}", hint=HINT, service="database"
                ) from error
        elif isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError):
            if _is_full(error):
                raise StorageFull(f"The database has no space left: {error}") from error
            if _is_passing(error):
                raise ServiceUnavailable(
                    f"The database doesn't answer: {error}", hint=HINT, service="database"
                ) from error
        elif isinstance(error, OSError | TimeoutError):
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise StorageFull(f"The database has no space left: {error}") from error
            raise ServiceUnavailable(
                f"The database doesn't answer: {str(error) or 'it takes too long'}",
                hint=HINT,
                service="database",
            ) from error
        elif isinstance(error, PoolTimeout):
            raise ServiceUnavailable(
                "Every connection to the database is busy.", service="database"
            ) from error


PASSING_SQLSTATES = ("08", "25P03", "40", "53", "57")
"""connection exception, a transaction that stalled for too long, transaction rollback (deadlock),
insufficient resources, operator intervention (shutdown): classes, and one member of a class"""

PASSING_SQLITE_CODES = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
)


def _is_outage(error: DBAPIError) -> bool:
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        # an extended code carries its primary code in the low byte
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in PASSING_SQLITE_CODES
    return _is_passing(error.orig)


def _is_passing(error: BaseException | None) -> bool:
    sqlstate = getattr(error, "sqlstate", None) or ""
    is_closed = isinstance(error, asyncpg.InterfaceError) and "closed" in str(error)
    return is_closed or sqlstate.startswith(PASSING_SQLSTATES)


def _is_full(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL
    return getattr(error, "sqlstate", None) == "53100"
