"""Reads facts off media files with PyAV: the static ffmpeg build has no ffprobe."""

from fractions import Fraction
from pathlib import Path

import av
import av.error
import msgspec
from av.container import InputContainer
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream

from domain.errors import MediaUnreadable
from domain.generation.packaging import Encoding

CLIP_FORMATS = "mov,matroska,avi,mpegts,mpeg,flv,asf,ogg,gif,mpegvideo,h264,hevc"
"""Demuxers for users' clips: none of them opens further files, as a playlist would."""
MUSIC_FORMATS = "mp3,flac,wav,ogg,mov,aac,matroska,aiff,w64"
HD_LINES = 720
"""pixels of the shorter side; by convention untagged video from here on is BT.709, smaller is
BT.601"""


class ClipFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a filter graph has to know of a clip."""

    width: int
    height: int
    pixel_aspect: Fraction
    frame_rate: Fraction
    seconds: float
    """0 when the file doesn't say"""
    matrix: str | None
    """YCbCr matrix where the file is tagged"""
    full_range: bool
    transfer: str | None
    """``smpte2084`` or ``arib-std-b67`` for HDR, else None"""


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


def probe_clip(path: Path, name: str) -> ClipFacts:
    """Facts of a clip, after decoding its first frame; blocking.

    Raises:
        MediaUnreadable: names the clip.
    """
    try:
        with av.open(
            str(path), options={"protocol_whitelist": "file", "format_whitelist": CLIP_FORMATS}
        ) as container:
            if not container.streams.video:
                raise MediaUnreadable(f"{name!r} has no picture.", name=name)
            stream = container.streams.video[0]
            stream.thread_count = 1
            frame = next(container.decode(stream), None)
            if frame is None or frame.width == 0:
                raise MediaUnreadable(f"{name!r} holds no picture that can be decoded.", name=name)
            rate = stream.average_rate or stream.guessed_rate or Fraction(30)
            return ClipFacts(
                width=frame.width,
                height=frame.height,
                pixel_aspect=stream.sample_aspect_ratio or Fraction(1),
                frame_rate=Fraction(rate),
                seconds=_picture_seconds(container, stream),
                matrix=MATRICES.get(int(frame.colorspace)),
                full_range=frame.color_range == ColorRange.JPEG
                or frame.format.name.startswith("yuvj"),
                transfer=HDR_TRANSFERS.get(int(frame.color_trc)),
            )
    except (av.error.FFmpegError, ValueError) as error:
        raise MediaUnreadable(f"{name!r} can't be decoded: {error}", name=name) from error


def _picture_seconds(container: InputContainer, stream: VideoStream) -> float:
    """How long the picture is, whose sound may be longer; 0 when the file doesn't say."""
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / av.time_base


def measure_encoding(path: Path) -> Encoding:
    """Stream facts of a finished MP4, counted packet by packet; blocking."""
    with av.open(str(path)) as container:
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
