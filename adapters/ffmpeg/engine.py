"""The video engine: renders, mixes and joins with ffmpeg. See ``domain.generation.ports``."""

import asyncio
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import av
import cv2
import imageio_ffmpeg  # type: ignore[import-untyped]

from adapters.ffmpeg.doctor import FfmpegFacts, examine
from adapters.ffmpeg.joining import join_movie, join_picture
from adapters.ffmpeg.picture_file import save_picture
from adapters.ffmpeg.probe import measure_encoding
from adapters.ffmpeg.process import FfmpegProcess, Position
from adapters.ffmpeg.scratch import publish, scratch_beside
from adapters.ffmpeg.segment import SegmentRenderer
from adapters.ffmpeg.sound import SoundMixer
from domain.generation.packaging import Encoding, Loudness
from domain.generation.ports import MixPlan, Progress, Quarantine, SegmentPlan

STAGE_VERSION = 3
"""raise it whenever the same plan gives other pictures or other sound"""
VERSION_LINE = re.compile(r"^ffmpeg version (\S+)")


class FfmpegEngine:
    """Implements ``VideoEngine`` with a static build of ffmpeg.

    ``fonts_dir`` is asked for when the first text is drawn. ``threads`` is x264's count, on
    which its bytes depend. Clips are looked at in ``quarantine`` where there is one.
    """

    def __init__(
        self,
        fonts_dir: Callable[[], Path] | Path,
        threads: int = 1,
        nice: int = 10,
        executable: Path | None = None,
        quarantine: Quarantine | None = None,
    ) -> None:
        self._quarantine = quarantine
        self._fonts_dir = fonts_dir
        self._threads = threads
        self._nice = nice
        self._executable = executable

    @cached_property
    def executable(self) -> Path:
        """The ffmpeg in use: the one given, or the one that imageio-ffmpeg carries."""
        return Path(self._executable or imageio_ffmpeg.get_ffmpeg_exe()).absolute()

    @cached_property
    def version(self) -> str:
        """ffmpeg's own version string."""
        told = subprocess.run(  # noqa: S603 - our own executable, no shell
            [self.executable, "-version"], capture_output=True, text=True, check=True, timeout=30
        ).stdout
        found = VERSION_LINE.match(told)
        return found[1] if found else told[:80]

    @cached_property
    def identity(self) -> str:
        """Changes whenever the same plan may give other bytes."""
        parts = [
            f"ffmpeg/{STAGE_VERSION}",
            self.version,
            f"opencv-{cv2.__version__}",
            f"threads-{self._threads}",
        ]
        return " ".join(parts)

    @cached_property
    def process(self) -> FfmpegProcess:
        """How ffmpeg is run."""
        return FfmpegProcess(self.executable, self._nice)

    async def render_segment(
        self, plan: SegmentPlan, media: Mapping[str, Path], out: Path, progress: Progress
    ) -> None:
        """Render one segment without sound; see the port."""
        async with scratch_beside(out) as folder:
            renderer = SegmentRenderer(self.process, self._threads, quarantine=self._quarantine)
            renderer.lay_out(plan, self._fonts(), folder)
            files = await renderer.render(plan, media, folder, progress)
            publish(await join_picture(self.process, files, folder), out)
        progress(1.0)

    async def draw_still(
        self, plan: SegmentPlan, frame: int, media: Mapping[str, Path], out: Path
    ) -> None:
        """Draw one frame of a plan; see the port."""
        async with scratch_beside(out) as folder:
            renderer = SegmentRenderer(self.process, self._threads, quarantine=self._quarantine)
            renderer.lay_out(plan, self._fonts(), folder)
            rgb = await renderer.frame(plan, frame, media, folder)
            made = folder / f"frame{out.suffix.lower()}"
            await asyncio.to_thread(save_picture, rgb, (plan.width, plan.height), made)
            publish(made, out)

    async def mix_sound(
        self,
        plan: MixPlan,
        narration: Sequence[Path],
        music: Path | None,
        out: Path,
        progress: Progress,
    ) -> Loudness:
        """Mix voice and ducked music; see the port."""
        async with scratch_beside(out) as folder:
            mixer = SoundMixer(self.process, folder, progress)
            made, loudness = await mixer.mix(plan, narration, music)
            publish(made, out)
        progress(1.0)
        return loudness

    async def assemble(
        self, segments: Sequence[Path], sound: Path, out: Path, progress: Progress
    ) -> Encoding:
        """Join segments and sound into an MP4; see the port."""
        size = await asyncio.to_thread(_total_size, [*segments, sound])

        def report(position: Position) -> None:
            progress(min(0.99, position.bytes / max(1, size)))

        async with scratch_beside(out) as folder:
            made = await join_movie(self.process, segments, sound, folder, report)
            encoding = await asyncio.to_thread(measure_encoding, made)
            publish(made, out)
        progress(1.0)
        return encoding

    def tools(self) -> dict[str, str]:
        """Names and versions of the tools, for the manifest."""
        return {
            "ffmpeg": self.version,
            "opencv": cv2.__version__,
            "pyav": av.__version__,
        }

    def doctor_facts(self) -> FfmpegFacts:
        """What this build of ffmpeg has and lacks; blocking."""
        return examine(self.executable, self.version)

    def _fonts(self) -> Path:
        return self._fonts_dir() if callable(self._fonts_dir) else self._fonts_dir


def _total_size(files: Sequence[Path]) -> int:
    """Bytes of all files together."""
    return sum(file.stat().st_size for file in files)
