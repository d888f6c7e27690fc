"""The user's own music: a folder whose sub-folders are moods."""

import logging
import threading
from pathlib import Path

from adapters.music.probe import NoSound, Sound, digest_of, look
from domain.errors import MusicNotFound
from domain.generation.packaging import Credit
from domain.generation.ports import LookFailed, Quarantine, Track

SUFFIXES = frozenset({".aac", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav"})

OWN_MOOD = "own"
"""of files that lie in no sub-folder"""

_RESERVED_MOODS = frozenset({"any", "none"})
"""words that a brief uses for something else"""

_MIN_SECONDS = 1.0
"""shorter sounds are effects: looped, they would be a rattle"""

_log = logging.getLogger(__name__)

Stamp = tuple[int, int]
"""modification time in nanoseconds and size in bytes: another stamp is another content"""


class FolderMusic:
    """Tracks of a folder, found anew at each call; only new and changed files are opened.

    They are opened in ``quarantine`` where there is one. Links that lead out of the folder are
    passed over, and so are names that can't be shown.
    """

    def __init__(self, folder: Path | None, quarantine: Quarantine | None = None) -> None:
        self._folder = folder
        self._quarantine = quarantine
        self._lock = threading.Lock()
        self._probed: dict[Path, tuple[Stamp, Sound | str]] = {}

    def tracks(self) -> list[Track]:
        """Every readable track, by mood and name."""
        return [track for track, _ in self._read().values()]

    def path(self, track: Track) -> Path:
        """The track's file.

        Raises:
            MusicNotFound: it was taken out of the folder.
        """
        try:
            return self._read()[track.id][1]
        except KeyError:
            raise MusicNotFound(
                f"The music folder {self._folder} has no track {track.id!r}."
            ) from None

    def problems(self) -> list[tuple[str, str]]:
        """(file name, reason) of everything in the folder that can't be used as music."""
        self._read()
        return [
            (path.name if path.name.isprintable() else repr(path.name), sound)
            for path, (_, sound) in sorted(self._probed.items())
            if isinstance(sound, str)
        ]

    def digest(self, track: Track) -> str:
        """SHA-256 of the track's file.

        Raises:
            MusicNotFound
        """
        return digest_of(self.path(track))

    def _read(self) -> dict[str, tuple[Track, Path]]:
        if self._folder is None or not self._folder.is_dir():
            return {}
        with self._lock:
            found: dict[str, tuple[Track, Path]] = {}
            seen: dict[Path, tuple[Stamp, Sound | str]] = {}
            for path in sorted(self._folder.rglob("*")):
                if path.suffix.lower() not in SUFFIXES or not path.is_file():
                    continue
                seen[path] = self._probe(path)
                sound = seen[path][1]
                if isinstance(sound, Sound):
                    track = _describe(path.relative_to(self._folder), sound)
                    found[track.id] = (track, path)
            self._probed = seen
            return found

    def _probe(self, path: Path) -> tuple[Stamp, Sound | str]:
        status = path.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        known = self._probed.get(path)
        if known is not None and known[0] == stamp:
            return known
        sound = self._look_at(path)
        if isinstance(sound, str):
            return stamp, _reported(path, sound)
        if sound.seconds < _MIN_SECONDS:
            return stamp, _reported(path, f"it plays for {sound.seconds:.2f} s only")
        return stamp, sound

    def _look_at(self, path: Path) -> Sound | str:
        assert self._folder is not None
        if not str(path.relative_to(self._folder)).isprintable():
            return "its name, or its folder's, holds characters that can't be shown; rename it"
        if not path.resolve().is_relative_to(self._folder.resolve()):
            return "it is a link that leads out of the folder; put the file itself there"
        try:
            found = (
                look(str(path))
                if self._quarantine is None
                else self._quarantine.look(look, str(path))
            )
        except LookFailed as error:
            return str(error)
        return found.reason if isinstance(found, NoSound) else found


def _reported(path: Path, reason: str) -> str:
    """Log once (the result is remembered) that a file isn't used."""
    _log.warning("%r isn't used as music: %s", str(path), reason)
    return reason


def _describe(path: Path, sound: Sound) -> Track:
    """``path`` is relative to the music folder."""
    mood = path.parts[0].strip().lower() if len(path.parts) > 1 else OWN_MOOD
    title = sound.title or path.stem
    return Track(
        id=f"folder/{path.as_posix()}",
        mood=OWN_MOOD if mood in _RESERVED_MOODS else mood,
        title=title,
        seconds=sound.seconds,
        credit=Credit(what="music", title=title, author=sound.artist, license=sound.license),
    )
