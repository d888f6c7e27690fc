"""What every ``JobStore`` does: jobs and units on one side, workers on the other."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from tiny_production import (
    ACCOUNT,
    add_job,
    claim_unit,
    finish_for,
    new_job,
    result_for,
    work_off,
)

from adapters.postgres import SqlJobStore
from domain.errors import IllegalMove, InvalidRequest, JobNotFound, LeaseLost, QueueFull
from domain.generation.brief import Brief
from domain.generation.script import ProductionWarning, SceneEdit, TopicMatch
from domain.generation.stages.script import longest_first, units_for
from domain.jobs.listing import JobSelection
from domain.jobs.model import (
    STAGES,
    JobError,
    JobStatus,
    NewUnit,
    Revises,
    StageReport,
    UnitKind,
    WaitingFor,
)
from domain.jobs.ports import Finish, JobStore

Rows = Callable[[str], Coroutine[Any, Any, list[dict[str, Any]]]]

TROUBLE = JobError("service_unavailable", "The voice doesn't answer.", "Wait a little.")
SOON, MUCH_LATER = -1.0, 3600.0
"""seconds: a unit that is to be tried again is due already, or isn't for a long while"""


@pytest.fixture
def store(engine: AsyncEngine) -> JobStore:
    return SqlJobStore(engine, lease_seconds=60)


@pytest.fixture
def careless(engine: AsyncEngine) -> JobStore:
    """The same store for a worker whose leases have run out as soon as they are given."""
    return SqlJobStore(engine, lease_seconds=-1)


def states(stages: list[StageReport]) -> dict[UnitKind, str]:
    return {stage.name: stage.status for stage in stages}


# -- jobs ----------------------------------------------------------------------------------


async def test_a_job_comes_back_as_it_was_accepted(store: JobStore) -> None:
    job = await new_job(
        store,
        request=Brief(
            script="Two hearts.", metadata={"z": [1.5, None], "a": {"nul": "\0"}}, seed=3
        ),
        revises=Revises(script="f" * 64, edits={0: SceneEdit(text="Three hearts.")}),
        topic_match=TopicMatch(title="Octopus", alternatives=["Octopus (film)"]),
        warnings=[ProductionWarning("short", "Shorter than asked for.")],
        priority=3,
    )

    added = await store.add(job, [NewUnit(UnitKind.SCRIPT)])

    assert added == await store.get(ACCOUNT, job.id)
    assert list(added.request.metadata) == ["z", "a"]
    named = ("request", "revises", "topic_match", "warnings", "priority", "video_id", "revision")
    assert [getattr(added, name) for name in named] == [getattr(job, name) for name in named]
    assert added.status is JobStatus.QUEUED
    assert (added.progress, added.eta_seconds, added.queue_position) == (0, None, 1)
    assert [stage.name for stage in added.stages] == list(STAGES)
    assert set(states(added.stages).values()) == {"pending"}
    assert added.deadline_at - added.created_at == timedelta(seconds=job.deadline_seconds)
    assert abs(await store.now() - added.created_at) < timedelta(seconds=60)


async def test_a_full_queue_takes_no_job_and_keeps_nothing_of_it(
    store: JobStore, rows: Rows
) -> None:
    first = await store.add(await new_job(store), [NewUnit(UnitKind.SCRIPT)], max_queued=2)
    await store.add(await new_job(store, priority=1), [NewUnit(UnitKind.SCRIPT)], max_queued=2)

    with pytest.raises(QueueFull, match="2 jobs"):
        await store.add(await new_job(store), [NewUnit(UnitKind.SCRIPT)], max_queued=2)

    counted = [await rows(f"SELECT count(*) AS n FROM {table}") for table in ("jobs", "units")]
    assert counted == [[{"n": 2}]] * 2
    assert (await store.get(ACCOUNT, first.id)).queue_position == 2


async def test_a_new_job_is_told_its_place_in_the_queue(store: JobStore) -> None:
    places = [(await add_job(store, priority=n)).queue_position for n in (0, 0, 5, 1)]

    assert places == [1, 2, 1, 2]


async def test_the_queue_goes_by_priority_then_by_age(store: JobStore) -> None:
    first, second = await add_job(store), await add_job(store)
    urgent = await add_job(store, priority=5)

    jobs = [await store.get(ACCOUNT, job.id) for job in (urgent, first, second)]
    claims = [await claim_unit(store) for _ in jobs]

    assert [job.queue_position for job in jobs] == [1, 2, 3]
    assert [claim.job.id for claim in claims] == [job.id for job in jobs]
    assert await store.queued() == 0
    assert (await store.get(ACCOUNT, first.id)).queue_position is None


