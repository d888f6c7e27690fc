"""Whole productions with the real voice and the real engine: same, changed, cancelled."""

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from counted import Factory
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.tables import results as made
from adapters.postgres.tables import units
from adapters.threads import ThreadBell
from app.embedded import EmbeddedWorker
from domain.generation.brief import SceneInput
from domain.generation.script import SceneEdit
from domain.generation.stores import ArtifactStore
from domain.jobs.model import LOCAL_ACCOUNT, Job, JobStatus, UnitKind
from domain.jobs.ports import VideoStore

pytestmark = pytest.mark.timeout(240)

SCENES = [
    SceneInput(text="Honey never spoils."),
    SceneInput(text="Bees visit two million flowers for one jar."),
    SceneInput(text="That is why a spoonful lasts."),
]
BUSY_SECONDS = 15.0
"""added by a machine that runs other tests at the same time"""
LONG_SCENE = SceneInput(
    text=" ".join(["The quick brown fox jumps over the lazy dog near the river."] * 8)
)


async def results(factory: Factory, job: Job, kind: UnitKind) -> dict[int, str]:
    """Content hashes of a job's finished units of a kind, by ordinal."""
    engine = await factory.container.get(AsyncEngine)
    async with engine.connect() as connection:
        rows = await connection.execute(
            sa.select(units.c.ordinal, made.c.content)
            .join(made, made.c.fingerprint == units.c.result)
            .where(units.c.job_id == job.id, units.c.kind == kind)
        )
        return {row.ordinal: row.content for row in rows}


async def test_a_seed_repeats_a_video_to_the_byte_and_another_seed_gives_another(
    factory: Factory, second_factory: Factory
) -> None:
    brief = {"topic": "Octopus", "aspect_ratio": "1:1", "duration": 15}
    first, again = (
        await factory.submit(**brief, seed=11),
        await second_factory.submit(**brief, seed=11),
    )
    for job, where in ((first, factory), (again, second_factory)):
        await where.work_until(job, lambda job: _done(job, UnitKind.SEGMENT) >= 2)

    for kind in (UnitKind.SCRIPT, UnitKind.NARRATION, UnitKind.STORYBOARD, UnitKind.SEGMENT):
        contents = await results(factory, first, kind)
        assert contents, kind
        assert contents == await results(second_factory, again, kind), kind

    other = await second_factory.submit(**brief, seed=12)
    await (await second_factory.jobs()).cancel(LOCAL_ACCOUNT, again.id)
    await second_factory.work_until(other, lambda job: _done(job, UnitKind.STORYBOARD) == 1)
    for kind in (UnitKind.NARRATION, UnitKind.STORYBOARD):
        assert await results(second_factory, other, kind) != await results(factory, first, kind)


async def test_a_revision_speaks_and_renders_only_what_was_changed(factory: Factory) -> None:
    job = await factory.work_off(await factory.submit(scenes=SCENES, aspect_ratio="1:1"))
    assert job.status == JobStatus.SUCCEEDED, job.error
    assert len(factory.ledger.keys("end", "sentence")) == len(SCENES)
    assert len(factory.ledger.keys("end", "segment")) == len(SCENES)

    jobs = await factory.jobs()
    edit = SceneEdit(text="Bees visit four million flowers for two jars.")
    revision = await factory.work_off(await jobs.revise(LOCAL_ACCOUNT, job.video_id, {1: edit}))

    assert revision.status == JobStatus.SUCCEEDED, revision.error
    assert revision.revision == job.revision + 1
    assert len(factory.ledger.keys("end", "sentence")) == len(SCENES) + 1
    assert len(factory.ledger.keys("end", "segment")) == len(SCENES) + 1
    video = await (await factory.container.get(VideoStore)).get(LOCAL_ACCOUNT, job.video_id)
    assert video.revision == revision.revision
    assert video.path is not None
    script = Path(video.path, "script.txt").read_text()
    assert "four million" in script
    assert "two million" not in script


