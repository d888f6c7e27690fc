"""How media tools are started: with limits, without network, environment or new rights."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from samples import FFMPEG, X264, ffmpeg

from adapters.ffmpeg import FfmpegEngine, FfmpegQuarantine
from adapters.ffmpeg.confinement import (
    LOOK_LIMITS,
    RENDER_LIMITS,
    bare_environment,
    has_no_network,
)
from adapters.ffmpeg.process import FfmpegProcess, Position
from domain.errors import RenderFailed
from domain.generation.narration import SAMPLES_PER_FRAME
from domain.generation.palettes import PALETTES
from domain.generation.ports import MixPlan, SegmentPlan
from domain.generation.storyboard import Backdrop, ClipBackdrop, DrawnBackdrop, StillBackdrop

ENDLESS = ["-re", "-f", "lavfi", "-i", "testsrc2=s=64x64", "-f", "null", "-"]
BUSY = ["-f", "lavfi", "-i", "testsrc2=s=1280x720:d=600", "-f", "null", "-"]
TRACK = (
    "[Script Info]\nScriptType: v4.00+\nPlayResX: 270\nPlayResY: 480\n\n[V4+ Styles]\n"
    "Format: Name, Fontname, Fontsize, PrimaryColour\nStyle: Flat,Inter,40,&H00FFFFFF\n\n"
    "[Events]\nFormat: Layer, Start, End, Style, Text\n"
)


async def while_running(arguments: list[str], folder: Path, look: Callable[[Path], str]) -> str:
    """What ``look`` sees in ``/proc`` of an ffmpeg that has begun its work."""
    begun = asyncio.Event()

    def under_way(_: Position) -> None:
        begun.set()

    before = children()
    running = asyncio.create_task(
        FfmpegProcess(Path(FFMPEG), 10).run(arguments, folder=folder, on_position=under_way)
    )
    await asyncio.wait_for(begun.wait(), 60)
    (pid,) = children() - before
    seen = look(Path(f"/proc/{pid}"))
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    return seen


def children() -> set[str]:
    tasks = Path("/proc/self/task").iterdir()
    return {pid for task in tasks for pid in (task / "children").read_text().split()}


async def test_every_limit_is_set_in_the_running_ffmpeg(tmp_path: Path) -> None:
    limits = await while_running(ENDLESS, tmp_path, lambda p: (p / "limits").read_text())

    rows = {line[:26].strip(): line[26:].split() for line in limits.splitlines()}
    names = {
        "Max core file size": "CORE",
        "Max cpu time": "CPU",
        "Max address space": "AS",
        "Max file size": "FSIZE",
    }
    for row, name in names.items():
        assert int(rows[row][0]) <= RENDER_LIMITS[name], row


async def test_ffmpeg_gains_no_new_privileges(tmp_path: Path) -> None:
    status = await while_running(ENDLESS, tmp_path, lambda p: (p / "status").read_text())
    assert "NoNewPrivs:\t1" in status


async def test_ffmpeg_is_told_no_secret_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "S3_SECRET_KEY", "AWS_SECRET_ACCESS_KEY", "FFREPORT"):
        monkeypatch.setenv(name, "canary")
    told = await while_running(ENDLESS, tmp_path, lambda p: (p / "environ").read_text())
    assert "canary" not in told
    assert "PATH=" in told


async def test_ffmpeg_has_no_network_where_the_system_allows_it(tmp_path: Path) -> None:
    namespace = await while_running(ENDLESS, tmp_path, lambda p: str((p / "ns/net").readlink()))
    apart = namespace != str(Path("/proc/self/ns/net").readlink())
    assert apart == has_no_network()
    if not apart:
        pytest.skip("this system permits no network namespace")


def test_who_looks_at_files_has_no_network_either(quarantine: FfmpegQuarantine) -> None:
    if not has_no_network():
        pytest.skip("this system permits no network namespace")
    assert quarantine.look(network_of, "") != str(Path("/proc/self/ns/net").readlink())


def network_of(_: str) -> str:
    return str(Path("/proc/self/ns/net").readlink())


async def test_a_run_that_uses_up_its_cpu_time_fails_and_says_so(tmp_path: Path) -> None:
    process = FfmpegProcess(Path(FFMPEG), 10, RENDER_LIMITS | {"CPU": 1})
    with pytest.raises(RenderFailed, match="CPU time") as caught:
        await process.run(BUSY, folder=tmp_path)
    assert not caught.value.transient


async def test_a_run_that_writes_too_much_fails_and_says_so(tmp_path: Path) -> None:
    process = FfmpegProcess(Path(FFMPEG), 10, RENDER_LIMITS | {"FSIZE": 100_000})
    noise = ["-f", "lavfi", "-i", "testsrc2=s=320x240:d=2", "-c:v", "rawvideo", "-f", "nut"]
    with pytest.raises(RenderFailed, match="File too large"):
        await process.run([*noise, "-y", "out.nut"], folder=tmp_path)
    assert (tmp_path / "out.nut").stat().st_size <= 100_000


def test_only_named_variables_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy")
    assert "HTTP_PROXY" not in bare_environment()
    assert LOOK_LIMITS["FSIZE"] == 0


# -- every input of every run ------------------------------------------------------------------


@pytest.fixture
def recorded(tmp_path: Path) -> tuple[Path, Path]:
    """An ffmpeg that notes its arguments before it runs, and its notes."""
    notes = tmp_path / "arguments.jsonl"
    script = tmp_path / "noting-ffmpeg"
    script.write_text(
        f"#!{sys.executable} -IS\nimport json, os, sys\n"
        f"with open({str(notes)!r}, 'a') as notes: notes.write(json.dumps(sys.argv[1:]) + '\\n')\n"
        f"os.execv({FFMPEG!r}, ['ffmpeg', *sys.argv[1:]])\n"
    )
    script.chmod(0o755)
    return script, notes


async def test_every_input_of_every_run_names_one_protocol_and_its_formats(
    tmp_path: Path, recorded: tuple[Path, Path]
) -> None:
    script, notes = recorded
    (tmp_path / "fonts").mkdir()
    engine = FfmpegEngine(tmp_path / "fonts", executable=script)
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x48:d=0.5", *X264, tmp_path / "clip.mp4")
    Image.new("RGB", (64, 48)).save(tmp_path / "still.png")
    ffmpeg("-f", "lavfi", "-i", "sine=d=2", tmp_path / "music.mp3")
    media = {"c": tmp_path / "clip.mp4", "s": tmp_path / "still.png"}
    backdrops: list[tuple[int, Backdrop]] = [
        (20, ClipBackdrop(media="c", name="clip")),
        (6, StillBackdrop(media="s", name="still", variant=0)),
        *[(2, DrawnBackdrop(variant=n)) for n in range(30)],
    ]
    frames = sum(length for length, _ in backdrops)
    plan = SegmentPlan(
        width=270,
        height=480,
        frames=frames,
        palette=PALETTES["midnight"],
        backdrops=backdrops,
        ass=TRACK,
    )
    await engine.render_segment(plan, media, tmp_path / "out.ts", lambda _: None)
    (tmp_path / "voice.pcm").write_bytes(
        np.zeros(frames * SAMPLES_PER_FRAME, dtype="<i2").tobytes()
    )
    mix = MixPlan(
        narration=["0" * 64],
        frames=frames,
        speech=[],
        music_level_lu=-16.0,
        fade_in_ms=100,
        fade_out_ms=100,
    )
    await engine.mix_sound(
        mix, [tmp_path / "voice.pcm"], tmp_path / "music.mp3", tmp_path / "out.aac", lambda _: None
    )
    await engine.assemble(
        [tmp_path / "out.ts", tmp_path / "out.ts"],
        tmp_path / "out.aac",
        tmp_path / "out.mp4",
        lambda _: None,
    )

    runs = [json.loads(line) for line in notes.read_text().splitlines()]
    assert len(runs) >= 6
    inputs = 0
    for run in runs:
        assert run[0] == "-nostdin"
        start = 0
        for at, word in enumerate(run):
            if word != "-i":
                continue
            options = run[start:at]
            allowed = options[options.index("-protocol_whitelist") + 1]
            assert allowed == ("pipe" if run[at + 1].startswith("pipe:") else "file"), run
            assert "-f" in options or "-format_whitelist" in options, run
            start, inputs = at + 2, inputs + 1
    assert inputs >= 12
