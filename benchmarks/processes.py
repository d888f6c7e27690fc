"""What processes have cost and hold: CPU seconds and memory, from /proc."""

import contextlib
import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def tree(root: int) -> set[int]:
    """A process and all that descend from it."""
    found: set[int] = set()
    waiting = {root}
    while waiting:
        pid = waiting.pop()
        found.add(pid)
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for task in Path(f"/proc/{pid}/task").iterdir():
                waiting |= {int(child) for child in (task / "children").read_text().split()}
    return found


def cpu_seconds(root: int) -> float:
    """CPU time of a process, of its living descendants, and of those that it has waited for."""
    ticks = 0
    for pid in tree(root):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            # behind the name, which may hold anything: utime, stime, cutime, cstime
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / TICKS


def held_bytes(root: int) -> int:
    """Proportional set size of a process and its descendants: shared pages are counted once."""
    total = 0
    for pid in tree(root):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
    return total
