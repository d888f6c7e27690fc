"""Letting a job go on that waits to be looked at, with corrections, or not."""

import asyncio
from collections.abc import Iterable, Mapping
from uuid import UUID

import msgspec

from domain.errors import ArtifactNotFound, FieldError, InvalidRequest, Rejected
from domain.generation.documents import decode, encode
from domain.generation.fingerprint import content_hash, fingerprint
from domain.generation.intake import Intake
from domain.generation.script import SceneEdit, Script
from domain.generation.stages.script import ScriptStage, edited_from
from domain.generation.stages.stage import Studio
from domain.generation.wording import Wording, check_wording
from domain.generation.writing import apply_edits
from domain.jobs.folders import discard_folder
from domain.jobs.model import Approved, Job, JobError, Result, UnitKind
from domain.jobs.moves import check_decidable
from domain.jobs.ports import Bell


class Approvals:
    """What whoever looks at a waiting job can say of it.

    Corrections are made here and not by a worker: they are few words, and what is wrong with
    them is told to the one who sends them.
    """

    def __init__(self, studio: Studio, bell: Bell, intake: Intake) -> None:
        self._studio = studio
        self._store = studio.jobs
        self._bell = bell
        self._intake = intake

    async def approve(
        self,
        account_id: str,
        job_id: UUID,
        wording: Wording | None = None,
        scenes: Mapping[int, SceneEdit] | None = None,
    ) -> Job:
        """Let a job go on, with another wording and corrections by scene number if there are any.

        Raises:
            JobNotFound
            IllegalMove: it doesn't wait for approval, or not any more.
            InvalidRequest: corrections that can't be made; carries them all.
            WritingSystemUnsupported, MediaNotFound, MediaUnreadable: one that can't be made here.
        """
        job = await self._store.get(account_id, job_id)
        check_decidable(job.status, job.waiting_for)
        assert job.request.pause_after is not None, "only a job that was to pause waits"
        after = UnitKind(job.request.pause_after)
        if wording == Wording():
            wording = None
        scenes = scenes or {}
        errors = [] if wording is None else check_wording(wording)
        if after is UnitKind.PACKAGE:
            errors += _already_rendered(scenes)
        else:
            errors += _blank(scenes) + await self.find_missing(account_id, job_id, scenes)
        if errors:
            raise InvalidRequest(errors)
        approved = Approved(after=after, wording=wording)
        title = None if wording is None else wording.title
        if after is not UnitKind.PACKAGE and (scenes or title is not None):
            approved = await self._with_script(job, approved, scenes, title)
        job = await self._store.approve(account_id, job_id, approved)
        await self._bell.ring(await self._store.ready_units(account_id, job_id))
        return job

    async def find_missing(
        self, account_id: str, job_id: UUID, scenes: Iterable[int]
    ) -> list[FieldError]:
        """Those of ``scenes`` that aren't in the job's script, if it has one already.

        Raises:
            JobNotFound
        """
        made = (await self._store.results(account_id, job_id)).get((UnitKind.SCRIPT, 0))
        if made is None or not (numbers := sorted(scenes)):
            return []
        body = await self._studio.documents.get(account_id, UnitKind.SCRIPT, made.fingerprint)
        return [] if body is None else _unknown(numbers, len(decode(body, Script).scenes))

    async def reject(self, account_id: str, job_id: UUID, reason: str = "") -> Job:
        """End a job that waits for approval; a video that it has made already goes with it.

        Raises:
            JobNotFound
            IllegalMove: it doesn't wait for approval.
        """
        before = await self._store.get(account_id, job_id)
        # only of one that waits already is it known whether a video goes with it
        check_decidable(before.status, before.waiting_for)
        said = " ".join(reason.split())
        error = JobError(Rejected.code, said or Rejected().message, Rejected.hint)
        job = await self._store.reject(account_id, job_id, error)
        if before.result is not None:
            await discard_folder(self._studio.artifacts, before.result.path)
        return job

    async def _with_script(
        self, job: Job, approved: Approved, scenes: Mapping[int, SceneEdit], title: str | None
    ) -> Approved:
        """The corrected script, kept as a document; its row comes with the approval."""
        results = await self._store.results(job.account_id, job.id)
        before = results[UnitKind.SCRIPT, 0].fingerprint
        base = await self._studio.documents.get(job.account_id, UnitKind.SCRIPT, before)
        if base is None:
            raise ArtifactNotFound(f"The script of job {job.id} is gone.")
        script = decode(base, Script)
        for number, edit in sorted(scenes.items()):
            await self._intake.check_edit(job.request, edit, f"/scenes/{number}")
        edited = await asyncio.to_thread(
            apply_edits, script, scenes, self._studio.segmenter, job.request
        )
        if title is not None:
            edited = msgspec.structs.replace(edited, title=title)
        parts = edited_from(base, scenes, job.request) | ({} if title is None else {"title": title})
        name = fingerprint(UnitKind.SCRIPT, ScriptStage.version, parts)
        body = encode(edited)
        await self._studio.documents.put(job.account_id, UnitKind.SCRIPT, name, body)
        return msgspec.structs.replace(
            approved,
            script=Result(fingerprint=name, kind=UnitKind.SCRIPT, content=content_hash(body)),
            spoken_again=sorted(scenes),
            outdated=script.warnings,
            warnings=edited.warnings,
        )


def _already_rendered(scenes: Mapping[int, SceneEdit]) -> list[FieldError]:
    return [
        FieldError(
            f"/scenes/{number}",
            "can't be corrected any more: the video is made",
            "already_made",
            "Approve the video, then correct it: `POST /api/videos/{id}/revisions`. Title, "
            "description and tags can be given here.",
        )
        for number in sorted(scenes)
    ]


def _blank(scenes: Mapping[int, SceneEdit]) -> list[FieldError]:
    return [
        FieldError(
            f"/scenes/{number}/text",
            "must not be blank",
            "blank",
            "Send the scene's new words, or leave `text` out to keep the old ones.",
        )
        for number, edit in sorted(scenes.items())
        if edit.text is not None and not edit.text.strip()
    ]


def _unknown(scenes: Iterable[int], count: int) -> list[FieldError]:
    return [
        FieldError(
            f"/scenes/{number}",
            f"isn't there; the script has scenes 0 to {count - 1}",
            "scene_not_found",
            "`GET /api/jobs/{id}/script` lists them.",
        )
        for number in scenes
        if not 0 <= number < count
    ]
