"""A backup as a folder: snapshots of rows and documents, and the bytes that they share.

    artifacts/ab/cdef...                 bytes under their SHA-256
    snapshot-20261125T225501.123456Z/
        manifest.json                    versions and counts
        rows/<table>.jsonl               a row a line
        documents.jsonl                  a document a line

A snapshot gets its name when it's whole and on disk. Until then it's ``.unfinished``, and the
one before counts.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import msgspec

from adapters.directory import DirectoryArtifactStore
from adapters.postgres import Row, row_from_json
from domain.errors import BackupUnusable, MadeByNewer
from domain.generation.stores import DocumentKey

FORMAT = 1
"""of the folder; raised when an older faceless couldn't read it"""

PREFIX = "snapshot-"
LINES_AT_ONCE = 200
DOCUMENTS = "documents.jsonl"
MANIFEST = "manifest.json"


class BackupManifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a snapshot holds, and who made it."""

    format: int = FORMAT
    faceless: str
    """the release that made it"""
    revision: str
    """of the database's schema"""
    made_at: datetime
    last_event_id: int
    rows: Mapping[str, int]
    documents: int
    artifacts: int
    bytes: int
    """of all artifacts"""


class DocumentLine(msgspec.Struct, frozen=True):
    """A document, as a line."""

    key: DocumentKey
    body: str


class BackupFolder:
    """A backup in ``path``; reading and writing it blocks for no longer than a few lines take."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._unfinished = self._path / ".unfinished"
        self.artifacts = DirectoryArtifactStore(self._path / "artifacts", self._path / "unused")

    # -- making ----------------------------------------------------------------------------------

    def begin(self) -> None:
        """Begin a snapshot, in a folder that is empty or holds a backup.

        Raises:
            BackupUnusable: the folder holds something else, or can't be written.
        """
        with _writing(self._path):
            self._path.mkdir(parents=True, exist_ok=True)
            if any(not self._is_ours(path) for path in self._path.iterdir()):
                raise BackupUnusable(
                    f"{self._path} holds something else than a backup.", hint="Name another folder."
                )
            shutil.rmtree(self._unfinished, ignore_errors=True)
            (self._unfinished / "rows").mkdir(parents=True)

    async def write_rows(self, table: str, batches: AsyncIterator[list[Row]]) -> int:
        """Write a table; answers how many rows it has.

        Raises:
            BackupUnusable: it can't be written.
        """
        lines = ([msgspec.json.encode(row) for row in batch] async for batch in batches)
        return await _write(self._unfinished / "rows" / f"{table}.jsonl", lines)

    async def write_documents(self, batches: AsyncIterator[list[DocumentLine]]) -> int:
        """Write all documents; answers how many there are.

        Raises:
            BackupUnusable: they can't be written.
        """
        lines = ([msgspec.json.encode(document) for document in batch] async for batch in batches)
        return await _write(self._unfinished / DOCUMENTS, lines)

    def finish(self, manifest: BackupManifest, listed: set[str]) -> Path:
        """Name the snapshot, then remove what only those before it needed; answers where it is.

        Raises:
            BackupUnusable: it can't be written.
        """
        before = self._snapshots()
        target = self._path / f"{PREFIX}{manifest.made_at:%Y%m%dT%H%M%S.%fZ}"
        with _writing(self._path):
            _write_durably(
                self._unfinished / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest))
            )
            self._unfinished.rename(target)
            _flush(self._path)
        for old in before:
            shutil.rmtree(old, ignore_errors=True)
        for path in (self._path / "artifacts").glob("??/*"):
            if path.parent.name + path.name not in listed:
                path.unlink(missing_ok=True)
        return target

    # -- reading ---------------------------------------------------------------------------------

    def manifest(self) -> BackupManifest:
        """The manifest of the newest snapshot.

        Raises:
            BackupUnusable: there is none, or it can't be read.
            MadeByNewer: this release doesn't know its format.
        """
        try:
            body = (self._newest() / MANIFEST).read_bytes()
            if (number := msgspec.json.decode(body, type=_Format).format) > FORMAT:
                raise MadeByNewer(f"{self._path} is a backup in format {number}; this is {FORMAT}.")
            return msgspec.json.decode(body, type=BackupManifest)
        except (OSError, msgspec.MsgspecError) as error:
            raise BackupUnusable(f"{self._path} can't be read: {error}.") from error

    async def rows(self, table: str) -> AsyncIterator[Row]:
        """The rows of a table.

        Raises:
            BackupUnusable: they can't be read, or some are missing.
        """
        path = self._newest() / "rows" / f"{table}.jsonl"
        count = self.manifest().rows.get(table)
        if count is None:  # of a release that hadn't this table yet
            return
        async for line in _lines(path, count):
            yield row_from_json(table, line)

    async def documents(self) -> AsyncIterator[DocumentLine]:
        """All documents.

        Raises:
            BackupUnusable: they can't be read, or some are missing.
        """
        async for line in _lines(self._newest() / DOCUMENTS, self.manifest().documents):
            try:
                yield msgspec.json.decode(line, type=DocumentLine)
            except msgspec.MsgspecError as error:
                raise BackupUnusable(f"A document can't be read: {error}.") from error

    def _newest(self) -> Path:
        if not (snapshots := self._snapshots()):
            raise BackupUnusable(
                f"{self._path} holds no finished backup.", hint="`faceless backup` makes one."
            )
        return snapshots[-1]

    def _snapshots(self) -> list[Path]:
        return sorted(path for path in self._path.glob(f"{PREFIX}*") if (path / MANIFEST).is_file())

    def _is_ours(self, path: Path) -> bool:
        return path.name in ("artifacts", self._unfinished.name) or path.name.startswith(PREFIX)


class _Format(msgspec.Struct):
    format: int


async def _write(path: Path, batches: AsyncIterator[list[bytes]]) -> int:
    count = 0
    with _writing(path), await asyncio.to_thread(path.open, "xb") as file:
        async for lines in batches:
            await asyncio.to_thread(file.writelines, [line + b"\n" for line in lines])
            count += len(lines)
        await asyncio.to_thread(_make_durable, file)
    return count


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Say BackupUnusable where the system says that something can't be written."""
    try:
        yield
    except OSError as error:
        raise BackupUnusable(f"{path} can't be written: {error.strerror}.") from error


async def _lines(path: Path, expected: int) -> AsyncIterator[bytes]:
    """Lines without their ends; fewer or more than ``expected`` are an error."""
    count = 0
    try:
        with await asyncio.to_thread(path.open, "rb") as file:
            while lines := await asyncio.to_thread(_some, file):
                for line in lines:
                    yield line
                count += len(lines)
    except OSError as error:
        raise BackupUnusable(f"{path} can't be read: {error.strerror}.") from error
    if count != expected:
        raise BackupUnusable(f"{path} has {count} lines; {expected} were written.")


def _some(lines: Iterator[bytes]) -> list[bytes]:
    return [line.rstrip(b"\n") for line in islice(lines, LINES_AT_ONCE)]


def _write_durably(path: Path, body: bytes) -> None:
    with path.open("xb") as file:
        file.write(body)
        _make_durable(file)


def _make_durable(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
