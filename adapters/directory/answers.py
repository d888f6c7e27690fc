"""Answers of stock libraries as files of a cache folder, for a day."""

import asyncio
import contextlib
import logging
import os
import re
import time
from pathlib import Path

from adapters.directory.replacing import replace_file

TAG = re.compile(r"[0-9a-f]{64}")
DAY_SECONDS = 24 * 3600.0
"""Pixabay's documentation demands that searches are kept for so long, Pexels' recommends it"""
MAX_BYTES = 50_000_000

_LOG = logging.getLogger(__name__)


class DirectoryAnswers:
    """Answers under their tags (port ``AnswerShelf``); the folder may be emptied at any time.

    Args:
        max_bytes: of all that are kept; the oldest go first.
    """

    def __init__(
        self, folder: Path, *, seconds: float = DAY_SECONDS, max_bytes: int = MAX_BYTES
    ) -> None:
        self._folder = folder
        self._seconds = seconds
        self._max_bytes = max_bytes

    async def get(self, tag: str) -> bytes | None:
        return await asyncio.to_thread(self._read, tag)

    async def put(self, tag: str, answer: bytes) -> None:
        await asyncio.to_thread(self._write, tag, answer)

    def _path(self, tag: str) -> Path:
        if not TAG.fullmatch(tag):
            raise ValueError(f"{tag!r} is no SHA-256 in hex")
        return self._folder / f"{tag}.json"

    def _read(self, tag: str) -> bytes | None:
        try:
            with self._path(tag).open("rb") as file:
                is_old = os.fstat(file.fileno()).st_mtime < time.time() - self._seconds
                return None if is_old else file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            _LOG.warning("the answers in %s can't be read: %s", self._folder, error)
            return None

    def _write(self, tag: str, answer: bytes) -> None:
        path = self._path(tag)
        try:
            replace_file(path, answer)
            self._trim()
        except OSError as error:
            # it was asked for, and can be asked for again
            _LOG.warning("an answer can't be kept in %s: %s", self._folder, error)

    def _trim(self) -> None:
        found: list[tuple[float, int, Path]] = []
        for path in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):  # another process trims too
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        excess = sum(size for _, size, _ in found) - self._max_bytes
        too_old = time.time() - self._seconds
        for written_at, size, path in sorted(found):
            if excess <= 0 and written_at >= too_old:
                break
            path.unlink(missing_ok=True)
            excess -= size
