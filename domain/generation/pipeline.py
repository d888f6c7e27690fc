"""The production line: what happens between a brief and a video, in order.

    script      write (or take over) the words                        one unit
    narration   speak one scene; time every shown word                a unit a scene
    storyboard  decide every shot, cue and picture, to the frame      one unit
    segment     render one scene's picture                            a unit a scene
    mix         voice, ducked music, loudness                         one unit
    package     join, add sound, thumbnail, captions, manifest        one unit

A unit first names its work by a fingerprint over all that its outcome depends on. A result
under that name, from whichever job, is taken as it is; else the work is done and kept.

Where the service of a voice fails, another voice may take its place (``voice_change``): the whole
job is narrated anew then, so that nobody speaks in two voices.

After the script, the narration or the package a job waits for approval, if its brief says so
(``pause_after``): the units that follow miss it as one of their inputs.
"""

from collections.abc import Callable, Mapping

import msgspec

from domain.generation.brief import cap_of
from domain.generation.casting import Recast
from domain.generation.fingerprint import fingerprint
from domain.generation.stages.mix import MixStage
from domain.generation.stages.narration import NarrationStage, VoiceGivenUp
from domain.generation.stages.package import PackageStage
from domain.generation.stages.script import ScriptStage
from domain.generation.stages.segment import SegmentStage
from domain.generation.stages.stage import Stage, Studio, Work
from domain.generation.stages.storyboard import StoryboardStage
from domain.jobs.model import Claim, Result, UnitKind
from domain.jobs.ports import Finish
from domain.providers.book import Payer
from domain.providers.errand import Errand


class Pipeline:
    """Does the work of one unit; implements the runner's ``Production``."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._stages: dict[UnitKind, Stage] = {
            UnitKind.SCRIPT: ScriptStage(studio),
            UnitKind.NARRATION: NarrationStage(studio),
            UnitKind.STORYBOARD: StoryboardStage(studio),
            UnitKind.SEGMENT: SegmentStage(studio),
            UnitKind.MIX: MixStage(studio),
            UnitKind.PACKAGE: PackageStage(studio),
        }

    async def run(
        self,
        claim: Claim,
        inputs: Mapping[tuple[UnitKind, int], Result],
        progress: Callable[[float], None],
    ) -> Finish | Recast:
        """Make the unit's result, or find it made; answers what to write with it, or which voice
        is to speak in the place of one that failed.

        Raises:
            DomainError: the work can't be done; ``transient`` tells whether to try again.
        """
        stage = self._stages[claim.unit.kind]
        errand = Errand(purse=self._studio.till.purse(payer_of(claim)), progress=progress)
        work = Work(claim=claim, inputs=inputs, progress=progress, errand=errand)
        task = await stage.plan(work)
        name = fingerprint(claim.unit.kind, stage.version, task.parts)
        made = await self._studio.jobs.result(claim.job.account_id, name)
        try:
            finish = await stage.finish(work, made or await task.produce(name))
        except VoiceGivenUp as given_up:
            return given_up.recast
        return msgspec.structs.replace(finish, is_reused=made is not None)


def payer_of(claim: Claim) -> Payer:
    """Who pays what a unit's work costs: its job, as far as it may."""
    return Payer(
        account_id=claim.job.account_id,
        job_id=claim.job.id,
        unit_id=claim.unit.id,
        fence=claim.unit.fence,
        cap=cap_of(claim.job.request),
    )
