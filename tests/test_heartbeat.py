"""Which workers of a machine live, by the files that they touch."""

import os
import socket
import time
from pathlib import Path

from app.heartbeat import SILENT_SECONDS, living_workers

HERE = socket.gethostname()
NOBODY = 2**22 + 1
"""a process id beyond all that Linux gives"""


def beat(folder: Path, name: str, *, seconds_ago: float = 0.0) -> Path:
    file = folder / name
    file.touch()
    then = time.time() - seconds_ago
    os.utime(file, (then, then))
    return file


def test_a_worker_lives_as_long_as_its_signs_are_young(tmp_path: Path) -> None:
    beat(tmp_path, f"{HERE}.{os.getpid()}")
    beat(tmp_path, f"{HERE}.{os.getppid()}", seconds_ago=SILENT_SECONDS + 1)

    assert living_workers(tmp_path) == ([os.getpid()], [os.getppid()])


def test_the_file_of_a_worker_that_is_gone_goes_too(tmp_path: Path) -> None:
    gone = beat(tmp_path, f"{HERE}.{NOBODY}")

    assert living_workers(tmp_path) == ([], [])
    assert not gone.exists()


def test_other_machines_and_other_files_are_none_of_its_business(tmp_path: Path) -> None:
    """A machine's name may begin as another's, and the folder may be shared."""
    others = [
        beat(tmp_path, name)
        for name in (f"{HERE}.example.org.{NOBODY}", f"{HERE}.tmp", "another.1", HERE)
    ]

    assert living_workers(tmp_path) == ([], [])
    assert all(file.exists() for file in others)


def test_without_any_worker_ever_there_is_none(tmp_path: Path) -> None:
    assert living_workers(tmp_path / "never made") == ([], [])
