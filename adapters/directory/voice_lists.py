"""The ``VoiceShelf``: a JSON file for each service in the cache folder."""

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from domain.generation.service_voices import ListedVoice


class DirectoryVoiceLists:
    """Keeps the services' lists of voices. A list is read once while its file stays the same."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, tuple[int, list[ListedVoice]]] = {}

    def get(self, service: str) -> list[ListedVoice] | None:
        """What was kept last, by whichever process."""
        file = self._folder / f"{service}.json"
        try:
            stamp = file.stat().st_mtime_ns
            known = self._read.get(service)
            if known is None or known[0] != stamp:
                voices = msgspec.json.decode(file.read_bytes(), type=list[ListedVoice])
                known = self._read[service] = (stamp, voices)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None
        return known[1]

    def put(self, service: str, voices: Sequence[ListedVoice]) -> None:
        """Keep a list; whoever reads meanwhile has the one before."""
        self._folder.mkdir(parents=True, exist_ok=True)
        aside = self._folder / f".{service}.{os.getpid()}"
        aside.write_bytes(msgspec.json.encode([*voices]))
        aside.replace(self._folder / f"{service}.json")
