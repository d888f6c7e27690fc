"""Renders the picture of one scene: backdrops in order, text over them, one encode.

A scene with very many shots is rendered in groups, each with a bounded number of open inputs
(one graph over 100 clips took 5.3 GB), and joined without re-encoding.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from adapters.ffmpeg import encoding, picture_graph
from adapters.ffmpeg.inputs import fed, given
from adapters.ffmpeg.probe import CLIP_FORMATS, ClipFacts, NoClip, look
from adapters.ffmpeg.process import Feed, FfmpegProcess, Position
from adapters.ffmpeg.stills import load_still, pan_and_zoom
from domain.errors import MediaNotFound, MediaUnreadable, RenderFailed
from domain.generation.narration import FRAME_RATE
from domain.generation.ports import LookFailed, Progress, Quarantine, SegmentPlan
from domain.generation.storyboard import Backdrop, ClipBackdrop, DrawnBackdrop, StillBackdrop

INPUTS_AT_ONCE = 6
"""clips and stills open in one run of ffmpeg; each decoder holds about 40 MB at 1080p"""
BACKDROPS_AT_ONCE = 24
MILLISECONDS = 1000
INFO_SECTION = "[Script Info]"
MATRIX_HEADER = "YCbCr Matrix:"


class Part(msgspec.Struct, frozen=True):
    """One backdrop's place in the plan."""

    start: int
    frames: int
    backdrop: Backdrop


def parts_of(plan: SegmentPlan) -> list[Part]:
    """Lay out the plan's backdrops, without empty ones.

    Raises:
        RenderFailed: their lengths don't add up to the plan's.
    """
    parts: list[Part] = []
    start = 0
    for frames, backdrop in plan.backdrops:
        if frames > 0:
            parts.append(Part(start, frames, backdrop))
            start += frames
    if start != plan.frames or not parts:
        raise RenderFailed(
            f"The backdrops fill {start} frames of a segment of {plan.frames} frames."
        )
    return parts


def groups_of(parts: list[Part]) -> list[list[Part]]:
    """Split parts so that no run of ffmpeg opens more than ``INPUTS_AT_ONCE`` inputs."""
    groups: list[list[Part]] = [[]]
    inputs = 0
    for part in parts:
        opens = not isinstance(part.backdrop, DrawnBackdrop)
        if len(groups[-1]) == BACKDROPS_AT_ONCE or inputs + opens > INPUTS_AT_ONCE:
            groups.append([])
            inputs = 0
        groups[-1].append(part)
        inputs += opens
    return groups


