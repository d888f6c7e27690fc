"""Reads facts off media files with PyAV: the static ffmpeg build has no ffprobe.

``look`` is made to be called in quarantine, with files that somebody else made.
"""

from fractions import Fraction
from pathlib import Path

import av
import av.error
import msgspec
from av.container import InputContainer
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream

from domain.generation.packaging import Encoding

CLIP_FORMATS = "mov,matroska,avi,mpegts,mpeg,flv,asf,ogg,gif,mpegvideo,h264,hevc"
"""Demuxers for users' clips: none of them opens further files, as a playlist would."""
MAX_CLIP_PIXELS = 8192 * 4320
"""an 8K frame; also a frame further on in a clip may not be larger"""
PROBE_SECONDS = 10.0
HD_LINES = 720
"""pixels of the shorter side; by convention untagged video from here on is BT.709, smaller is
BT.601"""


class ClipFacts(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What a filter graph has to know of a clip."""

    width: int
    height: int
    pixel_aspect: float
    """width of a pixel over its height"""
    frame_rate: float
    seconds: float
    """0 when the file doesn't say"""
    matrix: str | None
    """YCbCr matrix where the file is tagged"""
    full_range: bool
    transfer: str | None
    """``smpte2084`` or ``arib-std-b67`` for HDR, else None"""


class NoClip(msgspec.Struct, frozen=True, tag=True):
    """A file can't be shown; the reason follows its name in a sentence."""

    reason: str


# Code points of ITU-T H.273, by the names that ffmpeg's filters take
MATRICES = {
    1: "bt709",
    4: "fcc",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    9: "bt2020nc",
}
HDR_TRANSFERS = {16: "smpte2084", 18: "arib-std-b67"}
BT709 = 1


def look(path: str) -> ClipFacts | NoClip:
    """Facts of a clip, after decoding its first frame; blocking."""
    limits = {"protocol_whitelist": "file", "format_whitelist": CLIP_FORMATS, "max_streams": "64"}
    try:
        with av.open(f"file:{path}", options=limits, timeout=PROBE_SECONDS) as container:
            if not container.streams.video:
                return NoClip("has no picture.")
            stream = container.streams.video[0]
            if stream.codec_context is None:
                return NoClip("is encoded in a way that isn't known.")
            if not 0 < stream.width * stream.height <= MAX_CLIP_PIXELS:
                return NoClip(
                    f"has {stream.width} x {stream.height} pixels; from 1 to {MAX_CLIP_PIXELS:,} "
                    "can be shown."
                )
            stream.codec_context.options = {"max_pixels": str(MAX_CLIP_PIXELS)}
            stream.thread_count = 1
            frame = next(container.decode(stream), None)
            if frame is None or frame.width == 0:
                return NoClip("holds no picture that can be decoded.")
            rate = stream.average_rate or stream.guessed_rate or Fraction(30)
            return ClipFacts(
                width=frame.width,
                height=frame.height,
                pixel_aspect=float(stream.sample_aspect_ratio or 1),
                frame_rate=float(rate),
                seconds=_picture_seconds(container, stream),
                matrix=MATRICES.get(int(frame.colorspace)),
                full_range=frame.color_range == ColorRange.JPEG
                or frame.format.name.startswith("yuvj"),
                transfer=HDR_TRANSFERS.get(int(frame.color_trc)),
            )
    except (av.error.FFmpegError, ValueError, MemoryError) as error:
        return NoClip(f"can't be decoded: {getattr(error, 'strerror', None) or error}")


def _picture_seconds(container: InputContainer, stream: VideoStream) -> float:
    """How long the picture is, whose sound may be longer; 0 when the file doesn't say."""
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / av.time_base


def measure_encoding(path: Path) -> Encoding:
    """Stream facts of a finished MP4, counted packet by packet; blocking."""
    limits = {"protocol_whitelist": "file", "format_whitelist": "mov"}
    with av.open(f"file:{path.absolute()}", options=limits) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        frames = video_bytes = audio_bytes = 0
        for packet in container.demux(video, audio):
            if packet.dts is None:
                continue
            if packet.stream_index == video.index:
                frames += 1
                video_bytes += packet.size
            else:
                audio_bytes += packet.size
        codec = video.codec_context
        rate = video.average_rate or Fraction(0)
        seconds = float(frames / rate) if rate else 0.0
        audio_seconds = float((audio.duration or 0) * (audio.time_base or 0))
        color = "bt709" if int(codec.colorspace) == BT709 else "unspecified"
        return Encoding(
            container="mp4",
            video_codec=video.codec.name,
            video_profile=video.profile or "",
            pixel_format=codec.pix_fmt or "",
            color=color,
            width=codec.width,
            height=codec.height,
            fps=float(rate),
            frames=frames,
            video_bitrate=_bits_per_second(video_bytes, seconds),
            audio_codec=audio.codec.name,
            sample_rate=audio.codec_context.sample_rate,
            channels=audio.codec_context.channels,
            audio_bitrate=_bits_per_second(audio_bytes, audio_seconds),
            duration_ms=round((container.duration or 0) * 1000 / av.time_base),
            size=path.stat().st_size,
        )


def _bits_per_second(size: int, seconds: float) -> int:
    return round(size * 8 / seconds) if seconds else 0
