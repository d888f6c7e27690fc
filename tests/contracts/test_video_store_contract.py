"""What every ``VideoStore`` does."""

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
    video_for,
    work_off,
)

from adapters.postgres import SqlJobStore, SqlVideoStore
from domain.errors import IllegalMove, InvalidRequest, VideoNotFound
from domain.generation.packaging import Video
from domain.generation.script import SceneEdit
from domain.jobs.model import STAGES, Job, JobStatus, NewUnit, Revises, UnitKind
from domain.jobs.ports import JobStore, VideoStore

SCRIPT = [NewUnit(UnitKind.SCRIPT)]


@pytest.fixture
def jobs(engine: AsyncEngine) -> JobStore:
    return SqlJobStore(engine)


@pytest.fixture
def videos(engine: AsyncEngine) -> VideoStore:
    return SqlVideoStore(engine)


async def finished_video(jobs: JobStore, videos: VideoStore, **fields: object) -> Video:
    job = await add_job(jobs, **fields)
    await work_off(jobs)
    return await videos.get(job.account_id, job.video_id)


async def test_a_video_comes_back_as_its_last_unit_described_it(
    jobs: JobStore, videos: VideoStore
) -> None:
    await add_job(jobs)
    await work_off(jobs, until=UnitKind.PACKAGE)
    claim = await claim_unit(jobs)

    await jobs.finish(claim, finish_for(claim, 2))

    video = await videos.get(ACCOUNT, claim.job.video_id)
    assert video.created_at is not None
    assert msgspec.structs.replace(video, created_at=None) == video_for(claim)


async def test_there_is_no_video_before_its_job_has_succeeded(
    jobs: JobStore, videos: VideoStore
) -> None:
    job = await add_job(jobs)
    await work_off(jobs, until=UnitKind.PACKAGE)

    with pytest.raises(VideoNotFound):
        await videos.get(ACCOUNT, job.video_id)
    assert (await videos.page(ACCOUNT)).items == []


async def test_another_account_sees_nothing(jobs: JobStore, videos: VideoStore) -> None:
    video = await finished_video(jobs, videos)

    assert (await videos.page("thief")).items == []
    for attempt in (
        videos.get("thief", video.id),
        videos.edits("thief", video.id),
        videos.note_edit("thief", video.id, 0, SceneEdit(text="Mine.")),
        videos.delete("thief", video.id),
        videos.get(ACCOUNT, uuid4()),
    ):
        with pytest.raises(VideoNotFound):
            await attempt


async def test_pages_walk_through_all_videos_newest_first(
    jobs: JobStore, videos: VideoStore
) -> None:
    made = [(await finished_video(jobs, videos)).id for _ in range(3)]

    first = await videos.page(ACCOUNT, limit=2)
    rest = await videos.page(ACCOUNT, limit=2, cursor=first.next)

    assert {video.id for video in first.items + rest.items} == set(made)
    assert [len(first.items), len(rest.items), rest.next] == [2, 1, None]
    with pytest.raises(InvalidRequest):
        await videos.page(ACCOUNT, cursor="nonsense")


async def test_corrections_of_a_scene_are_merged(jobs: JobStore, videos: VideoStore) -> None:
    video = await finished_video(jobs, videos)

    await videos.note_edit(
        ACCOUNT, video.id, 1, SceneEdit(text="Nine brains.", pronunciations={"a": "ay"})
    )
    await videos.note_edit(ACCOUNT, video.id, 0, SceneEdit(heading="Hearts"))
    noted = await videos.note_edit(
        ACCOUNT, video.id, 1, SceneEdit(media="reef.mp4", pronunciations={"b": "bee"})
    )

    assert noted == await videos.edits(ACCOUNT, video.id)
    assert noted == {
        0: SceneEdit(heading="Hearts"),
        1: SceneEdit(text="Nine brains.", media="reef.mp4", pronunciations={"a": "ay", "b": "bee"}),
    }


async def test_a_revision_takes_the_corrections_and_replaces_the_video(
    jobs: JobStore, videos: VideoStore
) -> None:
    video = await finished_video(jobs, videos)
    noted = await videos.note_edit(ACCOUNT, video.id, 0, SceneEdit(text="Three hearts."))
    job = await new_job(
        jobs, video_id=video.id, revision=2, revises=Revises(script="script-1", edits=noted)
    )

    taken = await videos.take_edits(ACCOUNT, video.id, job, SCRIPT)

    assert (taken.status, taken.revises) == (JobStatus.QUEUED, job.revises)
    assert await videos.edits(ACCOUNT, video.id) == {}
    assert (await videos.get(ACCOUNT, video.id)).revision == 1, "until the new one is finished"
    await work_off(jobs)
    revised = await videos.get(ACCOUNT, video.id)
    assert (revised.revision, revised.job_id, revised.title) == (2, job.id, "revision 2")
    assert revised.created_at == video.created_at


