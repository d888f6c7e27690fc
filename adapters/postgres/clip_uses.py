"""What videos have shown, on Postgres or SQLite."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.direct import Conn
from adapters.postgres.engine import Transactions
from adapters.postgres.tables import clip_uses, videos
from adapters.postgres.uninterrupted import uninterrupted
from domain.generation.packaging import Video
from domain.generation.stores import ClipKey, ClipUse, RecentClips

BATCH = 500
"""rows in one statement: databases limit how many values it may have"""


async def write_clips(conn: Conn, video: Video, shows: ClipUse) -> None:
    """Write down what a video shows, in place of what it showed before: in an older revision, or
    when it was packaged to be approved."""
    current = sa.select(videos.c.revision).where(videos.c.id == video.id)
    if (await conn.execute(current)).scalar_one() != video.revision:
        return  # a newer one is there already
    await conn.execute(sa.delete(clip_uses).where(clip_uses.c.video_id == video.id))
    rows = [
        {
            "video_id": video.id,
            "ordinal": ordinal,
            "account_id": video.account_id,
            "source": clip.source,
            "clip": clip.id,
            "channel": shows.channel,
            "request": shows.request,
        }
        for ordinal, clip in enumerate(shows.clips)
    ]
    for start in range(0, len(rows), BATCH):
        await conn.execute(sa.insert(clip_uses).values(rows[start : start + BATCH]))


class SqlClipUses:
    """What videos have shown (port ``ClipUses``)."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._transactions = Transactions(engine)

    @uninterrupted
    async def recent(
        self,
        account_id: str,
        *,
        video_id: UUID | None,
        channel: str | None,
        request: str,
        videos: int,
    ) -> RecentClips:
        async with self._transactions.reading() as conn:
            before = await _made_first(conn, account_id, video_id, request)
            of_channel = clip_uses.c.channel.is_not_distinct_from(channel)
            return RecentClips(
                of_channel=await _shown(conn, account_id, before, videos, of_channel),
                of_account=await _shown(conn, account_id, before, videos, sa.true()),
            )


async def _made_first(
    conn: AsyncConnection, account_id: str, video_id: UUID | None, request: str
) -> Any:
    """When the video, or one of the same request, was made for the first time; None for never."""
    alike = sa.select(clip_uses.c.video_id).where(
        clip_uses.c.account_id == account_id, clip_uses.c.request == request
    )
    made = sa.select(sa.func.min(videos.c.created_at)).where(
        videos.c.account_id == account_id,
        sa.or_(videos.c.id == video_id, videos.c.id.in_(alike)),
    )
    return (await conn.execute(made)).scalar_one()


async def _shown(
    conn: AsyncConnection,
    account_id: str,
    before: Any,
    most: int,
    which: sa.ColumnElement[bool],
) -> frozenset[ClipKey]:
    latest = (
        sa.select(videos.c.id)
        .where(
            videos.c.account_id == account_id,
            sa.exists().where(clip_uses.c.video_id == videos.c.id, which),
        )
        .order_by(videos.c.created_at.desc(), videos.c.id.desc())
        .limit(most)
    )
    if before is not None:
        latest = latest.where(videos.c.created_at < before)
    shown = sa.select(clip_uses.c.source, clip_uses.c.clip).where(clip_uses.c.video_id.in_(latest))
    return frozenset(ClipKey(row.source, row.clip) for row in await conn.execute(shown))
