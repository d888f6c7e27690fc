"""A worker whose stages make nothing: what is left is what the control plane costs.

    dramatiq benchmarks.idle_worker:boot

Claims, leases, fingerprints, documents, results, units, events and bells are the real ones.
"""

import os
from collections.abc import Mapping

from dishka import Provider, Scope

from app.config import load_settings
from app.logging import configure_logging
from app.worker import declare
from domain.generation.fingerprint import content_hash
from domain.generation.packaging import Video
from domain.generation.pipeline import Pipeline
from domain.generation.stages.script import units_for
from domain.generation.stages.stage import Stage, Studio, Task, Work
from domain.jobs.model import JobResult, Result, UnitKind
from domain.jobs.ports import Finish

SCENES = int(os.environ.get("IDLE_SCENES", "10"))
DOCUMENTS = frozenset({UnitKind.SCRIPT, UnitKind.NARRATION, UnitKind.STORYBOARD, UnitKind.PACKAGE})
"""kinds whose real stages keep a document"""
BODY = b'{"text": "' + b"Honey never spoils. " * 100 + b'"}'
"""two kilobytes, as a scene's narration has"""


class IdleStage(Stage):
    """Writes a unit's document and result, and nothing into them."""

    version = 1

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    async def plan(self, work: Work) -> Task:
        unit = work.claim.unit

        async def produce(name: str) -> Result:
            if unit.kind in DOCUMENTS:
                await self._studio.documents.put(work.account_id, unit.kind, name, BODY)
            return Result(fingerprint=name, kind=unit.kind, content=content_hash(name.encode()))

        inputs = {f"{kind}/{n}": result.content for (kind, n), result in work.inputs.items()}
        return Task(parts={"job": unit.job_id, "unit": unit.ordinal, **inputs}, produce=produce)

    async def finish(self, work: Work, result: Result) -> Finish:
        kind, job = work.claim.unit.kind, work.claim.job
        if kind is UnitKind.SCRIPT:
            return Finish(result=result, units=units_for(SCENES))
        if kind is not UnitKind.PACKAGE:
            return Finish(result=result)
        video = Video(
            id=job.video_id,
            account_id=job.account_id,
            job_id=job.id,
            revision=job.revision,
            title="Nothing",
            slug="nothing",
            aspect_ratio="9:16",
            width=1080,
            height=1920,
            duration=0.0,
            draft=False,
            files={},
            sizes={},
            documents={"manifest": result.fingerprint},
        )
        url = f"/api/videos/{job.video_id}/file"
        done = JobResult(
            video_id=str(job.video_id),
            url=url,
            thumbnail_url=url,
            captions={},
            duration=0.0,
            width=1080,
            height=1920,
            path=None,
        )
        return Finish(result=result, video=video, job_result=done)


class IdlePipeline(Pipeline):
    """The real pipeline with stages that make nothing."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._stages: Mapping[UnitKind, Stage] = dict.fromkeys(UnitKind, IdleStage(studio))


def boot() -> None:
    """What ``dramatiq`` calls."""
    settings = load_settings(env_file=None)
    configure_logging(settings)
    provider = Provider(scope=Scope.APP)
    provider.provide(IdlePipeline, provides=Pipeline)
    declare(settings, provider)