async def test_a_correction_made_meanwhile_stays_noted(jobs: JobStore, videos: VideoStore) -> None:
    video = await finished_video(jobs, videos)
    noted = await videos.note_edit(ACCOUNT, video.id, 0, SceneEdit(text="Three hearts."))
    job = await new_job(
        jobs, video_id=video.id, revision=2, revises=Revises(script="script-1", edits=noted)
    )
    await videos.note_edit(ACCOUNT, video.id, 1, SceneEdit(text="Blue blood."))

    await videos.take_edits(ACCOUNT, video.id, job, SCRIPT)

    assert await videos.edits(ACCOUNT, video.id) == {1: SceneEdit(text="Blue blood.")}


async def test_one_revision_is_made_at_a_time_and_numbers_are_not_reused(
    jobs: JobStore, videos: VideoStore
) -> None:
    video = await finished_video(jobs, videos)
    attempts = [await new_job(jobs, video_id=video.id, revision=2) for _ in range(3)]

    first = await videos.take_edits(ACCOUNT, video.id, attempts[0], SCRIPT)
    with pytest.raises(IllegalMove):
        await videos.take_edits(ACCOUNT, video.id, attempts[1], SCRIPT)
    await jobs.cancel(ACCOUNT, first.id)
    second = await videos.take_edits(ACCOUNT, video.id, attempts[2], SCRIPT)

    assert (first.revision, second.revision) == (2, 3)


async def test_an_older_revision_that_comes_late_replaces_nothing(
    jobs: JobStore, videos: VideoStore
) -> None:
    video = await finished_video(jobs, videos, revision=5)
    await jobs.add(await new_job(jobs, video_id=video.id, revision=4), SCRIPT)

    await work_off(jobs)

    assert (await videos.get(ACCOUNT, video.id)).revision == 5


async def test_a_deleted_video_is_gone_once(jobs: JobStore, videos: VideoStore) -> None:
    video = await finished_video(jobs, videos)

    assert await videos.delete(ACCOUNT, video.id) == video
    with pytest.raises(VideoNotFound):
        await videos.get(ACCOUNT, video.id)
    with pytest.raises(VideoNotFound):
        await videos.delete(ACCOUNT, video.id)


async def revision_of(jobs: JobStore, videos: VideoStore, video: Video) -> Job:
    noted = await videos.note_edit(ACCOUNT, video.id, 0, SceneEdit(text="Three hearts."))
    job = await new_job(
        jobs, video_id=video.id, revision=2, revises=Revises(script="script-1", edits=noted)
    )
    return await videos.take_edits(ACCOUNT, video.id, job, SCRIPT)


async def test_deleting_a_video_cancels_the_revision_that_nobody_works_on(
    jobs: JobStore, videos: VideoStore
) -> None:
    video = await finished_video(jobs, videos)
    revision = await revision_of(jobs, videos, video)

    await videos.delete(ACCOUNT, video.id)

    assert (await jobs.get(ACCOUNT, revision.id)).status is JobStatus.CANCELLED
    assert (await jobs.get(ACCOUNT, video.job_id)).status is JobStatus.SUCCEEDED
    assert await jobs.claim("w1", STAGES) is None


async def test_a_revision_at_its_very_end_does_not_bring_a_deleted_video_back(
    jobs: JobStore, videos: VideoStore
) -> None:
    video = await finished_video(jobs, videos)
    revision = await revision_of(jobs, videos, video)
    await work_off(jobs, until=UnitKind.PACKAGE)
    claim = await claim_unit(jobs)

    await videos.delete(ACCOUNT, video.id)
    assert await jobs.renew(claim, 0.9), "the worker is told to stop"
    assert await jobs.finish(claim, finish_for(claim, 2)) == []

    assert (await jobs.get(ACCOUNT, revision.id)).status is JobStatus.CANCELLED
    with pytest.raises(VideoNotFound):
        await videos.get(ACCOUNT, video.id)
    with pytest.raises(IllegalMove, match="deleted"):
        await jobs.retry(ACCOUNT, revision.id)


async def test_a_revision_accepted_while_its_video_was_deleted_ends_as_cancelled(
    jobs: JobStore, videos: VideoStore
) -> None:
    """What ``delete`` can't see yet: a revision that another transaction is just accepting."""
    video = await finished_video(jobs, videos)
    await videos.delete(ACCOUNT, video.id)
    late = await new_job(
        jobs, video_id=video.id, revision=2, revises=Revises(script="script-1", edits={})
    )
    await jobs.add(late, SCRIPT)

    await work_off(jobs)

    assert (await jobs.get(ACCOUNT, late.id)).status is JobStatus.CANCELLED
    with pytest.raises(VideoNotFound):
        await videos.get(ACCOUNT, video.id)
