"""Storyboard: shots, cues and pictures are decided, to the frame."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

import msgspec

from domain.errors import LanguageUnsupported, ProvidersExhausted, VoiceNotFound
from domain.generation.estimated_times import estimated_times
from domain.generation.footage import clip_key
from domain.generation.narration import SceneNarration
from domain.generation.palettes import palette_for
from domain.generation.parallel import in_parallel
from domain.generation.picking import UNREACHABLE, Pictures
from domain.generation.planning import plan_storyboard
from domain.generation.ports import Typesetter, VisualCandidate, Voice
from domain.generation.script import ProductionWarning, Script
from domain.generation.stages.narration import VOICES
from domain.generation.stages.stage import Stage, Studio, Task, Work, load_document, store_document
from domain.generation.stores import ClipKey
from domain.generation.storyboard import Backdrop, ClipBackdrop, DrawnBackdrop, StillBackdrop
from domain.generation.unmet import unmet_kinds
from domain.jobs.model import Result, UnitKind
from domain.jobs.ports import Finish
from domain.providers.errand import Errand
from domain.providers.failures import ProviderFailed
from domain.providers.usage import ATTEMPTS, kept

CLIPS = "clips"
"""where a storyboard's result names what the video shows"""
PARALLEL_FETCHES = 4
"""clips and stills that one job brings in at the same time"""


MOST_LOST = 6
"""clips and stills of one source that can't be fetched: then it's down, and isn't asked any more
for this video"""


_VOICE_GONE = (VoiceNotFound, LanguageUnsupported, ProvidersExhausted, ProviderFailed)
"""since it has spoken, or its list can't be read"""


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
        pictures, backdrops = await self._bring_pictures(work, script, narrations)
        chosen = pictures.chosen
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
                    ATTEMPTS: kept(work.errand.attempts),
                    "warnings": msgspec.to_builtins(warnings),
                    "credits": msgspec.to_builtins(
                        [c.credit for scene in chosen.values() for c in scene]
                    ),
                    # SHA-256 of the files, one for each of the credits
                    "media": [_file_of(backdrop) for scene in media.values() for backdrop in scene],
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

    async def finish(self, work: Work, result: Result) -> Finish:
        return Finish(
            result=result,
            warnings=[
                *await self._timing_warnings(work),
                *msgspec.convert(result.data["warnings"], list[ProductionWarning]),
                *self._media_warnings(),
            ],
        )

    async def _bring_pictures(
        self, work: Work, script: Script, narrations: Sequence[SceneNarration]
    ) -> tuple[Pictures, dict[ClipKey, Backdrop]]:
        """Pick pictures and bring them in; in the place of one that can't be had, the next best is
        picked, or the scene is drawn. Each round loses a few, and no source loses many: it ends.
        """
        backdrops: dict[ClipKey, Backdrop] = {}
        lost: dict[ClipKey, ProductionWarning] = {}
        while True:
            losses = Counter(key.source for key in lost)
            pictures = await self._studio.picker.pick(
                work.account_id,
                work.brief,
                script,
                narrations,
                video_id=work.claim.job.video_id,
                without=lost,
                unasked=[source for source, count in losses.items() if count >= MOST_LOST],
                errand=work.errand,
            )
            picked = {clip_key(one): one for taken in pictures.chosen.values() for one in taken}
            wanted = [one for key, one in picked.items() if key not in backdrops]
            if not wanted:
                warnings = [*pictures.warnings, *lost.values()]
                return msgspec.structs.replace(pictures, warnings=warnings), backdrops
            brought = await in_parallel(
                lambda one: self._try_to_bring_in(one, work.errand), wanted, PARALLEL_FETCHES
            )
            for candidate, backdrop in zip(wanted, brought, strict=True):
                if isinstance(backdrop, ProductionWarning):
                    lost[clip_key(candidate)] = backdrop
                else:
                    backdrops[clip_key(candidate)] = backdrop

    async def _try_to_bring_in(
        self, candidate: VisualCandidate, errand: Errand
    ) -> Backdrop | ProductionWarning:
        try:
            return await self._bring_in(candidate, errand)
        except UNREACHABLE as error:
            return ProductionWarning(
                code="visuals_unavailable",
                message=f"{candidate.name} couldn't be fetched: {error.message}",
                hint="The next best took its place, or the scene was drawn.",
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

    async def _timing_warnings(self, work: Work) -> list[ProductionWarning]:
        """Which words' times are estimated: by the narration itself, whenever that was made."""
        studio = self._studio
        script = await load_document(studio, work.account_id, work.one(UnitKind.SCRIPT), Script)
        made = work.each(UnitKind.NARRATION)
        narrations = [
            await load_document(studio, work.account_id, result, SceneNarration) for result in made
        ]
        ids = {voice_id for result in made for voice_id in result.data.get(VOICES, {})}
        voices = self._voices(script.language, ids)
        # in a thread: to find a voice may take a while
        return await asyncio.to_thread(estimated_times, narrations, script.language, voices)

    def _voices(self, language: str, ids: Iterable[str]) -> Iterator[Voice]:
        for voice_id in ids:
            with suppress(*_VOICE_GONE):
                yield self._studio.narrator.voice_for(language, voice_id)

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
