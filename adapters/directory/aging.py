"""How old the files of the store are, and taking away those that nobody has made young again."""

import os
import re
import stat
import time
from contextlib import suppress
from pathlib import Path

from domain.generation.stores import Artifact

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


def artifacts_in(folder: Path, older_than_seconds: float) -> list[Artifact]:
    """The artifacts of at least this age in ``<root>/ab``.

    Only files are: a link, in a backup that somebody else made, could lead anywhere, and what it
    leads to would be copied, and made readable for everybody.
    """
    found: list[Artifact] = []
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # swept or trimmed just now
                sha256, status = folder.name + entry.name, entry.stat(follow_symlinks=False)
                if not stat.S_ISREG(status.st_mode):
                    continue
                if _SHA256.match(sha256) and _is_older(status, older_than_seconds):
                    found.append(Artifact(sha256, status.st_size))
    return found


def take_aged(place: Path, aside: Path, older_than_seconds: float) -> bool:
    """Move the file at ``place`` into the folder ``aside`` if it is of at least this age;
    whether it was.

    Whoever stores the same bytes from then on doesn't find them and writes them anew, and
    whoever did just before has made the file young and gets it back.
    """
    try:
        if not _is_older(place.stat(), older_than_seconds):
            return False
        taken = aside / f"{place.parent.name}{place.name}"
        place.rename(taken)
        if _is_older(taken.stat(), older_than_seconds):
            return True
        taken.rename(place)
    except FileNotFoundError:  # another sweep was quicker
        pass
    return False


def trim(root: Path, max_bytes: int, unused_seconds: float) -> int:
    """Delete the longest unused files while all take more than ``max_bytes``, but none that was
    used within ``unused_seconds``; answers the bytes that were freed."""
    found: list[tuple[float, int, Path]] = []
    for path in root.glob("[0-9a-f][0-9a-f]/*"):
        with suppress(FileNotFoundError):  # another process trims or deletes too
            status = path.stat()
            found.append((status.st_mtime, status.st_size, path))
    excess = sum(size for _, size, _ in found) - max_bytes
    unused_since = time.time() - unused_seconds
    freed = 0
    for used_at, size, path in sorted(found):
        if freed >= excess or used_at > unused_since:
            break
        path.unlink(missing_ok=True)
        freed += size
    return freed


def _is_older(status: os.stat_result, seconds: float) -> bool:
    return status.st_mtime <= time.time() - seconds
