"""A job that can't be made says which file, why, and what to do, in the user's own terms."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from counted import Factory
from PIL import Image

from adapters.ffmpeg import FfmpegEngine
from domain.errors import RenderInterrupted
from domain.generation.brief import SceneInput
from domain.jobs.model import JobStatus, WaitingFor

pytestmark = pytest.mark.timeout(120)


async def test_a_picture_that_broke_after_the_job_was_accepted_is_named(
    factory: Factory, tmp_path: Path
) -> None:
    media_dir = tmp_path / "media"
    media_dir.mkdir()
    Image.new("RGB", (640, 640), "teal").save(media_dir / "reef.png")
    await factory.container.close()
    settings = msgspec.structs.replace(factory.settings, media_dir=media_dir)
    with_media = Factory(settings, factory.ledger)
    scene = SceneInput(text="Honey never spoils.", media="reef.png")

    job = await with_media.submit(scenes=[scene], aspect_ratio="1:1")
    (media_dir / "reef.png").write_bytes(b"no picture any more")
    job = await with_media.work_off(job)

    assert job.status is JobStatus.FAILED
    assert job.error is not None
    assert job.error.code == "media_unreadable"
    assert "reef.png" in job.error.message
    assert "Convert it" in job.error.hint
    await with_media.container.close()


async def test_an_ffmpeg_that_is_killed_is_told_and_tried_again(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = FfmpegEngine.render_segment
    attempts = 0

    async def killed_once(*args: object) -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            raise RenderInterrupted("ffmpeg was ended by SIGKILL.")
        await render(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(FfmpegEngine, "render_segment", killed_once)
    job = await factory.submit(script="Honey never spoils.", aspect_ratio="1:1")
    await factory.work_until(job, lambda job: job.waiting_for is not None)

    jobs = await factory.jobs()
    job = await jobs.get(job.account_id, job.id)
    assert (job.status, job.waiting_for) == (JobStatus.WAITING, WaitingFor.RETRY)
    assert job.error is not None
    assert job.error.code == "render_interrupted"
    async with asyncio.timeout(30):
        while job.status not in (JobStatus.SUCCEEDED, JobStatus.FAILED):
            if not await (await factory.runner()).run_next():
                await asyncio.sleep(0.05)
            job = await jobs.get(job.account_id, job.id)
    assert (job.status, job.error, attempts) == (JobStatus.SUCCEEDED, None, 2)
