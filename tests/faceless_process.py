"""The ``faceless`` command as a process of its own, with its settings in the environment."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from app.config import Settings

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 120.0
STOP_SECONDS = 60.0


def environment_of(settings: Settings) -> dict[str, str]:
    """Variables that give ``settings`` to a process, and nothing of this one's own."""
    spelt = {True: "true", False: "false"}
    chosen = {
        field.encode_name: spelt.get(value, str(value)) if isinstance(value, bool) else str(value)
        for field in msgspec.structs.fields(Settings)
        if (value := getattr(settings, field.name)) != field.default
    }
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "PYTHONPATH": str(ROOT),
        "LOG_FORMAT": "json",
        **chosen,
    }


class FacelessProcess:
    """``faceless`` (or another Python program) with arguments; what it writes goes to a file."""

    def __init__(
        self,
        settings: Settings,
        log: Path,
        *arguments: str,
        program: Sequence[str] = ("-m", "app.cli"),
    ) -> None:
        self._log = log
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, *program, *arguments],
                cwd=log.parent,
                env=environment_of(settings),
                stdout=file,
                stderr=file,
            )

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def peak_bytes(self) -> int:
        """The most memory that it has held so far (Linux)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        [kilobytes] = re.findall(r"VmHWM:\s+(\d+) kB", status)
        return int(kilobytes) * 1024

    async def said(self, pattern: str) -> re.Match[str]:
        """What it says first that fits ``pattern``, waited for."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (match := re.search(pattern, self.log)) is None:
            assert self.process.poll() is None, f"it has ended:\n{self.log}"
            assert time.monotonic() < deadline, f"nothing like {pattern!r} in:\n{self.log}"
            await asyncio.sleep(0.05)
        return match

    async def address(self) -> str:
        """Where ``faceless serve`` listens, once it does."""
        return (await self.said(r'"url": "(http://[^"]+)"'))[1]

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def ended(self, within_seconds: float = STOP_SECONDS) -> int:
        """Its exit status, waited for."""
        return await asyncio.to_thread(self.process.wait, within_seconds)

    async def stop(self) -> int:
        """Ask it to end, as a supervisor does; answers its exit status."""
        self.signal(signal.SIGTERM)
        return await self.ended()

    def __enter__(self) -> "FacelessProcess":
        return self

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def __exit__(self, *_: Any) -> None:
        self.kill()
