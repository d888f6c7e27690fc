"""The ``PaceBook``: one JSON file in the cache folder, shared by the processes of a machine."""

import fcntl
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from domain.generation.narration import SAMPLE_RATE

_LOG = logging.getLogger(__name__)

ENOUGH_WORDS = 300
"""about two minutes of speech: a pace told from less isn't the voice's but the text's"""
LEAST_CHANGE = 0.05
"""a pace that is in use stays until the voice is a twentieth off: each change is another speed,
and so another recording of every sentence"""
_FORGET_WORDS = 6_000
"""then what was heard counts half: a service may change its voice"""


class _Entry(msgspec.Struct):
    words: int = 0
    samples: int = 0
    pace: float | None = None


class DirectoryPaces:
    """Remembers how fast voices speak. Losing the file loses nothing but time."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._in_use: dict[str, _Entry] | None = None

    def pace(self, voice_id: str, language: str) -> float | None:
        """Words a minute as they were known when this process first asked."""
        with self._lock:
            if self._in_use is None:
                self._in_use = self._read()
            entry = self._in_use.get(f"{voice_id}/{language}")
        return None if entry is None else entry.pace

    def heard(self, voice_id: str, language: str, words: int, samples: int) -> None:
        """Note what was spoken; known to processes that start later.

        What can't be written is forgotten: a sentence that was paid for isn't lost for it.
        """
        if words <= 0 or samples <= 0:
            return
        try:
            with self._lock, self._alone():
                self._note(f"{voice_id}/{language}", words, samples)
        except OSError as error:
            _LOG.warning("the pace of %s wasn't noted: %s", voice_id, error)

    def _note(self, name: str, words: int, samples: int) -> None:
        entries = self._read()
        entry = entries.setdefault(name, _Entry())
        entry.words += words
        entry.samples += samples
        if entry.words >= ENOUGH_WORDS:
            measured = entry.words * SAMPLE_RATE * 60 / entry.samples
            if entry.pace is None or abs(measured / entry.pace - 1) > LEAST_CHANGE:
                entry.pace = float(round(measured))
        if entry.words > _FORGET_WORDS:
            entry.words //= 2
            entry.samples //= 2
        aside = self._file.with_suffix(f".{os.getpid()}")
        aside.write_bytes(msgspec.json.encode(entries))
        aside.replace(self._file)

    def _read(self) -> dict[str, _Entry]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, _Entry])
        except (OSError, msgspec.MsgspecError):
            return {}

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While no other process writes the file."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
