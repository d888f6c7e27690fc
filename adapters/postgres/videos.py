"""Finished videos on Postgres or SQLite."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.accept import insert_job
from adapters.postgres.clock import now, upsert
from adapters.postgres.direct import Conn
from adapters.postgres.engine import Transactions
from adapters.postgres.lists import select_videos
from adapters.postgres.settle import cancel_job
from adapters.postgres.tables import AnyRow, jobs, videos
from adapters.postgres.uninterrupted import uninterrupted
from adapters.postgres.views import video_from_row
from domain.errors import IllegalMove, VideoNotFound
from domain.generation.packaging import Video
from domain.generation.script import SceneEdit
from domain.jobs.listing import ALL_VIDEOS, VideoSelection, title_key
from domain.jobs.model import FINAL_STATUSES, Job, NewJob, NewUnit, WaitingFor, merge_edits
from domain.jobs.ports import Page

REPLACED = (
    "job_id revision title slug aspect_ratio width height duration draft files sizes documents path"
).split()
"""columns that a newer revision overwrites; the id, the account and the age stay"""


async def upsert_video(conn: Conn, video: Video) -> None:
    """Insert a video, or replace an older revision of it (an older one changes nothing)."""
    values = {name: getattr(video, name) for name in REPLACED}
    values["title_key"] = title_key(video.title)
    insert = upsert(conn, videos).values(
        id=video.id, account_id=video.account_id, created_at=now(), edits={}, **values
    )
    await conn.execute(
        insert.on_conflict_do_update(
            index_elements=[videos.c.id],
            set_={name: insert.excluded[name] for name in values},
            where=(videos.c.account_id == insert.excluded.account_id)
            & (videos.c.revision <= insert.excluded.revision),
        )
    )


async def revises_nothing(conn: Conn, job: AnyRow) -> bool:
    """Whether the job is a revision of a video that was deleted; locks the video that is there."""
    if job.revises is None:
        return False
    query = sa.select(videos.c.id).where(
        videos.c.id == job.video_id, videos.c.account_id == job.account_id
    )
    return (await conn.execute(query.with_for_update())).first() is None


class SqlVideoStore:
    """Finished videos and the corrections noted for them (port ``VideoStore``)."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)

    @uninterrupted
    async def get(self, account_id: str, video_id: UUID) -> Video:
        async with self._transactions.reading() as conn:
            return video_from_row(await _row(conn, account_id, video_id))

    @uninterrupted
    async def page(
        self,
        account_id: str,
        selection: VideoSelection = ALL_VIDEOS,
        *,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Video]:
        query, walk = select_videos(account_id, selection, cursor)
        async with self._transactions.reading() as conn:
            rows = (await conn.execute(walk.steps(query, limit))).all()
        found = walk.found(rows, limit)
        items = [video_from_row(row) for row in found.rows]
        return Page(items=items, next=found.next, previous=found.previous)

    @uninterrupted
    async def edits(self, account_id: str, video_id: UUID) -> dict[int, SceneEdit]:
        async with self._transactions.reading() as conn:
            return _edits(await _row(conn, account_id, video_id))

    @uninterrupted
    async def note_edit(
        self, account_id: str, video_id: UUID, scene: int, edit: SceneEdit
    ) -> dict[int, SceneEdit]:
        async with self._transactions.writing() as conn:
            noted = _edits(await _row(conn, account_id, video_id, lock=True))
            noted[scene] = merge_edits(noted.get(scene, SceneEdit()), edit)
            await _write_edits(conn, video_id, noted)
            return noted

    @uninterrupted
    async def take_edits(
        self,
        account_id: str,
        video_id: UUID,
        job: NewJob,
        units: Sequence[NewUnit],
        noted: Mapping[int, SceneEdit] | None = None,
    ) -> Job:
        async with self._transactions.writing() as conn:
            current = _edits(await _row(conn, account_id, video_id, lock=True))
            rows = await conn.execute(
                sa.select(jobs.c.id, jobs.c.revision, jobs.c.status, jobs.c.waiting_for).where(
                    jobs.c.video_id == video_id
                )
            )
            revision = job.revision
            for other in rows:
                if other.status not in FINAL_STATUSES:
                    raise IllegalMove(
                        f"Job {other.id} is still working on this video.",
                        hint="Approve or reject it (`POST /api/jobs/{id}/approve`), then revise "
                        "again."
                        if other.waiting_for is WaitingFor.APPROVAL
                        else "Wait for it or cancel it, then revise again.",
                    )
                revision = max(revision, other.revision + 1)
            accepted = await insert_job(
                conn, msgspec.structs.replace(job, revision=revision), units
            )
            if accepted.is_replay:
                return accepted
            if job.wording is not None:  # apart: hardly any job has one when it's accepted
                await conn.execute(
                    sa.update(jobs).where(jobs.c.id == job.id).values(wording=job.wording)
                )
            if noted is None:
                noted = job.revises.edits if job.revises is not None else {}
            # a correction that was changed after the job was put together stays noted
            left = {scene: edit for scene, edit in current.items() if noted.get(scene) != edit}
            await _write_edits(conn, video_id, left)
            return accepted

    @uninterrupted
    async def delete(self, account_id: str, video_id: UUID) -> Video:
        async with self._transactions.writing() as conn:
            # jobs before their video, as whoever finishes one locks them
            working = sa.select(jobs.c.id).where(
                jobs.c.video_id == video_id,
                jobs.c.account_id == account_id,
                jobs.c.finished_at.is_(None),
            )
            for job_id in (await conn.execute(working)).scalars().all():
                await cancel_job(conn, job_id)
            # what they made is gone: a result would lead to files that aren't there
            made = (jobs.c.video_id == video_id) & (jobs.c.account_id == account_id)
            await conn.execute(sa.update(jobs).where(made).values(result=None))
            video = video_from_row(await _row(conn, account_id, video_id, lock=True))
            await conn.execute(sa.delete(videos).where(videos.c.id == video_id))
            return video


async def _row(
    conn: AsyncConnection, account_id: str, video_id: UUID, *, lock: bool = False
) -> AnyRow:
    query = sa.select(videos).where(videos.c.id == video_id, videos.c.account_id == account_id)
    rows = await conn.execute(query.with_for_update() if lock else query)
    row = rows.one_or_none()
    if row is None:
        raise VideoNotFound(f"There is no video {video_id}.")
    return row


def _edits(row: AnyRow) -> dict[int, SceneEdit]:
    return dict(row.edits)


async def _write_edits(conn: AsyncConnection, video_id: UUID, noted: dict[int, SceneEdit]) -> None:
    await conn.execute(sa.update(videos).where(videos.c.id == video_id).values(edits=noted))
