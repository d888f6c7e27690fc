"""Storyboard: shots, cues and pictures are decided, to the frame."""

import asyncio
from collections.abc import Sequence

import msgspec

from domain.generation.brief import Brief
from domain.generation.footage import choose_footage
from domain.generation.narration import SAMPLE_RATE, SAMPLES_PER_FRAME, SceneNarration
from domain.generation.palettes import palette_for
from domain.generation.parallel import in_parallel
from domain.generation.planning import footage_needed, plan_storyboard
from domain.generation.ports import Typesetter, VisualCandidate, VisualRequest, VisualSource
from domain.generation.script import ProductionWarning, Scene, Script
from domain.generation.stages.stage import Stage, Studio, Task, Work, load_document, store_document
from domain.generation.storyboard import Backdrop, ClipBackdrop, DrawnBackdrop, StillBackdrop
from domain.generation.unmet import unmet_kinds
from domain.jobs.model import Result, UnitKind
from domain.jobs.ports import Finish
from domain.providers.errand import UNPAID, Errand
from domain.providers.usage import ATTEMPTS, kept

PARALLEL_FETCHES = 4
"""clips and stills that one job brings in at the same time"""


class StoryboardStage(Stage):
    """Plans every shot of the video from the script, its timings and what pictures there are."""

    version = 11

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
        chosen = await choose_pictures(
            self._studio.visuals, work.brief, script, narrations, work.errand
        )
        candidates = {c.id: c for scene in chosen.values() for c in scene}
        brought = await in_parallel(
            lambda candidate: self._bring_in(candidate, work.errand),
            candidates.values(),
            PARALLEL_FETCHES,
        )
        backdrops = dict(zip(candidates, brought, strict=True))
        media = {scene: [backdrops[c.id] for c in taken] for scene, taken in chosen.items()}

        async def produce(name: str) -> Result:
            board = await asyncio.to_thread(
                plan_storyboard,
                script,
                narrations,
                work.brief,
                palette_for(work.brief.brand, work.seed),
                pictogram_for=self._studio.typesetter.pictogram_for,
                media=media,
            )
            glyphs = await asyncio.to_thread(glyph_warnings, self._studio.typesetter, script)
            warnings = [*unmet_kinds(script, board), *glyphs]
            content = await store_document(self._studio, work, UnitKind.STORYBOARD, name, board)
            return Result(
                fingerprint=name,
                kind=UnitKind.STORYBOARD,
                content=content,
                data={
                    ATTEMPTS: kept(work.errand.attempts),
                    "warnings": msgspec.to_builtins(warnings),
                    "credits": msgspec.to_builtins(
                        [c.credit for scene in chosen.values() for c in scene]
                    ),
                    # SHA-256 of the files, one for each of the credits
                    "media": [_file_of(backdrop) for scene in media.values() for backdrop in scene],
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
                message=f"Looking for pictures, {name} was passed over: {reason}.",
                hint="`faceless doctor` looks at the whole media folder, `GET /api/capabilities` "
                "tells how providers stand.",
            )
            for name, reason in self._studio.visuals.problems()
        ]


def _file_of(backdrop: Backdrop) -> str:
    return "" if isinstance(backdrop, DrawnBackdrop) else backdrop.media


async def choose_pictures(
    visuals: VisualSource,
    brief: Brief,
    script: Script,
    narrations: Sequence[SceneNarration],
    errand: Errand = UNPAID,
) -> dict[int, list[VisualCandidate]]:
    """The clips and stills that each scene is to show, as far as there are any."""
    width, height = brief.frame_size
    offers: dict[int, list[VisualCandidate]] = {}
    for number, (scene, narration) in enumerate(zip(script.scenes, narrations, strict=True)):
        samples = narration.frames * SAMPLES_PER_FRAME
        offers[number] = await visuals.search(
            VisualRequest(
                terms=terms_of(scene),
                media=scene.media,
                milliseconds=samples * 1000 // SAMPLE_RATE,
                width=width,
                height=height,
            ),
            errand,
        )
    return choose_footage(offers, footage_needed(narrations, brief.aspect_ratio))


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


def terms_of(scene: Scene) -> list[str]:
    """What to look for: the caller's search terms, else the heading and the text itself."""
    return scene.search_terms or [*([scene.heading] if scene.heading else []), scene.text]