async def test_a_new_opening_changes_what_was_derived_from_it_and_renders_no_other_scene(
    factory: Factory,
) -> None:
    job = await factory.work_off(await factory.submit(scenes=SCENES, aspect_ratio="1:1"))
    assert len(factory.ledger.keys("end", "segment")) == len(SCENES)

    opening = "Nobody counts the bees at night."
    jobs = await factory.jobs()
    edits = {0: SceneEdit(text=opening)}
    revision = await factory.work_off(await jobs.revise(LOCAL_ACCOUNT, job.video_id, edits))

    assert len(factory.ledger.keys("end", "segment")) == len(SCENES) + 1
    assert revision.result is not None
    assert revision.result.path is not None
    metadata = json.loads(Path(revision.result.path, "metadata.json").read_text())
    assert metadata["title"] == opening.removesuffix(".")
    assert metadata["description"].startswith(f"{opening}\n\n")
    assert "bees" in metadata["tags"]
    assert SCENES[0].text not in str(metadata)


async def test_a_finished_video_has_every_file_as_hard_link_and_an_honest_manifest(
    factory: Factory,
) -> None:
    job = await factory.work_off(await factory.submit(scenes=SCENES, aspect_ratio="1:1"))

    assert job.result is not None
    assert job.result.path is not None
    folder = Path(job.result.path)
    assert {file.name for file in folder.iterdir()} == {
        "video.mp4",
        "thumbnail.jpg",
        "captions.srt",
        "captions.vtt",
        "script.txt",
        "metadata.json",
        "manifest.json",
    }
    assert all(file.stat().st_nlink == 2 for file in folder.iterdir())
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["seed"] == job.request.seed
    assert manifest["encoding"]["duration_ms"] == pytest.approx(job.result.duration * 1000, abs=1)
    assert manifest["loudness"]["integrated_lufs"] == pytest.approx(-14, abs=0.5)
    assert manifest["loudness"]["true_peak_dbtp"] <= -1
    assert {credit["what"] for credit in manifest["credits"]} >= {"voice", "music", "font"}
    assert manifest["word_timing"] == {"engine": len(SCENES)}
    artifacts = await factory.container.get(ArtifactStore)
    for name, sha256 in manifest["artifacts"].items():
        assert await artifacts.size(sha256) == (folder / name).stat().st_size


async def test_a_cancelled_job_ends_its_ffmpeg_within_five_seconds(factory: Factory) -> None:
    job = await factory.submit(scenes=[LONG_SCENE])
    worker = EmbeddedWorker(factory.settings, ThreadBell())
    worker.start()
    try:
        await _until(lambda: bool(_ffmpegs()), seconds=120)
        jobs = await factory.jobs()
        await jobs.cancel(LOCAL_ACCOUNT, job.id)
        await _until(lambda: not _ffmpegs(), seconds=5 + BUSY_SECONDS)
        async with asyncio.timeout(5 + BUSY_SECONDS):
            while (await jobs.get(LOCAL_ACCOUNT, job.id)).status != JobStatus.CANCELLED:
                await asyncio.sleep(0.05)
        assert await results(factory, job, UnitKind.SEGMENT) == {}, "it hadn't come to its end"
        assert worker.error is None
    finally:
        await asyncio.to_thread(worker.stop)


async def _until(happened: Callable[[], bool], seconds: float) -> None:
    """Wait for something outside this process; fail when it doesn't happen in time."""
    async with asyncio.timeout(seconds):
        while not happened():
            await asyncio.sleep(0.05)


def _ffmpegs() -> list[int]:
    """Rendering children of this process."""
    children = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_text()
        except OSError:
            continue
        if parent == os.getpid() and "ffmpeg" in command and "group" in command:
            children.append(int(folder.name))
    return children


def _done(job: Job, kind: UnitKind) -> int:
    """How many units of a stage are done."""
    return sum(stage.units_done for stage in job.stages if stage.name == kind)
