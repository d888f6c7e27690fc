"""What every ``JobStore`` does with a job that pauses: nobody goes on with it until somebody has
looked at it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, get_args

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from tiny_production import ACCOUNT, add_job, claim_unit, finish_for, work_off

from adapters.postgres import Retention, SqlJobStore, SqlUpkeep, SqlVideoStore
from domain.errors import IllegalMove, JobNotFound, VideoNotFound
from domain.generation.brief import Brief, PauseAfter
from domain.generation.script import ProductionWarning
from domain.generation.wording import Wording
from domain.jobs.listing import JobSelection
from domain.jobs.model import (
    STAGES,
    Approval,
    Approved,
    Job,
    JobError,
    JobStatus,
    Result,
    UnitKind,
    WaitingFor,
)
from domain.jobs.ports import JobStore, PaceOfWork, VideoStore

Rows = Callable[[str], Coroutine[Any, Any, list[dict[str, Any]]]]

PAUSES: tuple[PauseAfter, ...] = get_args(PauseAfter)
DONE_BEFORE = {"script": 1, "narration": 3, "package": 8}
"""units of a production of two scenes"""
REJECTED = JobError("rejected", "The second scene isn't true.")
NOBODYS_TIME = Retention(events=0, jobs=0, results=0, deliveries=0, calls=0, spared=0)

every_pause = pytest.mark.parametrize("pause_after", PAUSES)


@pytest.fixture
def store(engine: AsyncEngine) -> JobStore:
    return SqlJobStore(engine, lease_seconds=60)


@pytest.fixture
def careless(engine: AsyncEngine) -> JobStore:
    """The same store for a worker whose leases have run out as soon as they are given."""
    return SqlJobStore(engine, lease_seconds=-1)


@pytest.fixture
def videos(engine: AsyncEngine) -> VideoStore:
    return SqlVideoStore(engine)


async def paused(store: JobStore, pause_after: PauseAfter, **fields: Any) -> Job:
    """A job that has come to its pause."""
    request = Brief(topic="Octopus", seed=7, pause_after=pause_after)
    job = await add_job(store, request=request, **fields)
    await work_off(store)
    return await store.get(ACCOUNT, job.id)


async def go_on(store: JobStore, job: Job, **corrections: Any) -> Job:
    assert job.request.pause_after is not None
    approved = Approved(after=UnitKind(job.request.pause_after), **corrections)
    return await store.approve(ACCOUNT, job.id, approved)


# -- waiting -------------------------------------------------------------------------------------


@every_pause
async def test_a_job_waits_when_its_stage_is_done_and_nobody_is_given_or_rung_for_its_units(
    store: JobStore, pause_after: PauseAfter
) -> None:
    job = await paused(store, pause_after)

    assert (job.status, job.waiting_for) == (JobStatus.WAITING, WaitingFor.APPROVAL)
    assert job.approval == Approval(pause_after)
    assert (job.eta_seconds, job.error, job.approved_at) == (None, None, None)
    assert sum(stage.units_done for stage in job.stages) == DONE_BEFORE[pause_after]
    assert len(await store.results(ACCOUNT, job.id)) == DONE_BEFORE[pause_after]
    assert await store.claim("w1", STAGES) is None
    assert await store.ready_units(ACCOUNT, job.id) == []
    found = await store.reconcile(unclaimed_for=0, crash_limit=3)
    assert (found.ready, found.overdue) == ([], 0)
    waiting = await store.page(ACCOUNT, JobSelection(status=JobStatus.WAITING))
    assert [one.id for one in waiting.items] == [job.id]


@every_pause
async def test_the_last_unit_before_a_pause_tells_of_it_once(
    store: JobStore, pause_after: PauseAfter
) -> None:
    job = await paused(store, pause_after)

    told = [event.data for event in await store.events(ACCOUNT, job.id, 0, 100)]
    statuses = [data for data in told if "status" in data]
    assert [data["status"] for data in statuses] == ["queued", "running", "waiting"]
    assert statuses[-1]["waiting_for"] == "approval"


async def test_a_video_that_waits_can_be_looked_at(store: JobStore, videos: VideoStore) -> None:
    job = await paused(store, "package")

    assert (await videos.get(ACCOUNT, job.video_id)).job_id == job.id
    assert job.result is not None
    assert (job.finished_at, job.progress) == (None, 1.0)


@every_pause
async def test_a_unit_taken_over_from_a_dead_worker_pauses_as_well(
    store: JobStore, careless: JobStore, pause_after: PauseAfter
) -> None:
    request = Brief(topic="Octopus", seed=7, pause_after=pause_after)
    job = await add_job(store, request=request)
    kinds = STAGES[: STAGES.index(UnitKind(pause_after)) + 1]
    while (claim := await careless.claim("dies", kinds)) is not None:
        found = await store.reconcile(unclaimed_for=3600, crash_limit=3)
        assert found.ready == [claim.unit.id]
        taken_over = await claim_unit(store)
        await store.finish(taken_over, finish_for(taken_over, 2))
        if (await store.get(ACCOUNT, job.id)).approval is not None:
            break

    assert (await store.get(ACCOUNT, job.id)).approval == Approval(pause_after)
    assert await store.claim("w1", STAGES) is None


@every_pause
async def test_no_deadline_runs_while_somebody_is_asked_and_it_counts_anew_from_the_approval(
    store: JobStore, pause_after: PauseAfter
) -> None:
    job = await paused(store, pause_after, deadline_seconds=-60)

    assert (await store.reconcile(unclaimed_for=0, crash_limit=3)).overdue == 0

    job = await go_on(store, job, wording=Wording(title="Eight arms"))
    assert job.approved_at is not None
    assert (job.deadline_at - job.approved_at).total_seconds() == pytest.approx(-60, abs=2)
    assert (await store.reconcile(unclaimed_for=0, crash_limit=3)).overdue == 1


@every_pause
async def test_upkeep_leaves_a_waiting_job_everything_however_long_it_waits(
    store: JobStore, engine: AsyncEngine, pause_after: PauseAfter
) -> None:
    job = await paused(store, pause_after)

    expired = await SqlUpkeep(engine).expire(NOBODYS_TIME)

    assert (expired.jobs, expired.results, expired.events) == (0, 0, 0)
    assert len(await store.results(ACCOUNT, job.id)) == DONE_BEFORE[pause_after]


async def test_a_request_that_does_not_pause_is_stored_as_the_release_before_reads_it(
    store: JobStore, rows: Rows
) -> None:
    await add_job(store)

    (row,) = await rows("SELECT request FROM jobs")

    assert "pause_after" not in str(row["request"])


# -- approving -----------------------------------------------------------------------------------


@every_pause
async def test_an_approved_job_goes_through_to_its_end(
    store: JobStore, pause_after: PauseAfter
) -> None:
    job = await go_on(store, await paused(store, pause_after))

    assert job.approval is None
    assert job.approved_at is not None
    if pause_after != "package":
        assert job.status is JobStatus.RUNNING
        assert await store.ready_units(ACCOUNT, job.id) != []
    await work_off(store)
    job = await store.get(ACCOUNT, job.id)
    assert job.status is JobStatus.SUCCEEDED
    assert job.result is not None


@every_pause
async def test_of_several_who_approve_at_once_one_is_the_first(
    store: JobStore, pause_after: PauseAfter
) -> None:
    job = await paused(store, pause_after)

    answers = await asyncio.gather(
        *(go_on(store, job, wording=Wording(title=f"Title {n}")) for n in range(5)),
        return_exceptions=True,
    )

    (first,) = [answer for answer in answers if isinstance(answer, Job)]
    assert sum(isinstance(answer, IllegalMove) for answer in answers) == 4
    assert (await store.get(ACCOUNT, job.id)).wording == first.wording


@every_pause
async def test_one_approves_and_another_rejects_and_one_of_them_is_refused(
    store: JobStore, pause_after: PauseAfter
) -> None:
    job = await paused(store, pause_after)

    answers = await asyncio.gather(
        go_on(store, job), store.reject(ACCOUNT, job.id, REJECTED), return_exceptions=True
    )

    assert sorted(isinstance(answer, Job) for answer in answers) == [False, True]
    assert sum(isinstance(answer, IllegalMove) for answer in answers) == 1


async def test_who_comes_when_nothing_waits_is_told_why(store: JobStore) -> None:
    job = await add_job(store, request=Brief(topic="Octopus", seed=7, pause_after="script"))

    with pytest.raises(IllegalMove, match="queued"):
        await go_on(store, job)
    await work_off(store)
    await go_on(store, job)
    with pytest.raises(IllegalMove, match="doesn't wait for approval: it is running"):
        await go_on(store, job)
    with pytest.raises(IllegalMove, match="running"):
        await store.reject(ACCOUNT, job.id, REJECTED)
    await work_off(store)
    with pytest.raises(IllegalMove, match="ended already: it is succeeded") as told:
        await go_on(store, job)
    assert "revisions" in told.value.hint_text


async def test_a_job_of_another_account_is_not_there(store: JobStore) -> None:
    job = await paused(store, "script")

    for call in (
        store.approve("other", job.id, Approved(after=UnitKind.SCRIPT)),
        store.reject("other", job.id, REJECTED),
        store.results("other", job.id),
    ):
        with pytest.raises(JobNotFound):
            await call
    assert (await store.get(ACCOUNT, job.id)).approval is not None


async def test_a_corrected_script_takes_the_place_of_the_one_that_was_looked_at(
    store: JobStore,
) -> None:
    job = await paused(store, "script")
    script = Result(fingerprint="f" * 64, kind=UnitKind.SCRIPT, content="corrected")

    await go_on(store, job, script=script)

    claim = await claim_unit(store)
    assert (await store.inputs(claim))[UnitKind.SCRIPT, 0] == script


async def test_warnings_about_the_script_that_was_looked_at_go_with_it(store: JobStore) -> None:
    close, short = ProductionWarning("close", "Too close."), ProductionWarning("short", "Short.")
    job = await paused(store, "script", warnings=[short, close])
    fewer = ProductionWarning("close", "Less close.")

    job = await go_on(store, job, outdated=[close], warnings=[fewer])

    assert job.warnings == [short, fewer]


async def test_after_the_narration_only_what_was_corrected_is_spoken_again(
    store: JobStore,
) -> None:
    job = await paused(store, "narration")

    job = await go_on(store, job, spoken_again=[1])

    assert {stage.name: stage.units_done for stage in job.stages}[UnitKind.NARRATION] == 1
    again = await claim_unit(store)
    assert (again.unit.kind, again.unit.ordinal) == (UnitKind.NARRATION, 1)
    assert await store.claim("w2", STAGES) is None, "the storyboard doesn't wait for it"
    await store.finish(again, finish_for(again, 2))
    assert (await claim_unit(store)).unit.kind is UnitKind.STORYBOARD


async def test_another_wording_is_kept_for_the_package(store: JobStore) -> None:
    wording = Wording(title="Eight arms", tags=["octopus", "sea life"])

    await go_on(store, await paused(store, "script"), wording=wording)
    work = await work_off(store, until=UnitKind.PACKAGE)
    package = await claim_unit(store)

    assert {claim.unit.kind for claim in work} == set(STAGES) - {UnitKind.SCRIPT, UnitKind.PACKAGE}
    assert package.job.wording == wording


async def test_a_package_that_gets_another_wording_is_made_anew_and_then_it_is_done(
    store: JobStore,
) -> None:
    job = await go_on(store, await paused(store, "package"), wording=Wording(title="Eight arms"))

    assert job.status is JobStatus.RUNNING
    assert job.result is not None, "the video of before is still there"
    (made,) = await work_off(store)
    assert made.unit.kind is UnitKind.PACKAGE
    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.SUCCEEDED


# -- rejecting, cancelling, and coming back ------------------------------------------------------


@every_pause
async def test_a_rejected_job_is_cancelled_with_the_reason_and_a_retry_waits_again(
    store: JobStore, videos: VideoStore, pause_after: PauseAfter
) -> None:
    job = await paused(store, pause_after)

    job = await store.reject(ACCOUNT, job.id, REJECTED)

    assert (job.status, job.error, job.result) == (JobStatus.CANCELLED, REJECTED, None)
    assert job.approval is None
    with pytest.raises(VideoNotFound):
        await videos.get(ACCOUNT, job.video_id)
    assert await store.claim("w1", STAGES) is None

    job = await store.retry(ACCOUNT, job.id)
    made = await work_off(store)

    assert [claim.unit.kind for claim in made] == [UnitKind.PACKAGE] * (pause_after == "package")
    job = await store.get(ACCOUNT, job.id)
    assert (job.approval, job.error) == (Approval(pause_after), None)
    await go_on(store, job)
    await work_off(store)
    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.SUCCEEDED
    assert (await videos.get(ACCOUNT, job.video_id)).job_id == job.id


@every_pause
async def test_a_waiting_job_can_be_cancelled_and_its_video_goes_with_it(
    store: JobStore, videos: VideoStore, pause_after: PauseAfter
) -> None:
    job = await paused(store, pause_after)

    job = await store.cancel(ACCOUNT, job.id)

    assert (job.status, job.error, job.result) == (JobStatus.CANCELLED, None, None)
    assert (await videos.page(ACCOUNT)).items == []
    await store.retry(ACCOUNT, job.id)
    await work_off(store)
    assert (await store.get(ACCOUNT, job.id)).approval == Approval(pause_after)


async def test_a_job_whose_waiting_video_was_deleted_is_cancelled_and_can_come_back(
    store: JobStore, videos: VideoStore
) -> None:
    job = await paused(store, "package")

    await videos.delete(ACCOUNT, job.video_id)

    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.CANCELLED
    await store.retry(ACCOUNT, job.id)
    await work_off(store)
    assert (await store.get(ACCOUNT, job.id)).approval == Approval("package")
    assert (await videos.get(ACCOUNT, job.video_id)).job_id == job.id


async def test_a_job_that_fails_after_its_approval_does_not_wait_again(store: JobStore) -> None:
    job = await go_on(store, await paused(store, "narration"))
    claim = await claim_unit(store)
    await store.fail(claim, REJECTED, retry_in=None, waiting_for=WaitingFor.RETRY)

    await store.retry(ACCOUNT, job.id)
    await work_off(store)

    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.SUCCEEDED


# -- how long it takes ---------------------------------------------------------------------------


async def test_the_pace_is_that_of_the_latest_videos_without_those_that_waited(
    store: JobStore,
) -> None:
    assert await store.pace(ACCOUNT) == PaceOfWork()
    for _ in range(2):
        await add_job(store)
        await work_off(store)
    await go_on(store, await paused(store, "package"))

    pace = await store.pace(ACCOUNT)

    assert pace.videos == 2
    assert pace.seconds_per_second is not None
    assert 0 <= pace.seconds_per_second < 2
    assert await store.pace("other") == PaceOfWork()
