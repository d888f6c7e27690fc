"""A job that can't be made says which file, why, and what to do, in the user's own terms."""

import asyncio
import hashlib
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest
from counted import Factory, open_factory
from PIL import Image

from adapters.ffmpeg import FfmpegEngine
from domain.errors import RenderInterrupted
from domain.generation.brief import SceneInput
from domain.jobs.model import JobStatus, UnitKind, WaitingFor

pytestmark = pytest.mark.timeout(300)


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
    told = False

    async def killed(*args: object) -> None:
        # While other units of the job still run, it isn't waiting: until then it's killed again.
        if not told:
            raise RenderInterrupted("ffmpeg was ended by SIGKILL.")
        await render(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(FfmpegEngine, "render_segment", killed)
    job = await factory.submit(script="Honey never spoils.", aspect_ratio="1:1")
    await factory.work_until(job, lambda job: job.waiting_for is not None)

    jobs = await factory.jobs()
    job = await jobs.get(job.account_id, job.id)
    assert (job.status, job.waiting_for) == (JobStatus.WAITING, WaitingFor.RETRY)
    assert job.error is not None
    assert job.error.code == "render_interrupted"
    told = True
    async with asyncio.timeout(120):
        while job.status not in (JobStatus.SUCCEEDED, JobStatus.FAILED):
            if not await (await factory.runner()).run_next():
                await asyncio.sleep(0.05)
            job = await jobs.get(job.account_id, job.id)
    assert (job.status, job.error) == (JobStatus.SUCCEEDED, None)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Where a store under ``tmp_path`` keeps its artifacts: a disk of its own, of 48 MiB."""
    disk = tmp_path / "cramped" / "artifacts"
    disk.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(disk)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"mounting a tmpfs isn't permitted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.fixture
async def cramped(small_disk: Path, cache_dir: Path) -> AsyncIterator[Factory]:
    """A factory on the small disk."""
    factory = await open_factory(small_disk.parent, cache_dir)
    yield factory
    await factory.container.close()


def fill(disk: Path, *, left: int) -> Path:
    """Take all but ``left`` bytes of a disk; the file that takes them."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - left)
    return ballast


def kept(disk: Path) -> dict[str, str]:
    """The name that every file under a final one has, and the hash of what is in it."""
    files = disk.glob("[0-9a-f][0-9a-f]/*")
    return {
        path.parent.name + path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


async def test_a_job_waits_for_space_on_a_full_disk_and_goes_on_when_there_is_some(
    cramped: Factory, small_disk: Path
) -> None:
    disk = small_disk
    job = await cramped.submit(script="Honey never spoils.", aspect_ratio="1:1")
    jobs = await cramped.jobs()
    await cramped.work_until(job, lambda job: job.stage is UnitKind.SEGMENT)
    spoken = cramped.ledger.keys("end", "sentence")
    ballast = fill(disk, left=32_768)
    await cramped.work_until(job, lambda job: job.waiting_for is not None)

    job = await jobs.get(job.account_id, job.id)
    assert (job.status, job.waiting_for) == (JobStatus.WAITING, WaitingFor.OPERATOR)
    assert job.error is not None
    assert job.error.code == "storage_full"
    assert "Free some space" in job.error.hint
    assert all(name == content for name, content in kept(disk).items())
    assert not [path for path in (disk / ".scratch").rglob("*") if path.is_file()]

    ballast.unlink()
    async with asyncio.timeout(120):
        while job.status not in (JobStatus.SUCCEEDED, JobStatus.FAILED):
            if not await (await cramped.runner()).run_next():
                await asyncio.sleep(0.05)
            job = await jobs.get(job.account_id, job.id)
    assert (job.status, job.error) == (JobStatus.SUCCEEDED, None)
    assert cramped.ledger.keys("end", "sentence") == spoken, "nothing finished is made twice"
    assert all(name == content for name, content in kept(disk).items())


async def test_a_font_that_is_missing_is_named_and_no_boxes_are_drawn(
    tmp_path: Path, cache_dir: Path
) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    for path in cache_dir.iterdir():
        if path.name != "fonts":
            (cache / path.name).symlink_to(path)
    shutil.copytree(cache_dir / "fonts", cache / "fonts")
    (display,) = (cache / "fonts").glob("*/*Montserrat-800.ttf")
    display.unlink()
    factory = await open_factory(tmp_path / "store", cache)

    job = await factory.work_off(await factory.submit(script="Honey never spoils."))
    assert job.status is JobStatus.FAILED
    assert job.error is not None
    assert job.error.code == "font_missing"
    assert "Montserrat 800" in job.error.message
    assert "delete the font folder" in job.error.hint
    assert factory.ledger.keys("start", "segment") == []

    shutil.rmtree(cache / "fonts")
    job = await (await factory.jobs()).retry(job.account_id, job.id)
    assert (await factory.work_off(job)).status is JobStatus.SUCCEEDED
    await factory.container.close()
