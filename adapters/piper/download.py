"""Fetches Piper voices: resumed where it was broken off, and checked before it counts."""

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import httpx

from adapters.piper.catalogue import (
    INDEX,
    MAX_INDEX_BYTES,
    URL,
    OfferedVoice,
    WantedFile,
    files_of,
    offered,
    voice_called,
)
from domain.errors import StorageFull, VoiceNotDownloaded

CONNECT_SECONDS = 15.0
SILENCE_SECONDS = 60.0
"""without a byte, after which a download is given up; what came is kept"""
MAX_REDIRECTS = 5
"""the repository keeps its large files elsewhere"""
_CHUNK = 1 << 16
_OK, _PARTIAL, _RANGE_WRONG = 200, 206, 416

Progress = Callable[[str, int, int], None]
"""told a file's name, its bytes so far, and all of them"""


class VoiceRepository:
    """The repository at ``url``, and a folder that voices are fetched into."""

    def __init__(self, url: str = URL, *, silence_seconds: float = SILENCE_SECONDS) -> None:
        self._url = url.rstrip("/")
        self._timeout = httpx.Timeout(silence_seconds, connect=CONNECT_SECONDS)

    def voices(self) -> dict[str, OfferedVoice]:
        """What it offers, by name.

        Raises:
            VoiceNotDownloaded
        """
        pieces = bytearray()
        with self._client() as client:
            try:
                with client.stream("GET", f"{self._url}/{INDEX}") as answer:
                    self._check(answer, _OK)
                    for piece in answer.iter_bytes(_CHUNK):
                        pieces += piece
                        if len(pieces) > MAX_INDEX_BYTES:
                            raise VoiceNotDownloaded(f"The index {INDEX} is far too long.")
            except httpx.HTTPError as error:
                raise self._cut(INDEX, error) from error
        return offered(bytes(pieces))

    def fetch(self, name: str, folder: Path, progress: Progress) -> Path:
        """Fetch a voice into ``folder``; a file that is there already is only checked.

        Raises:
            VoiceNotFound: the repository has none of this name.
            VoiceNotDownloaded: it can't be fetched, or isn't what the index says.
            StorageFull
        """
        wanted = files_of(name, voice_called(self.voices(), name))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with self._client() as client:
                for file in wanted:
                    self._fetch_file(client, file, folder, progress)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise StorageFull(f"No space is left in {folder} for the voice {name}.") from error
            raise VoiceNotDownloaded(f"{folder} can't be written to: {error.strerror}.") from error
        return folder / wanted[-1].name

    def _fetch_file(
        self, client: httpx.Client, file: WantedFile, folder: Path, progress: Progress
    ) -> None:
        whole, part = folder / file.name, folder / f"{file.name}.part"
        if _is(whole, file):
            progress(file.name, file.size, file.size)
            return
        begun = part.stat().st_size if part.is_file() else 0
        if begun > file.size:
            part.unlink()
            begun = 0
        if begun < file.size:
            self._continue(client, file, part, begun, progress)
        if not _is(part, file):
            part.unlink()
            raise VoiceNotDownloaded(
                f"{file.name} isn't what the index says: its size or its MD5 digest differs. "
                "It was removed.",
                hint="Try again; if it stays so, the repository or a proxy on the way is at fault.",
            )
        part.replace(whole)

    def _continue(
        self,
        client: httpx.Client,
        file: WantedFile,
        part: Path,
        begun: int,
        progress: Progress,
    ) -> None:
        """Write what is missing of a file behind what is there."""
        headers = {"accept-encoding": "identity"}
        if begun:
            headers["range"] = f"bytes={begun}-"
        try:
            with client.stream("GET", f"{self._url}/{quote(file.path)}", headers=headers) as answer:
                if begun and answer.status_code in (_OK, _RANGE_WRONG):
                    begun = 0  # the server doesn't resume, or has another file by now
                    part.unlink()
                    if answer.status_code == _RANGE_WRONG:
                        raise VoiceNotDownloaded(
                            f"{file.name} has changed meanwhile.", hint="Try again."
                        )
                self._check(answer, _PARTIAL if begun else _OK)
                with part.open("ab") as out:
                    for piece in answer.iter_bytes(_CHUNK):
                        out.write(piece)
                        begun += len(piece)
                        if begun > file.size:
                            break  # too long: the check says so
                        progress(file.name, begun, file.size)
                    out.flush()
                    os.fsync(out.fileno())
        except httpx.HTTPError as error:
            raise self._cut(file.name, error) from error

    def _client(self) -> httpx.Client:
        return httpx.Client(
            timeout=self._timeout, follow_redirects=True, max_redirects=MAX_REDIRECTS
        )

    def _check(self, answer: httpx.Response, expected: int) -> None:
        if answer.status_code != expected:
            raise VoiceNotDownloaded(
                f"{answer.url.host} answered {answer.status_code} for {answer.url.path}.",
                hint="PIPER_VOICES_URL is the address of the folder in which voices.json lies.",
            )

    def _cut(self, name: str, error: httpx.HTTPError) -> VoiceNotDownloaded:
        told = str(error) or type(error).__name__
        return VoiceNotDownloaded(
            f"{name} couldn't be fetched from {self._url}: {told}.",
            hint="The same command goes on where this one was broken off.",
        )


def _is(path: Path, file: WantedFile) -> bool:
    """Whether a file on disk is the one of the index."""
    if not path.is_file() or path.stat().st_size != file.size:
        return False
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as opened:
        while block := opened.read(1 << 20):
            digest.update(block)
    return digest.hexdigest() == file.md5
