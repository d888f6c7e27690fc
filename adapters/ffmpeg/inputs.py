"""What ffmpeg may read: each input by one protocol, and as a format that is named.

A format that is guessed could be a playlist, which opens whatever it names; a protocol that is
guessed could be the network's.
"""

from collections.abc import Sequence

from adapters.ffmpeg.probe import MAX_CLIP_PIXELS
from adapters.ffmpeg.process import Feed

MUSIC_FORMATS = "mp3,flac,wav,ogg,mov,aac,matroska,aiff,w64"
"""Demuxers for music: none of them opens further files."""


def made_here(name: str, form: str, *options: str) -> list[str | Feed]:
    """A file in the scratch folder, of a form that is known."""
    return ["-protocol_whitelist", "file", "-f", form, *options, "-i", name]


def fed(feed: Feed, form: str, *options: str) -> list[str | Feed]:
    """Bytes that come out of this process."""
    return ["-protocol_whitelist", "pipe", "-f", form, *options, "-i", feed]


def given(name: str, formats: str, options: Sequence[str] = ()) -> list[str | Feed]:
    """A file that somebody else made, of one of some formats."""
    limits = ("-protocol_whitelist", "file", "-format_whitelist", formats)
    return [*options, *limits, "-max_pixels", str(MAX_CLIP_PIXELS), "-i", f"file:{name}"]
