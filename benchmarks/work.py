"""The work that is timed: a whole job's picture and sound, and a bare encode of its frames."""

import asyncio
import resource
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from adapters.ffmpeg import FfmpegEngine
from adapters.ffmpeg.encoding import B_FRAMES, COLOR_TAGS, GOP_FRAMES
from adapters.ffmpeg.segment import SegmentRenderer
from adapters.libass import LibassTypesetter
from adapters.music import BundledMusic
from domain.generation.narration import SAMPLE_RATE, SAMPLES_PER_FRAME
from domain.generation.packaging import Encoding, Loudness
from domain.generation.ports import MixPlan, SegmentPlan
from domain.generation.storyboard import Storyboard

SLOTS = 2
"""segments at a time"""
REFERENCE_THREADS = 2
SYLLABLES_PER_SECOND = 5.0
VOICE_LEVEL = 0.08
"""rms, of full scale"""
VOICE_BAND_HZ = 11_025
"""half the sample rate of the bundled voice"""
NICE = ("nice", "-n", "10")
"""the engine's children run at 10; the reference gets no advantage over them"""


class Cost(NamedTuple):
    """What some work took: seconds by the clock, and seconds of processor time.

    The clock is what a user waits for; on a machine with other things to do, processor time is
    the steadier measure.
    """

    wall: float
    cpu: float

    @classmethod
    def so_far(cls) -> "Cost":
        """Of this process and of its children that have ended."""
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return cls(time.perf_counter(), sum(each.ru_utime + each.ru_stime for each in used))

    def __sub__(self, begun: "Cost") -> "Cost":
        return Cost(self.wall - begun.wall, self.cpu - begun.cpu)

    def over(self, other: "Cost") -> "Cost":
        """Both ratios."""
        return Cost(self.wall / other.wall, self.cpu / other.cpu)


class Workbench:
    """An engine, its fonts, and clips by hash."""

    def __init__(self, folder: Path, engine: FfmpegEngine, typesetter: LibassTypesetter) -> None:
        self.folder = folder
        self.engine = engine
        self.typesetter = typesetter
        self.media: dict[str, Path] = {}

    def plans(self, board: Storyboard) -> list[SegmentPlan]:
        """One plan a scene."""
        return [
            SegmentPlan(
                width=board.width,
                height=board.height,
                frames=scene.frames,
                palette=board.palette,
                backdrops=[(shot.end - shot.start, shot.backdrop) for shot in scene.shots],
                ass=self.typesetter.scene_track(board, scene),
            )
            for scene in board.scenes
        ]

    async def job(self, plans: Sequence[SegmentPlan], out: Path) -> tuple[Cost, Encoding]:
        """Segments two at a time, the mix beside them, then the join."""
        voice, mix = speech_for(self.folder, sum(plan.frames for plan in plans))
        music = BundledMusic()
        track = music.path(music.tracks()[0])
        slots = asyncio.Semaphore(SLOTS)
        files = [out.with_suffix(f".{number}.ts") for number in range(len(plans))]
        sound = out.with_suffix(".aac")

        async def render(plan: SegmentPlan, file: Path) -> None:
            async with slots:
                await self.engine.render_segment(plan, self.media, file, _unheard)

        async def mix_sound() -> Loudness:
            async with slots:
                return await self.engine.mix_sound(mix, [voice], track, sound, _unheard)

        begun = Cost.so_far()
        work = zip(plans, files, strict=True)
        await asyncio.gather(mix_sound(), *(render(plan, file) for plan, file in work))
        facts = await self.engine.assemble(files, sound, out, _unheard)
        took = Cost.so_far() - begun
        for file in [*files, sound]:
            file.unlink()
        return took, facts

    async def finished_frames(self, plans: Sequence[SegmentPlan], out: Path) -> None:
        """Write every frame as it goes into the encoder, as raw yuv420p."""
        renderer = SegmentRenderer(self.engine.process, 1, lambda _: ["-f", "rawvideo"])
        with out.open("wb") as joined:
            for number, plan in enumerate(plans):
                folder = self.folder / f"raw{number}"
                folder.mkdir()
                renderer.lay_out(plan, self.typesetter.fonts().folder, folder)
                for file in await renderer.render(plan, self.media, folder, _unheard):
                    with file.open("rb") as frames:
                        while chunk := frames.read(1 << 24):
                            joined.write(chunk)
                    file.unlink()

    def bare_encode(self, frames: Path, size: tuple[int, int], out: Path) -> Cost:
        """x264 veryfast crf 23 of finished frames with the engine's GOP."""
        gop = f"keyint={GOP_FRAMES}:min-keyint={GOP_FRAMES}:scenecut=0:bframes={B_FRAMES}"
        command = [*NICE, str(self.engine.executable), "-v", "error", "-nostdin"]
        command += raw_input(frames, size)
        command += ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-x264-params", gop]
        command += ["-threads", str(REFERENCE_THREADS), *COLOR_TAGS, "-y", str(out)]
        begun = Cost.so_far()
        subprocess.run(command, check=True)
        return Cost.so_far() - begun


def raw_input(frames: Path, size: tuple[int, int]) -> list[str]:
    """ffmpeg's input options for a file of finished frames."""
    layout = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{size[0]}x{size[1]}"]
    return [*layout, "-framerate", "30", *COLOR_TAGS, "-i", str(frames)]


def speech_for(folder: Path, frames: int) -> tuple[Path, MixPlan]:
    """Noise with the spectrum and the rhythm of sentences: 5 s spoken, 1 s paused.

    White noise would be twice as dear to encode as a voice is.
    """
    samples = frames * SAMPLES_PER_FRAME
    path = folder / f"voice{frames}.pcm"
    speech = [
        (start, min(start + 5 * SAMPLE_RATE, samples))
        for start in range(0, samples, 6 * SAMPLE_RATE)
    ]
    if not path.exists():
        rng = np.random.default_rng(1)
        with path.open("wb") as file:
            for start, end in speech:
                at = np.arange(end - start) / SAMPLE_RATE
                syllables = np.abs(np.sin(2 * np.pi * SYLLABLES_PER_SECOND / 2 * at))
                voice = VOICE_LEVEL * _like_speech(rng.normal(size=end - start)) * syllables
                pause = min(start + 6 * SAMPLE_RATE, samples) - end
                sound = np.concatenate([voice, np.zeros(pause)])
                file.write((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    plan = MixPlan(
        narration=["0" * 64],
        frames=frames,
        speech=speech,
        music_level_lu=-16,
        fade_in_ms=200,
        fade_out_ms=800,
    )
    return path, plan


def _like_speech(noise: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Noise that falls by 9 dB an octave above 500 Hz, as voices do, and ends where ours does."""
    spectrum = np.fft.rfft(noise)
    frequency = np.fft.rfftfreq(noise.size, 1 / SAMPLE_RATE)
    spectrum *= (1 + (frequency / 500) ** 2) ** -0.75
    spectrum[frequency > VOICE_BAND_HZ] = 0
    shaped = np.fft.irfft(spectrum, noise.size)
    return np.asarray(shaped / shaped.std())


def _unheard(_: float) -> None:
    """Progress that nobody follows."""
