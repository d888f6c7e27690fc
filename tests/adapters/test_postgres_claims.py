"""The claim walks one partial index, and locks never form a circle."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from tiny_production import ACCOUNT, add_job, claim_unit, finish_for

from adapters.postgres import SqlJobStore, claims, make_engine
from adapters.postgres.claims import lease_next, next_unit, take_job_along
from domain.errors import IllegalMove, LeaseLost, ServiceUnavailable
from domain.jobs.model import STAGES, Claim, JobError, JobStatus, UnitKind, WaitingFor

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
    async with engine.connect() as conn:  # the one that is free, and is taken again
        driver = (await conn.get_raw_connection()).driver_connection
    assert driver is not None
    driver.add_query_logger(lambda record: statements.append(record.query))

    narration = await claim_unit(store)
    claimed = len(statements)
    await store.finish(narration, finish_for(narration, 2))
    await engine.dispose()

    assert claimed == 1
    # lock the job, write what is done, count the units, move the job and tell of it; and around
    # them, the transaction
    assert len(statements) - claimed == 4 + 2


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
                    await store.release(claim)
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


async def lease(engine: AsyncEngine) -> Claim:
    """The first half of a claim: the unit is leased, and its job wasn't looked at yet."""
    async with engine.begin() as conn:
        claim = await lease_next(conn, "w2", STAGES, 30.0)
    assert claim is not None
    return claim


async def look_at_job(engine: AsyncEngine, claim: Claim) -> Claim | None:
    """The second half of a claim."""
    async with engine.begin() as conn:
        return await take_job_along(conn, claim)


async def test_a_job_that_is_cancelled_between_the_halves_of_a_claim_ends_with_the_claim(
    engine: AsyncEngine, rows: Read
) -> None:
    store = SqlJobStore(engine)
    job = await add_job(store)

    claim = await lease(engine)
    cancelled = await store.cancel(ACCOUNT, job.id)
    given = await look_at_job(engine, claim)

    assert cancelled.status is JobStatus.RUNNING, "as far as anybody sees, a worker is at it"
    assert given is None
    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.CANCELLED
    assert await rows("SELECT DISTINCT state FROM units") == [{"state": "cancelled"}]


@pytest.mark.parametrize("goes_last", ["the claim", "the other worker"])
async def test_a_cancelled_job_with_another_unit_under_way_ends_with_the_last_of_both(
    engine: AsyncEngine, rows: Read, goes_last: str
) -> None:
    store = SqlJobStore(engine)
    job = await add_job(store)
    script = await claim_unit(store)
    await store.finish(script, finish_for(script, 2))
    other = await claim_unit(store)

    claim = await lease(engine)
    await store.cancel(ACCOUNT, job.id)
    if goes_last == "the claim":
        await store.release(other)
    before = (await store.get(ACCOUNT, job.id)).status
    assert await look_at_job(engine, claim) is None
    if goes_last == "the other worker":
        await store.release(other)

    assert before is JobStatus.RUNNING
    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.CANCELLED
    assert await rows("SELECT DISTINCT state FROM units WHERE kind <> 'script'") == [
        {"state": "cancelled"}
    ]


async def test_a_claim_that_fails_half_way_leaves_its_unit_to_others(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqlJobStore(engine)
    await add_job(store)

    async def fail(*_: object) -> None:
        raise ServiceUnavailable("The line was cut.", service="database")

    with monkeypatch.context() as line:
        line.setattr(claims, "take_job_along", fail)
        with pytest.raises(ServiceUnavailable):
            await store.claim("first", STAGES)
    claim = await store.claim("second", STAGES)

    assert claim is not None
    assert (claim.unit.attempt, claim.unit.crashes) == (0, 0)


async def test_a_unit_that_a_cancel_skipped_for_a_claim_that_broke_off_holds_nothing_up(
    postgres_url: str,
) -> None:
    """On SQLite there's no such thing: while a claim is under way, nobody else writes."""
    engine = make_engine(postgres_url)
    store = SqlJobStore(engine)
    job = await add_job(store)

    async with engine.connect() as conn:
        assert await lease_next(conn, "w", [UnitKind.SCRIPT], 30.0) is not None
        cancelled = await store.cancel(ACCOUNT, job.id)
        await conn.rollback()
    left = await store.ready_units(ACCOUNT, job.id)
    claim = await store.claim("w", STAGES)

    assert cancelled.status is JobStatus.CANCELLED
    assert len(left) == 1
    assert claim is None
    assert await store.ready_units(ACCOUNT, job.id) == []
    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.CANCELLED
    await engine.dispose()


async def test_a_unit_that_comes_due_and_is_claimed_while_another_is_written_down_is_no_error(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Claims take no job: what a finish has just counted as waiting may be under way by the time
    it asks what is waited for."""
    engine = make_engine(postgres_url)
    store = SqlJobStore(engine)
    job = await add_job(store)
    script = await claim_unit(store)
    await store.finish(script, finish_for(script, 2))
    failing, other = await claim_unit(store), await claim_unit(store)
    error = JobError("service_unavailable", "Nobody answers.")
    await store.fail(failing, error, retry_in=60.0, waiting_for=WaitingFor.RETRY)

    async def claim_elsewhere() -> None:
        elsewhere = make_engine(postgres_url)
        async with elsewhere.begin() as conn:
            await conn.execute(sa.text("UPDATE units SET run_at = now() WHERE state = 'ready'"))
        claimed.append(await SqlJobStore(elsewhere).claim("w2", STAGES))
        await elsewhere.dispose()

    fetch = asyncpg.Connection.fetch

    async def interfere(connection: Any, query: str, *args: Any) -> Any:
        if query.startswith("SELECT units.waiting_for"):
            await claim_elsewhere()
        return await fetch(connection, query, *args)

    claimed: list[Claim | None] = []
    monkeypatch.setattr(asyncpg.Connection, "fetch", interfere)
    await store.finish(other, finish_for(other, 2))

    [claim] = claimed
    assert claim is not None
    assert claim.unit.id == failing.unit.id
    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.RUNNING
    await engine.dispose()


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
