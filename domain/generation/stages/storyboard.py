"""Storyboard: shots, cues and pictures are decided, to the frame."""

import asyncio

import msgspec

from domain.generation.footage import clip_key
from domain.generation.narration import SceneNarration
from domain.generation.palettes import palette_for
from domain.generation.planning import plan_storyboard
from domain.generation.ports import Typesetter, VisualCandidate
from domain.generation.script import ProductionWarning, Script
from domain.generation.stages.stage import Stage, Studio, Task, Work, load_document, store_document
from domain.generation.storyboard import Backdrop, ClipBackdrop, StillBackdrop
from domain.generation.unmet import unmet_kinds
from domain.jobs.model import Result, UnitKind
from domain.jobs.ports import Finish
from domain.providers.errand import Errand

CLIPS = "clips"
"""where a storyboard's result names what the video shows"""


class StoryboardStage(Stage):
    """Plans every shot of the video from the script, its timings and what pictures there are."""

    version = 12

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    async def plan(self, work: Work) -> Task:
        script = await load_document(
            self._studio, work.account_id, work.one(UnitKind.SCRIPT), Script
        )
        narrations = [
            await load_document(self._studio, work.account_id, result, SceneNarration)
            for result in work.each(UnitKind.NARRATION)
        ]
        job = work.claim.job
        pictures = await self._studio.picker.pick(
            work.account_id,
            work.brief,
            script,
            narrations,
            video_id=job.video_id,
            errand=work.errand,
        )
        chosen = pictures.chosen
        backdrops = {
            key: await self._bring_in(candidate, work.errand)
            for key, candidate in {
                clip_key(one): one for scene in chosen.values() for one in scene
            }.items()
        }
        media = {
            scene: [backdrops[clip_key(one)] for one in taken] for scene, taken in chosen.items()
        }

        async def produce(name: str) -> Result:
            board = await asyncio.to_thread(
                plan_storyboard,
                script,
                narrations,
                work.brief,
                palette_for(work.brief.brand, work.seed),
                pictogram_for=self._studio.typesetter.pictogram_for,
                media=media,
                choices=pictures.choices,
                passed_over=pictures.passed_over,
            )
            glyphs = await asyncio.to_thread(glyph_warnings, self._studio.typesetter, script)
            warnings = [*unmet_kinds(script, board), *glyphs, *pictures.warnings]
            content = await store_document(self._studio, work, UnitKind.STORYBOARD, name, board)
            return Result(
                fingerprint=name,
                kind=UnitKind.STORYBOARD,
                content=content,
                data={
                    "warnings": msgspec.to_builtins(warnings),
                    "credits": msgspec.to_builtins(
                        [c.credit for scene in chosen.values() for c in scene]
                    ),
                    CLIPS: msgspec.to_builtins(pictures.clips),
                },
            )

        return Task(
            parts={
                "script": work.one(UnitKind.SCRIPT).content,
                "narration": [result.content for result in work.each(UnitKind.NARRATION)],
                "aspect_ratio": work.brief.aspect_ratio,
                "captions": work.brief.captions,
                "brand": work.brief.brand,
                "seed": work.seed,
                "typesetter": self._studio.typesetter.identity,
                "media": media,
                "choices": pictures.choices,
                "passed_over": pictures.passed_over,
            },
            produce=produce,
        )

    async def finish(self, work: Work, result: Result) -> Finish:  # noqa: ARG002 - the port's
        return Finish(
            result=result,
            warnings=[
                *msgspec.convert(result.data["warnings"], list[ProductionWarning]),
                *self._media_warnings(),
            ],
        )

    async def _bring_in(self, candidate: VisualCandidate, errand: Errand) -> Backdrop:
        """Copy a candidate's file into the artifact store, where every worker finds it."""
        artifacts = self._studio.artifacts
        async with artifacts.scratch() as folder:
            artifact = await artifacts.put_file(
                await self._studio.visuals.fetch(candidate, folder, errand)
            )
        if candidate.type == "clip":
            return ClipBackdrop(
                media=artifact.sha256, name=candidate.name, duration_ms=candidate.duration_ms
            )
        return StillBackdrop(
            media=artifact.sha256, name=candidate.name, variant=int(artifact.sha256[:4], 16)
        )

    def _media_warnings(self) -> list[ProductionWarning]:
        return [
            ProductionWarning(
                code="media_skipped",
                message=f"In the media folder, {name}: {reason}.",
                hint="It isn't used until then; `faceless doctor` looks at the whole folder.",
            )
            for name, reason in self._studio.visuals.problems()
        ]


def glyph_warnings(typesetter: Typesetter, script: Script) -> list[ProductionWarning]:
    """What of a script's text can't be drawn."""
    missing = typesetter.missing_glyphs(f"{script.title}\n{script.text}")
    if not missing:
        return []
    return [
        ProductionWarning(
            code="missing_glyphs",
            message=f"No font here can draw {' '.join(missing)}; left out of the picture.",
            hint="Write these characters in another way; the voice is not affected.",
        )
    ]
