"""One run: a server, schemathesis as a user would start it, and what came of it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from servers import free_port

TESTS = Path(__file__).parents[1]
PATHS = os.pathsep.join(map(str, (TESTS.parent, TESTS)))
CONFIG = Path(__file__).with_name("schemathesis.toml")
START_SECONDS = 60.0
STOP_SECONDS = 30.0
PAUSES = ("script", "narration", "package") * 8


@dataclass(frozen=True)
class Outcome:
    """What a run found."""

    passed: bool
    report: str
    """schemathesis' own words"""
    tried: dict[str, dict[str, int]]
    """answers of each class (`2xx`) by operation"""
    seconds: float

    @property
    def summary(self) -> str:
        """A line for each operation, then what schemathesis sums up."""
        lines = [f"{'operation':<24}{'answers':>9}{'2xx':>8}{'3xx':>6}{'4xx':>8}{'5xx':>6}"]
        for name, counts in sorted(self.tried.items()):
            classes = (counts.get(f"{n}xx", 0) for n in (2, 3, 4, 5))
            two, three, four, five = classes
            lines.append(f"{name:<24}{sum(counts.values()):>9}{two:>8}{three:>6}{four:>8}{five:>6}")
        total = sum(sum(counts.values()) for counts in self.tried.values())
        own = self.report.partition("= SUMMARY =")[2].strip("=\n ")
        lines += [f"{len(self.tried)} operations, {total} answers, {self.seconds:.0f} s", "", own]
        return "\n".join(lines)


def fuzz(folder: Path, examples: int, seed: int | None = None) -> Outcome:
    """Try every operation with ``examples`` requests, and sequences of them.

    Without a seed the requests are the same in every run.
    """
    chance = ["--generation-deterministic"] if seed is None else ["--seed", str(seed)]
    started = time.monotonic()
    with running_server(folder) as (address, key):
        tally = folder / "tally.json"
        environment = {
            "PYTHONPATH": PATHS,
            "FUZZ_ADDRESS": address,
            "FUZZ_KEY": key,
            "FUZZ_TALLY": str(tally),
            "COLUMNS": "100",
        }
        _ask_for_approvals(address, key)
        done = subprocess.run(
            [
                *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", CONFIG),
                *("run", f"{address}/schema/openapi.json", "--checks", "all", "--no-color"),
                *("--max-examples", str(examples), *chance, "--workers", "2"),
            ],
            cwd=folder,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=False,
        )
    tried = json.loads(tally.read_text()) if tally.exists() else {}
    report = done.stdout + done.stderr
    return Outcome(done.returncode == 0, report, tried, time.monotonic() - started)


@contextmanager
def running_server(folder: Path) -> Iterator[tuple[str, str]]:
    """A server process on a free port; its address, and a key for everything."""
    port = free_port()
    data = folder / "var"
    data.mkdir()
    log = folder / "server.log"
    with log.open("wb") as errors:
        server = subprocess.Popen(
            [sys.executable, "-m", "fuzz.server", data, str(port)],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": PATHS},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        assert server.stdout is not None
        key = server.stdout.readline().strip()
        assert re.fullmatch(r"fk_\w+", key), log.read_text()
        _wait_for(port, server, log)
        yield f"http://127.0.0.1:{port}", key
        assert server.poll() is None, f"the server has ended:\n{log.read_text()[-4000:]}"
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _ask_for_approvals(address: str, key: str) -> None:
    """Jobs that wait until somebody decides, for the requests that decide."""
    with httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=60) as api:
        for after in PAUSES:
            asked = {"script": "It has eight arms.", "pause_after": after}
            api.post(f"{address}/api/generate", json=asked).raise_for_status()


def _wait_for(port: int, server: subprocess.Popen[str], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"the server doesn't start:\n{log.read_text()[-4000:]}")
