"""Segment: one scene's picture is rendered, without sound."""

import asyncio

from domain.generation.fingerprint import canonical, content_hash
from domain.generation.ports import SegmentPlan
from domain.generation.stages.stage import Stage, Studio, Task, Work, load_document
from domain.generation.storyboard import DrawnBackdrop, SceneBoard, Storyboard
from domain.jobs.model import Result, UnitKind
from domain.jobs.ports import Finish


class SegmentStage(Stage):
    """Renders one scene. Its plan is counted from the scene's start, so edits elsewhere keep it."""

    version = 1

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    async def plan(self, work: Work) -> Task:
        board = await load_document(
            self._studio, work.account_id, work.one(UnitKind.STORYBOARD), Storyboard
        )
        scene = board.scenes[work.claim.unit.ordinal]
        typesetter = self._studio.typesetter
        plan = segment_plan(
            board, scene, await asyncio.to_thread(typesetter.scene_track, board, scene)
        )
        fonts = await asyncio.to_thread(typesetter.fonts)

        async def produce(name: str) -> Result:
            artifacts = self._studio.artifacts
            media = {sha: await artifacts.local_path(sha) for sha in media_of(plan)}
            async with artifacts.scratch() as folder:
                out = folder / "segment.ts"
                await self._studio.engine.render_segment(plan, media, out, work.progress)
                segment = await artifacts.put_file(out)
            return Result(
                fingerprint=name,
                kind=UnitKind.SEGMENT,
                content=segment.sha256,
                artifacts={"segment": segment.sha256},
                data={"frames": plan.frames, "size": segment.size},
            )

        return Task(
            parts={
                "plan": content_hash(canonical(plan)),
                "fonts": fonts.digest,
                "engine": self._studio.engine.identity,
            },
            produce=produce,
        )

    async def finish(self, work: Work, result: Result) -> Finish:  # noqa: ARG002 - the port's
        return Finish(result=result)


def segment_plan(board: Storyboard, scene: SceneBoard, ass: str) -> SegmentPlan:
    """All that a scene's picture depends on."""
    return SegmentPlan(
        width=board.width,
        height=board.height,
        frames=scene.frames,
        palette=board.palette,
        backdrops=[(shot.end - shot.start, shot.backdrop) for shot in scene.shots],
        ass=ass,
    )


def media_of(plan: SegmentPlan) -> set[str]:
    """SHA-256 of every clip and still in a plan."""
    return {
        backdrop.media for _, backdrop in plan.backdrops if not isinstance(backdrop, DrawnBackdrop)
    }
