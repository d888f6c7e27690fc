"""Runs ffmpeg: started so that nothing outlives us, followed, ended, and judged.

The child has its own session and process group, no standard input, low priority, no network,
limits and hardly any environment, and dies with its parent (``confinement.py``). Cancelling
``run`` kills the whole group and reaps it before the cancellation goes on.
"""

import asyncio
import contextlib
import errno
import os
import re
import resource
import signal
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

import msgspec

from adapters.ffmpeg.confinement import RENDER_LIMITS, bare_environment, launched
from domain.errors import RenderFailed, RenderInterrupted, StorageFull

KEPT_LINES = 40
"""lines of stderr kept to explain a failure"""
LINE_LIMIT = 1 << 20
"""bytes; a stderr line longer than this isn't ffmpeg's"""
NO_SPACE = ("No space left on device", "Disk quota exceeded")
CRASHES = frozenset(
    {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGSYS}
)
"""signals that a program brings upon itself; any other one was sent from outside"""
STOPPED_BY_SIGNAL = 255
"""exit code of an ffmpeg that was asked to stop; it calls that no error"""
STALLED_REPORTS = 240
"""reports of progress, two a second, in which nothing has come out: a damaged clip that is looped
can keep ffmpeg reading for ever. One that is stopped, or waits for the CPU, reports nothing."""
ERROR_LINE = re.compile(r"\[(?:error|fatal)\] (?P<said>.+)")
TELLING_LINES = 3
ENOSPC_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT})


class Position(msgspec.Struct, frozen=True):
    """How far ffmpeg has come: frames encoded, seconds and bytes written."""

    frames: int
    seconds: float
    bytes: int


class Feed:
    """Bytes that one input of ffmpeg reads from a pipe, made while ffmpeg asks for them.

    Stands in the arguments where the input's name belongs.
    """

    def __init__(self, chunks: Iterator[bytes | memoryview]) -> None:
        self.chunks = chunks

    def write_to(self, descriptor: int) -> None:
        """Write everything, then close; stop quietly when nobody reads any more."""
        with os.fdopen(descriptor, "wb", buffering=0) as pipe:
            try:
                for chunk in self.chunks:
                    left = memoryview(chunk).cast("B")
                    while left:
                        left = left[pipe.write(left) :]
            except BrokenPipeError:
                return  # ffmpeg has what it needs, or has ended; its exit code says which


@contextlib.contextmanager
def storage_checked() -> Iterator[None]:
    """Turn the operating system's "disk full" into the domain's error."""
    try:
        yield
    except OSError as error:
        if error.errno in ENOSPC_ERRNOS:
            raise StorageFull from error
        raise


