"""An append-only ledger outside the system: what each process did, and when.

Times are the machine's monotonic clock in seconds, which is one for all processes and which no
scenario turns. A line is on disk before whoever wrote it goes on.
"""

import os
import time
from pathlib import Path
from typing import Any

import msgspec

from domain.jobs.model import Claim


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened."""

    at: float
    pid: int
    what: str
    """``claimed``; ``start`` and ``end`` of a piece of work; writes that are ``tried`` and then
    ``accepted``, ``refused``, or ``abandoned`` by a worker that gives up; processes that are
    ``killed``, ``stopped`` and ``continued``; jobs that are ``posted``, requests that are
    ``unaccepted`` and ``unanswered``"""
    name: str = ""
    """which write, which work, or at which failpoint"""
    job: str = ""
    unit: str = ""
    fence: int = 0
    detail: str = ""


class Ledger:
    """Any number of processes write in the same file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def write(self, what: str, name: str = "", claim: Claim | None = None, **more: Any) -> None:
        """Append a line, with the ids of a claim's unit and job."""
        ids = (
            {}
            if claim is None
            else {
                "job": str(claim.job.id),
                "unit": str(claim.unit.id),
                "fence": claim.unit.fence,
            }
        )
        line = Line(at=self.now(), what=what, name=name, **({"pid": os.getpid()} | ids | more))
        if self._descriptor is None:
            self._descriptor = os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        # one call: lines of several processes never mix
        os.write(self._descriptor, msgspec.json.encode(line) + b"\n")
        os.fdatasync(self._descriptor)

    @staticmethod
    def now() -> float:
        """The clock of the lines, in seconds."""
        return time.monotonic()

    def lines(self) -> list[Line]:
        """Every line so far, in the order of writing."""
        if not self.path.exists():
            return []
        decoder = msgspec.json.Decoder(Line)
        written = self.path.read_bytes()
        # whoever is writing the last one may not have come to its end
        return decoder.decode_lines(written[: written.rfind(b"\n") + 1])
