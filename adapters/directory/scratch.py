"""Private folders that can be told apart from the leftovers of processes that died.

Every folder lies beside a lock file that its process holds (``flock``) for as long as it uses
the folder. The kernel drops the lock with the process, however it ends, so that a lock that
can be taken marks a leftover. Children don't inherit it: Python's descriptors are closed on
exec.
"""

import fcntl
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_LOCK_SUFFIX = ".lock"


class ScratchFolders:
    """Makes folders under ``base``, one for each piece of work, and removes them."""

    def __init__(self, base: Path) -> None:
        self._base = base

    @contextmanager
    def hold(self) -> Iterator[Path]:
        """An empty folder of one's own, removed with its contents at the end."""
        self._base.mkdir(parents=True, exist_ok=True)
        folder = self._base / uuid.uuid4().hex
        lock = folder.with_suffix(_LOCK_SUFFIX)
        descriptor = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            folder.mkdir()
            yield folder
        finally:
            # What can't be removed now is a leftover that ``clear`` takes later.
            shutil.rmtree(folder, ignore_errors=True)
            lock.unlink(missing_ok=True)
            os.close(descriptor)

    def clear(self, older_than_seconds: float) -> int:
        """Remove folders whose process is gone; answers how many.

        The age (since the folder was made) covers file systems on which locks don't reach
        other machines, and the instant between making a lock file and locking it.
        """
        if not self._base.is_dir():
            return 0
        newest = time.time() - older_than_seconds
        removed = 0
        for lock in self._base.glob(f"*{_LOCK_SUFFIX}"):
            with suppress(FileNotFoundError):  # its owner, or another sweep, was quicker
                if lock.stat().st_mtime <= newest and _take(lock):
                    shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
                    lock.unlink()
                    removed += 1
        return removed


def _take(lock: Path) -> bool:
    """Whether nobody holds ``lock``."""
    descriptor = os.open(lock, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