async def test_units_that_are_ready_at_once_are_claimed_in_the_order_of_their_naming(
    store: JobStore,
) -> None:
    await add_job(store)
    script = await claim_unit(store)
    named = units_for(4, longest_first([30, 5, 90, 60]))
    await store.finish(script, Finish(result=result_for(script), units=named))

    claimed = []
    while (claim := await store.claim("w1", STAGES)) is not None:
        claimed.append((claim.unit.kind, claim.unit.ordinal))
        if claim.unit.kind is not UnitKind.PACKAGE:
            await store.finish(claim, finish_for(claim, 4))

    assert claimed == [(unit.kind, unit.ordinal) for unit in named]
    assert [unit.ordinal for unit in named if unit.kind is UnitKind.SEGMENT] == [2, 3, 0, 1]


async def test_pages_walk_through_all_jobs_newest_first(store: JobStore) -> None:
    now = await store.now()
    ids = [(await add_job(store, created_at=now + timedelta(seconds=n // 2))).id for n in range(5)]
    await add_job(store, account_id="somebody else")

    seen, cursor = [], None
    while True:
        page = await store.page(ACCOUNT, cursor=cursor, limit=2)
        seen += page.items
        if (cursor := page.next) is None:
            break

    assert {job.id for job in seen} == set(ids)
    assert len(seen) == 5
    assert [job.created_at for job in seen] == sorted((j.created_at for j in seen), reverse=True)


async def test_a_page_can_be_narrowed_to_a_status(store: JobStore) -> None:
    await add_job(store)
    cancelled = await add_job(store)
    await store.cancel(ACCOUNT, cancelled.id)

    page = await store.page(ACCOUNT, JobSelection(status=JobStatus.CANCELLED))

    assert [job.id for job in page.items] == [cancelled.id]
    assert page.next is None


@pytest.mark.parametrize("cursor", ["", "zzz", "é", "WzFd", "bnVsbA==", "W10="])
async def test_an_unreadable_cursor_is_named(store: JobStore, cursor: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await store.page(ACCOUNT, cursor=cursor)

    assert [error.pointer for error in caught.value.errors] == ["/cursor"]


async def test_another_account_sees_nothing(store: JobStore) -> None:
    job = await add_job(store)

    assert (await store.page("thief")).items == []
    for attempt in (
        store.get("thief", job.id),
        store.cancel("thief", job.id),
        store.retry("thief", job.id),
        store.events("thief", job.id, 0, 10),
        store.ready_units("thief", job.id),
        store.get(ACCOUNT, uuid4()),
    ):
        with pytest.raises(JobNotFound):
            await attempt


# -- the way through -----------------------------------------------------------------------


async def test_a_job_is_worked_off_in_the_order_of_its_dependencies(store: JobStore) -> None:
    job = await add_job(store)

    claims = await work_off(store, scenes=2)

    assert [claim.unit.kind for claim in claims] == [
        UnitKind.SCRIPT,
        *[UnitKind.NARRATION] * 2,
        UnitKind.STORYBOARD,
        UnitKind.MIX,
        *[UnitKind.SEGMENT] * 2,
        UnitKind.PACKAGE,
    ]
    done = await store.get(ACCOUNT, job.id)
    assert (done.status, done.progress, done.stage) == (JobStatus.SUCCEEDED, 1.0, None)
    assert done.result is not None
    assert done.result.video_id == str(job.video_id)
    assert done.started_at is not None
    assert done.finished_at is not None
    assert done.eta_seconds is None
    assert set(states(done.stages).values()) == {"done"}


async def test_finishing_tells_which_units_became_ready(store: JobStore) -> None:
    job = await add_job(store)
    script = await claim_unit(store)

    narrations = await store.finish(script, finish_for(script, scenes=2))
    assert set(narrations) == set(await store.ready_units(ACCOUNT, job.id))
    first, second = await claim_unit(store), await claim_unit(store)
    assert {first.unit.id, second.unit.id} == set(narrations)
    assert await store.finish(second, finish_for(second, 2)) == []
    [storyboard] = await store.finish(first, finish_for(first, 2))
    claim = await claim_unit(store)
    assert claim.unit.id == storyboard
    freed = await store.finish(claim, finish_for(claim, 2))
    assert len(freed) == 3  # two segments and the mix


async def test_inputs_are_the_results_of_what_is_finished(store: JobStore) -> None:
    await add_job(store)
    await work_off(store, scenes=2, until=UnitKind.STORYBOARD)

    inputs = await store.inputs(await claim_unit(store))

    assert sorted(inputs) == [
        (UnitKind.NARRATION, 0),
        (UnitKind.NARRATION, 1),
        (UnitKind.SCRIPT, 0),
    ]
    assert inputs[UnitKind.NARRATION, 1].fingerprint.endswith("narration-1")


async def test_finishing_twice_answers_the_same_and_changes_nothing(store: JobStore) -> None:
    """The answer of a commit may get lost on its way."""
    await add_job(store)
    claim = await claim_unit(store)

    once = await store.finish(claim, finish_for(claim, 2))
    again = await store.finish(claim, finish_for(claim, 2))

    assert set(again) == set(once)
    assert len(await work_off(store)) == 7


async def test_only_the_kinds_a_worker_knows_are_claimed(store: JobStore) -> None:
    await add_job(store)

    assert await store.claim("old release", [UnitKind.NARRATION]) is None
    assert await store.claim("new release", [UnitKind.SCRIPT]) is not None


async def test_the_first_result_wins(store: JobStore) -> None:
    await add_job(store)
    await add_job(store)
    one, two = await claim_unit(store), await claim_unit(store)
    result = msgspec.structs.replace(
        result_for(one), artifacts={"audio": "a" * 64}, data={"frames": 31}
    )
    other = msgspec.structs.replace(result, content="another", artifacts={})

    assert await store.put_result(one, result) == result
    assert await store.put_result(two, other) == result
    assert await store.result(ACCOUNT, result.fingerprint) == result
    assert await store.result("thief", result.fingerprint) is None


async def test_progress_is_weighted_by_stage_and_never_falls(store: JobStore) -> None:
    job = await add_job(store)
    await work_off(store, scenes=2, until=UnitKind.NARRATION)
    claim = await claim_unit(store)

    seen = []
    for share in (0.5, 0.9, 0.1):
        await store.renew(claim, share)
        seen.append((await store.get(ACCOUNT, job.id)).progress)

    assert seen == pytest.approx([0.03 + 0.05, 0.03 + 0.09, 0.03 + 0.09])
    await store.fail(claim, TROUBLE, retry_in=SOON, waiting_for=WaitingFor.RETRY)
    assert (await store.get(ACCOUNT, job.id)).progress == seen[-1]


# -- trouble -------------------------------------------------------------------------------


async def test_a_passing_failure_makes_the_job_wait_and_go_on(store: JobStore) -> None:
    job = await add_job(store)
    claim = await claim_unit(store)

    await store.fail(claim, TROUBLE, retry_in=MUCH_LATER, waiting_for=WaitingFor.OPERATOR)

    waiting = await store.get(ACCOUNT, job.id)
    assert (waiting.status, waiting.waiting_for) == (JobStatus.WAITING, WaitingFor.OPERATOR)
    assert waiting.error == TROUBLE
    assert await store.claim("w1", STAGES) is None


async def test_a_job_goes_on_when_its_waiting_unit_is_claimed(store: JobStore) -> None:
    job = await add_job(store)
    await store.fail(await claim_unit(store), TROUBLE, retry_in=SOON, waiting_for=WaitingFor.RETRY)

    again = await claim_unit(store)

    assert again.unit.attempt == 1
    running = await store.get(ACCOUNT, job.id)
    assert (running.status, running.waiting_for, running.error) == (JobStatus.RUNNING, None, None)


async def test_a_job_does_not_wait_while_another_unit_of_it_runs(store: JobStore) -> None:
    job = await add_job(store)
    await work_off(store, until=UnitKind.NARRATION)
    one, two = await claim_unit(store), await claim_unit(store)

    await store.fail(one, TROUBLE, retry_in=MUCH_LATER, waiting_for=WaitingFor.RETRY)
    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.RUNNING
    await store.finish(two, finish_for(two, 2))
    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.WAITING


async def test_a_lasting_failure_ends_the_job_and_its_other_units(store: JobStore) -> None:
    job = await add_job(store)
    await work_off(store, until=UnitKind.NARRATION)
    one, two = await claim_unit(store), await claim_unit(store)

    await store.fail(one, TROUBLE, retry_in=None, waiting_for=WaitingFor.RETRY)

    failed = await store.get(ACCOUNT, job.id)
    assert (failed.status, failed.stage, failed.error) == (
        JobStatus.FAILED,
        UnitKind.NARRATION,
        TROUBLE,
    )
    assert await store.renew(two, 0.5), "the other worker hears that it's over"
    await store.release(two)
    assert await store.claim("w1", STAGES) is None
    assert states((await store.get(ACCOUNT, job.id)).stages)[UnitKind.SEGMENT] == "cancelled"


async def test_a_retried_job_goes_on_from_its_last_finished_unit(store: JobStore) -> None:
    job = await add_job(store, deadline_seconds=100)
    await work_off(store, until=UnitKind.STORYBOARD)
    claim = await claim_unit(store)
    await store.fail(claim, TROUBLE, retry_in=None, waiting_for=WaitingFor.RETRY)

    retried = await store.retry(ACCOUNT, job.id)

    assert (retried.status, retried.error, retried.finished_at) == (JobStatus.QUEUED, None, None)
    assert retried.queue_position == 1
    assert retried.deadline_at > job.deadline_at
    assert await store.ready_units(ACCOUNT, job.id) == [claim.unit.id]
    first, *_ = await work_off(store)
    assert first.unit.id == claim.unit.id
    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.SUCCEEDED


@pytest.mark.parametrize("max_cost", [2.5, 0.0, None])
async def test_a_job_is_retried_under_another_cap_and_is_else_as_it_was(
    store: JobStore, max_cost: float | None
) -> None:
    asked = Brief(topic="Octopus", seed=7, max_cost=0.5, voice_change="mix", channel="deep-sea")
    job = await add_job(store, request=asked)
    await work_off(store, until=UnitKind.STORYBOARD)
    claim = await claim_unit(store)
    await store.fail(claim, TROUBLE, retry_in=None, waiting_for=WaitingFor.RETRY)

    retried = await store.retry(ACCOUNT, job.id, max_cost)

    wanted = msgspec.structs.replace(asked, max_cost=max_cost)
    assert retried.request == (await store.get(ACCOUNT, job.id)).request == wanted
    again = await claim_unit(store)
    assert again.unit.id == claim.unit.id, "what was finished stays finished"
    assert again.job.request == wanted
    await store.cancel(ACCOUNT, job.id)
    await store.release(again)
    assert (await store.retry(ACCOUNT, job.id)).request == wanted, "left as it is if none is given"


async def test_a_job_that_can_not_be_retried_keeps_its_cap(store: JobStore) -> None:
    job = await add_job(store, request=Brief(topic="Octopus", seed=7, max_cost=0.5))

    with pytest.raises(IllegalMove):
        await store.retry(ACCOUNT, job.id, 2.5)
    with pytest.raises(JobNotFound):
        await store.retry("thief", job.id, 2.5)

    assert (await store.get(ACCOUNT, job.id)).request.max_cost == 0.5


async def test_only_failed_and_cancelled_jobs_are_retried(store: JobStore) -> None:
    job = await add_job(store)

    with pytest.raises(IllegalMove):
        await store.retry(ACCOUNT, job.id)
    await work_off(store)
    with pytest.raises(IllegalMove):
        await store.retry(ACCOUNT, job.id)


async def test_a_job_that_nobody_works_on_is_cancelled_at_once(store: JobStore) -> None:
    job = await add_job(store)

    cancelled = await store.cancel(ACCOUNT, job.id)

    assert cancelled.status is JobStatus.CANCELLED
    assert cancelled.finished_at is not None
    assert await store.claim("w1", STAGES) is None
    with pytest.raises(IllegalMove):
        await store.cancel(ACCOUNT, job.id)


async def test_a_running_job_is_cancelled_when_its_worker_has_stopped(store: JobStore) -> None:
    job = await add_job(store)
    claim = await claim_unit(store)

    asked = await store.cancel(ACCOUNT, job.id)
    assert (asked.status, asked.cancel_requested) == (JobStatus.RUNNING, True)
    assert await store.renew(claim, 0.5)
    await store.release(claim)

    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.CANCELLED


async def test_work_finished_after_the_cancel_is_kept_for_a_retry(store: JobStore) -> None:
    job = await add_job(store)
    claim = await claim_unit(store)
    await store.cancel(ACCOUNT, job.id)

    assert await store.finish(claim, finish_for(claim, 2)) == []

    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.CANCELLED
    assert await store.result(ACCOUNT, result_for(claim).fingerprint) is not None
    await store.retry(ACCOUNT, job.id)
    assert len(await work_off(store)) == 8
    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.SUCCEEDED


async def test_a_released_unit_is_claimed_again_without_a_crash_counted(store: JobStore) -> None:
    await add_job(store)
    claim = await claim_unit(store)

    await store.release(claim)
    await store.release(claim)  # lost already: no error

    again = await claim_unit(store, "w2")
    assert again.unit.id == claim.unit.id
    assert (again.unit.fence, again.unit.attempt, again.unit.crashes) == (2, 0, 0)


async def test_a_worker_that_lost_its_unit_can_write_nothing(
    store: JobStore, careless: JobStore
) -> None:
    await add_job(store)
    stale = await claim_unit(careless)
    taken = await store.reconcile(MUCH_LATER, crash_limit=3)
    fresh = await claim_unit(store, "w2")

    assert (taken.expired, taken.ready) == (1, [stale.unit.id])
    assert (fresh.unit.fence, fresh.unit.crashes) == (stale.unit.fence + 1, 1)
    for write in (
        store.renew(stale, 0.9),
        store.put_result(stale, result_for(stale)),
        store.finish(stale, finish_for(stale, 2)),
        store.fail(stale, TROUBLE, retry_in=None, waiting_for=WaitingFor.RETRY),
    ):
        with pytest.raises(LeaseLost):
            await write
    await store.release(stale)
    assert await store.result(ACCOUNT, result_for(stale).fingerprint) is None
    assert not await store.renew(fresh, 0.1)


async def test_a_unit_that_keeps_crashing_is_quarantined(
    store: JobStore, careless: JobStore
) -> None:
    job = await add_job(store)
    rounds = []
    for _ in range(3):
        await claim_unit(careless)
        rounds.append(await store.reconcile(MUCH_LATER, crash_limit=3))

    assert [(found.expired, found.quarantined) for found in rounds] == [(1, 0), (1, 0), (1, 1)]
    failed = await store.get(ACCOUNT, job.id)
    assert failed.status is JobStatus.FAILED
    assert failed.error is not None
    assert failed.error.code == "quarantined"
    await store.retry(ACCOUNT, job.id)
    assert (await claim_unit(store)).unit.crashes == 0


async def test_a_lease_that_expires_under_a_cancelled_job_ends_it(
    store: JobStore, careless: JobStore
) -> None:
    job = await add_job(store)
    await claim_unit(careless)
    await store.cancel(ACCOUNT, job.id)

    found = await store.reconcile(0, crash_limit=3)

    assert (found.expired, found.ready) == (1, [])
    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.CANCELLED


async def test_a_job_past_its_deadline_fails(store: JobStore) -> None:
    waiting = await add_job(store, deadline_seconds=-1)
    running = await add_job(store, deadline_seconds=-1)
    in_time = await add_job(store)
    await store.claim("w1", STAGES)

    found = await store.reconcile(MUCH_LATER, crash_limit=3)

    assert found.overdue == 2
    for job in (waiting, running):
        failed = await store.get(ACCOUNT, job.id)
        assert failed.error is not None
        assert (failed.status, failed.error.code) == (JobStatus.FAILED, "deadline_exceeded")
    assert (await claim_unit(store)).job.id == in_time.id


@pytest.mark.parametrize("kind", [UnitKind.NARRATION, UnitKind.PACKAGE])
async def test_a_job_that_is_retried_past_its_deadline_goes_on_in_the_unit_that_is_still_held(
    store: JobStore, kind: UnitKind
) -> None:
    job = await add_job(store, deadline_seconds=-1)
    await work_off(store, scenes=1, until=kind)
    held = await claim_unit(store)
    assert held.unit.kind is kind
    assert (await store.reconcile(MUCH_LATER, crash_limit=3)).overdue == 1
    assert (await store.retry(ACCOUNT, job.id)).status is JobStatus.QUEUED

    await store.finish(held, finish_for(held, 1))  # before the worker would have renewed

    ended = kind is UnitKind.PACKAGE
    found = await store.get(ACCOUNT, job.id)
    assert found.status is (JobStatus.SUCCEEDED if ended else JobStatus.RUNNING)
    await work_off(store)
    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.SUCCEEDED
    assert (await store.reconcile(MUCH_LATER, crash_limit=3)).expired == 0, "a crash is counted"


async def test_units_that_nobody_claims_are_rung_for_again(store: JobStore) -> None:
    job = await add_job(store)

    assert (await store.reconcile(MUCH_LATER, 3)).ready == []
    assert (await store.reconcile(0, 3)).ready == await store.ready_units(ACCOUNT, job.id)


async def test_a_unit_that_has_come_due_once_more_is_rung_for_at_once(store: JobStore) -> None:
    """The claim before used up the bell that it came with."""
    job = await add_job(store)
    again, retry = WaitingFor.RETRY, await claim_unit(store)
    await store.fail(retry, TROUBLE, retry_in=SOON, waiting_for=again)
    after_failure = (await store.reconcile(MUCH_LATER, 3)).ready
    given_back = await claim_unit(store)
    await store.release(given_back)
    after_release = (await store.reconcile(MUCH_LATER, 3)).ready
    await store.fail(await claim_unit(store), TROUBLE, retry_in=MUCH_LATER, waiting_for=again)

    assert after_failure == after_release == [given_back.unit.id]
    assert (await store.reconcile(MUCH_LATER, 3)).ready == []
    assert await store.ready_units(ACCOUNT, job.id) == []


async def test_a_unit_that_is_taken_back_keeps_its_place_in_the_queue(
    store: JobStore, careless: JobStore
) -> None:
    first = await add_job(store)
    await add_job(store)
    await claim_unit(careless)

    await store.reconcile(MUCH_LATER, 3)

    assert (await claim_unit(store)).job.id == first.id


# -- events --------------------------------------------------------------------------------


async def test_events_tell_the_story_of_a_job_in_order(store: JobStore) -> None:
    job = await add_job(store)
    claim = await claim_unit(store)
    warning = ProductionWarning("short", "Shorter than asked for.")
    finish = msgspec.structs.replace(finish_for(claim, 1), warnings=[warning])
    await store.finish(claim, finish)
    await work_off(store, scenes=1)

    events = await store.events(ACCOUNT, job.id, 0, 100)

    assert [event.id for event in events] == sorted({event.id for event in events})
    of = {
        type_: [e.data for e in events if e.type == type_]
        for type_ in ("status", "stage", "progress", "warning")
    }
    assert [data["status"] for data in of["status"]] == ["queued", "running", "succeeded"]
    # the mix was made before the segment, whose stage is told as long as it lasts
    told = [stage for stage in STAGES if stage is not UnitKind.MIX]
    assert [data["stage"] for data in of["stage"]] == told
    assert [data["progress"] for data in of["progress"]] == sorted(
        data["progress"] for data in of["progress"]
    )
    assert of["warning"] == [{"warning": msgspec.to_builtins(warning)}]
    assert events[-1].data["status"] == "succeeded"
    assert (await store.get(ACCOUNT, job.id)).warnings == [warning]
    assert await store.events(ACCOUNT, job.id, events[3].id, 2) == events[4:6]


async def test_progress_is_told_by_whole_percents(store: JobStore) -> None:
    job = await add_job(store)
    claim = await claim_unit(store)

    for share in (0.01, 0.02, 0.03, 0.4, 0.41):
        await store.renew(claim, share)

    events = await store.events(ACCOUNT, job.id, 0, 100)
    assert [e.data["progress"] for e in events if e.type == "progress"] == [pytest.approx(0.012)]


# -- many workers --------------------------------------------------------------------------


async def test_many_claimers_never_claim_one_unit_twice(store: JobStore) -> None:
    for _ in range(3):
        await add_job(store)
    ledger: list[tuple[object, int]] = []

    async def work(name: str) -> None:
        while (claim := await store.claim(name, STAGES)) is not None:
            ledger.append((claim.unit.id, claim.unit.fence))
            await store.finish(claim, finish_for(claim, scenes=3))

    for _ in range(50):
        await asyncio.gather(*(work(f"w{n}") for n in range(8)))
        if await store.page(ACCOUNT, JobSelection(status=JobStatus.SUCCEEDED)) == await store.page(
            ACCOUNT
        ):
            break

    assert len(ledger) == len(set(ledger)) == 3 * 10
    assert {fence for _, fence in ledger} == {1}
    assert {job.status for job in (await store.page(ACCOUNT)).items} == {JobStatus.SUCCEEDED}