class SegmentRenderer:
    """Turns plans into H.264, and single frames of plans into RGB."""

    def __init__(
        self,
        process: FfmpegProcess,
        threads: int,
        encode: Callable[[bool], list[str]] | None = None,
        quarantine: Quarantine | None = None,
    ) -> None:
        self.process = process
        self.quarantine = quarantine
        self.threads = threads
        self.encode = encode or (lambda drawn: encoding.picture_options(threads, drawn=drawn))
        """output options, told whether the picture is drawn throughout"""

    async def render(
        self, plan: SegmentPlan, media: Mapping[str, Path], folder: Path, progress: Progress
    ) -> list[Path]:
        """Render into files in ``folder``, which holds the track and the fonts already."""
        files: list[Path] = []
        done = 0
        for number, group in enumerate(groups_of(parts_of(plan))):
            out = folder / f"group{number:03d}.ts"
            frames = sum(part.frames for part in group)
            begun = done

            def report(position: Position, begun: int = begun) -> None:
                progress(min(1.0, (begun + position.frames) / plan.frames))

            drawn = all(isinstance(part.backdrop, DrawnBackdrop) for part in group)
            inputs: list[str | Feed] = []
            chains = [await self._part(part, plan, media, inputs) for part in group]
            position = await self.process.run(
                [
                    *inputs,
                    *("-filter_threads", str(self.threads)),
                    *("-filter_complex_threads", str(self.threads)),
                    *("-filter_complex", picture_graph.segment(chains, group[0].start, frames)),
                    *("-map", "[picture]", *self.encode(drawn)),
                    *("-y", out.name),
                ],
                folder=folder,
                on_position=report,
            )
            if position.frames != frames:
                raise RenderFailed(
                    f"ffmpeg rendered {position.frames} frames where {frames} were planned."
                )
            files.append(out)
            done += frames
        return files

    def lay_out(self, plan: SegmentPlan, fonts: Path, folder: Path) -> None:
        """Put text and fonts where the filter graph finds them under fixed names."""
        (folder / picture_graph.TRACK).write_text(_with_matrix(plan.ass), encoding="utf-8")
        (folder / picture_graph.FONTS).symlink_to(fonts.absolute(), target_is_directory=True)

    async def frame(
        self, plan: SegmentPlan, frame: int, media: Mapping[str, Path], folder: Path
    ) -> bytes:
        """One frame of the plan as packed RGB."""
        if not 0 <= frame < plan.frames:
            raise RenderFailed(f"Frame {frame} is outside of a segment of {plan.frames} frames.")
        part = next(p for p in parts_of(plan) if frame < p.start + p.frames)
        inputs: list[str | Feed] = []
        chain = await self._part(part, plan, media, inputs)
        out = folder / "frame.rgb"
        await self.process.run(
            [
                *inputs,
                *("-filter_complex_threads", str(self.threads)),
                *("-filter_complex", picture_graph.frame_of_part(chain, frame - part.start, frame)),
                *("-map", "[picture]", "-frames:v", "1", "-f", "rawvideo", "-y", out.name),
            ],
            folder=folder,
        )
        return await asyncio.to_thread(out.read_bytes)

    async def _part(
        self, part: Part, plan: SegmentPlan, media: Mapping[str, Path], inputs: list[str | Feed]
    ) -> str:
        """The chain of one backdrop; adds the input it reads to ``inputs``."""
        size = (plan.width, plan.height)
        backdrop = part.backdrop
        if isinstance(backdrop, DrawnBackdrop):
            return picture_graph.drawn(backdrop, plan.palette, size, part.frames)
        label = f"[{inputs.count('-i')}:v:0]"
        path = media.get(backdrop.media)
        if path is None:
            raise MediaNotFound(f"{backdrop.name!r} was planned, but its file wasn't handed over.")
        if isinstance(backdrop, StillBackdrop):
            rgb = await asyncio.to_thread(load_still, path, backdrop.name, plan.palette.ground)
            moved = pan_and_zoom(rgb, backdrop, size, part.frames)
            inputs += self._pipe_input(size, moved)
            return label + picture_graph.still(part.frames)
        facts = await asyncio.to_thread(self._look_at, path, backdrop.name)
        inputs += self._clip_input(backdrop, path, facts.seconds, part.frames)
        return label + picture_graph.clip(facts, size, part.frames)

    def _look_at(self, path: Path, name: str) -> ClipFacts:
        """Facts of a clip; blocking.

        Raises:
            MediaUnreadable: names the clip.
        """
        where = str(path.absolute())
        try:
            found = look(where) if self.quarantine is None else self.quarantine.look(look, where)
        except LookFailed as error:
            raise MediaUnreadable(f"{name!r} can't be decoded: {error}", name=name) from error
        if isinstance(found, NoClip):
            raise MediaUnreadable(f"{name!r} {found.reason}", name=name)
        return found

    def _pipe_input(self, size: tuple[int, int], frames: Iterator[bytes]) -> list[str | Feed]:
        form = ("-pix_fmt", "yuv420p", "-s", f"{size[0]}x{size[1]}")
        colors = ("-framerate", str(FRAME_RATE), *encoding.COLOR_TAGS)
        return fed(Feed(frames), "rawvideo", *form, *colors)

    def _clip_input(
        self, backdrop: ClipBackdrop, path: Path, seconds: float, frames: int
    ) -> list[str | Feed]:
        """Open a clip at its offset; again from its start when it is too short."""
        offset = backdrop.offset_ms / MILLISECONDS
        if seconds and offset >= seconds:
            offset = 0.0
        looped = seconds > 0 and offset + frames / FRAME_RATE > seconds
        options = [
            *("-threads", str(self.threads)),
            *(("-stream_loop", "-1") if looped else ()),
            *(("-ss", f"{offset:.3f}") if offset else ()),
            *("-an", "-sn", "-dn"),
        ]
        return given(str(path.absolute()), CLIP_FORMATS, options)


def _with_matrix(ass: str) -> str:
    """Say that colours are meant as they are written.

    Without this header libass mimics an old renderer that took all video for BT.601, and an
    accent of #FFB703 comes out as #FFB200.
    """
    if MATRIX_HEADER in ass:
        return ass
    return ass.replace(INFO_SECTION, f"{INFO_SECTION}\n{MATRIX_HEADER} TV.709", 1)