class FfmpegProcess:
    """Runs one executable with one set of manners."""

    def __init__(
        self, executable: Path, nice: int, limits: Mapping[str, int] = RENDER_LIMITS
    ) -> None:
        self.executable = executable
        self.nice = nice
        self.limits = limits

    async def run(
        self,
        arguments: Sequence[str | Feed],
        *,
        folder: Path,
        on_position: Callable[[Position], None] | None = None,
    ) -> Position:
        """Run ffmpeg in ``folder`` to its end; answers the position it reported last.

        Raises:
            RenderInterrupted: it was ended from outside.
            StorageFull: it had no space to write to.
            RenderFailed: it gave up; the message is its own most telling line.
        """
        feeds = [argument for argument in arguments if isinstance(argument, Feed)]
        pipes = {id(feed): os.pipe() for feed in feeds}
        reading = tuple(pipe[0] for pipe in pipes.values())
        words = [f"pipe:{pipes[id(a)][0]}" if isinstance(a, Feed) else a for a in arguments]
        unwritten = {id(feed): pipes[id(feed)][1] for feed in feeds}
        used_before = _seconds_of_children()
        try:
            process = await asyncio.create_subprocess_exec(
                *launched(
                    [
                        *(str(self.executable), "-nostdin", "-hide_banner", "-nostats"),
                        *("-v", "level+warning", "-progress", "pipe:1", *words),
                    ],
                    nice=self.nice,
                    limits=self.limits,
                    tied=True,
                ),
                cwd=folder,
                env=bare_environment(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
                pass_fds=reading,
                limit=LINE_LIMIT,
            )
        except BaseException:
            for descriptor in unwritten.values():
                os.close(descriptor)
            raise
        finally:
            for descriptor in reading:
                os.close(descriptor)

        lines: deque[str] = deque(maxlen=KEPT_LINES)
        with ThreadPoolExecutor(max_workers=max(1, len(feeds))) as writers:
            loop = asyncio.get_running_loop()
            writing = [
                loop.run_in_executor(writers, feed.write_to, unwritten[id(feed)]) for feed in feeds
            ]
            try:
                position, _ = await asyncio.gather(
                    _follow(process, on_position), _collect(process, lines)
                )
                code = await process.wait()
                await asyncio.gather(*writing)
            except BaseException:
                await _end(process)
                await asyncio.gather(*writing, return_exceptions=True)
                raise
        if code == STOPPED_BY_SIGNAL and _seconds_of_children() - used_before >= self.limits["CPU"]:
            # SIGXCPU ends ffmpeg as any other signal does, and it doesn't say which it was
            raise RenderFailed("ffmpeg used up the CPU time that one run may take.")
        if code != 0:
            _explain(code, list(lines))
        return position


async def _follow(
    process: asyncio.subprocess.Process, on_position: Callable[[Position], None] | None
) -> Position:
    """Read ``-progress`` blocks of key=value lines; each ends with a ``progress`` line.

    Raises:
        RenderFailed: nothing comes out any more.
    """
    assert process.stdout is not None
    position = Position(0, 0.0, 0)
    unchanged = 0
    block: dict[str, str] = {}
    async for line in process.stdout:
        key, _, value = line.decode("utf-8", "replace").strip().partition("=")
        block[key] = value
        if key != "progress":
            continue
        before = position
        position = Position(
            frames=_number(block.get("frame")),
            seconds=_number(block.get("out_time_us")) / 1_000_000,
            bytes=_number(block.get("total_size")),
        )
        unchanged = unchanged + 1 if position == before else 0
        if unchanged >= STALLED_REPORTS:
            raise RenderFailed("ffmpeg reads and reads, and nothing comes out.")
        if on_position is not None:
            on_position(position)
        block = {}
    return position


def _seconds_of_children() -> float:
    """CPU time of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _number(text: str | None) -> int:
    """A count of ffmpeg's progress; it prints N/A while it doesn't know one."""
    return int(text) if text is not None and text.lstrip("-").isdigit() else 0


async def _collect(process: asyncio.subprocess.Process, lines: deque[str]) -> None:
    """Keep the last lines of stderr."""
    assert process.stderr is not None
    async for line in process.stderr:
        lines.append(line.decode("utf-8", "replace").rstrip())


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill the whole process group and reap it, whatever is cancelled meanwhile."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    reaping = asyncio.ensure_future(process.wait())
    while not reaping.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(reaping)


def _explain(code: int, lines: list[str]) -> NoReturn:
    """Raise what an exit code and the last lines of stderr mean."""
    text = "\n".join(lines)
    if any(sign in text for sign in NO_SPACE):
        raise StorageFull
    crashed = code < 0 and -code in CRASHES
    told = [found["said"] for line in lines if (found := ERROR_LINE.search(line))]
    if (code < 0 and not crashed) or (code == STOPPED_BY_SIGNAL and not told):
        raise RenderInterrupted(f"ffmpeg was ended from outside (exit code {code}).")
    reason = "; ".join(told[:TELLING_LINES]) or (lines[-1] if lines else "it said nothing")
    how = f"crashed with signal {-code}" if crashed else f"gave up with exit code {code}"
    raise RenderFailed(f"ffmpeg {how}: {reason}", stderr=text)
