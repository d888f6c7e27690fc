"""How long a music file plays, and what its own tags say, without decoding it.

A file's suffix says nothing: what it holds is opened only as one of a few formats, none of which
leads to other files or to the network. ``look`` is made to be called in quarantine.
"""

import hashlib
from pathlib import Path

import msgspec

FORMATS = "mp3,flac,wav,ogg,mov,aac,matroska,aiff,w64"
"""demuxers: none of them opens further files, as a playlist would"""
PROBE_SECONDS = 10.0
MAX_TAG_CHARS = 500
"""of a title, an artist or a licence: they are printed in descriptions"""


class Sound(msgspec.Struct, frozen=True, tag=True):
    """What a music file says about itself."""

    seconds: float
    title: str = ""
    artist: str = ""
    license: str = ""


class NoSound(msgspec.Struct, frozen=True, tag=True):
    """A file can't be used as music."""

    reason: str


def look(path: str) -> Sound | NoSound:
    """What a file is, or why it can't be used."""
    try:
        return probe_sound(Path(path))
    except (OSError, EOFError, ValueError, MemoryError) as error:  # PyAV's are among them
        return NoSound(getattr(error, "strerror", None) or str(error) or type(error).__name__)


def probe_sound(path: Path) -> Sound:
    """Read a file's header (about 1 ms).

    Raises:
        ValueError: it holds no sound, or says nothing about its length.
        OSError: it can't be read; FFmpeg's errors among them.
    """
    import av  # noqa: PLC0415 - 60 ms of shared libraries, for whoever asks for tracks only

    limits = {"protocol_whitelist": "file", "format_whitelist": FORMATS, "max_streams": "64"}
    # with its protocol: a name such as concat:a|b is a name
    where = f"file:{path.absolute()}"
    with av.open(
        where, options=limits, metadata_errors="replace", timeout=PROBE_SECONDS
    ) as container:
        if not container.streams.audio:
            raise ValueError("there is no sound in it")
        stream = container.streams.audio[0]
        if container.duration is not None:
            seconds = container.duration / av.time_base
        elif stream.duration is not None and stream.time_base is not None:
            seconds = float(stream.duration * stream.time_base)
        else:
            raise ValueError("it doesn't say how long it plays")
        # Ogg keeps its tags on the stream, every other format on the container.
        tags = {
            key.lower(): value.strip()[:MAX_TAG_CHARS]
            for key, value in (stream.metadata | container.metadata).items()
        }
    return Sound(seconds, tags.get("title", ""), tags.get("artist", ""), tags.get("license", ""))


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
