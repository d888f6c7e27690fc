"""The claim walks one partial index, and locks never form a circle."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from tiny_production import ACCOUNT, add_job, claim_unit, finish_for

from adapters.postgres import SqlJobStore, make_engine
from adapters.postgres.work import lease_next, next_unit
from domain.errors import IllegalMove, LeaseLost
from domain.jobs.model import STAGES, JobError, JobStatus, WaitingFor

Read = Callable[[str], Coroutine[Any, Any, list[dict[str, Any]]]]

READY_UNITS = 2000


async def crowd(store: SqlJobStore, engine: AsyncEngine) -> None:
    """One job with a great many units, a few of them ready for each thousand that are done."""
    job = await add_job(store)
    select = f"""
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers
                                      WHERE n < {READY_UNITS})
        INSERT INTO units (id, job_id, account_id, revision, kind, ordinal, missing_inputs, state,
                           priority, attempt, crashes, run_at, fence, progress, seconds)
        SELECT {{id}}, job_id, account_id, revision, 'segment', n, 0,
               CASE WHEN n % 4 = 0 THEN 'ready' ELSE 'done' END, n % 3, 0, 0, run_at, 0, 0, 0
        FROM units, numbers
    """
    new_id = (
        "gen_random_uuid()" if engine.dialect.name == "postgresql" else "lower(hex(randomblob(16)))"
    )
    async with engine.begin() as conn:
        await conn.execute(sa.text(select.format(id=new_id)))
        await conn.execute(sa.text("ANALYZE"))
    assert job.status is JobStatus.QUEUED


async def plan_of_claim(engine: AsyncEngine) -> str:
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    claim = next_unit(STAGES).compile(engine.sync_engine, compile_kwargs={"literal_binds": True})
    async with engine.connect() as conn:
        rows = await conn.execute(sa.text(f"{explain} {claim}"))
        return "\n".join(str(tuple(row)) for row in rows)


async def test_the_claim_walks_its_partial_index_without_sorting(engine: AsyncEngine) -> None:
    await crowd(SqlJobStore(engine), engine)

    plan = await plan_of_claim(engine)

    assert "ix_units_claim" in plan
    for slow in ("Sort", "Seq Scan", "TEMP B-TREE", "SCAN units\n"):
        assert slow not in plan


async def test_a_generic_plan_of_the_whole_claim_uses_the_index_too(postgres_url: str) -> None:
    """Drivers reuse prepared statements; after some calls Postgres plans without parameters."""
    engine = make_engine(postgres_url)
    store = SqlJobStore(engine)
    await crowd(store, engine)
    async with engine.connect() as conn:
        await conn.execute(sa.text("SET plan_cache_mode = force_generic_plan"))
        await conn.execute(sa.text("LOAD 'auto_explain'"))
        await conn.execute(sa.text("SET auto_explain.log_min_duration = 0"))
        await conn.execute(sa.text("SET client_min_messages = log"))
        messages: list[str] = []
        driver = (await conn.get_raw_connection()).driver_connection
        assert driver is not None
        driver.add_log_listener(lambda _, message: messages.append(str(message)))
        claim = await lease_next(conn, "w", STAGES, 30.0)
        await conn.rollback()
    await engine.dispose()

    assert claim is not None
    [plan] = [message for message in messages if "LockRows" in message]
    assert "ix_units_claim" in plan
    assert "Sort" not in plan
    assert "Seq Scan on units" not in plan


async def test_a_claim_of_a_running_job_is_one_statement_on_postgres_and_a_finish_is_few(
    postgres_url: str,
) -> None:
    """Every statement is a trip to the server, and most of what a unit costs there."""
    engine = make_engine(postgres_url)
    store = SqlJobStore(engine)
    await add_job(store)
    script = await claim_unit(store)
    await store.finish(script, finish_for(script, 2))
    statements: list[str] = []
    sa.event.listen(
        engine.sync_engine,
        "before_cursor_execute",
        lambda _c, _cu, statement, *_: statements.append(statement),
    )

    narration = await claim_unit(store)
    claimed = len(statements)
    await store.finish(narration, finish_for(narration, 2))
    await engine.dispose()

    assert claimed == 1
    # lock the job, write what is done, count the units, move the job and tell of it
    assert len(statements) - claimed == 4


async def test_cancelling_failing_and_claiming_at_once_never_deadlocks(
    engine: AsyncEngine, rows: Read
) -> None:
    """Workers finish and fail while users cancel and retry: nobody waits in a circle."""
    store = SqlJobStore(engine)
    ids = [(await add_job(store)).id for _ in range(3)]
    error = JobError("render_failed", "ffmpeg refused the work.")
    counter = iter(range(10_000))

    async def work(name: str) -> None:
        for _ in range(15):
            claim = await store.claim(name, STAGES)
            if claim is None:
                continue
            try:
                if await store.renew(claim, 0.5):
                    await store.abandon_cancelled(claim)
                elif next(counter) % 5 == 0:
                    await store.fail(claim, error, retry_in=None, waiting_for=WaitingFor.RETRY)
                else:
                    await store.finish(claim, finish_for(claim, 3))
            except LeaseLost:
                continue

    async def meddle(name: str) -> None:
        for turn in range(12):
            job_id = ids[(turn + len(name)) % 3]
            for act in (store.cancel, store.retry):
                try:
                    await act(ACCOUNT, job_id)
                except IllegalMove:
                    continue

    async with asyncio.timeout(60):
        await asyncio.gather(*(work(f"w{n}") for n in range(6)), meddle("a"), meddle("bb"))
    for job_id in ids:
        job = await store.get(ACCOUNT, job_id)
        if job.status in {JobStatus.FAILED, JobStatus.CANCELLED}:
            await store.retry(ACCOUNT, job_id)
    while (claim := await store.claim("last", STAGES)) is not None:
        await store.finish(claim, finish_for(claim, 3))

    found = await rows("SELECT DISTINCT state FROM units")
    assert found == [{"state": "done"}]
    for job_id in ids:
        assert (await store.get(ACCOUNT, job_id)).status is JobStatus.SUCCEEDED


async def test_reading_a_page_costs_the_same_for_one_job_and_for_many(
    engine: AsyncEngine,
) -> None:
    store = SqlJobStore(engine)
    statements: list[str] = []
    sa.event.listen(
        engine.sync_engine,
        "before_cursor_execute",
        lambda _c, _cu, statement, *_: statements.append(statement),
    )
    counts = []
    for jobs in (1, 10):
        for _ in range(jobs):
            await add_job(store)
        statements.clear()
        await store.page(ACCOUNT)
        counts.append(len([s for s in statements if s.startswith("SELECT")]))

    assert counts == [3, 3]


@pytest.mark.parametrize("kinds", [[], [STAGES[0]]])
async def test_a_worker_without_kinds_claims_nothing(engine: AsyncEngine, kinds: list[Any]) -> None:
    store = SqlJobStore(engine)
    await add_job(store)

    claim = await store.claim("w", kinds)

    assert (claim is None) == (kinds == [])
