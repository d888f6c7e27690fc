"""Looks at files that nobody has vouched for in another process, whose death harms nothing.

That process (``quarantined.py``) is confined like ffmpeg itself: no network, no environment, no
right to write. It's kept for the next file, since its start takes a quarter of a second, and
ends by itself when none comes.
"""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import msgspec

from adapters.ffmpeg.confinement import LOOK_LIMITS, bare_environment, launched
from domain.generation.ports import LookFailed

T = TypeVar("T")

CHILD = Path(__file__).with_name("quarantined.py")
LOOK_SECONDS = 20.0
"""after this the process is killed, whatever it's doing"""
KEPT_SECONDS = 60.0
"""a process that was idle for longer isn't asked again: it ends by itself soon"""
ENDS_AFTER_SECONDS = 90
MAX_ANSWER_BYTES = 1 << 20


class FfmpegQuarantine:
    """Implements ``Quarantine``: one process, one file at a time."""

    def __init__(self, seconds: float = LOOK_SECONDS, nice: int = 10) -> None:
        self._seconds = seconds
        self._nice = nice
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._last_used = 0.0

    def look(self, function: Callable[..., T], *arguments: str | float | bool) -> T:
        """Call a function there; blocking. See the port."""
        request = {
            "file": function.__code__.co_filename,
            "name": function.__name__,
            "arguments": arguments,
        }
        with self._lock:
            answer = self._ask(json.dumps(request).encode() + b"\n")
        if "failure" in answer:
            raise LookFailed(str(answer["failure"]))
        returned: T = msgspec.convert(answer.get("value"), get_type_hints(function)["return"])
        return returned

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    # -- under the lock ----------------------------------------------------------------------

    def _ask(self, request: bytes) -> dict[str, Any]:
        process = self._ready()
        try:
            assert process.stdin is not None
            process.stdin.write(request)
            process.stdin.flush()
            line = self._line(process)
            answer = msgspec.json.decode(line, type=dict[str, Any])
        except (BrokenPipeError, EOFError):
            code = self._end()
            by = f"signal {-code}" if code < 0 else f"exit status {code}"
            raise LookFailed(f"the decoder crashed ({by})") from None
        except TimeoutError:
            self._end()
            raise LookFailed(f"it took longer than {self._seconds:g} s to look at") from None
        except BaseException:  # whatever was answered since would be taken for the next answer
            self._end()
            raise
        self._last_used = time.monotonic()
        return answer

    def _ready(self) -> subprocess.Popen[bytes]:
        process = self._process
        idle = time.monotonic() - self._last_used
        if process is not None and process.poll() is None and idle < KEPT_SECONDS:
            return process
        self._end()
        self._process = subprocess.Popen(  # noqa: S603 - our own script, no shell
            launched(
                [sys.executable, "-P", str(CHILD), str(ENDS_AFTER_SECONDS)],
                nice=self._nice,
                limits=LOOK_LIMITS,
                tied=False,  # by its standard input: this thread may end before the next file
            ),
            cwd="/",
            env=bare_environment(PYTHONPATH=os.pathsep.join(filter(None, sys.path))),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return self._process

    def _line(self, process: subprocess.Popen[bytes]) -> bytes:
        """One line of an answer.

        Raises:
            TimeoutError, EOFError
        """
        assert process.stdout is not None
        deadline = time.monotonic() + self._seconds
        line = b""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise TimeoutError
                piece = os.read(process.stdout.fileno(), MAX_ANSWER_BYTES)
                if not piece or len(line) > MAX_ANSWER_BYTES:
                    raise EOFError
                line += piece
        return line

    def _end(self) -> int:
        """Kill the process and reap it; answers how it ended."""
        process, self._process = self._process, None
        if process is None:
            return 0
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            code = process.wait(timeout=0.2)  # one that crashed has ended: how is worth telling
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            code = process.wait()
        with contextlib.suppress(BrokenPipeError):  # of what it wasn't told any more
            process.stdin.close()
        process.stdout.close()
        return code
