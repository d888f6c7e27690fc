"""Migrations lead step by step to the tables, back again, and bear company."""

import asyncio
import sys

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncEngine
from tiny_production import ACCOUNT, add_job

from adapters.postgres import (
    SchemaDiffers,
    SqlJobStore,
    check_models,
    check_schema,
    current_revision,
    downgrade,
    head_revision,
    make_engine,
    migrate,
)
from adapters.postgres.schema import MIGRATIONS
from adapters.postgres.tables import metadata
from domain.errors import MadeByNewer
from domain.generation.brief import Brief
from domain.jobs.listing import JobSelection

MIGRATE = "import asyncio, sys; from adapters.postgres import *; "
MIGRATE += "print(asyncio.run(migrate(make_engine(sys.argv[1]))))"


@pytest.fixture
async def empty(empty_database_url: str) -> AsyncEngine:
    return make_engine(empty_database_url)


async def tables_of(engine: AsyncEngine) -> set[str]:
    async with engine.connect() as conn:
        return set(await conn.run_sync(lambda sync: sa.inspect(sync).get_table_names()))


async def test_every_step_up_can_be_taken_down_and_up_again(empty: AsyncEngine) -> None:
    steps = [s.revision for s in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]
    below = ["base", *steps[:-1]]

    for revision, previous in zip(steps, below, strict=True):
        assert await migrate(empty, revision) == revision
        await downgrade(empty, previous)
        assert await migrate(empty, revision) == revision
    for previous in reversed(below):
        await downgrade(empty, previous)

    assert await tables_of(empty) == {"alembic_version"}
    await empty.dispose()


async def test_rows_come_through_every_step_and_back(empty: AsyncEngine) -> None:
    steps = [s.revision for s in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]
    await migrate(empty)
    await add_job(SqlJobStore(empty), request=Brief(script="A \0.", aspect_ratio="1:1", seed=7))
    async with empty.begin() as conn:
        await conn.execute(
            sa.text(
                "INSERT INTO results (account_id, fingerprint, kind, content, artifacts, data, "
                "created_at) SELECT account_id, 'f1', 'script', 'c1', '{}', '{}', created_at "
                "FROM jobs"
            )
        )

    async def kept() -> list[int]:
        async with empty.connect() as conn:
            counts = [
                await conn.execute(sa.text(f"SELECT count(*) FROM {table}"))
                for table in ("jobs", "units", "events", "results")
            ]
            return [count.scalar_one() for count in counts]

    assert await kept() == [1, 1, 1, 1]
    for revision in reversed(steps[:-1]):
        await downgrade(empty, revision)
        assert await kept() == [1, 1, 1, 1]
    for revision in steps[1:]:
        await migrate(empty, revision)
        assert await kept() == [1, 1, 1, 1]
    found = await SqlJobStore(empty).page(ACCOUNT, JobSelection(aspect_ratio="1:1"))
    assert len(found.items) == 1, "what lists are narrowed by was filled in"
    await empty.dispose()


async def test_the_migrations_lead_to_the_tables(empty: AsyncEngine) -> None:
    assert await current_revision(empty) is None

    assert await migrate(empty) == head_revision()

    await check_models(empty)
    assert await tables_of(empty) == {*metadata.tables, "alembic_version"}
    assert await current_revision(empty) == head_revision()
    await empty.dispose()


async def test_a_table_without_a_migration_is_noticed(empty: AsyncEngine) -> None:
    await migrate(empty)
    async with empty.begin() as conn:
        await conn.execute(sa.text("ALTER TABLE jobs DROP COLUMN stage"))

    with pytest.raises(SchemaDiffers, match="stage"):
        await check_models(empty)
    await empty.dispose()


async def test_a_database_that_a_later_release_has_used_is_refused_in_words(
    empty: AsyncEngine,
) -> None:
    await migrate(empty)
    async with empty.begin() as conn:
        await conn.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(MadeByNewer, match="9999"):
        await migrate(empty)

    assert await current_revision(empty) == "9999"
    await empty.dispose()


async def test_the_check_needs_no_database() -> None:
    assert head_revision() in await check_schema()


async def test_processes_that_start_together_migrate_once(empty_database_url: str) -> None:
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", MIGRATE, empty_database_url, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(3)
    ]

    outputs = [(await process.communicate())[0].decode().strip() for process in processes]

    assert outputs == [head_revision()] * 3
    assert [process.returncode for process in processes] == [0] * 3
