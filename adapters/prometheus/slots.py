"""Files that processes count in, one set for each that runs.

The library's way is a file for each process id, to be thrown away when everything is started
anew. Here processes start and die one by one, ids repeat between containers, and what a dead
process has counted must stay: a sum that falls looks like a restart to Prometheus, and what is
left of it like new events. So a process takes a *slot*: the first whose lock nobody holds. It
goes on counting where the slot's last owner stopped. There are never more files than there were
processes at once, nothing has to be swept, and a kill at any moment loses nothing.
"""

import fcntl
import itertools
import logging
import os
from pathlib import Path

from prometheus_client.mmap_dict import MmapedDict

log = logging.getLogger(__name__)

KINDS = ("counter", "histogram")
"""of metrics that processes count; each has a file of its own, by the library's naming"""

FILE_BYTES = 512 * 1024
"""several times what all figures together need"""


class Slot:
    """The lock on one set of files, held until it's closed or the process ends."""

    def __init__(self, name: str, lock: int) -> None:
        self.name = name
        self._lock = lock

    def close(self) -> None:
        """Let the next process have it."""
        os.close(self._lock)


def take_slot(folder: Path) -> Slot:
    """Take the first free slot in ``folder``, its files ready to be counted in.

    Raises:
        OSError: the folder can't be written, or no space is left.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number in itertools.count():
        name = f"{number:03d}"
        lock = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        try:
            for kind in KINDS:
                _prepare(folder / f"{kind}_{name}.db")
        except OSError:
            os.close(lock)
            raise
        return Slot(name, lock)
    raise AssertionError("numbers don't end")


def is_sound(file: Path) -> bool:
    """Whether a file can be read to its end: a power cut may leave anything in it."""
    try:
        for _ in MmapedDict.read_all_values_from_file(str(file)):  # type: ignore[no-untyped-call]
            pass
    except Exception as error:  # of whatever kind: the library takes what it finds for its own
        log.warning("the figures in %s can't be read: %r", file, error)
        return False
    return True


def _prepare(file: Path) -> None:
    """Make the file whole, and every byte of it real.

    It is written to through memory: in a file with holes, a full disk wouldn't be an error but
    the end of the process.
    """
    if file.exists() and file.stat().st_size and not is_sound(file):
        file.unlink()
    with file.open("ab") as out:
        missing = FILE_BYTES - out.tell()
        if missing > 0:
            out.write(bytes(missing))
