"""Mixes a video's sound: voice, ducked music, one loudness.

Voice and music are measured, the music's gain is computed from the narration's own timings, both
are mixed in floating point, and the mix is brought to its loudness by measuring what really comes
out and correcting: the limiter and the encoder both move it.
"""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

from adapters.ffmpeg import encoding, sound_graph
from adapters.ffmpeg.ducking import DuckingLevels, music_gain, sampled
from adapters.ffmpeg.inputs import MUSIC_FORMATS, fed, given, made_here
from adapters.ffmpeg.loudness import Levels, read_levels
from adapters.ffmpeg.process import Feed, FfmpegProcess, Position
from adapters.ffmpeg.scratch import link_all
from domain.errors import RenderFailed
from domain.generation.narration import BYTES_PER_SAMPLE, SAMPLE_RATE, SAMPLES_PER_FRAME
from domain.generation.packaging import Loudness
from domain.generation.ports import MixPlan, Progress

TARGET_LUFS = -14.0
"""what YouTube turns louder uploads down to"""
GAP_LUFS = -24.0
"""the music alone, between sections of speech"""
PEAK_LIMIT_DBTP = -1.0
DRY_TOLERANCE_LU = 0.1
ENCODED_TOLERANCE_LU = 0.25
"""encoding again costs more than all the rest; half a unit is what is promised"""
FIRST_CEILING_DB = -1.3
"""sample peaks at the limiter; true peaks and the encoder add some tenths"""
LOWEST_CEILING_DB = -6.0
PEAK_MARGIN_DB = 0.05
DRY_PASSES = 3
ENCODED_PASSES = 3
AAC_PRIMING_SAMPLES = 1_024
"""what ffmpeg's AAC encoder puts before the sound; cut from the mix, since no edit list says so"""

VOICE = "voice.pcm"
MIX = "mix.f32"
SOUND = "sound.aac"
MONO = ("-ar", str(SAMPLE_RATE), "-ac", "1")
STEREO = ("-ar", str(SAMPLE_RATE), "-ac", "2")
VOICE_INPUT = made_here(VOICE, "s16le", *MONO)
MIX_INPUT = made_here(MIX, "f32le", *STEREO)
NOWHERE = ("-f", "null", "-")

STEPS = 7
"""runs of ffmpeg that a mix usually takes; progress is shared evenly among them"""


