"""How long a music file plays, and what its own tags say, without decoding it."""

from pathlib import Path

import msgspec


class Sound(msgspec.Struct, frozen=True):
    """What a music file says about itself."""

    seconds: float
    title: str = ""
    artist: str = ""
    license: str = ""


def probe_sound(path: Path) -> Sound:
    """Read a file's header (about 1 ms).

    Raises:
        ValueError: it holds no sound, or says nothing about its length.
        OSError: it can't be read; FFmpeg's errors among them.
    """
    import av  # noqa: PLC0415 - 60 ms of shared libraries, for whoever asks for tracks only

    with av.open(str(path), metadata_errors="replace") as container:
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
            key.lower(): value.strip()
            for key, value in (stream.metadata | container.metadata).items()
        }
    return Sound(seconds, tags.get("title", ""), tags.get("artist", ""), tags.get("license", ""))
