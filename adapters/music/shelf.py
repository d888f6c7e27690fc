"""Several music libraries as one."""

from collections.abc import Sequence
from pathlib import Path

from domain.errors import MusicNotFound
from domain.generation.ports import MusicLibrary, Track


class MusicShelf:
    """Every library's tracks; for each mood, the first library that has it is the only one.

    The user's own folder comes first: whoever gathered calm music wants that, and not a
    bundled track in its place.
    """

    def __init__(self, libraries: Sequence[MusicLibrary]) -> None:
        self._libraries = tuple(libraries)

    def tracks(self) -> list[Track]:
        """Each mood's tracks, from the first library that has any of it."""
        if len(self._libraries) == 1:
            return list(self._libraries[0].tracks())
        found: dict[str, Track] = {}
        moods: set[str] = set()
        for library in self._libraries:
            offered = [track for track in library.tracks() if track.mood not in moods]
            for track in offered:
                found.setdefault(track.id, track)
            moods |= {track.mood for track in offered}
        return list(found.values())

    def path(self, track: Track) -> Path:
        """The track's file, also of a track that another library's mood hides.

        Raises:
            MusicNotFound: no library has it (any more).
        """
        return self._library_of(track).path(track)

    def digest(self, track: Track) -> str:
        """SHA-256 of the track's file.

        Raises:
            MusicNotFound
        """
        return self._library_of(track).digest(track)

    def _library_of(self, track: Track) -> MusicLibrary:
        for library in self._libraries:
            if any(known.id == track.id for known in library.tracks()):
                return library
        raise MusicNotFound(f"No music library has the track {track.id!r}.")
