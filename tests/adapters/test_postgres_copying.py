"""Rows go out of one database and into the other as they were, from one moment, all or none."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from tiny_production import ACCOUNT, add_job, claim_unit, finish_for, work_off
from webhook_office import Office

from adapters.postgres import (
    TABLES,
    SqlJobStore,
    SqlPresetStore,
    SqlSpendingBook,
    SqlVideoStore,
    loading,
    make_engine,
    migrate,
    row_from_json,
    snapshot,
)
from adapters.postgres.tables import spending
from domain.errors import BackupUnusable
from domain.generation.brief import Brief
from domain.generation.script import SceneEdit
from domain.generation.stores import ClipKey, ClipUse
from domain.jobs.model import Idempotency, Job, JobStatus, UnitKind
from domain.providers.book import Intent, Payer
from domain.providers.prices import Basis


@pytest.fixture
async def empty(empty_database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(empty_database_url)
    await migrate(engine)
    yield engine
    await engine.dispose()


@pytest.fixture
async def filled(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[AsyncEngine]:
    """A database with a video and its clip, a noted correction, a job under work, a keyed one that
    waits, a preset, a webhook with messages, and what providers were paid."""
    path = tmp_path / "filled.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = make_engine(f"sqlite:///{path}")
    store = SqlJobStore(engine)
    office = Office(engine)
    await office.webhook("https://example.com/hooks")
    await office.webhooks.account_secret(ACCOUNT)
    done = await add_job(store, request=Brief(script="É \\u0000 end.", title='a"b', seed=2**40))
    await work_off(store, scenes=2, until=UnitKind.PACKAGE)
    claim = await claim_unit(store)
    shows = ClipUse(clips=[ClipKey("stock", "reef-7")], channel="sea", request="e" * 64)
    await store.finish(claim, msgspec.structs.replace(finish_for(claim, 2), shows=shows))
    await SqlVideoStore(engine).note_edit(ACCOUNT, done.video_id, 1, SceneEdit(text="New."))
    working = await add_job(store)
    await pay(engine, done, working)
    claim = await claim_unit(store)
    await store.finish(claim, finish_for(claim, 1))
    await claim_unit(store)
    key = Idempotency(key="order-7", route="POST /api/generate", body="a" * 64)
    await add_job(store, priority=-1, idempotency=key)
    fields = {"title": 'É "b"', "metadata": {"z": 1, "a": [None, 2**53]}}
    await SqlPresetStore(engine).put(ACCOUNT, "brand", fields, "d" * 64, most=1)
    yield engine
    await engine.dispose()


async def pay(engine: AsyncEngine, payer: Job, user: Job) -> None:
    """A call of one job whose answer another was given, and the totals of an older one."""
    book = SqlSpendingBook(engine)
    call = Intent(
        id=uuid4(),
        payer=Payer(account_id=ACCOUNT, job_id=payer.id),
        fingerprint="f" * 64,
        provider="openai",
        model="tts-1",
        service="speech",
        month="2026-11",
        cost=40,
        basis=Basis.LISTED,
    )
    await book.reserve(call, monthly_cap=None, lease_seconds=60)
    known = {"units": {"characters": 12.5}, "cost": 30, "basis": Basis.LISTED}
    await book.announce(call.id, answer="b" * 64, **known)
    await book.settle(call.id)
    await book.note_use(ACCOUNT, user.id, call.id)
    named = {name: getattr(call, name) for name in ("provider", "model", "service", "month")}
    counted = dict.fromkeys(("calls", "cost", "uncertain", "uncertain_calls", "assumed"), 2**40)
    async with engine.begin() as conn:
        await conn.execute(sa.insert(spending).values(account_id=ACCOUNT, **named, **counted))


async def everything(engine: AsyncEngine) -> dict[str, list[dict[str, Any]]]:
    async with snapshot(engine) as rows:
        return {table: [row async for row in rows.rows(table)] for table in TABLES}


async def copy(source: AsyncEngine, target: AsyncEngine) -> int:
    """Carry all rows over as lines of JSON; answers how many were new."""
    new = 0
    found = await everything(source)
    async with snapshot(source) as rows:
        last_event_id = await rows.last_event_id()
    async with loading(target) as into:
        await into.go_on_from_event(last_event_id)
        for table, rows in found.items():
            back = [row_from_json(table, msgspec.json.encode(row)) for row in rows]
            new += await into.add(table, back)
    return new


async def test_every_row_comes_back_as_it_was(filled: AsyncEngine, empty: AsyncEngine) -> None:
    assert {table for table, rows in (await everything(filled)).items() if not rows} == set()
    assert await copy(filled, empty) == sum(map(len, (await everything(filled)).values()))

    assert await everything(empty) == await everything(filled)


async def test_what_came_over_means_the_same(filled: AsyncEngine, empty: AsyncEngine) -> None:
    await copy(filled, empty)

    old, new = SqlJobStore(filled), SqlJobStore(empty)
    for there, here in zip(
        (await old.page(ACCOUNT)).items, (await new.page(ACCOUNT)).items, strict=True
    ):
        assert (here.id, here.request, here.status) == (there.id, there.request, there.status)
        assert here.created_at == there.created_at
        assert await new.events(ACCOUNT, here.id, 0, 99) == await old.events(
            ACCOUNT, here.id, 0, 99
        )
    kept = await SqlPresetStore(filled).listing(ACCOUNT)
    assert [preset.name for preset in kept] == ["brand"]
    assert await SqlPresetStore(empty).listing(ACCOUNT) == kept
    told, here = SqlSpendingBook(filled), SqlSpendingBook(empty)
    assert await here.of_month(ACCOUNT, "2026-11") == await told.of_month(ACCOUNT, "2026-11") != []


async def test_messages_that_came_over_are_sent_from_there_with_the_same_secret(
    filled: AsyncEngine, empty: AsyncEngine
) -> None:
    await copy(filled, empty)

    old, new = await Office(filled).log(), await Office(empty).log()

    assert [message.type for message in new][:3] == ["job.started", "job.succeeded", "video.ready"]
    assert new == old
    claims = [await Office(engine).outbox.claim(60) for engine in (filled, empty)]
    assert claims[0] == claims[1]


async def test_copying_again_adds_nothing(filled: AsyncEngine, empty: AsyncEngine) -> None:
    await copy(filled, empty)

    assert await copy(filled, empty) == 0


async def test_a_snapshot_doesn_t_see_what_happens_after_it_began(engine: AsyncEngine) -> None:
    store = SqlJobStore(engine)
    before = await add_job(store)

    async with snapshot(engine) as rows:
        assert await rows.ids("jobs") == {before.id}
        await add_job(store)
        assert [row["id"] async for row in rows.rows("jobs")] == [before.id]
        assert len([row async for row in rows.rows("units")]) == 1


async def test_a_loading_that_breaks_off_leaves_nothing(
    filled: AsyncEngine, empty: AsyncEngine
) -> None:
    found = await everything(filled)

    async def break_off() -> None:
        async with loading(empty) as into:
            await into.add("jobs", found["jobs"])
            assert not await into.is_empty()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await break_off()

    async with loading(empty) as into:
        assert await into.is_empty()


async def test_who_is_woken_goes_on_without_a_crash_and_with_all_of_its_time(
    filled: AsyncEngine, empty: AsyncEngine
) -> None:
    await copy(filled, empty)
    store = SqlJobStore(empty)
    async with loading(empty) as into:
        await into.wake()

    done = await work_off(store, scenes=1)

    assert {claim.unit.crashes for claim in done} == {0}
    assert min(claim.unit.fence for claim in done) >= 1
    now = await store.now()
    for claim in done:
        assert 3_500 < (claim.job.deadline_at - now).total_seconds() <= 3_600
    assert {job.status for job in (await store.page(ACCOUNT)).items} == {JobStatus.SUCCEEDED}


async def test_a_job_that_was_being_cancelled_is_cancelled_in_the_end(empty: AsyncEngine) -> None:
    store = SqlJobStore(empty)
    job = await add_job(store)
    await claim_unit(store)
    await store.cancel(ACCOUNT, job.id)

    async with loading(empty) as into:
        await into.wake()
    await store.reconcile(0, 3)

    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.CANCELLED


async def test_events_are_numbered_on_from_the_highest_ever(empty: AsyncEngine) -> None:
    store = SqlJobStore(empty)
    async with loading(empty) as into:
        assert await into.last_event_id() == 0
        await into.go_on_from_event(41)
    job = await add_job(store)
    assert [event.id for event in await store.events(ACCOUNT, job.id, 0, 9)] == [42]

    async with loading(empty) as into:
        await into.go_on_from_event(7)
        assert await into.last_event_id() == 42


@pytest.mark.parametrize(
    "line", [b"", b"[]", b'{"unheard_of":1}', b'{"id":"no id"}', b'{"created_at":"yesterday"}']
)
def test_a_line_that_is_no_row_is_refused_in_words(line: bytes) -> None:
    with pytest.raises(BackupUnusable, match="jobs"):
        row_from_json("jobs", line)
