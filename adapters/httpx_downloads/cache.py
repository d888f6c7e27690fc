"""Files that were downloaded, by content and by address, within a bound of bytes.

``files/ab/<sha256>.mp4`` are the contents; ``urls/<key>`` are links to them, one for each address
that led there; ``parts/<key>`` is what has come of a file so far, ``parts/<key>.tag`` what its
server calls this version of it. Everything here may be deleted at any time.
"""

import asyncio
import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from domain.errors import StorageFull
from domain.generation.downloads import Wanted

LOCK_POLL_SECONDS = 0.05
PART_SECONDS = 24 * 3600.0
"""after which nobody goes on with what has come of a file"""
SPARED_SECONDS = 300.0
"""a file that was used just now is being copied, maybe"""
PIECE_BYTES = 1 << 20


def key_of(wanted: Wanted) -> str:
    """What an address is found under: it may hold a signature, and is written down nowhere."""
    return hashlib.sha256(f"{wanted.type} {wanted.url}".encode()).hexdigest()


class Part:
    """What has come of a file so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._tag = path.with_name(f"{path.name}.tag")

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def tag(self) -> str:
        """What the server calls this version; empty when it can't be gone on with."""
        return self._tag.read_text() if self._tag.exists() else ""

    def begin(self, tag: str) -> None:
        """Forget what has come, for a version of this name."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.clear()
        self.path.touch()
        if tag:
            self._tag.write_text(tag)

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)
        self._tag.unlink(missing_ok=True)


class DownloadCache:
    """Blocks, but for ``locked``; processes may share the folder."""

    def __init__(self, folder: Path, max_bytes: int, min_free_bytes: int) -> None:
        self._files = folder / "files"
        self._urls = folder / "urls"
        self._parts = folder / "parts"
        self._locks = folder / "locks"
        self._folder = folder
        self._max_bytes = max_bytes
        self._min_free_bytes = min_free_bytes

    @asynccontextmanager
    async def locked(self, key: str) -> AsyncIterator[None]:
        """For one download of a key at a time, in all processes; the others then find it.

        Locks are shared out by the key's first byte: there are never more than 256 files.
        """
        self._locks.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._locks / key[:2], os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            while not _is_taken(descriptor):  # noqa: ASYNC110 - another process sets no event
                await asyncio.sleep(LOCK_POLL_SECONDS)
            yield
        finally:
            os.close(descriptor)

    def part(self, key: str) -> Part:
        return Part(self._parts / key)

    def found(self, key: str) -> Path | None:
        """The file that an address led to, made young; None if it isn't here any more."""
        try:
            path = (self._urls / key).resolve(strict=True)
            os.utime(path)
        except OSError:
            return None
        return path

    def admit(self, key: str, part: Part, suffix: str) -> Path:
        """Keep a part that is whole and was found good."""
        sha256 = _sha256_on_disk(part.path)
        place = self._files / sha256[:2] / f"{sha256}{suffix}"
        place.parent.mkdir(parents=True, exist_ok=True)
        os.utime(part.path)
        part.path.replace(place)
        part.clear()
        self._urls.mkdir(parents=True, exist_ok=True)
        link = self._urls / f"{key}.{os.getpid()}.new"
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.relpath(place, self._urls))
        link.replace(self._urls / key)
        return place

    def copy(self, path: Path, folder: Path) -> Path:
        """A copy for the caller: a link would share its age with whatever keeps it then."""
        descriptor, name = tempfile.mkstemp(dir=folder, prefix=path.stem[:16], suffix=path.suffix)
        try:
            with os.fdopen(descriptor, "wb") as writing, path.open("rb") as reading:
                shutil.copyfileobj(reading, writing, PIECE_BYTES)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return Path(name)

    def check_space(self, wanted_bytes: int) -> None:
        """Raise StorageFull if so much more would go below what is kept free."""
        self._folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self._folder).free
        if self._min_free_bytes and free - wanted_bytes < self._min_free_bytes:
            raise StorageFull(
                f"{free:,} bytes are free under {self._folder}; {wanted_bytes:,} are needed for a "
                f"download and {self._min_free_bytes:,} are kept free (MIN_FREE_BYTES)."
            )

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Say StorageFull where the system says that no space is left."""
        try:
            yield
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull(f"No space is left under {self._folder}.") from error
            raise

    def trim(self) -> None:
        """Forget the longest unused files while all take more than the bound, and old parts."""
        now = time.time()
        found: list[tuple[float, int, Path]] = []
        for path in [*self._files.glob("*/*"), *self._parts.glob("*")]:
            with contextlib.suppress(FileNotFoundError):  # another process trims too
                status = path.stat()
                if path.parent == self._parts and status.st_mtime < now - PART_SECONDS:
                    path.unlink()
                else:
                    found.append((status.st_mtime, status.st_size, path))
        excess = sum(size for _, size, _ in found) - self._max_bytes
        for used_at, size, path in sorted(found):
            if excess <= 0 or used_at > now - SPARED_SECONDS:
                break
            if path.parent != self._parts:
                path.unlink(missing_ok=True)
                excess -= size
        for link in self._urls.glob("*"):
            if not link.exists():
                link.unlink(missing_ok=True)


def _is_taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sha256_on_disk(path: Path) -> str:
    """The SHA-256 of a file that stays what it is if the power fails."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()
