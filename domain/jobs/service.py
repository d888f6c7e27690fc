"""What users do with jobs: submit, revise, look, cancel, retry."""

import logging
from collections.abc import Callable, Mapping
from pathlib import PurePath
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from domain.errors import DomainError, IllegalMove, NothingToRevise, QueueFull
from domain.generation.brief import Brief
from domain.generation.casting import recast_brief
from domain.generation.intake import Intake
from domain.generation.script import SceneEdit
from domain.generation.stores import ArtifactStore
from domain.jobs.folders import discard_folder
from domain.jobs.listing import ALL_JOBS, JobSelection
from domain.jobs.model import (
    FIRST_UNITS,
    Event,
    Idempotency,
    Job,
    NewJob,
    Revises,
    merge_edits,
)
from domain.jobs.ports import Bell, JobStore, Page, VideoStore

log = logging.getLogger(__name__)


class Jobs:
    """The use cases around jobs. Every job is in the store before the bell rings for it."""

    def __init__(
        self,
        store: JobStore,
        videos: VideoStore,
        bell: Bell,
        intake: Intake,
        new_id: Callable[[], UUID],
        *,
        artifacts: ArtifactStore,
        deadline_seconds: float,
        max_queued: int,
    ) -> None:
        self._store = store
        self._videos = videos
        self._intake = intake
        self._artifacts = artifacts
        self._bell = bell
        self._new_id = new_id
        self._deadline = deadline_seconds
        self._max_queued = max_queued

    async def first_answer(self, account_id: str, asked: Idempotency | None) -> Job | None:
        """What was answered to an earlier request with the same key, if there was one.

        Raises:
            IdempotencyKeyReused: it was another request.
        """
        return None if asked is None else await self._store.first_answer(account_id, asked)

    async def submit(
        self,
        account_id: str,
        brief: Brief,
        *,
        priority: int = 0,
        idempotency: Idempotency | None = None,
    ) -> Job:
        """Accept a brief; durable when this returns. A higher ``priority`` goes first.

        Raises:
            QueueFull: too many jobs wait already.
            IdempotencyKeyReused: another request came with this key.
            InvalidRequest, TopicNotFound, LanguageUnsupported, VoiceNotFound,
            WritingSystemUnsupported, MusicNotFound, MediaNotFound, MediaUnreadable: as
            ``Intake.prepare`` says.
        """
        # before anything else: what was accepted is answered even if it couldn't be made today
        if (first := await self.first_answer(account_id, idempotency)) is not None:
            return first
        prepared = await self._intake.prepare(brief)
        job = await self._store.add(
            NewJob(
                id=self._new_id(),
                account_id=account_id,
                video_id=self._new_id(),
                request=prepared.brief,
                topic_match=prepared.topic_match,
                warnings=prepared.warnings,
                priority=priority,
                deadline_seconds=self._deadline,
                idempotency=idempotency,
            ),
            FIRST_UNITS,
            max_queued=self._max_queued,
        )
        return await self._begun(job)

    async def note_edit(
        self, account_id: str, video_id: UUID, scene: int, edit: SceneEdit
    ) -> dict[int, SceneEdit]:
        """Note a correction for the video's next revision; answers all that are noted.

        Raises:
            VideoNotFound
            WritingSystemUnsupported, MediaNotFound, MediaUnreadable: it couldn't be made.
        """
        video = await self._videos.get(account_id, video_id)
        base = await self._store.get(account_id, video.job_id)
        await self._intake.check_edit(base.request, edit)
        return await self._videos.note_edit(account_id, video_id, scene, edit)

    async def revise(
        self,
        account_id: str,
        video_id: UUID,
        edits: Mapping[int, SceneEdit] | None = None,
        *,
        idempotency: Idempotency | None = None,
    ) -> Job:
        """Make a new revision of a video from the noted corrections and ``edits`` over them.

        The revision is a job of its own with the same request, its seed included, so that
        whatever isn't corrected comes out the same and is taken from what was made before.

        Raises:
            VideoNotFound
            NothingToRevise: nothing was corrected since the last revision.
            WritingSystemUnsupported, MediaNotFound, MediaUnreadable: a correction can't be made.
            QueueFull: too many jobs wait already.
            IllegalMove: a job is still working on this video; ``edits`` are noted.
            IdempotencyKeyReused: another request came with this key.
        """
        if (first := await self.first_answer(account_id, idempotency)) is not None:
            return first
        try:
            job = await self._revise(account_id, video_id, edits or {}, idempotency)
        except DomainError as error:
            # the same request may have come through meanwhile, and be what this one ran into
            if (first := await self.first_answer(account_id, idempotency)) is not None:
                return first
            if isinstance(error, IllegalMove):
                for scene, edit in sorted((edits or {}).items()):
                    await self._videos.note_edit(account_id, video_id, scene, edit)
            raise
        return await self._begun(job)

    async def _revise(
        self,
        account_id: str,
        video_id: UUID,
        edits: Mapping[int, SceneEdit],
        idempotency: Idempotency | None,
    ) -> Job:
        video = await self._videos.get(account_id, video_id)
        base = await self._store.get(account_id, video.job_id)
        for scene, edit in sorted(edits.items()):
            await self._intake.check_edit(base.request, edit, f"/scenes/{scene}")
        await self._check_queue()
        noted = await self._videos.edits(account_id, video_id)
        if not noted and not edits:
            raise NothingToRevise
        merged = {
            scene: merge_edits(noted.get(scene, SceneEdit()), edits.get(scene, SceneEdit()))
            for scene in sorted({*noted, *edits})
        }
        return await self._videos.take_edits(
            account_id,
            video_id,
            NewJob(
                id=self._new_id(),
                account_id=account_id,
                video_id=video_id,
                revision=video.revision + 1,
                # who corrects a video has looked at it
                request=msgspec.structs.replace(
                    recast_brief(base.request, base.recasts), pause_after=None
                ),
                revises=Revises(
                    script=video.documents["script"],
                    edits=merged,
                    folder=None if video.path is None else PurePath(video.path).name,
                ),
                topic_match=base.topic_match,
                priority=base.priority,
                wording=base.wording,
                deadline_seconds=self._deadline,
                idempotency=idempotency,
            ),
            FIRST_UNITS,
            noted,
        )

    async def get(self, account_id: str, job_id: UUID) -> Job:
        """Where a job stands. Raises JobNotFound."""
        return await self._store.get(account_id, job_id)

    async def page(
        self,
        account_id: str,
        selection: JobSelection = ALL_JOBS,
        *,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Job]:
        """Some jobs of those selected. An unreadable cursor, or that of another selection,
        raises InvalidRequest.
        """
        return await self._store.page(account_id, selection, cursor=cursor, limit=limit)

    async def cancel(self, account_id: str, job_id: UUID) -> Job:
        """Stop a job: at once, or as soon as its workers notice. A video of which it waits to
        hear whether it's approved goes with it.

        Raises:
            JobNotFound
            IllegalMove: it has ended already.
        """
        before = await self._store.get(account_id, job_id)
        job = await self._store.cancel(account_id, job_id)
        if before.result is not None and job.result is None:  # nobody had approved the video
            await discard_folder(self._artifacts, before.result.path)
        return job

    async def retry(
        self, account_id: str, job_id: UUID, max_cost: float | UnsetType | None = UNSET
    ) -> Job:
        """Go on with a failed or cancelled job from its last finished unit.

        ``max_cost`` takes the place of the request's: in all, so that what was spent before the
        job failed counts under it; None lifts it.

        Raises:
            JobNotFound
            IllegalMove: it has neither failed nor been cancelled, or its video was deleted.
        """
        job = await self._store.retry(account_id, job_id, max_cost)
        await self._bell.ring(await self._store.ready_units(account_id, job_id))
        return job

    async def events(
        self, account_id: str, job_id: UUID, after: int = 0, limit: int = 100
    ) -> list[Event]:
        """What happened to a job after the event ``after``, in order. Raises JobNotFound."""
        return await self._store.events(account_id, job_id, after, limit)

    async def _begun(self, job: Job) -> Job:
        """Ring for a job that was accepted just now; for one of before it was rung already."""
        if not job.is_replay:
            _log_acceptance(job)
            await self._bell.ring([job.id])
        return job

    async def _check_queue(self) -> None:
        queued = await self._store.queued()
        if queued >= self._max_queued:
            raise QueueFull(f"{queued} jobs are waiting; this server takes {self._max_queued}.")


def _log_acceptance(job: Job) -> None:
    """The first line about a job: beside its ids stands, where there was one, the request's."""
    ids = {"job_id": str(job.id), "account_id": job.account_id, "revision": job.revision}
    log.info("job accepted", extra=ids)
