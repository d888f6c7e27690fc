"""``ArtifactStore`` over a directory: ``<root>/ab/cdef...`` holds the bytes with that SHA-256.

A file appears under its final name only by a rename, after its bytes were flushed to disk, and
the folder is flushed after the rename: a reader finds the whole content or nothing, whatever
is pulled, and what ``put_*`` answered for survives a power cut.
"""

import asyncio
import hashlib
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from adapters.directory.aging import artifacts_in, take_aged, trim
from adapters.directory.exports import ExportFolders
from adapters.directory.scratch import ScratchFolders
from adapters.directory.space import Space
from domain.errors import ArtifactNotFound
from domain.generation.stores import Artifact

PIECE_BYTES = 1 << 20
"""read, hashed, copied and streamed at a time: 1 MiB"""

READ_ONLY = 0o444
"""files are shared with the exports by hard links: nobody edits one in place by accident"""

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class DirectoryArtifactStore:
    """Artifacts under ``root``, laid out for people under ``exports``.

    ``min_free_bytes`` is kept free on the file system: new work (``scratch``) and writes that
    take new space are refused before they would go below it. Folders are made when first
    needed.
    """

    def __init__(self, root: Path, exports: Path, min_free_bytes: int = 0) -> None:
        self._root = root.absolute()
        self._space = Space(self._root, min_free_bytes)
        self._scratch = ScratchFolders(self._root / ".scratch")
        self._exports = ExportFolders(exports.absolute())

    async def put_file(self, path: Path) -> Artifact:
        """Take over a file: by a rename on the same file system, else by copying."""
        return await asyncio.to_thread(self._put_file, path)

    async def put_bytes(self, data: bytes) -> Artifact:
        """Store bytes that fit in memory."""
        return await asyncio.to_thread(self._put_bytes, data)

    async def size(self, sha256: str) -> int:
        """Length in bytes."""
        return (await asyncio.to_thread(self._stat, sha256)).st_size

    async def read(
        self, sha256: str, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """Stream a range, cut to what there is; a delete doesn't disturb a running read."""
        descriptor = await asyncio.to_thread(self._open, sha256)
        try:
            position = start
            while end is None or position < end:
                wanted = PIECE_BYTES if end is None else min(PIECE_BYTES, end - position)
                piece = await asyncio.to_thread(os.pread, descriptor, wanted, position)
                if not piece:
                    return
                position += len(piece)
                yield piece
        finally:
            os.close(descriptor)

    async def local_path(self, sha256: str) -> Path:
        """The stored file itself, read-only."""
        await asyncio.to_thread(self._stat, sha256)
        return self._place(sha256)

    async def delete(self, sha256: str) -> None:
        """Forget the bytes; hard links in exports keep theirs."""
        if _SHA256.match(sha256):
            await asyncio.to_thread(self._place(sha256).unlink, missing_ok=True)

    async def listing(self, older_than_seconds: float = 0.0) -> AsyncIterator[Artifact]:
        """Every artifact whose file is of at least this age."""
        for number in range(256):
            folder = self._root / f"{number:02x}"
            for artifact in await asyncio.to_thread(artifacts_in, folder, older_than_seconds):
                yield artifact

    async def sweep(self, entries: Sequence[Artifact], older_than_seconds: float) -> list[Artifact]:
        """Delete those artifacts whose files are still of at least this age; which."""
        return await asyncio.to_thread(self._sweep, entries, older_than_seconds)

    @asynccontextmanager
    async def scratch(self) -> AsyncIterator[Path]:
        """An empty folder on the store's file system.

        Raises:
            StorageFull: less than ``min_free_bytes`` is free, or no space was left for what is
                written in the block.
        """
        folders = self._scratch.hold()
        folder = await asyncio.to_thread(self._enter_scratch, folders.__enter__)
        try:
            with self._space.errors():
                yield folder
        finally:
            await asyncio.to_thread(folders.__exit__, None, None, None)

    async def export(self, folder: str, files: Mapping[str, str]) -> str | None:
        """Lay files out as ``<exports>/<folder>/<name>``, replacing an earlier such folder.

        Raises:
            ArtifactNotFound, StorageFull
            ValueError: a name isn't one plain file or folder name.
        """
        return await asyncio.to_thread(self._export, folder, files)

    async def unexport(self, path: str) -> None:
        """Remove a folder made by ``export``; no error when it is gone.

        Raises:
            ValueError: ``path`` isn't directly inside the export folder.
        """
        await asyncio.to_thread(self._exports.remove, path)

    async def clear_scratch(self, older_than_seconds: float) -> int:
        """Remove what dead processes left unfinished; answers how many folders.

        Folders that a living process of this machine uses are kept however old they are. Run
        it at start-up and now and then; on storage shared between machines, with an age beyond
        the longest deadline of a job.
        """
        cleared = await asyncio.to_thread(self._scratch.clear, older_than_seconds)
        return cleared + await asyncio.to_thread(self._exports.clear, older_than_seconds)

    async def public_url(
        self,
        sha256: str,  # noqa: ARG002 - the port's
        *,
        content_type: str,  # noqa: ARG002
        disposition: str,  # noqa: ARG002
    ) -> str | None:
        """None: nobody serves the folder."""
        return None

    async def trim(self, max_bytes: int, unused_seconds: float) -> int:
        """Delete the longest unused artifacts while all take more than ``max_bytes``.

        For a directory that is only a cache of another store. Nothing that was stored or
        marked as used (its modification time) within ``unused_seconds`` is deleted. Answers
        the bytes that were freed.
        """
        return await asyncio.to_thread(trim, self._root, max_bytes, unused_seconds)

    # -- in a thread ---------------------------------------------------------------------------

    def _place(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256[2:]

    def _stat(self, sha256: str) -> os.stat_result:
        with _missing(sha256):
            return self._place(sha256).stat()

    def _open(self, sha256: str) -> int:
        with _missing(sha256):
            return os.open(self._place(sha256), os.O_RDONLY)

    def _put_file(self, path: Path) -> Artifact:
        self._root.mkdir(parents=True, exist_ok=True)
        if path.is_symlink() or path.stat().st_dev != self._root.stat().st_dev:
            return self._copy_in(path)
        with self._space.errors():
            digest = hashlib.sha256()
            with path.open("rb") as file:
                while piece := file.read(PIECE_BYTES):
                    digest.update(piece)
                size = file.tell()
                os.fchmod(file.fileno(), READ_ONLY)
                os.fsync(file.fileno())
            self._move_in(path, digest.hexdigest())
            return Artifact(digest.hexdigest(), size)

    def _copy_in(self, path: Path) -> Artifact:
        with path.open("rb") as source:
            pieces = iter(lambda: source.read(PIECE_BYTES), b"")
            artifact = self._write(pieces, path.stat().st_size)
        path.unlink()
        return artifact

    def _put_bytes(self, data: bytes) -> Artifact:
        return self._write(iter([data]), len(data))

    def _write(self, pieces: Iterator[bytes], expected_bytes: int) -> Artifact:
        with self._space.errors():
            self._root.mkdir(parents=True, exist_ok=True)
            self._space.check(expected_bytes)
            with self._scratch.hold() as folder:
                temporary = folder / "incoming"
                digest = hashlib.sha256()
                size = 0
                with temporary.open("xb") as file:
                    for piece in pieces:
                        digest.update(piece)
                        size += file.write(piece)
                    file.flush()
                    os.fchmod(file.fileno(), READ_ONLY)
                    os.fsync(file.fileno())
                self._move_in(temporary, digest.hexdigest())
                return Artifact(digest.hexdigest(), size)

    def _move_in(self, path: Path, sha256: str) -> None:
        """Rename a flushed file to its final name, or drop it when the content is there."""
        place = self._place(sha256)
        if _refresh(place, path.stat().st_size):
            path.unlink()
            return
        if not place.parent.is_dir():
            place.parent.mkdir(exist_ok=True)
            _flush_folder(self._root)
        path.replace(place)
        _flush_folder(place.parent)

    def _sweep(self, entries: Sequence[Artifact], older_than_seconds: float) -> list[Artifact]:
        with self._scratch.hold() as aside:
            return [
                entry
                for entry in entries
                if take_aged(self._place(entry.sha256), aside, older_than_seconds)
            ]

    def _export(self, folder: str, files: Mapping[str, str]) -> str:
        places = {}
        for name, sha256 in files.items():
            self._stat(sha256)
            places[name] = self._place(sha256)
        with self._space.errors():
            return str(self._exports.lay_out(folder, places))

    def _enter_scratch(self, enter: Callable[[], Path]) -> Path:
        with self._space.errors():
            self._root.mkdir(parents=True, exist_ok=True)
            self._space.check(0)
            return enter()


@contextmanager
def _missing(sha256: str) -> Iterator[None]:
    """Say ArtifactNotFound for a file that isn't there, or a hash that isn't one."""
    if not _SHA256.match(sha256):
        raise ArtifactNotFound(f"{sha256!r} is not a SHA-256 in lower-case hex.")
    try:
        yield
    except FileNotFoundError:
        raise ArtifactNotFound(f"No bytes are stored under {sha256}.", sha256=sha256) from None


def _refresh(place: Path, size: int) -> bool:
    """Whether the content is stored already; makes it young again, so that gc spares it."""
    try:
        os.utime(place)
        return place.stat().st_size == size
    except FileNotFoundError:
        return False


def _flush_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
