"""The outbox: messages about a job are written by the transaction that moves it.

A move of a job whose account has no webhook costs one look into an index of webhooks, and that
only where the status changes.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from adapters.postgres.clock import bound, literal, now
from adapters.postgres.direct import Conn
from adapters.postgres.tables import AnyRow, deliveries, jobs, videos, webhooks
from adapters.postgres.views import JOB_COLUMNS, job_from_row, video_from_row
from domain.generation.shown import VideoBody
from domain.webhooks.model import DeliveryState, EventType
from domain.webhooks.news import JobNews, encoded, job_news

_LISTENING = (
    sa.select(webhooks.c.id, webhooks.c.url, webhooks.c.events)
    .where(
        webhooks.c.account_id == bound("told", webhooks.c.account_id),
        webhooks.c.disabled_at.is_(None),
    )
    .order_by(webhooks.c.created_at, webhooks.c.id)
    # one that is being removed is waited for: a message to it couldn't be written any more
    .with_for_update(read=True, key_share=True)
)

_JOB = sa.select(*JOB_COLUMNS, now().label("told_at")).where(jobs.c.id == bound("told", jobs.c.id))

_VIDEO = sa.select(videos).where(
    videos.c.id == bound("told", videos.c.id), videos.c.job_id == bound("told", videos.c.job_id)
)

PENDING = deliveries.c.state == literal(DeliveryState.PENDING)
IS_FREE = deliveries.c.lease_until.is_(None) | (deliveries.c.lease_until <= now())
"""nobody is sending it, or whoever did is dead"""

_GIVEN = ("id", "account_id", "webhook_id", "job_id", "target", "url", "type", "payload")

_UNSENT: dict[str, sa.ColumnElement[Any]] = {
    "state": sa.literal(DeliveryState.PENDING, deliveries.c.state.type),
    "tries": sa.literal(0),
    "attempts": sa.literal([], deliveries.c.attempts.type),
    "run_at": now(),
    "fence": sa.literal(0),
    "created_at": now(),
}

_MESSAGE = sa.insert(deliveries).from_select(
    [*_GIVEN, *_UNSENT],
    sa.select(*(bound("told", deliveries.c[name]) for name in _GIVEN), *_UNSENT.values()),
    include_defaults=False,
)


async def announce(conn: Conn, job: AnyRow, events: Sequence[EventType]) -> None:
    """Write down what is to be told of ``job``, a locked row that was moved just now."""
    if not events:
        return
    listening = list(await conn.execute(_LISTENING, {"told_account_id": job.account_id}))
    if not listening and job.webhook_url is None:
        return
    row = (await conn.execute(_JOB, {"told_id": job.id})).one()
    news = job_news(job_from_row(row, [], None))
    for event in events:
        data: JobNews | VideoBody = news
        if event is EventType.VIDEO_READY:
            video = await _video(conn, job)
            if video is None:  # a newer revision stands in its place
                continue
            data = video
        payload = encoded(event, row.told_at, data)
        about = {"account_id": job.account_id, "job_id": job.id, "type": event, "payload": payload}
        if job.webhook_url is not None:
            await put(conn, {**about, "webhook_id": None, "url": job.webhook_url})
        for webhook in listening:
            if not webhook.events or event in webhook.events:
                await put(conn, {**about, "webhook_id": webhook.id, "url": webhook.url})


async def put(conn: Conn, message: dict[str, Any], message_id: UUID | None = None) -> UUID:
    """Put a message into the outbox: the columns account_id, webhook_id, job_id, url, type and
    payload. Answers its id."""
    target = message["webhook_id"] or message["job_id"]
    new = {**message, "id": message_id or uuid7(), "target": target}
    await conn.execute(_MESSAGE, {f"told_{name}": value for name, value in new.items()})
    given: UUID = new["id"]
    return given


async def give_up(conn: AsyncConnection, target: UUID) -> None:
    """Give up what waits to be sent to a target; it can still be sent again by hand."""
    waiting = sa.update(deliveries).where(deliveries.c.target == target, PENDING, IS_FREE)
    await conn.execute(waiting.values(state=DeliveryState.FAILED, finished_at=now()))


async def _video(conn: Conn, job: AnyRow) -> VideoBody | None:
    values = {"told_id": job.video_id, "told_job_id": job.id}
    row = (await conn.execute(_VIDEO, values)).one_or_none()
    return None if row is None else VideoBody.from_video(video_from_row(row))
