"""URLs become engines, times are the database's own, failures become domain errors."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from faults.proxy import Proxy
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres import SqlDocumentStore, SqlJobStore, make_engine, migrate
from adapters.postgres import engine as engine_module
from adapters.postgres.clock import UtcTime, later, now, seconds_between
from adapters.postgres.engine import Transactions
from adapters.postgres.tables import documents
from domain.errors import ServiceUnavailable, SettingsInvalid, StorageFull

PATIENCE_SECONDS = 60.0
"""a writer that waits for a lock that is never given back fails before that, or never ends"""


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgresql://me@db/faceless", "postgresql+asyncpg"),
        ("postgres://me@db/faceless", "postgresql+asyncpg"),
        ("postgresql+asyncpg://me@db/faceless", "postgresql+asyncpg"),
        ("sqlite:///var/faceless.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:///var/faceless.db", "sqlite+aiosqlite"),
    ],
)
def test_the_usual_spellings_of_a_url_are_understood(url: str, driver: str) -> None:
    assert make_engine(url).url.drivername == driver


@pytest.mark.parametrize("url", ["mysql://me@db/faceless", "faceless.db", ""])
def test_a_url_that_leads_nowhere_names_its_setting(url: str) -> None:
    with pytest.raises(SettingsInvalid, match="DATABASE_URL"):
        make_engine(url)


async def test_the_folder_of_a_database_file_is_made(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'new' / 'folder' / 'faceless.db'}")

    await migrate(engine)
    await engine.dispose()

    assert (tmp_path / "new" / "folder" / "faceless.db").is_file()


async def test_sqlite_is_set_up_for_several_writers(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    async with engine.connect() as conn:
        found = {
            name: (await conn.execute(sa.text(f"PRAGMA {name}"))).scalar_one()
            for name in ("journal_mode", "busy_timeout", "foreign_keys", "synchronous")
        }
    await engine.dispose()

    assert found == {
        "journal_mode": "wal",
        "busy_timeout": 10_000,
        "foreign_keys": 1,
        "synchronous": 2,
    }


async def test_a_writing_transaction_holds_the_lock_before_it_reads(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    order: list[str] = []

    async def write(name: str) -> None:
        async with Transactions(engine).writing() as conn:
            order.append(f"{name} in")
            await conn.execute(sa.text("SELECT count(*) FROM jobs"))
            await conn.execute(sa.text("DELETE FROM jobs"))
            order.append(f"{name} out")

    await asyncio.gather(*(write(name) for name in "abc"))
    await engine.dispose()

    assert [entry.split()[1] for entry in order] == ["in", "out"] * 3


async def test_callers_that_are_cancelled_leave_no_lock_behind(engine: AsyncEngine) -> None:
    store = SqlDocumentStore(engine)
    is_over = asyncio.Event()

    async def write_on(name: str) -> int:
        written = 0
        while not is_over.is_set():
            await store.put("local", "script", f"{name}-{written}", b"{}")
            written += 1
        return written

    writers = [asyncio.create_task(write_on(name)) for name in "ab"]
    for turn in range(100):
        cancelled = asyncio.create_task(store.put("local", "script", f"c-{turn}", b"{}"))
        for _ in range(turn % 12):
            await asyncio.sleep(0)
        cancelled.cancel()
        await asyncio.wait({cancelled})
    is_over.set()

    async with asyncio.timeout(PATIENCE_SECONDS):
        assert all(await asyncio.gather(*writers))


async def test_a_transaction_that_fails_leaves_nothing(engine: AsyncEngine) -> None:
    store = SqlDocumentStore(engine)
    document = {"account_id": "a", "kind": "script", "fingerprint": "f", "body": b"{}"}

    async def write_and_stumble() -> None:
        async with Transactions(engine).writing() as conn:
            await conn.execute(sa.insert(documents).values(**document, created_at=now()))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write_and_stumble()

    assert await store.get("a", "script", "f") is None


async def test_the_clock_counts_seconds_and_keeps_time(engine: AsyncEngine) -> None:
    async with engine.connect() as conn:
        read, soon, span, back = (
            await conn.execute(
                sa.select(
                    now(),
                    later(now(), 1.25),
                    seconds_between(now(), later(now(), -2.5)),
                    sa.literal(_instant(), UtcTime()),
                )
            )
        ).one()

    assert abs((read - datetime.now(UTC)).total_seconds()) < 60
    assert (soon - read).total_seconds() == 1.25
    assert span == -2.5
    assert back == _instant()


async def test_a_time_without_a_zone_is_refused(engine: AsyncEngine) -> None:
    with pytest.raises(Exception, match="no time zone"):
        async with engine.connect() as conn:
            await conn.execute(sa.select(sa.literal(datetime(2026, 1, 1), UtcTime())))  # noqa: DTZ001


@pytest.mark.parametrize("way", ["reading", "writing", "asking", "working", "writing_once"])
async def test_a_connection_that_is_cut_while_it_is_made_is_a_passing_trouble(way: str) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        engine = make_engine(f"postgresql://me@127.0.0.1:{port}/faceless?ssl=disable")

        with pytest.raises(ServiceUnavailable):
            async with getattr(Transactions(engine), way)():
                pytest.fail("there is no connection")

        await engine.dispose()


async def test_a_connection_whose_statement_took_too_long_is_not_used_again(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "STATEMENT_SECONDS", 1.0)  # others take far less
    session = sa.select(sa.func.pg_backend_pid())

    async def is_used_again(way: str) -> bool:
        engine = make_engine(postgres_url)
        async with getattr(Transactions(engine), way)() as conn:
            before = (await conn.execute(session)).scalar_one()

        with pytest.raises(ServiceUnavailable):
            async with getattr(Transactions(engine), way)() as conn:
                await conn.execute(sa.select(sa.func.pg_sleep(PATIENCE_SECONDS)))

        async with getattr(Transactions(engine), way)() as conn:
            after = (await conn.execute(session)).scalar_one()
        await engine.dispose()
        return bool(after == before)

    ways = ["reading", "writing", "asking", "working", "writing_once"]
    used_again = await asyncio.gather(*map(is_used_again, ways))
    assert dict(zip(ways, used_again, strict=True)) == dict.fromkeys(ways, False)


async def test_a_line_that_was_cut_without_a_word_is_noticed_soon(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "CONNECT_SECONDS", 1.5)  # for a new connection
    monkeypatch.setattr(engine_module, "IDLE_SECONDS", 0.0)
    url = sa.make_url(postgres_url)
    line = Proxy(f"{url.query['host']}/.s.PGSQL.5432")
    port = await line.open()
    through = url.set(host="127.0.0.1", port=port, query={"ssl": "disable"})
    engine = make_engine(through.render_as_string(hide_password=False))
    store = SqlJobStore(engine)
    await store.now()

    monkeypatch.setattr(engine_module, "CONNECT_SECONDS", 0.2)  # for the question
    line.is_dead = True
    async with asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(ServiceUnavailable):
            await store.now()
    line.is_dead = False
    line.cut()

    assert (await store.now()).tzinfo is not None
    await engine.dispose()
    await line.close()


async def test_a_server_that_is_down_is_a_passing_trouble(tmp_path: Path) -> None:
    engine = make_engine(f"postgresql://nobody@/none?host={tmp_path}")

    with pytest.raises(ServiceUnavailable, match="database"):
        await SqlJobStore(engine).now()
    await engine.dispose()


async def test_a_server_that_goes_away_and_comes_back_is_no_lasting_trouble(
    postgres_url: str,
) -> None:
    engine = make_engine(postgres_url)
    store = SqlJobStore(engine)
    await store.now()
    admin = make_engine(postgres_url)
    async with admin.connect() as conn:
        # with a time-out it answers when they have ended, not when they were told to
        await conn.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    await admin.dispose()

    assert (await store.now()).tzinfo is not None
    await engine.dispose()


async def test_a_full_disk_is_named(tmp_path: Path, sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    store = SqlDocumentStore(engine)
    async with engine.connect() as conn:
        pages = (await conn.execute(sa.text("PRAGMA page_count"))).scalar_one()
        await conn.execute(sa.text(f"PRAGMA max_page_count = {pages}"))

    with pytest.raises(StorageFull):
        await store.put("local", "script", "f1", b"x" * 1_000_000)
    await engine.dispose()


def _instant() -> datetime:
    return datetime(2026, 11, 22, 15, 43, 7, 123_000, tzinfo=UTC)


async def test_a_process_that_says_nothing_more_loses_its_locks(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is stopped or cut off in a transaction would hold up everybody else."""
    other = make_engine(postgres_url)
    monkeypatch.setattr(engine_module, "STALLED_TRANSACTION_SECONDS", 1.0)
    silent = make_engine(postgres_url)

    with pytest.raises(ServiceUnavailable):  # noqa: PT012 - one transaction inside another
        async with Transactions(silent).writing() as conn:
            await conn.execute(sa.text("LOCK TABLE jobs"))
            async with asyncio.timeout(PATIENCE_SECONDS), Transactions(other).writing() as waiting:
                await waiting.execute(sa.text("LOCK TABLE jobs"))
            await conn.execute(sa.text("SELECT 1"))

    for engine in (silent, other):
        await engine.dispose()


async def test_a_process_that_falls_silent_over_a_prepared_statement_loses_its_locks(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Postgres takes it for active, and would wait for it for ever."""
    other = make_engine(postgres_url)
    monkeypatch.setattr(engine_module, "STALLED_TRANSACTION_SECONDS", 1.0)
    silent = make_engine(postgres_url)
    lock = sa.text("LOCK TABLE jobs IN SHARE ROW EXCLUSIVE MODE")

    async def wait_for_it() -> None:
        async with Transactions(other).writing() as conn:
            await conn.execute(lock)

    with pytest.raises(ServiceUnavailable):  # noqa: PT012 - one transaction beside another
        async with Transactions(silent).writing() as conn:
            await conn.execute(lock)
            driver = (await conn.get_raw_connection()).driver_connection
            assert driver is not None
            await driver.prepare("SELECT 1")
            waiting = asyncio.create_task(wait_for_it())
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not waiting.done():
                    await SqlJobStore(other, lease_seconds=30).reconcile(0, 3)
            await conn.execute(sa.text("SELECT 1"))

    await waiting
    for engine in (silent, other):
        await engine.dispose()
