"""Script: write the words, then name every unit that they make possible."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from domain.errors import DomainError
from domain.generation.brief import Brief, PauseAfter
from domain.generation.casting import cast_for, paces_of
from domain.generation.documents import decode
from domain.generation.figures_left import unspoken_figures
from domain.generation.rederiving import words_per_minute_for
from domain.generation.script import SceneEdit, Script
from domain.generation.stages.stage import Stage, Studio, Task, Work, load_document, store_document
from domain.generation.writing import apply_edits
from domain.jobs.model import GATED, NewUnit, Result, Revises, UnitKind
from domain.jobs.ports import Finish
from domain.providers.usage import ATTEMPTS, kept


class ScriptStage(Stage):
    """Writes the script of a brief, or applies a revision's corrections to the one before."""

    version = 6

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    async def plan(self, work: Work) -> Task:
        revises = work.claim.job.revises
        return await (self._write(work) if revises is None else self._revise(work, revises))

    async def finish(self, work: Work, result: Result) -> Finish:
        script = await load_document(self._studio, work.account_id, result, Script)
        letters = [len(scene.text) for scene in script.scenes]
        units = units_for(len(letters), longest_first(letters), work.brief.pause_after)
        figures = unspoken_figures(script, self._studio.verbalizer, work.brief.pronunciations)
        return Finish(
            result=result,
            units=units,
            warnings=[*script.warnings, *figures],
        )

    async def _write(self, work: Work) -> Task:
        brief = work.brief
        words_per_minute = words_per_minute_for(brief)
        paces = await asyncio.to_thread(self._paces, brief)

        async def produce(name: str) -> Result:
            script = await self._studio.writer.write(
                brief, work.seed, words_per_minute, work.errand
            )
            return await self._keep(work, name, msgspec.structs.replace(script, paces=paces))

        return Task(
            parts={
                "writer": self._studio.writer.identity,
                "topic": brief.topic,
                "match": work.claim.job.topic_match,
                "script": brief.script,
                "source_text": brief.source_text,
                "scenes": brief.scenes,
                "title": brief.title,
                "language": brief.language,
                "speakers": list(brief.speakers),
                "duration": brief.duration,
                "aspect_ratio": brief.aspect_ratio,
                "words_per_minute": words_per_minute,
                "seed": work.seed,
                "paces": paces,
                # what came later is named where it's given: older results keep their names
                **{
                    name: given
                    for name in ("source_url", "tone")
                    if (given := getattr(brief, name)) is not None
                },
            },
            produce=produce,
        )

    def _paces(self, brief: Brief) -> dict[str, float]:
        narrator = self._studio.narrator
        return paces_of(narrator, cast_for(narrator, brief, brief.language), brief.language)

    async def _revise(self, work: Work, revises: Revises) -> Task:
        documents = self._studio.documents
        base = await documents.get(work.account_id, UnitKind.SCRIPT, revises.script)
        if base is None:
            raise DomainError(f"The script {revises.script[:12]} to be revised is gone.")

        async def produce(name: str) -> Result:
            before = decode(base, Script)
            edited = apply_edits(before, revises.edits, self._studio.segmenter, work.brief)
            if edited.title != before.title:
                theme = before.theme or before.title
                edited = msgspec.structs.replace(edited, theme=theme)
            return await self._keep(work, name, edited)

        return Task(parts=edited_from(base, revises.edits, work.brief), produce=produce)

    async def _keep(self, work: Work, name: str, script: Script) -> Result:
        content = await store_document(self._studio, work, UnitKind.SCRIPT, name, script)
        return Result(
            fingerprint=name,
            kind=UnitKind.SCRIPT,
            content=content,
            data={ATTEMPTS: kept(work.errand.attempts)},
        )


def edited_from(base: bytes, edits: Mapping[int, SceneEdit], brief: Brief) -> dict[str, Any]:
    """All that an edited script depends on."""
    return {
        "base": base.decode(),
        "edits": edits,
        "given_title": brief.title,
        "speakers": list(brief.speakers),
        "words_per_minute": words_per_minute_for(brief),
    }


def longest_first(letters: Sequence[int]) -> list[int]:
    """Scenes, the longest first: whoever works side by side then ends at about the same time."""
    return sorted(range(len(letters)), key=lambda scene: letters[scene], reverse=True)


def units_for(
    scenes: int, order: Sequence[int] | None = None, pause_after: PauseAfter | None = None
) -> list[NewUnit]:
    """The units of a production of so many scenes, each with the number of inputs it misses.

    Where it's to pause, the approval is one of them.

    Units that are ready at the same time are claimed in the order of this list: scenes in
    ``order``, and the mix before any segment, so that no worker waits for it at the end.
    """
    order = range(scenes) if order is None else order
    gated = None if pause_after is None else GATED.get(UnitKind(pause_after))
    narration, storyboard = (
        int(gated is kind) for kind in (UnitKind.NARRATION, UnitKind.STORYBOARD)
    )
    return [
        *(NewUnit(UnitKind.NARRATION, n, missing_inputs=narration) for n in order),
        NewUnit(UnitKind.STORYBOARD, missing_inputs=scenes + storyboard),
        NewUnit(UnitKind.MIX, missing_inputs=1),
        *(NewUnit(UnitKind.SEGMENT, n, missing_inputs=1) for n in order),
        NewUnit(UnitKind.PACKAGE, missing_inputs=scenes + 1),
    ]