class SoundMixer:
    """Mixes one video's sound inside one scratch folder."""

    def __init__(self, process: FfmpegProcess, folder: Path, progress: Progress) -> None:
        self.process = process
        self.folder = folder
        self.progress = progress
        self.steps_done = 0
        self.seconds = 0.0

    async def mix(
        self, plan: MixPlan, narration: Sequence[Path], music: Path | None
    ) -> tuple[Path, Loudness]:
        """Make the encoded sound; answers its file in the folder, and what it measures.

        Raises:
            RenderFailed: the narration isn't as long as the plan.
        """
        samples = plan.frames * SAMPLES_PER_FRAME
        self.seconds = samples / SAMPLE_RATE
        await asyncio.to_thread(_join_narration, narration, self.folder / VOICE, samples)
        voice = await self._measure([*VOICE_INPUT], sound_graph.measured_voice())
        voice_db = 0.0 if voice.silent else TARGET_LUFS - voice.integrated
        inputs: list[str | Feed] = [*VOICE_INPUT]
        if music is not None:
            inputs += await self._music_inputs(plan, samples, music)
        await self._run(
            [
                *inputs,
                *(
                    "-filter_complex",
                    sound_graph.mixed(samples, voice_db, with_music=music is not None),
                ),
                *("-map", "[mix]", "-f", "f32le", "-y", MIX),
            ]
        )
        mix = await asyncio.to_thread(read_levels, self.folder / sound_graph.LEVELS)
        encoded = await self._master(mix)
        return self.folder / SOUND, encoded.facts()

    async def _music_inputs(self, plan: MixPlan, samples: int, music: Path) -> list[str | Feed]:
        """Inputs 1 (the music, as often as it is needed) and 2 (its gain)."""
        (name,) = link_all([music], self.folder, "music")
        looped = given(name, MUSIC_FORMATS, ["-stream_loop", "-1", "-vn"])
        bed = await self._measure(looped, sound_graph.measured_music(samples))
        levels = DuckingLevels(under_voice=TARGET_LUFS - abs(plan.music_level_lu), in_gaps=GAP_LUFS)
        gain = music_gain(
            plan.speech,
            samples,
            bed.momentary,
            levels,
            fade_in_ms=plan.fade_in_ms,
            fade_out_ms=plan.fade_out_ms,
        )
        return [*looped, *fed(Feed(sampled(gain, samples)), "f32le", *MONO)]

    async def _master(self, mix: Levels) -> Levels:
        """Bring the mix to its loudness under its peak limit, by measured corrections.

        The first passes leave the encoder out: it costs five times the rest, and moves the
        loudness by hundredths.
        """
        gain = 0.0 if mix.silent else TARGET_LUFS - mix.integrated
        ceiling = FIRST_CEILING_DB
        for _ in range(DRY_PASSES):
            measured = await self._try(gain, ceiling)
            gain, ceiling, good = _corrected(gain, ceiling, measured, DRY_TOLERANCE_LU)
            if good:
                break
        for _ in range(ENCODED_PASSES):
            measured = await self._encode(gain, ceiling)
            gain, ceiling, good = _corrected(gain, ceiling, measured, ENCODED_TOLERANCE_LU)
            if good:
                break
        return measured

    async def _try(self, gain: float, ceiling: float) -> Levels:
        """Measure what a gain and a ceiling give, before encoding."""
        master = sound_graph.mastered(gain, ceiling, AAC_PRIMING_SAMPLES, measured=True)
        await self._run([*MIX_INPUT, "-filter_complex", master, "-map", "[master]", *NOWHERE])
        return await asyncio.to_thread(read_levels, self.folder / sound_graph.LEVELS)

    async def _encode(self, gain: float, ceiling: float) -> Levels:
        """Encode, and measure what was encoded."""
        master = sound_graph.mastered(gain, ceiling, AAC_PRIMING_SAMPLES, measured=False)
        options = encoding.sound_options()
        await self._run(
            [*MIX_INPUT, "-filter_complex", master, "-map", "[master]", *options, "-y", SOUND]
        )
        return await self._measure(made_here(SOUND, "aac"), sound_graph.measured_file())

    async def _measure(self, inputs: list[str | Feed], measuring: str) -> Levels:
        await self._run([*inputs, "-filter_complex", measuring, "-map", "[heard]", *NOWHERE])
        return await asyncio.to_thread(read_levels, self.folder / sound_graph.LEVELS)

    async def _run(self, arguments: list[str | Feed]) -> None:
        def report(position: Position) -> None:
            share = min(1.0, position.seconds / self.seconds)
            self.progress(min(0.99, (self.steps_done + share) / STEPS))

        await self.process.run(arguments, folder=self.folder, on_position=report)
        self.steps_done = min(self.steps_done + 1, STEPS - 1)


def _corrected(
    gain: float, ceiling: float, measured: Levels, tolerance: float
) -> tuple[float, float, bool]:
    """The next gain and ceiling (dB), and whether this measurement was good already."""
    error = 0.0 if measured.silent else TARGET_LUFS - measured.integrated
    too_high = measured.true_peak - PEAK_LIMIT_DBTP
    if abs(error) <= tolerance and too_high <= 0:
        return gain, ceiling, True
    if too_high > 0:
        ceiling = max(LOWEST_CEILING_DB, ceiling - too_high - PEAK_MARGIN_DB)
    return gain + error, ceiling, False


def _join_narration(narration: Sequence[Path], out: Path, samples: int) -> None:
    """Put the scenes' PCM one after the other: to the sample, since it's raw."""
    with out.open("wb") as joined:
        for path in narration:
            with path.open("rb") as scene:
                shutil.copyfileobj(scene, joined)
    found = out.stat().st_size // BYTES_PER_SAMPLE
    if found != samples:
        raise RenderFailed(f"The narration has {found} samples, the picture {samples}.")
