"""Whole productions that pause, are looked at, corrected and let go on: real voice, real engine."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from counted import Factory

from domain.errors import InvalidRequest
from domain.generation.approvals import Approvals
from domain.generation.brief import PauseAfter, SceneInput
from domain.generation.script import SceneEdit
from domain.generation.wording import Wording
from domain.jobs.model import LOCAL_ACCOUNT, Job, JobStatus, UnitKind
from domain.jobs.ports import VideoStore

pytestmark = pytest.mark.timeout(280)

PROGRAM = Path(__file__).with_name("counted.py")
ROOT = Path(__file__).parents[2]

SCENES = [
    SceneInput(text="Honey never spoils."),
    SceneInput(text="Bees visit many flowers."),
    SceneInput(text="A spoonful lasts."),
]
OTHER_WORDS = "Bees dance in the dark."
WORDING = Wording(
    title="What <bees> do",
    description="All about bees.",
    tags=["bees", "honey, raw"],
)


async def paused(factory: Factory, pause_after: PauseAfter) -> Job:
    job = await factory.submit(scenes=SCENES, aspect_ratio="1:1", seed=3, pause_after=pause_after)
    return await work_on(factory, job)


async def work_on(factory: Factory, job: Job) -> Job:
    """Work for as long as there is anything to do."""
    runner = await factory.runner()
    while await runner.run_next():
        pass
    return await (await factory.jobs()).get(job.account_id, job.id)


async def approve(
    factory: Factory,
    job: Job,
    wording: Wording | None = None,
    scenes: Mapping[int, SceneEdit] | None = None,
) -> Job:
    approvals = await factory.container.get(Approvals)
    return await approvals.approve(LOCAL_ACCOUNT, job.id, wording, scenes)


def folder_of(job: Job) -> Path:
    assert job.status is JobStatus.SUCCEEDED, job.error
    assert job.result is not None
    assert job.result.path is not None
    return Path(job.result.path)


async def assert_it_goes_out_as_worded(factory: Factory, job: Job) -> None:
    """Title, description and tags are the caller's in the files and in the video's row."""
    folder = folder_of(job)
    metadata = json.loads((folder / "metadata.json").read_text())
    assert metadata["title"] == "What ‹bees› do"
    assert metadata["description"].startswith("All about bees.\n\nVoice: ")
    assert metadata["tags"] == ["bees", "honey raw"]
    assert json.loads((folder / "manifest.json").read_text())["title"] == metadata["title"]
    videos = await factory.container.get(VideoStore)
    assert (await videos.get(LOCAL_ACCOUNT, job.video_id)).title == metadata["title"]


async def test_a_script_that_is_corrected_before_it_is_spoken_is_what_is_spoken(
    factory: Factory,
) -> None:
    job = await paused(factory, "script")
    assert factory.ledger.entries() == []

    await approve(factory, job, WORDING, {1: SceneEdit(text=OTHER_WORDS)})
    job = await work_on(factory, job)

    folder = folder_of(job)
    assert (folder / "script.txt").read_text().split("\n\n")[1] == OTHER_WORDS
    captions = (folder / "captions.vtt").read_text()
    assert "dance" in captions
    assert "flowers" not in captions
    assert len(factory.ledger.keys("start", "sentence")) == len(SCENES)
    await assert_it_goes_out_as_worded(factory, job)


async def test_after_the_narration_only_the_corrected_scene_is_spoken_again(
    factory: Factory,
) -> None:
    job = await paused(factory, "narration")
    spoken = factory.ledger.keys("start", "sentence")
    assert len(spoken) == len(SCENES)
    assert factory.ledger.keys("start", "segment") == []

    edits = {1: SceneEdit(text=OTHER_WORDS), 2: SceneEdit(heading="A spoonful")}
    await approve(factory, job, WORDING, edits)
    job = await work_on(factory, job)

    assert len(factory.ledger.keys("start", "sentence")) == len(spoken) + 1
    folder = folder_of(job)
    assert OTHER_WORDS in (folder / "script.txt").read_text()
    assert "dance" in (folder / "captions.srt").read_text()
    await assert_it_goes_out_as_worded(factory, job)


async def test_a_finished_video_gets_its_title_without_being_rendered_again(
    factory: Factory,
) -> None:
    job = await paused(factory, "package")
    assert job.result is not None
    assert job.result.path is not None
    looked_at = Path(job.result.path)
    assert "bees" not in (looked_at / "metadata.json").read_text()
    rendered = [factory.ledger.keys("start", what) for what in ("sentence", "segment", "mix")]

    with pytest.raises(InvalidRequest, match="/scenes/1 can't be corrected") as told:
        await approve(factory, job, scenes={1: SceneEdit(text=OTHER_WORDS)})
    assert "revisions" in told.value.errors[0].hint
    await approve(factory, job, WORDING)
    job = await work_on(factory, job)

    assert folder_of(job) == looked_at
    assert (
        rendered == [factory.ledger.keys("start", what) for what in ("sentence", "segment", "mix")]
    )  # fmt: skip
    await assert_it_goes_out_as_worded(factory, job)

    revision = await (await factory.jobs()).revise(
        LOCAL_ACCOUNT, job.video_id, {1: SceneEdit(text=OTHER_WORDS)}
    )
    revision = await work_on(factory, revision)
    assert OTHER_WORDS in (folder_of(revision) / "script.txt").read_text()
    await assert_it_goes_out_as_worded(factory, revision)


async def test_a_rejected_video_leaves_no_folder_and_comes_back_with_a_retry(
    factory: Factory,
) -> None:
    job = await paused(factory, "package")
    assert job.result is not None
    looked_at = Path(job.result.path or "")
    assert looked_at.is_dir()
    approvals = await factory.container.get(Approvals)

    job = await approvals.reject(LOCAL_ACCOUNT, job.id, "Too\nshort.")

    assert (job.status, job.result) == (JobStatus.CANCELLED, None)
    assert job.error is not None
    assert (job.error.code, job.error.message) == ("rejected", "Too short.")
    assert not looked_at.exists()

    jobs = await factory.jobs()
    job = await work_on(factory, await jobs.retry(LOCAL_ACCOUNT, job.id))
    assert job.approval is not None
    assert looked_at.is_dir()
    await jobs.cancel(LOCAL_ACCOUNT, job.id)
    assert not looked_at.exists()


async def test_killed_before_at_and_during_its_pause_a_job_still_waits_for_its_approval(
    factory: Factory,
) -> None:
    job = await factory.submit(scenes=SCENES, aspect_ratio="1:1", pause_after="narration")
    jobs = await factory.jobs()
    with _worker(factory):  # killed in the middle of a stage
        async with asyncio.timeout(60):
            while len(factory.ledger.keys("end", "sentence")) < 2:
                await asyncio.sleep(0.02)
    with _worker(factory):  # killed at once when it has come to the pause
        async with asyncio.timeout(60):
            while (await jobs.get(job.account_id, job.id)).approval is None:
                await asyncio.sleep(0.02)
    other = await factory.submit(script="Another one.", aspect_ratio="1:1")
    with _worker(factory):  # one that works, and leaves what waits alone
        async with asyncio.timeout(100):
            while (await jobs.get(other.account_id, other.id)).status != JobStatus.SUCCEEDED:
                await asyncio.sleep(0.1)

    job = await jobs.get(job.account_id, job.id)
    assert job.approval is not None
    assert {stage.name: stage.status for stage in job.stages}[UnitKind.STORYBOARD] == "pending"
    await approve(factory, job)
    folder_of(await work_on(factory, job))


@contextmanager
def _worker(factory: Factory) -> Iterator[None]:
    """A worker process for the time of the block, at whose end it is killed."""
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(factory.ledger.path)],
        env={
            **os.environ,
            "LEASE_SECONDS": "4",
            "RENEW_SECONDS": "0.5",
            "GIVE_UP_SECONDS": "3",
            "RECONCILE_SECONDS": "0.3",
            "POLL_SECONDS": "0.2",
            "UNCLAIMED_SECONDS": "0.5",
            "MIN_FREE_BYTES": "0",
            "DATA_DIR": str(factory.settings.data_dir),
            "PYTHONPATH": str(ROOT),
        },
        cwd=factory.settings.data_dir,
    )
    try:
        yield
        assert process.poll() is None, "the worker ended by itself"
    finally:
        process.kill()
        process.wait()
