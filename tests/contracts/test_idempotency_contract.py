"""A key stands for one job: whoever comes with it again is told of the same one."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from tiny_production import ACCOUNT, add_job, finish_for, new_job, work_off

from adapters.postgres import Retention, SqlJobStore, SqlUpkeep, SqlVideoStore, make_engine
from adapters.postgres.clock import later
from adapters.postgres.tables import idempotency_keys
from domain.errors import IdempotencyKeyReused, QueueFull
from domain.generation.brief import Brief
from domain.generation.script import ProductionWarning, SceneEdit
from domain.jobs.model import FIRST_UNITS, Idempotency, Job, JobStatus, Revises, UnitKind
from domain.jobs.ports import JobStore

Rows = Callable[[str], Coroutine[Any, Any, list[dict[str, Any]]]]

KEY = Idempotency(key="order-1042", route="POST /api/generate", body="a" * 64)
OTHER_BODY = msgspec.structs.replace(KEY, body="b" * 64)
OTHER_ROUTE = msgspec.structs.replace(KEY, route="POST /api/videos/7/revisions")
DAY = 86_400.0
RETENTION = Retention(events=DAY, jobs=DAY, results=DAY, deliveries=DAY, calls=DAY, spared=DAY)


@pytest.fixture
def store(engine: AsyncEngine) -> SqlJobStore:
    return SqlJobStore(engine)


async def add(
    store: JobStore,
    key: Idempotency | None = KEY,
    *,
    max_queued: int | None = None,
    **fields: Any,
) -> Job:
    job = await new_job(store, idempotency=key, **fields)
    return await store.add(job, FIRST_UNITS, max_queued=max_queued)


async def count(rows: Rows, table: str) -> int:
    [row] = await rows(f"SELECT count(*) AS n FROM {table}")
    return int(row["n"])


async def let_pass(engine: AsyncEngine, seconds: float) -> None:
    async with engine.begin() as conn:
        earlier = later(idempotency_keys.c.expires_at, -seconds)
        await conn.execute(sa.update(idempotency_keys).values(expires_at=earlier))


async def test_the_same_request_is_answered_as_it_was_whatever_became_of_its_job(
    store: SqlJobStore, rows: Rows
) -> None:
    await add_job(store)
    fields = {
        "request": Brief(
            script="Two hearts.",
            metadata={"z": [1.5, None], "nul": "\0"},
            seed=3,
            voice_change="mix",
        ),
        "warnings": [ProductionWarning("short", "Shorter than asked for.")],
        "priority": -1,
    }
    first = await add(store, **fields)
    await work_off(store)

    again = await add(store, request=Brief(topic="Bees"))
    looked_up = await store.first_answer(ACCOUNT, KEY)

    assert first.queue_position == 2
    assert again == looked_up == msgspec.structs.replace(first, is_replay=True)
    assert (await store.get(ACCOUNT, first.id)).status is JobStatus.SUCCEEDED
    assert await count(rows, "jobs") == 2


@pytest.mark.parametrize("other", [OTHER_BODY, OTHER_ROUTE], ids=["body", "route"])
async def test_another_request_with_the_key_is_refused_and_leaves_nothing(
    store: SqlJobStore, rows: Rows, other: Idempotency
) -> None:
    await add(store)

    with pytest.raises(IdempotencyKeyReused, match="order-1042"):
        await add(store, other)
    with pytest.raises(IdempotencyKeyReused, match="POST /api/generate"):
        await store.first_answer(ACCOUNT, other)

    for table in ("jobs", "units", "events", "idempotency_keys"):
        assert await count(rows, table) == 1, table


async def test_keys_of_two_accounts_and_jobs_without_a_key_have_nothing_to_do_with_each_other(
    store: SqlJobStore,
) -> None:
    jobs = [await add(store), await add(store, account_id="other")]
    jobs += [await add(store, None), await add(store, None)]

    assert len({job.id for job in jobs}) == 4
    assert not any(job.is_replay for job in jobs)
    assert await store.first_answer("stranger", KEY) is None


async def test_a_full_queue_answers_a_known_key_and_keeps_no_new_one(
    store: SqlJobStore, rows: Rows
) -> None:
    first = await add(store, max_queued=1)
    new = msgspec.structs.replace(KEY, key="order-1043")

    again = await add(store, max_queued=1)
    with pytest.raises(QueueFull):
        await add(store, new, max_queued=1)

    assert again.id == first.id
    assert await store.first_answer(ACCOUNT, new) is None
    assert await count(rows, "idempotency_keys") == 1


async def test_after_its_day_a_key_is_free_and_taken_anew(
    engine: AsyncEngine, store: SqlJobStore, rows: Rows
) -> None:
    first = await add(store)
    await let_pass(engine, DAY - 60)
    assert (await add(store)).id == first.id
    await let_pass(engine, 61)

    assert await store.first_answer(ACCOUNT, KEY) is None
    second = await add(store, OTHER_BODY)

    assert second.id != first.id
    assert (await add(store, OTHER_BODY)).id == second.id
    assert await count(rows, "idempotency_keys") == 1


async def test_upkeep_removes_keys_that_have_had_their_day_and_no_others(
    engine: AsyncEngine, store: SqlJobStore, rows: Rows
) -> None:
    await add(store)
    await let_pass(engine, DAY + 1)
    kept = await add(store, msgspec.structs.replace(KEY, key="young"))
    upkeep = SqlUpkeep(engine)

    foreseen, _ = await upkeep.foresee(RETENTION)
    expired = await upkeep.expire(RETENTION)

    assert foreseen == expired
    assert expired.keys == 1
    assert [row["key"] for row in await rows("SELECT key FROM idempotency_keys")] == ["young"]
    assert (await store.get(ACCOUNT, kept.id)).status is JobStatus.QUEUED


async def test_a_key_goes_with_its_job(engine: AsyncEngine, store: SqlJobStore, rows: Rows) -> None:
    await add(store)
    async with engine.begin() as conn:
        await conn.execute(sa.text("DELETE FROM jobs"))

    assert await count(rows, "idempotency_keys") == 0
    assert not (await add(store)).is_replay


async def test_of_many_that_come_at_once_one_makes_the_job(
    engine: AsyncEngine, database_url: str, rows: Rows
) -> None:
    """Two stores, as two processes have them; each puts together what comes at once."""
    other = make_engine(database_url)
    stores = [SqlJobStore(engine), SqlJobStore(other)]

    found = await asyncio.gather(*(add(stores[n % 2]) for n in range(200)))

    assert len({job.id for job in found}) == 1
    assert sum(not job.is_replay for job in found) == 1
    assert len({job.queue_position for job in found}) == 1
    for table in ("jobs", "units", "events", "idempotency_keys"):
        assert await count(rows, table) == 1, table
    await other.dispose()


async def test_many_keys_in_any_order_never_wait_in_a_circle(
    engine: AsyncEngine, database_url: str, rows: Rows
) -> None:
    other = make_engine(database_url)
    stores = [SqlJobStore(engine), SqlJobStore(other)]
    keys = [msgspec.structs.replace(KEY, key=f"order-{n}") for n in range(30)]

    async with asyncio.timeout(60):
        found = await asyncio.gather(
            *(add(stores[0], key) for key in keys * 3),
            *(add(stores[1], key) for key in keys[::-1] * 3),
            *(add(stores[turn % 2], None) for turn in range(20)),
        )

    keyed = found[: 6 * len(keys)]
    made: dict[UUID, int] = {}
    for job in keyed:
        made[job.id] = made.get(job.id, 0) + (not job.is_replay)
    assert len(made) == 30
    assert set(made.values()) == {1}
    assert await count(rows, "jobs") == 50
    await other.dispose()


async def test_of_a_batch_with_one_key_and_two_bodies_the_first_wins(
    store: SqlJobStore, rows: Rows
) -> None:
    found = await asyncio.gather(
        *(add(store, key) for key in (None, KEY, OTHER_BODY, KEY, None)), return_exceptions=True
    )

    plain, first, other, again, last = found
    assert isinstance(first, Job)
    assert isinstance(again, Job)
    assert isinstance(other, IdempotencyKeyReused)
    assert (again.id, again.queue_position) == (first.id, first.queue_position)
    assert isinstance(plain, Job)
    assert isinstance(last, Job)
    assert await count(rows, "jobs") == 3


async def test_a_revision_under_a_known_key_takes_no_corrections(
    engine: AsyncEngine, store: SqlJobStore
) -> None:
    videos = SqlVideoStore(engine)
    made = await add_job(store)
    await work_off(store)
    edit = {0: SceneEdit(text="Three hearts.")}

    async def revision() -> Job:
        await videos.note_edit(ACCOUNT, made.video_id, 0, edit[0])
        job = await new_job(
            store,
            video_id=made.video_id,
            revision=2,
            revises=Revises(script="script-1", edits=edit),
            idempotency=OTHER_ROUTE,
        )
        return await videos.take_edits(ACCOUNT, made.video_id, job, FIRST_UNITS, edit)

    first = await revision()
    await work_off(store)
    again = await revision()

    assert (again.id, again.revision, again.is_replay) == (first.id, 2, True)
    assert again == msgspec.structs.replace(first, is_replay=True)
    assert await videos.edits(ACCOUNT, made.video_id) == edit


async def test_a_first_answer_names_no_unit_that_came_later(store: SqlJobStore) -> None:
    first = await add(store)
    claim = await store.claim("w1", [UnitKind.SCRIPT])
    assert claim is not None
    await store.finish(claim, finish_for(claim, 3))

    again = await store.first_answer(ACCOUNT, KEY)

    assert again is not None
    assert again.stages == first.stages
    assert (await store.get(ACCOUNT, first.id)).stages != first.stages
