"""A production that makes nothing, for tests of everything around it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

from domain.generation.brief import Brief
from domain.generation.packaging import Video
from domain.generation.stages.script import units_for
from domain.jobs.model import (
    STAGES,
    Claim,
    Job,
    JobResult,
    NewJob,
    NewUnit,
    Result,
    UnitKind,
)
from domain.jobs.ports import Finish, JobStore

ACCOUNT = "local"
PATIENCE_SECONDS = 60.0


def result_for(claim: Claim) -> Result:
    """A unit's result, named after the unit."""
    name = f"{claim.job.id.hex}-{claim.unit.kind}-{claim.unit.ordinal}"
    return Result(fingerprint=name, kind=claim.unit.kind, content=f"content of {name}"[:64])


def video_for(claim: Claim) -> Video:
    return Video(
        id=claim.job.video_id,
        account_id=claim.job.account_id,
        job_id=claim.job.id,
        revision=claim.job.revision,
        title=f"revision {claim.job.revision}",
        slug="octopus",
        aspect_ratio="9:16",
        width=1080,
        height=1920,
        duration=31.5,
        draft=False,
        files={"video.mp4": "a" * 64},
        sizes={"video.mp4": 5_000_000_000},
        documents={"script": f"script-{claim.job.revision}"},
    )


def finish_for(claim: Claim, scenes: int) -> Finish:
    """What the stage of this unit would have written."""
    if claim.unit.kind is UnitKind.SCRIPT:
        units = units_for(scenes, pause_after=claim.job.request.pause_after)
        return Finish(result=result_for(claim), units=units)
    if claim.unit.kind is UnitKind.PACKAGE:
        video = video_for(claim)
        return Finish(
            result=result_for(claim),
            needs_approval=claim.job.request.pause_after == "package",
            video=video,
            job_result=JobResult(
                video_id=str(video.id),
                url=f"/api/videos/{video.id}/file",
                thumbnail_url=f"/api/videos/{video.id}/thumbnail",
                captions={},
                duration=video.duration,
                width=video.width,
                height=video.height,
                path=None,
            ),
        )
    return Finish(result=result_for(claim))


async def new_job(store: JobStore, **fields: Any) -> NewJob:
    """A job that isn't added yet."""
    values: dict[str, Any] = {
        "id": uuid4(),
        "account_id": ACCOUNT,
        "video_id": uuid4(),
        "request": Brief(topic="Octopus", seed=7),
        "deadline_seconds": 3600.0,
    }
    return NewJob(**(values | fields))


async def add_job(store: JobStore, **fields: Any) -> Job:
    """A job accepted with its first unit."""
    return await store.add(await new_job(store, **fields), [NewUnit(UnitKind.SCRIPT)])


async def claim_unit(store: JobStore, worker: str = "w1") -> Claim:
    """Claim a unit that must be there."""
    claim = await store.claim(worker, STAGES)
    assert claim is not None, "nothing could be claimed"
    return claim


async def work_off(store: JobStore, scenes: int = 2, until: UnitKind | None = None) -> list[Claim]:
    """Claim and finish whatever is due, in order; stops before a unit of kind ``until``."""
    done = []
    kinds = STAGES if until is None else STAGES[: STAGES.index(until)]
    while (claim := await store.claim("w1", kinds)) is not None:
        await store.finish(claim, finish_for(claim, scenes))
        done.append(claim)
    return done


class TinyProduction:
    """Implements ``Production``: records what it runs; ``act`` may do something before."""

    def __init__(
        self, scenes: int = 2, act: Callable[[Claim], Awaitable[None]] | None = None
    ) -> None:
        self.scenes = scenes
        self.act = act
        self.ran: list[tuple[UnitKind, int]] = []

    async def run(
        self,
        claim: Claim,
        inputs: dict[tuple[UnitKind, int], Result],  # noqa: ARG002 - the port's
        progress: Callable[[float], None],
    ) -> Finish:
        self.ran.append((claim.unit.kind, claim.unit.ordinal))
        progress(0.5)
        if self.act is not None:
            await self.act(claim)
        return finish_for(claim, self.scenes)


async def eventually(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something has come about that gives no sign of itself."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await is_so():
            await asyncio.sleep(0)


class RecordingBell:
    """Implements ``Bell``: keeps what was rung for."""

    def __init__(self) -> None:
        self.rung: list[UUID] = []

    async def ring(self, units: Any) -> None:
        self.rung += units
