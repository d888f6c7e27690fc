"""A job's events as ``text/event-stream`` (WHATWG HTML, 9.2)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec
from litestar.openapi.datastructures import ResponseSpec

from app.controllers.bodies import JobBody
from app.event_feed import PAGE, EventFeed
from domain.jobs.model import FINAL_STATUSES, Event
from domain.jobs.service import Jobs

EVENT_STREAM = "text/event-stream"
FINAL_SUFFIX = "-end"
"""ends the id of the last event, so that a client that has seen it can be told to stay away"""

RECONNECT_MILLISECONDS = 2_000
HEARTBEAT = b": still here\n\n"


def event_stream_specs() -> dict[int, ResponseSpec]:
    """Document what a stream's route answers."""
    return {
        200: ResponseSpec(
            str,
            media_type=EVENT_STREAM,
            generate_examples=False,
            description="Server-sent events (WHATWG HTML, 9.2): each has an `id`, an `event` and, "
            "in one line of JSON, its `data`. A comment comes when there is nothing to tell for "
            "long. The stream ends after `end`, or when the server does.",
        ),
        204: ResponseSpec(
            None, description="`Last-Event-ID` is that of the end: there is nothing to come."
        ),
    }


async def follow(
    jobs: Jobs, feed: EventFeed, account_id: str, job_id: UUID, after: int | None
) -> AsyncIterator[bytes]:
    """The job as it stands, then every event above ``after`` (None: from now on), then its end.

    Ends early, without the final event, when the server shuts down.
    """
    loop = asyncio.get_running_loop()
    if after is None:
        after = await _latest_event_id(jobs, account_id, job_id)
    # read after the position: events between the two are sent twice rather than never
    job = await jobs.get(account_id, job_id)
    yield f"retry: {RECONNECT_MILLISECONDS}\n".encode() + _event(
        "job", str(after), JobBody.from_job(job)
    )
    quiet_since = loop.time()
    while not feed.stopping:
        final, heartbeat = job.status in FINAL_STATUSES, False
        events = await _read(jobs, feed, account_id, job_id, after, at_once=final)
        for event in events:
            after = event.id
            yield _event(event.type, str(event.id), event.data)
        if events:
            quiet_since = loop.time()
        elif final:
            yield _event("end", f"{after}{FINAL_SUFFIX}", JobBody.from_job(job))
            return
        elif heartbeat := loop.time() - quiet_since >= feed.heartbeat_seconds:
            yield HEARTBEAT
            quiet_since = loop.time()
        if heartbeat or any(event.type == "status" for event in events):
            job = await jobs.get(account_id, job_id)


async def _read(
    jobs: Jobs, feed: EventFeed, account_id: str, job_id: UUID, after: int, *, at_once: bool
) -> list[Event]:
    async def read() -> list[Event]:
        return await jobs.events(account_id, job_id, after, PAGE)

    if at_once:
        return await read()
    return await feed.next_round((account_id, job_id, after), read)


async def _latest_event_id(jobs: Jobs, account_id: str, job_id: UUID) -> int:
    latest = 0
    while events := await jobs.events(account_id, job_id, latest, PAGE):
        latest = events[-1].id
    return latest


def _event(name: str, event_id: str, data: Any) -> bytes:
    body = msgspec.json.encode(data)  # one line: JSON escapes line breaks
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (event_id.encode(), name.encode(), body)
