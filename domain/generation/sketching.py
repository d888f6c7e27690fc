"""A sketch: what a request would become, without making any of it."""

import asyncio

import msgspec

from domain.errors import SketchersBusy
from domain.generation.brief import Brief, cap_of
from domain.generation.casting import Cast, cast_for
from domain.generation.estimated_times import times_to_be_estimated
from domain.generation.estimating import estimate_narrations
from domain.generation.figures_left import unspoken_figures
from domain.generation.fingerprint import content_hash
from domain.generation.intake import Intake
from domain.generation.narration import FRAME_RATE, SceneNarration, pace_for
from domain.generation.palettes import palette_for
from domain.generation.picking import Pictures
from domain.generation.planning import plan_storyboard
from domain.generation.ports import VisualCandidate
from domain.generation.script import ProductionWarning, Script, ShownScript, TopicMatch
from domain.generation.stages.stage import Studio
from domain.generation.stages.storyboard import glyph_warnings
from domain.generation.storyboard import Backdrop, ClipBackdrop, StillBackdrop, Storyboard
from domain.generation.unmet import unmet_kinds
from domain.jobs.model import UnitKind
from domain.jobs.ports import PaceOfWork
from domain.providers.errand import Errand
from domain.providers.spending import PurseOnItsLoop
from domain.providers.usage import Usage, usage

AT_ONCE = 2
"""sketches of one process: each keeps a thread busy for a second or so"""

DEFAULT_SECONDS_PER_SECOND = 1.5
"""of work for each of video, where none was made yet: a guess for a laptop of a few cores"""


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """How long the video will be, and how long it will take to make; both in seconds."""

    duration: float
    """of the video, to within about a tenth"""
    seconds: float
    """to make it, from when a worker begins"""
    based_on: int
    """the latest videos whose making ``seconds`` is taken from; 0: none was made here yet, and it
    is a guess of one and a half seconds for each of video"""


class Sketch(msgspec.Struct, frozen=True, kw_only=True):
    """What a request would become. Nothing of it is kept."""

    request: Brief
    """every default filled in; sent again with its ``seed``, it becomes this"""
    topic_match: TopicMatch | None
    script: ShownScript
    storyboard: Storyboard
    """with word times in proportion to letters; clips and stills are named and not stored"""
    estimated: Estimate
    warnings: list[ProductionWarning]
    providers: list[Usage] = []
    """by stage: who was asked for the script and for pictures, and what went wrong on the way"""


class Sketcher:
    """Draws sketches, a few at a time."""

    def __init__(self, studio: Studio, intake: Intake) -> None:
        self._studio = studio
        self._intake = intake
        self._under_way = 0

    async def draw(self, account_id: str, brief: Brief) -> Sketch:
        """What ``brief`` would become for this account, which pays what that costs under its cap
        of the month. The job that it becomes is given the same answers for nothing.

        Raises:
            CostCapReached
            SketchersBusy: as many are drawn already as may be.
            InvalidRequest and everything else that ``Intake.prepare`` raises.
        """
        if self._under_way >= AT_ONCE:
            raise SketchersBusy(f"{AT_ONCE} dry runs are under way, as many as this server takes.")
        self._under_way += 1
        try:
            return await self._draw(account_id, brief)
        finally:
            self._under_way -= 1

    async def _draw(self, account_id: str, brief: Brief) -> Sketch:
        prepared = await self._intake.prepare(brief)
        brief = prepared.brief
        purse = self._studio.till.purse_without_job(account_id, cap_of(brief))
        # writers may compute on their loop, which is to be no request's: one of its own for each
        writing, looking = Errand(purse=PurseOnItsLoop(purse)), Errand(purse=purse)
        script = await asyncio.to_thread(lambda: asyncio.run(self._write(brief, writing)))
        cast, narrations = await asyncio.to_thread(self._narrate, script, brief)
        told = [
            *unspoken_figures(script, self._studio.verbalizer, brief.pronunciations),
            *times_to_be_estimated(script, cast),
        ]
        pictures = await self._studio.picker.pick(
            account_id, brief, script, narrations, errand=looking
        )
        board, found = await asyncio.to_thread(self._plan, brief, script, narrations, pictures)
        pace = await self._studio.jobs.pace(account_id)
        return Sketch(
            request=brief,
            topic_match=prepared.topic_match,
            script=script.shown(),
            storyboard=board,
            estimated=_estimate(sum(narration.frames for narration in narrations), pace),
            warnings=[*prepared.warnings, *script.warnings, *told, *found],
            providers=[
                *usage(UnitKind.SCRIPT, 0, writing.attempts),
                *usage(UnitKind.STORYBOARD, 0, looking.attempts),
            ],
        )

    async def _write(self, brief: Brief, errand: Errand) -> Script:
        words_per_minute = pace_for(brief.aspect_ratio) * brief.voice.speed
        return await self._studio.writer.write(brief, brief.seed or 0, words_per_minute, errand)

    def _narrate(self, script: Script, brief: Brief) -> tuple[Cast, list[SceneNarration]]:
        cast = cast_for(self._studio.narrator, brief, script.language)
        return cast, estimate_narrations(script, brief, cast, self._studio.verbalizer)

    def _plan(
        self,
        brief: Brief,
        script: Script,
        narrations: list[SceneNarration],
        pictures: Pictures,
    ) -> tuple[Storyboard, list[ProductionWarning]]:
        chosen = pictures.chosen.items()
        board = plan_storyboard(
            script,
            narrations,
            brief,
            palette_for(brief.brand, brief.seed or 0),
            pictogram_for=self._studio.typesetter.pictogram_for,
            media={scene: [_named(one) for one in taken] for scene, taken in chosen},
            choices=pictures.choices,
            passed_over=pictures.passed_over,
        )
        glyphs = glyph_warnings(self._studio.typesetter, script)
        return board, [*unmet_kinds(script, board), *glyphs, *pictures.warnings]


def _named(candidate: VisualCandidate) -> Backdrop:
    """A clip or still under its source's own id: nothing was copied, so there is no other."""
    if candidate.type == "clip":
        return ClipBackdrop(
            media=candidate.id, name=candidate.name, duration_ms=candidate.duration_ms
        )
    variant = int(content_hash(candidate.id.encode())[:4], 16)
    return StillBackdrop(media=candidate.id, name=candidate.name, variant=variant)


def _estimate(frames: int, pace: PaceOfWork) -> Estimate:
    duration = frames / FRAME_RATE
    factor = pace.seconds_per_second
    if factor is None:
        factor = DEFAULT_SECONDS_PER_SECOND
    return Estimate(
        duration=round(duration, 1), seconds=round(duration * factor, 1), based_on=pace.videos
    )
