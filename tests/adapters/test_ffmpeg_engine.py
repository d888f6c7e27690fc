"""What is particular to the ffmpeg engine: its children, its builds, its name in fingerprints."""

import asyncio
import os
import signal
from pathlib import Path

import imageio_ffmpeg
import pytest

from adapters.ffmpeg import FfmpegEngine
from domain.errors import RenderInterrupted
from domain.generation.ports import SegmentPlan
from domain.generation.storyboard import DrawnBackdrop, Palette

PALETTE = Palette(
    name="n",
    ground="#102030",
    ground_to="#405060",
    ink="#FFFFFF",
    muted="#DDDDDD",
    accent="#FFB703",
)
TRACK = "[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Text\n"


def children() -> set[int]:
    tasks = Path("/proc/self/task").iterdir()
    return {int(pid) for task in tasks for pid in (task / "children").read_text().split()}


async def test_a_killed_ffmpeg_is_an_interruption_and_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    work = tmp_path / "work"
    work.mkdir()
    engine = FfmpegEngine(tmp_path / "fonts")
    plan = SegmentPlan(
        width=270,
        height=480,
        frames=50_000,
        palette=PALETTE,
        backdrops=[(50_000, DrawnBackdrop(variant=0))],
        ass=TRACK,
    )
    before = children()
    under_way = asyncio.Event()
    rendering = asyncio.create_task(
        engine.render_segment(plan, {}, work / "segment.ts", lambda _: under_way.set())
    )
    await asyncio.wait_for(under_way.wait(), 60)
    for pid in children() - before:
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(RenderInterrupted):
        await rendering
    assert list(work.iterdir()) == []


def test_the_identity_names_the_build_and_the_threads_that_bytes_depend_on(tmp_path: Path) -> None:
    one, two = FfmpegEngine(tmp_path), FfmpegEngine(tmp_path, threads=2)
    assert one.version in one.identity
    assert one.identity != two.identity


def test_tools_are_named_without_paths_of_this_machine(tmp_path: Path) -> None:
    tools = FfmpegEngine(tmp_path).tools()
    assert set(tools) >= {"ffmpeg", "opencv", "pyav"}
    assert not any("/" in version for version in tools.values())


def test_another_build_can_be_named_and_nothing_runs_until_it_is_needed(tmp_path: Path) -> None:
    def unasked() -> Path:
        raise AssertionError("fonts were asked for too early")

    engine = FfmpegEngine(unasked, executable=tmp_path / "absent")
    assert engine.executable == tmp_path / "absent"
    assert FfmpegEngine(unasked).executable == Path(imageio_ffmpeg.get_ffmpeg_exe())
