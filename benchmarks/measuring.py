"""Quality of a file against its finished frames, and memory of a process tree."""

import contextlib
import json
import subprocess
import threading
from pathlib import Path

from benchmarks.work import raw_input

EVERY_NTH_FRAME = 4
"""coprime to a GOP's 15 frames, or only some of its places (the best or the worst) are seen"""
SAMPLING_SECONDS = 0.1


def vmaf(executable: Path, file: Path, frames: Path, size: tuple[int, int]) -> float | None:
    """Mean VMAF of every fourth frame; None when this ffmpeg has no libvmaf."""
    listed = subprocess.run([executable, "-filters"], check=True, capture_output=True, text=True)
    if "libvmaf" not in listed.stdout:
        return None
    log = file.with_suffix(".vmaf.json")
    tags = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
    same = f"settb=1/30,setpts=N,{tags}"
    model = f"libvmaf=n_threads=2:n_subsample={EVERY_NTH_FRAME}:log_fmt=json:log_path={log.name}"
    graph = f"[0:v]{same}[made];[1:v]{same}[wanted];[made][wanted]{model}"
    command = [str(executable), "-v", "error", "-nostdin", "-i", str(file)]
    command += [*raw_input(frames, size), "-lavfi", graph, "-f", "null", "-"]
    subprocess.run(command, check=True, cwd=file.parent)
    return float(json.loads(log.read_text())["pooled_metrics"]["vmaf"]["mean"])


class PeakMemory:
    """The most memory that this process's children held at one time, in bytes.

    Proportional set size: shared pages are counted once.
    """

    def __init__(self) -> None:
        self.peak = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.wait(SAMPLING_SECONDS):
            self.peak = max(self.peak, sum(_held(pid) for pid in _tree()))


def _tree() -> set[int]:
    """This process and all that descend from it."""
    found: set[int] = set()
    waiting = {Path("/proc/self").resolve().name}
    while waiting:
        pid = waiting.pop()
        found.add(int(pid))
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for task in Path(f"/proc/{pid}/task").iterdir():
                waiting |= set((task / "children").read_text().split())
    return found


def _held(pid: int) -> int:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
