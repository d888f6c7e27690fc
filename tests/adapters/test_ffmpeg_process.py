"""ffmpeg never outlives the work it does, and its ends are told apart."""

import asyncio
import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import pytest

from adapters.ffmpeg.process import Feed, FfmpegProcess, Position, storage_checked
from domain.errors import RenderFailed, RenderInterrupted, StorageFull

EXECUTABLE = Path(imageio_ffmpeg.get_ffmpeg_exe())
ENDLESS = ["-re", "-f", "lavfi", "-i", "color=s=64x64:r=30", "-f", "null", "-"]
PATIENCE = 60
"""seconds until a test gives up"""

LEAST_URGENT = 19


@pytest.fixture
def process() -> FfmpegProcess:
    return FfmpegProcess(EXECUTABLE, nice=10)


class Running:
    """An endless ffmpeg, under way."""

    def __init__(self, process: FfmpegProcess, folder: Path) -> None:
        self.started = asyncio.Event()
        before = children_of(os.getpid())
        self.task = asyncio.create_task(
            process.run(ENDLESS, folder=folder, on_position=self._under_way)
        )
        self._before = before

    def _under_way(self, _: Position) -> None:
        self.started.set()

    async def pid(self) -> int:
        await asyncio.wait_for(self.started.wait(), PATIENCE)
        (pid,) = children_of(os.getpid()) - self._before
        return pid


def children_of(pid: int) -> set[int]:
    """Ids of a process's children, whichever of its threads started them."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found |= {int(word) for word in (task / "children").read_text().split()}
    return found


def open_files() -> set[str]:
    return {entry.name for entry in Path("/proc/self/fd").iterdir()}


def gone(pid: int) -> bool:
    """Whether no process has this id (not even one that waits to be reaped)."""
    return not Path(f"/proc/{pid}").exists()


async def test_cancelling_ends_and_reaps_ffmpeg_before_it_returns(
    process: FfmpegProcess, tmp_path: Path
) -> None:
    running = Running(process, tmp_path)
    pid = await running.pid()
    running.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running.task
    assert gone(pid)


async def test_ffmpeg_leads_its_own_session_at_low_priority_without_input(
    process: FfmpegProcess, tmp_path: Path
) -> None:
    running = Running(process, tmp_path)
    pid = await running.pid()
    assert os.getsid(pid) == os.getpgid(pid) == pid
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, pid) == min(ours + 10, LEAST_URGENT)
    assert Path(f"/proc/{pid}/fd/0").readlink() == Path("/dev/null")
    running.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running.task


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
async def test_ended_from_outside_is_an_interruption_that_may_be_tried_again(
    process: FfmpegProcess, tmp_path: Path, sent: signal.Signals
) -> None:
    running = Running(process, tmp_path)
    os.kill(await running.pid(), sent)
    with pytest.raises(RenderInterrupted) as caught:
        await running.task
    assert caught.value.transient


async def test_a_crash_of_its_own_is_a_failure(process: FfmpegProcess, tmp_path: Path) -> None:
    running = Running(process, tmp_path)
    os.kill(await running.pid(), signal.SIGSEGV)
    with pytest.raises(RenderFailed, match="crashed with signal 11"):
        await running.task


def test_ffmpeg_dies_with_a_killed_parent(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from adapters.ffmpeg.process import FfmpegProcess\n"
        f"run = FfmpegProcess(Path({str(EXECUTABLE)!r}), 10).run(\n"
        f"    {ENDLESS!r}, folder=Path({str(tmp_path)!r}),\n"
        "    on_position=lambda _: print('under way', flush=True))\n"
        "asyncio.run(run)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"under way\n"
        (pid,) = children_of(parent.pid)
        ending = os.pidfd_open(pid)
        parent.kill()
    readable, _, _ = select.select([ending], [], [], PATIENCE)
    os.close(ending)
    assert readable, "ffmpeg went on without its parent"


async def test_a_full_disk_is_told_from_other_failures(
    process: FfmpegProcess, tmp_path: Path
) -> None:
    noise = ["-f", "lavfi", "-i", "testsrc2=s=320x240:d=2", "-c:v", "rawvideo"]
    with pytest.raises(StorageFull):
        await process.run([*noise, "-f", "nut", "-y", "/dev/full"], folder=tmp_path)


def test_a_full_disk_met_by_python_is_the_same_error() -> None:
    with pytest.raises(StorageFull), storage_checked(), Path("/dev/full").open("wb") as full:
        full.write(b"x" * 100_000)


async def test_a_failure_carries_the_telling_line(process: FfmpegProcess, tmp_path: Path) -> None:
    with pytest.raises(RenderFailed, match=r"absent\.mp4") as caught:
        await process.run(["-i", "absent.mp4", "-f", "null", "-"], folder=tmp_path)
    assert "No such file" in str(caught.value.details["stderr"])


async def test_a_missing_executable_leaks_no_pipe(tmp_path: Path) -> None:
    before = open_files()
    absent = FfmpegProcess(tmp_path / "absent", 10)
    with pytest.raises(RenderFailed):
        await absent.run(["-i", Feed(iter([b"x"])), "-f", "null", "-"], folder=tmp_path)
    assert open_files() <= before


async def test_several_inputs_are_fed_at_once(process: FfmpegProcess, tmp_path: Path) -> None:
    def planes(value: int, frames: int) -> Iterator[bytes]:
        for _ in range(frames):
            yield bytes([value]) * (64 * 64)

    raw = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", "64x64", "-framerate", "30"]
    position = await process.run(
        [
            *(*raw, "-i", Feed(planes(10, 70)), *raw, "-i", Feed(planes(200, 50))),
            *("-filter_complex", "[0][1]concat=n=2", "-f", "rawvideo", "-y", "out.raw"),
        ],
        folder=tmp_path,
    )
    data = (tmp_path / "out.raw").read_bytes()
    assert position.frames == 120
    assert (data[0], data[-1], len(data)) == (10, 200, 120 * 64 * 64)


async def test_a_feed_that_is_cut_short_doesnt_hang(process: FfmpegProcess, tmp_path: Path) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield bytes(64 * 64)

    raw = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", "64x64", "-framerate", "30"]
    arguments = [*raw, "-i", Feed(endless()), "-frames:v", "3", "-f", "null", "-"]
    position = await asyncio.wait_for(process.run(arguments, folder=tmp_path), PATIENCE)
    assert position.frames == 3


async def test_an_error_inside_a_feed_is_raised(process: FfmpegProcess, tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield bytes(64 * 64)
        raise ValueError("no more pictures")

    raw = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", "64x64", "-framerate", "30"]
    with pytest.raises(ValueError, match="no more pictures"):
        await process.run([*raw, "-i", Feed(broken()), "-f", "null", "-"], folder=tmp_path)
