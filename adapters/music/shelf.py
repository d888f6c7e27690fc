"""Several music libraries as one."""

from collections.abc import Sequence
from pathlib import Path

from domain.errors import MusicNotFound
from domain.generation.ports import MusicLibrary, Track


class MusicShelf:
    """Every library's tracks, in the order of the libraries."""

    def __init__(self, libraries: Sequence[MusicLibrary]) -> None:
        self._libraries = tuple(libraries)

    def tracks(self) -> list[Track]:
        """Every track; where two libraries use one id, the first one's counts."""
        found: dict[str, Track] = {}
        for library in self._libraries:
            for track in library.tracks():
                found.setdefault(track.id, track)
        return list(found.values())

    def path(self, track: Track) -> Path:
        """The track's file.

        Raises:
            MusicNotFound: no library has it (any more).
        """
        for library in self._libraries:
            if any(known.id == track.id for known in library.tracks()):
                return library.path(track)
        raise MusicNotFound(f"No music library has the track {track.id!r}.")
