"""Signs of life of worker processes, for whoever has to restart one that hangs.

Each worker touches a file of its own every few seconds, from the event loop that its work runs
on: a process that is gone, stopped or stuck falls silent. A server that is down is no reason to
fall silent, and no reason to restart a worker.
"""

import asyncio
import logging
import os
import socket
import time
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
SILENT_SECONDS = 30.0
"""a busy machine may delay a beat, but not by so much"""


async def beat_forever(folder: Path) -> None:
    """Touch this process's file until cancelled; then remove it."""
    file = folder / f"{socket.gethostname()}.{os.getpid()}"
    try:
        while True:
            try:
                await asyncio.to_thread(_touch, file)
            except OSError as error:
                log.warning("this worker can't give a sign of life: %s", error)
            await asyncio.sleep(BEAT_SECONDS)
    finally:
        file.unlink(missing_ok=True)


def _touch(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()


def living_workers(folder: Path) -> tuple[list[int], list[int]]:
    """Process ids of this machine's workers: those that live, and those that are silent.

    A worker that was killed leaves its file; here it's removed.
    """
    living: list[int] = []
    silent: list[int] = []
    for file in sorted(folder.glob("*")):
        machine, _, number = file.name.rpartition(".")
        if machine != socket.gethostname() or not number.isdecimal():
            continue
        pid = int(number)
        if not _runs(pid):
            file.unlink(missing_ok=True)
            continue
        with suppress(FileNotFoundError):  # it has ended just now
            age = time.time() - file.stat().st_mtime
            (living if age < SILENT_SECONDS else silent).append(pid)
    return living, silent


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True
