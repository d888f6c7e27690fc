"""Mix: the whole sound is laid once, over the whole video."""

import asyncio

import msgspec

from domain.generation.music import pick_track
from domain.generation.narration import SceneNarration, speech_stretches
from domain.generation.ports import MixPlan, Track
from domain.generation.stages.stage import Stage, Studio, Task, Work, load_document
from domain.jobs.model import Result, UnitKind
from domain.jobs.ports import Finish

FADES_MS = {"short": (200, 800), "long": (1_000, 2_500)}
"""music fade-in and fade-out; look.md"""

SHORT_FORM_FRAMES = 180 * 30
"""up to three minutes a video is edited as short form"""


class MixStage(Stage):
    """Mixes narration and music and brings the result to YouTube's usual loudness."""

    version = 1

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    async def plan(self, work: Work) -> Task:
        narrations = [
            await load_document(self._studio, work.account_id, result, SceneNarration)
            for result in work.each(UnitKind.NARRATION)
        ]
        frames = sum(narration.frames for narration in narrations)
        track = await asyncio.to_thread(self._pick, work)
        fade_in, fade_out = FADES_MS["short" if frames <= SHORT_FORM_FRAMES else "long"]
        plan = MixPlan(
            narration=[narration.audio for narration in narrations],
            frames=frames,
            speech=speech_stretches(narrations),
            music_level_lu=work.brief.music.volume_lu,
            fade_in_ms=fade_in,
            fade_out_ms=fade_out,
        )

        async def produce(name: str) -> Result:
            artifacts = self._studio.artifacts
            voices = [await artifacts.local_path(sha) for sha in plan.narration]
            music, digest = None, None
            if track is not None:
                music = await asyncio.to_thread(self._studio.music.path, track)
                digest = await asyncio.to_thread(self._studio.music.digest, track)
            async with artifacts.scratch() as folder:
                out = folder / "sound.m4a"
                loudness = await self._studio.engine.mix_sound(
                    plan, voices, music, out, work.progress
                )
                sound = await artifacts.put_file(out)
            return Result(
                fingerprint=name,
                kind=UnitKind.MIX,
                content=sound.sha256,
                artifacts={"sound": sound.sha256},
                data={
                    "loudness": msgspec.to_builtins(loudness),
                    "track": msgspec.to_builtins(track),
                    "track_sha256": digest,
                },
            )

        return Task(
            parts={"plan": plan, "track": track, "engine": self._studio.engine.identity},
            produce=produce,
        )

    async def finish(self, work: Work, result: Result) -> Finish:  # noqa: ARG002 - the port's
        return Finish(result=result)

    def _pick(self, work: Work) -> Track | None:
        return pick_track(self._studio.music.tracks(), work.brief.music.mood or "any", work.seed)
