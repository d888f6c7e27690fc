"""What every ``JobStore`` does with a job whose voice fails: another one narrates all of it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from tiny_production import ACCOUNT, add_job, claim_unit, finish_for, result_for, work_off

from adapters.postgres import SqlJobStore
from domain.errors import LeaseLost
from domain.generation.brief import Brief, SceneInput, VoiceChoice
from domain.generation.casting import Recast
from domain.jobs.model import (
    STAGES,
    Approved,
    Claim,
    Job,
    JobError,
    JobStatus,
    StageReport,
    UnitKind,
    WaitingFor,
)
from domain.jobs.ports import JobStore

Rows = Callable[[str], Coroutine[Any, Any, list[dict[str, Any]]]]

SCENES = 4
TO_B = Recast(instead_of="a", voice="b", reason="403: the quota is spent.")
TO_C = Recast(instead_of="a", voice="c", reason="It doesn't answer.")
BACK_TO_A = Recast(instead_of="b", voice="a", reason="It doesn't answer.")
TROUBLE = JobError("providers_exhausted", "It doesn't answer.")


@pytest.fixture
def store(engine: AsyncEngine) -> JobStore:
    return SqlJobStore(engine, lease_seconds=60)


async def at_narration(store: JobStore, **request: Any) -> Job:
    """A job whose script is written."""
    job = await add_job(store, request=Brief(topic="Octopus", seed=7, **request))
    await work_off(store, SCENES, until=UnitKind.NARRATION)
    return job


async def narrate_one(store: JobStore) -> Claim:
    claim = await claim_unit(store)
    await store.finish(claim, finish_for(claim, SCENES))
    return claim


async def narration_of(store: JobStore, job: Job) -> StageReport:
    stages = (await store.get(ACCOUNT, job.id)).stages
    return next(stage for stage in stages if stage.name is UnitKind.NARRATION)


async def storyboards_missing(rows: Rows) -> int:
    (row,) = await rows("SELECT missing_inputs FROM units WHERE kind = 'storyboard'")
    return int(row["missing_inputs"])


async def test_everything_is_narrated_again_by_the_other_voice(store: JobStore, rows: Rows) -> None:
    job = await at_narration(store)
    await narrate_one(store)
    await narrate_one(store)
    failed = await claim_unit(store)

    ready = await store.recast(failed, TO_B)

    assert len(ready) == SCENES
    assert (await narration_of(store, job)).units_done == 0
    assert await storyboards_missing(rows) == SCENES
    again = await work_off(store, SCENES)
    assert [claim.unit.kind for claim in again].count(UnitKind.NARRATION) == SCENES
    assert all(claim.job.recasts == [TO_B] for claim in again)
    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.SUCCEEDED


async def test_the_job_says_so_in_a_warning_and_an_event(store: JobStore) -> None:
    job = await at_narration(store)

    await store.recast(await claim_unit(store), TO_B)

    (warning,) = (await store.get(ACCOUNT, job.id)).warnings
    assert warning.code == "voice_changed"
    assert all(told in warning.message for told in ("'a'", "'b'", TO_B.reason))
    events = await store.events(ACCOUNT, job.id, 0, 100)
    assert [event.data["warning"]["code"] for event in events if event.type == "warning"] == [
        "voice_changed"
    ]


async def test_the_claim_and_those_of_other_workers_are_lost(store: JobStore) -> None:
    await at_narration(store)
    other, failed = await claim_unit(store, "w2"), await claim_unit(store, "w1")

    await store.recast(failed, TO_B)

    for claim in (other, failed):
        with pytest.raises(LeaseLost):
            await store.renew(claim, 0.5)
        with pytest.raises(LeaseLost):
            await store.put_result(claim, result_for(claim))
        with pytest.raises(LeaseLost):
            await store.finish(claim, finish_for(claim, SCENES))
        with pytest.raises(LeaseLost):
            await store.recast(claim, TO_B)


@pytest.mark.parametrize("late", [TO_B, TO_C, BACK_TO_A])
async def test_a_worker_that_comes_later_only_gives_its_unit_back(
    store: JobStore, rows: Rows, late: Recast
) -> None:
    job = await at_narration(store)
    await store.recast(await claim_unit(store), TO_B)
    await narrate_one(store)
    second = await claim_unit(store)

    ready = await store.recast(second, late)

    assert second.unit.id in ready
    now = await store.get(ACCOUNT, job.id)
    assert now.recasts == [TO_B]
    assert len(now.warnings) == 1
    assert (await narration_of(store, job)).units_done == 1
    assert await storyboards_missing(rows) == SCENES - 1


async def test_two_workers_at_once_change_the_voice_once(store: JobStore, rows: Rows) -> None:
    job = await at_narration(store)
    await narrate_one(store)
    held = [await claim_unit(store, f"w{n}") for n in range(3)]

    answers = await asyncio.gather(
        *(store.recast(claim, TO_B) for claim in held), return_exceptions=True
    )

    assert sum(isinstance(answer, list) for answer in answers) == 1
    assert sum(isinstance(answer, LeaseLost) for answer in answers) == 2
    assert (await store.get(ACCOUNT, job.id)).recasts == [TO_B]
    assert await storyboards_missing(rows) == SCENES
    await work_off(store, SCENES)
    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.SUCCEEDED


async def test_a_voice_may_fail_after_a_voice(store: JobStore) -> None:
    job = await at_narration(store)
    b_to_c = Recast(instead_of="b", voice="c", reason="401")

    await store.recast(await claim_unit(store), TO_B)
    await store.recast(await claim_unit(store), b_to_c)

    assert (await store.get(ACCOUNT, job.id)).recasts == [TO_B, b_to_c]


async def test_narration_in_a_voice_that_was_left_meanwhile_does_not_count(
    store: JobStore, rows: Rows
) -> None:
    job = await at_narration(store)
    await store.recast(await claim_unit(store), TO_B)
    claim = await claim_unit(store)
    # what a claim has read of the job may be older than the change that it came after
    stale = msgspec.structs.replace(claim, job=msgspec.structs.replace(claim.job, recasts=[]))

    assert await store.finish(stale, finish_for(stale, SCENES)) == [claim.unit.id]

    assert (await narration_of(store, job)).units_done == 0
    assert await storyboards_missing(rows) == SCENES
    await work_off(store, SCENES)
    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.SUCCEEDED


async def test_a_unit_that_was_to_be_tried_again_later_is_due_at_once(store: JobStore) -> None:
    job = await at_narration(store)
    waits = await claim_unit(store)
    await store.fail(waits, TROUBLE, retry_in=3600, waiting_for=WaitingFor.RETRY)

    ready = await store.recast(await claim_unit(store), TO_B)

    assert waits.unit.id in ready
    claims = [await claim_unit(store) for _ in range(SCENES)]
    assert {claim.unit.attempt for claim in claims} == {0}
    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.RUNNING


async def test_nothing_changes_in_a_job_that_is_over(store: JobStore) -> None:
    job = await at_narration(store)
    await narrate_one(store)
    failed = await claim_unit(store)
    await store.cancel(ACCOUNT, job.id)

    assert await store.recast(failed, TO_B) == []

    now = await store.get(ACCOUNT, job.id)
    assert (now.status, now.recasts, now.warnings) == (JobStatus.CANCELLED, [], [])
    await store.retry(ACCOUNT, job.id)
    assert (await narration_of(store, job)).units_done == 1


async def test_an_approval_that_is_waited_for_stays_an_input(store: JobStore, rows: Rows) -> None:
    job = await at_narration(store, pause_after="narration")
    await narrate_one(store)

    await store.recast(await claim_unit(store), TO_B)

    assert await storyboards_missing(rows) == SCENES + 1
    await work_off(store, SCENES)
    assert (await store.get(ACCOUNT, job.id)).approval is not None
    await store.approve(ACCOUNT, job.id, Approved(after=UnitKind.NARRATION))
    await work_off(store, SCENES)
    assert (await store.get(ACCOUNT, job.id)).status is JobStatus.SUCCEEDED


async def test_a_job_taken_up_again_keeps_its_new_voice(store: JobStore) -> None:
    job = await at_narration(store)
    await store.recast(await claim_unit(store), TO_B)
    await store.fail(await claim_unit(store), TROUBLE, retry_in=None, waiting_for=WaitingFor.RETRY)

    await store.retry(ACCOUNT, job.id)

    assert (await claim_unit(store)).job.recasts == [TO_B]


async def test_other_jobs_keep_their_voice_and_their_narration(store: JobStore) -> None:
    other = await at_narration(store)
    await narrate_one(store)
    held = await claim_unit(store)
    while (claim := await store.claim("w1", STAGES)) is not None:
        await store.finish(claim, finish_for(claim, SCENES))
    await at_narration(store)

    await store.recast(await claim_unit(store), TO_B)

    assert await store.renew(held, 0.5) is False
    assert (await store.get(ACCOUNT, other.id)).recasts == []
    assert (await narration_of(store, other)).units_done == SCENES - 1


# -- what is stored of the request ---------------------------------------------------------------


async def test_what_becomes_of_a_failing_voice_is_kept_beside_the_request(
    store: JobStore, rows: Rows
) -> None:
    request = Brief(topic="Octopus", seed=7, voice_change="start_over")

    job = await add_job(store, request=request)

    assert job.request == (await store.get(ACCOUNT, job.id)).request == request
    assert (await claim_unit(store)).job.request == request
    (row,) = await rows("SELECT request, voice_change FROM jobs")
    assert row["voice_change"] == "start_over"
    assert "voice_change" not in str(row["request"])


async def test_a_request_without_speakers_is_stored_as_the_release_before_reads_it(
    store: JobStore, rows: Rows
) -> None:
    scenes = [SceneInput(text="One."), SceneInput(text="Two.")]
    job = await add_job(store, request=Brief(scenes=scenes, seed=7))

    (row,) = await rows("SELECT request FROM jobs")

    assert "speaker" not in str(row["request"])
    assert (await store.get(ACCOUNT, job.id)).request.scenes == scenes


async def test_speakers_come_back_as_they_were_sent(store: JobStore) -> None:
    request = Brief(
        scenes=[SceneInput(text="One.", speaker="host"), SceneInput(text="Two.")],
        speakers={"host": VoiceChoice(id="a", speed=1.1)},
        seed=7,
    )

    job = await add_job(store, request=request)

    assert (await store.get(ACCOUNT, job.id)).request == request
