"""The 28 tracks of the wheel ``immich-memories-music``: MIT, five moods, made by a model.

Its licence file says how they were made; every credit quotes it, and says that the track is
machine-made, since whoever publishes a video has to be able to say so.
"""

import threading
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path

from adapters.music.probe import digest_of, probe_sound
from domain.errors import MusicNotFound
from domain.generation.packaging import Credit
from domain.generation.ports import Track

_DISTRIBUTION = "immich-memories-music"
_PACKAGE = "immich_memories_music"
_LICENSE_FILE = "licenses/LICENSE-MUSIC"
_AUTHOR = "Immich Memories contributors, generated with ACE-Step 1.5"
_URL = "https://github.com/sdumont/immich-video-memory-generator"


class BundledMusic:
    """The wheel's tracks, by the names of its folders: calm, energetic, happy ..."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tracks: dict[str, tuple[Track, Path]] | None = None

    def tracks(self) -> list[Track]:
        """Every track by mood and name; the first call reads 28 headers (about 50 ms)."""
        return [track for track, _ in self._read().values()]

    def path(self, track: Track) -> Path:
        """The track's Opus file.

        Raises:
            MusicNotFound: the wheel has no such track.
        """
        try:
            return self._read()[track.id][1]
        except KeyError:
            raise MusicNotFound(f"The bundled music has no track {track.id!r}.") from None

    def digest(self, track: Track) -> str:
        """SHA-256 of the track's file.

        Raises:
            MusicNotFound
        """
        return digest_of(self.path(track))

    def _read(self) -> dict[str, tuple[Track, Path]]:
        with self._lock:
            if self._tracks is None:
                folder = Path(str(files(_PACKAGE) / "tracks"))
                proof = _licence_statement()
                self._tracks = {
                    track.id: (track, path)
                    for path in sorted(folder.glob("*/*.opus"))
                    for track in [_describe(path, proof)]
                }
            return self._tracks


def _describe(path: Path, proof: str) -> Track:
    mood = path.parent.name
    _, character, take = path.stem.split("_", 2)
    title = f"{mood.capitalize()}, {character}, take {take.removeprefix('s')}"
    return Track(
        id=f"bundled/{mood}/{path.stem}",
        mood=mood,
        title=title,
        seconds=probe_sound(path).seconds,
        credit=Credit(
            what="music",
            title=title,
            author=_AUTHOR,
            license="MIT",
            url=_URL,
            proof=proof,
            machine_made=True,
        ),
    )


def _licence_statement() -> str:
    """The first paragraph of the wheel's licence file, on one line."""
    text = distribution(_DISTRIBUTION).read_text(_LICENSE_FILE) or ""
    return " ".join(text.split("\n\n", 1)[0].split())
