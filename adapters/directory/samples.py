"""Voice samples as files of a cache folder."""

import asyncio
import logging
import re
from pathlib import Path

from adapters.directory.replacing import replace_file

TAG = re.compile(r"[0-9a-f]{64}")

_LOG = logging.getLogger(__name__)


class DirectorySamples:
    """Samples under their tags (port ``SampleShelf``); the folder may be emptied at any time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def get(self, tag: str) -> bytes | None:
        return await asyncio.to_thread(self._read, tag)

    async def put(self, tag: str, wav: bytes) -> None:
        await asyncio.to_thread(self._write, tag, wav)

    def _path(self, tag: str) -> Path:
        if not TAG.fullmatch(tag):
            raise ValueError(f"{tag!r} is no SHA-256 in hex")
        return self._folder / f"{tag}.wav"

    def _read(self, tag: str) -> bytes | None:
        try:
            return self._path(tag).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            _LOG.warning("the voice samples in %s can't be read: %s", self._folder, error)
            return None

    def _write(self, tag: str, wav: bytes) -> None:
        path = self._path(tag)
        try:
            replace_file(path, wav)
        except OSError as error:
            # it was spoken, and can be spoken again
            _LOG.warning("a voice sample can't be kept in %s: %s", self._folder, error)
