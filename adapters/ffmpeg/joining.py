"""Joins segments and sound without re-encoding."""

from collections.abc import Callable, Sequence
from pathlib import Path

from adapters.ffmpeg import encoding
from adapters.ffmpeg.inputs import made_here
from adapters.ffmpeg.process import Feed, FfmpegProcess, Position
from adapters.ffmpeg.scratch import link_all

LIST = "segments.ffconcat"


def _write_list(segments: Sequence[Path], folder: Path) -> None:
    """The concat demuxer's script; every name in it is one of ours."""
    names = link_all(list(segments), folder, "segment")
    lines = ["ffconcat version 1.0", *(f"file {name}" for name in names)]
    (folder / LIST).write_text("\n".join(lines) + "\n", encoding="ascii")


def _joined() -> list[str | Feed]:
    return made_here(LIST, "concat", "-format_whitelist", "concat,mpegts")


async def join_picture(process: FfmpegProcess, segments: Sequence[Path], folder: Path) -> Path:
    """Join segments into one MPEG-TS file."""
    if len(segments) == 1:
        return segments[0]
    _write_list(segments, folder)
    out = folder / "joined.ts"
    options = ["-c", "copy", *encoding.REPEATABLE, "-muxdelay", "0", "-muxpreload", "0"]
    await process.run([*_joined(), *options, "-f", "mpegts", "-y", out.name], folder=folder)
    return out


async def join_movie(
    process: FfmpegProcess,
    segments: Sequence[Path],
    sound: Path,
    folder: Path,
    on_position: Callable[[Position], None] | None = None,
) -> Path:
    """Join segments and add the sound: a finished MP4."""
    _write_list(segments, folder)
    (sound_name,) = link_all([sound], folder, "sound")
    out = folder / "movie.mp4"
    await process.run(
        [
            *_joined(),
            *made_here(sound_name, "aac"),
            *("-map", "0:v:0", "-map", "1:a:0", *encoding.movie_options()),
            *("-y", out.name),
        ],
        folder=folder,
        on_position=on_position,
    )
    return out
