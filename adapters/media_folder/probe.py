"""What a clip or still is, and whether it can be decoded, within limits of size and time.

A file of a few kilobytes can decode to gigabytes: dimensions are read from the header and
refused before the first pixel is decoded. A file's suffix says nothing: what it holds is opened
only as one of a few formats, none of which leads to other files or to the network, as a playlist
would. ``look`` is made to be called in quarantine.
"""

import time
from pathlib import Path

import msgspec

MAX_STILL_PIXELS = 80_000_000
"""about 240 MB decoded; a 61-megapixel camera's picture passes"""
MAX_CLIP_PIXELS = 8192 * 4320
"""an 8K frame"""
MAX_CLIP_SECONDS = 3 * 3600.0
MAX_FILE_BYTES = 8 << 30
PROBE_SECONDS = 10.0
"""after this a file counts as unreadable"""

STILL_FORMATS = ("JPEG", "PNG", "WEBP")
CLIP_FORMATS = "mov,matroska,avi,mpegts,mpeg,flv,asf,ogg"
"""demuxers: none of them opens further files"""

_QUARTER_TURNS = frozenset({90, 270})
_SIDEWAYS_ORIENTATIONS = frozenset({5, 6, 7, 8})
"""EXIF: the picture is stored turned by a quarter"""
_EXIF_ORIENTATION = 0x0112


class Probe(msgspec.Struct, frozen=True, tag=True):
    """A readable file as it is shown, turned upright."""

    width: int
    height: int
    duration_ms: int = 0
    """0 for stills"""


class Refusal(msgspec.Struct, frozen=True, tag=True):
    """A file can't be used."""

    reason: str


class Unreadable(Exception):
    """A file can't be used; the message says why."""


def look(path: str, is_still: bool) -> Probe | Refusal:
    """What a file is, or why it can't be used."""
    try:
        return probe_media(Path(path), is_still)
    except Unreadable as error:
        return Refusal(str(error))


def probe_media(path: Path, is_still: bool) -> Probe:
    """Read the header and decode the first picture.

    Raises:
        Unreadable
    """
    try:
        size = path.stat().st_size
        if size == 0:
            raise Unreadable("the file is empty")
        if size > MAX_FILE_BYTES:
            raise Unreadable(f"it has {size:,} bytes, more than {MAX_FILE_BYTES:,}")
        return _probe_still(path) if is_still else _probe_clip(path)
    except FileNotFoundError as error:
        raise Unreadable("it is gone") from error
    except OSError as error:  # PyAV's and Pillow's errors are OSErrors too
        raise Unreadable(f"it can't be decoded ({error.strerror or error})") from error
    except (ValueError, SyntaxError, EOFError, MemoryError, IndexError) as error:
        # what decoders of damaged pictures raise, by accident of where the damage lies
        said = getattr(error, "strerror", None) or error
        raise Unreadable(f"it can't be decoded ({said})") from error


def _probe_still(path: Path) -> Probe:
    from PIL import Image  # noqa: PLC0415 - only where there is a picture to read

    Image.MAX_IMAGE_PIXELS = MAX_STILL_PIXELS
    try:
        image = Image.open(path, formats=STILL_FORMATS)
    except Image.DecompressionBombError as error:
        raise Unreadable(f"it has too many pixels; {MAX_STILL_PIXELS:,} are allowed") from error
    with image:
        width, height = image.size
        _check_pixels(width, height, MAX_STILL_PIXELS)
        if getattr(image, "n_frames", 1) > 1:
            raise Unreadable("it is animated: convert it to MP4")
        sideways = image.getexif().get(_EXIF_ORIENTATION) in _SIDEWAYS_ORIENTATIONS
        image.load()
    return Probe(height, width) if sideways else Probe(width, height)


def _probe_clip(path: Path) -> Probe:
    import av  # noqa: PLC0415 - 60 ms of shared libraries, only where there is a clip to read

    deadline = time.monotonic() + PROBE_SECONDS
    limits = {
        "protocol_whitelist": "file",
        "format_whitelist": CLIP_FORMATS,
        "probesize": "5000000",
        "analyzeduration": "5000000",
        "max_streams": "64",
    }
    # with its protocol: a name such as concat:a|b is a name
    with av.open(f"file:{path.absolute()}", options=limits, timeout=PROBE_SECONDS) as container:
        if not container.streams.video:
            raise Unreadable("there is no picture in it")
        stream = container.streams.video[0]
        if stream.codec_context is None:
            raise Unreadable("its picture is encoded in a way that isn't known")
        _check_pixels(stream.width, stream.height, MAX_CLIP_PIXELS)
        stream.codec_context.options = {"max_pixels": str(MAX_CLIP_PIXELS)}
        stream.thread_count = 1
        first = None
        for packet in container.demux(stream):
            _check_time(deadline)
            if frames := packet.decode():
                first = frames[0]
                break
        if first is None:
            raise Unreadable("no frame of it can be decoded")
        _check_pixels(first.width, first.height, MAX_CLIP_PIXELS)
        seconds = 0.0
        if container.duration is not None:
            seconds = container.duration / av.time_base
        elif stream.time_base is not None:  # recorders of browsers write no duration
            for packet in container.demux(stream):
                _check_time(deadline)
                if packet.pts is not None:
                    end = packet.pts + (packet.duration or 0)
                    seconds = max(seconds, float(end * stream.time_base))
        if seconds <= 0:
            raise Unreadable("it has no length")
        if seconds > MAX_CLIP_SECONDS:
            raise Unreadable(f"it plays for {seconds:,.0f} s, more than {MAX_CLIP_SECONDS:,.0f}")
        sideways = first.rotation % 360 in _QUARTER_TURNS
        width, height = first.width, first.height
    if sideways:
        width, height = height, width
    return Probe(width, height, round(seconds * 1000))


def _check_pixels(width: int, height: int, limit: int) -> None:
    if width < 1 or height < 1:
        raise Unreadable("it has no size")
    if width * height > limit:
        raise Unreadable(f"it has {width} x {height} pixels; {limit:,} are allowed")


def _check_time(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise Unreadable(f"it took longer than {PROBE_SECONDS:.0f} s to look at")
