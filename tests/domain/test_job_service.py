"""Submitting, revising and retrying, with the bell rung once the job is in the store."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from tiny_production import (
    ACCOUNT,
    RecordingBell,
    claim_unit,
    finish_for,
    video_for,
    work_off,
)

from adapters.directory import DirectoryArtifactStore
from adapters.postgres import SqlJobStore, SqlVideoStore
from domain.errors import (
    IdempotencyKeyReused,
    IllegalMove,
    InvalidRequest,
    JobNotFound,
    MediaNotFound,
    NothingToRevise,
    QueueFull,
    VideoNotFound,
)
from domain.generation.brief import Brief, VoiceChoice
from domain.generation.intake import Prepared
from domain.generation.script import ProductionWarning, SceneEdit, TopicMatch
from domain.jobs.listing import JobSelection
from domain.jobs.model import Idempotency, JobError, JobStatus, UnitKind, WaitingFor
from domain.jobs.service import Jobs

MATCH = TopicMatch(title="Octopus", description="soft-bodied mollusc")
WARNING = ProductionWarning("short", "The article carries 35 seconds.")


class Completing:
    """Stands in for the intake: completes any topic but an empty one."""

    async def check_edit(self, brief: Brief, edit: SceneEdit, pointer: str = "") -> None:
        assert brief.seed == 11
        if edit.media is not None:
            raise MediaNotFound(pointer=f"{pointer}/media")

    async def prepare(self, brief: Brief) -> Prepared:
        if not brief.topic:
            raise InvalidRequest([])
        completed = Brief(topic=brief.topic, seed=11, voice=VoiceChoice(id="joe"))
        return Prepared(brief=completed, topic_match=MATCH, warnings=[WARNING])


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def store(engine: AsyncEngine) -> SqlJobStore:
    return SqlJobStore(engine)


@pytest.fixture
def videos(engine: AsyncEngine) -> SqlVideoStore:
    return SqlVideoStore(engine)


@pytest.fixture
def bell() -> RecordingBell:
    return RecordingBell()


@pytest.fixture
def jobs(store: SqlJobStore, videos: SqlVideoStore, bell: RecordingBell, tmp_path: Path) -> Jobs:
    return Jobs(
        store,
        videos,
        bell,
        Completing(),  # type: ignore[arg-type]
        new_id=uuid4,
        artifacts=DirectoryArtifactStore(tmp_path / "artifacts", tmp_path / "videos"),
        deadline_seconds=600,
        max_queued=3,
    )


async def finished(jobs: Jobs, store: SqlJobStore) -> UUID:
    job = await jobs.submit(ACCOUNT, Brief(topic="Octopus"))
    await work_off(store)
    return job.video_id


async def test_a_submitted_brief_is_a_queued_job_with_every_default(
    jobs: Jobs, store: SqlJobStore, bell: RecordingBell
) -> None:
    job = await jobs.submit(ACCOUNT, Brief(topic="Octopus"))

    assert job == await jobs.get(ACCOUNT, job.id)
    assert (job.status, job.revision, job.queue_position) == (JobStatus.QUEUED, 1, 1)
    assert (job.request.seed, job.request.voice.id) == (11, "joe")
    assert (job.topic_match, job.warnings) == (MATCH, [WARNING])
    assert (job.deadline_at - job.created_at).total_seconds() == 600
    assert bell.rung == [job.id]
    claim = await claim_unit(store)
    assert (claim.job.id, claim.unit.kind) == (job.id, UnitKind.SCRIPT)


async def test_a_brief_that_cannot_be_produced_leaves_no_trace(
    jobs: Jobs, bell: RecordingBell
) -> None:
    with pytest.raises(InvalidRequest):
        await jobs.submit(ACCOUNT, Brief())

    assert (await jobs.page(ACCOUNT)).items == []
    assert bell.rung == []


async def test_a_full_queue_refuses_and_takes_again_when_one_has_begun(
    jobs: Jobs, store: SqlJobStore
) -> None:
    for _ in range(3):
        await jobs.submit(ACCOUNT, Brief(topic="Octopus"))

    with pytest.raises(QueueFull, match="3 jobs are waiting"):
        await jobs.submit(ACCOUNT, Brief(topic="Octopus"))
    await claim_unit(store)
    assert (await jobs.submit(ACCOUNT, Brief(topic="Octopus"))).queue_position == 3


async def test_a_revision_repeats_the_request_with_the_corrections(
    jobs: Jobs, store: SqlJobStore, videos: SqlVideoStore, bell: RecordingBell
) -> None:
    video_id = await finished(jobs, store)
    await videos.note_edit(ACCOUNT, video_id, 0, SceneEdit(text="Three hearts.", heading="Hearts"))

    job = await jobs.revise(
        ACCOUNT, video_id, {0: SceneEdit(heading="Blood"), 1: SceneEdit(text="It is blue.")}
    )

    assert (job.video_id, job.revision, job.status) == (video_id, 2, JobStatus.QUEUED)
    assert (job.request.seed, job.topic_match) == (11, MATCH)
    assert job.revises is not None
    assert job.revises.script == "script-1"
    assert job.revises.edits == {
        0: SceneEdit(text="Three hearts.", heading="Blood"),
        1: SceneEdit(text="It is blue."),
    }
    assert bell.rung[-1] == job.id
    assert await videos.edits(ACCOUNT, video_id) == {}


async def test_a_second_revision_builds_on_the_first(jobs: Jobs, store: SqlJobStore) -> None:
    video_id = await finished(jobs, store)
    await jobs.revise(ACCOUNT, video_id, {0: SceneEdit(text="Three hearts.")})
    await work_off(store)

    job = await jobs.revise(ACCOUNT, video_id, {1: SceneEdit(text="It is blue.")})

    assert job.revises is not None
    assert (job.revision, job.revises.script) == (3, "script-2")


async def test_a_revision_keeps_the_folder_of_its_video(jobs: Jobs, store: SqlJobStore) -> None:
    job = await jobs.submit(ACCOUNT, Brief(topic="Octopus"))
    await work_off(store, until=UnitKind.PACKAGE)
    claim = await claim_unit(store)
    exported = msgspec.structs.replace(
        video_for(claim), path="/data/videos/2026-11-22-octopus-1a2b"
    )
    await store.finish(claim, msgspec.structs.replace(finish_for(claim, 2), video=exported))

    revision = await jobs.revise(ACCOUNT, job.video_id, {0: SceneEdit(text="Three hearts.")})

    assert revision.revises is not None
    assert revision.revises.folder == "2026-11-22-octopus-1a2b"


async def test_there_must_be_something_to_revise(jobs: Jobs, store: SqlJobStore) -> None:
    video_id = await finished(jobs, store)

    with pytest.raises(NothingToRevise):
        await jobs.revise(ACCOUNT, video_id, {})
    with pytest.raises(VideoNotFound):
        await jobs.revise(ACCOUNT, uuid4(), {0: SceneEdit(text="Three hearts.")})
    with pytest.raises(VideoNotFound):
        await jobs.revise("thief", video_id, {0: SceneEdit(text="Three hearts.")})


async def test_corrections_outlast_a_revision_that_is_refused(
    jobs: Jobs, store: SqlJobStore, videos: SqlVideoStore
) -> None:
    video_id = await finished(jobs, store)
    await jobs.revise(ACCOUNT, video_id, {0: SceneEdit(text="Three hearts.")})

    with pytest.raises(IllegalMove):
        await jobs.revise(ACCOUNT, video_id, {1: SceneEdit(text="It is blue.")})

    assert await videos.edits(ACCOUNT, video_id) == {1: SceneEdit(text="It is blue.")}


KEY = Idempotency(key="k", route="POST /api/videos/7/revisions", body="a" * 64)


async def test_a_request_that_comes_again_is_answered_without_looking_at_it_or_ringing(
    jobs: Jobs, bell: RecordingBell
) -> None:
    first = await jobs.submit(ACCOUNT, Brief(topic="Octopus"), idempotency=KEY)

    again = await jobs.submit(ACCOUNT, Brief(), idempotency=KEY)

    assert again == msgspec.structs.replace(first, is_replay=True)
    assert bell.rung == [first.id]
    other = msgspec.structs.replace(KEY, body="b" * 64)
    with pytest.raises(IdempotencyKeyReused):
        await jobs.submit(ACCOUNT, Brief(topic="Octopus"), idempotency=other)


async def test_revisions_that_come_at_once_under_one_key_are_one_and_leave_nothing_noted(
    jobs: Jobs, store: SqlJobStore, videos: SqlVideoStore
) -> None:
    video_id = await finished(jobs, store)
    await videos.note_edit(ACCOUNT, video_id, 1, SceneEdit(text="It is blue."))
    edits = {0: SceneEdit(text="Three hearts.")}

    made = await asyncio.gather(
        *(jobs.revise(ACCOUNT, video_id, edits, idempotency=KEY) for _ in range(8))
    )

    assert len({job.id for job in made}) == 1
    assert sum(not job.is_replay for job in made) == 1
    assert await videos.edits(ACCOUNT, video_id) == {}
    await work_off(store)
    again = await jobs.revise(ACCOUNT, video_id, edits, idempotency=KEY)
    assert again == msgspec.structs.replace(made[0], is_replay=True)


async def test_a_refused_revision_leaves_its_key_free(jobs: Jobs, store: SqlJobStore) -> None:
    video_id = await finished(jobs, store)
    with pytest.raises(NothingToRevise):
        await jobs.revise(ACCOUNT, video_id, {}, idempotency=KEY)

    edits = {0: SceneEdit(text="Three hearts.")}
    assert not (await jobs.revise(ACCOUNT, video_id, edits, idempotency=KEY)).is_replay


async def test_a_retry_rings_for_every_unit_that_can_go_on(
    jobs: Jobs, store: SqlJobStore, bell: RecordingBell
) -> None:
    job = await jobs.submit(ACCOUNT, Brief(topic="Octopus"))
    await work_off(store, scenes=3, until=UnitKind.NARRATION)
    claim = await claim_unit(store)
    error = JobError("narration_failed", "No sound.")
    await store.fail(claim, error, retry_in=None, waiting_for=WaitingFor.RETRY)
    bell.rung.clear()

    retried = await jobs.retry(ACCOUNT, job.id)

    assert retried.status is JobStatus.QUEUED
    assert claim.unit.id in bell.rung
    assert len(bell.rung) == 3


async def test_cancel_and_events_speak_for_their_account_only(jobs: Jobs) -> None:
    job = await jobs.submit(ACCOUNT, Brief(topic="Octopus"))

    with pytest.raises(JobNotFound):
        await jobs.cancel("thief", job.id)
    assert (await jobs.cancel(ACCOUNT, job.id)).status is JobStatus.CANCELLED
    statuses = [e.data["status"] for e in await jobs.events(ACCOUNT, job.id) if e.type == "status"]
    assert statuses == ["queued", "cancelled"]
    assert (await jobs.page(ACCOUNT, JobSelection(status=JobStatus.QUEUED))).items == []


async def test_a_correction_that_cannot_be_made_is_refused_before_it_is_noted(
    jobs: Jobs, store: SqlJobStore, videos: SqlVideoStore
) -> None:
    video = await finished(jobs, store)

    with pytest.raises(MediaNotFound):
        await jobs.note_edit(ACCOUNT, video, 0, SceneEdit(media="gone.mp4"))
    with pytest.raises(MediaNotFound):
        await jobs.revise(ACCOUNT, video, {0: SceneEdit(media="gone.mp4")})

    assert await videos.edits(ACCOUNT, video) == {}
