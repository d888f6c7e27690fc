"""What is sent to those who follow a job or an account: ``text/event-stream`` (WHATWG HTML, 9.2).

First what was missed, in pages from the store, then what happens. Listening begins before the
store is read, so that nothing falls in between.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from litestar.openapi.datastructures import ResponseSpec

from app.controllers.bodies import JobBody
from app.event_feed import PAGE, EventFeed, Subscription
from app.event_response import EVENT_STREAM
from domain.jobs.model import FINAL_STATUSES, Event, Job
from domain.jobs.news import EventLog, Told
from domain.jobs.service import Jobs

FINAL_SUFFIX = "-end"
"""ends the id of the last event, so that a client that has seen it can be told to stay away"""
MAX_EVENT_ID = 2**63 - 1

RECONNECT_MILLISECONDS = 2_000
RETRY = f"retry: {RECONNECT_MILLISECONDS}\n".encode()
HEARTBEAT = b": still here\n"

CHECK_SECONDS = 30.0
"""between two looks at whether whoever listens still may"""
FAR_AHEAD = 10_000
"""ids beyond all that is known: another installation's, or one from before a backup was restored"""

RESET = (
    "Some of what happened since may not be kept any more, or this position is none of this "
    "server's: look at the lists once, then go on from here."
)


class Listener(NamedTuple):
    """Who a stream is for."""

    feed: EventFeed
    subscription: Subscription
    is_allowed: Callable[[], Awaitable[bool]]
    """whether it still may listen"""


def event_stream_specs(*, has_end: bool) -> dict[int, ResponseSpec]:
    """Document what a stream's route answers."""
    ends = "after `end`, or when the server does" if has_end else "when the server does"
    answers = {
        200: ResponseSpec(
            str,
            media_type=EVENT_STREAM,
            generate_examples=False,
            description="Server-sent events (WHATWG HTML, 9.2): each has an `id`, an `event` and, "
            "in one line of JSON, its `data`. A comment comes when there is nothing to tell for "
            f"long. The stream ends {ends}.",
        )
    }
    if has_end:
        answers[204] = ResponseSpec(
            None, description="`Last-Event-ID` is that of the end: there is nothing to come."
        )
    return answers


async def follow_job(
    jobs: Jobs, listener: Listener, job: Job, after: int | None
) -> AsyncGenerator[bytes, None]:
    """The job as it stands, then every event above ``after`` (None: from now on), then its end.

    Ends early, without the final event, when the server shuts down.
    """
    account_id, job_id = job.account_id, job.id
    subscription = listener.subscription
    async with listener.feed.listening(subscription) as correspondent:
        if after is None or after > correspondent.position:
            latest = await _latest_event_id(jobs, account_id, job_id)
            # a position that isn't this job's must not hide what comes
            after = latest if after is None else min(after, latest)
        # read after the position: events between the two are sent twice rather than never
        job = await jobs.get(account_id, job_id)
        yield RETRY + _frame("job", str(after), JobBody.from_job(job))
        rounds = _rounds(listener)
        while not subscription.is_over:
            while events := await jobs.events(account_id, job_id, after, PAGE):
                after = events[-1].id
                yield _frames(events)
                if _is_moved(events):
                    job = await jobs.get(account_id, job_id)
            if job.status in FINAL_STATUSES:
                yield _frame("end", f"{after}{FINAL_SUFFIX}", JobBody.from_job(job))
                return
            async for told in rounds:
                events = [one.event for one in told if one.event.id > after]
                if events:
                    after = events[-1].id
                    yield _frames(events)
                elif not told:
                    yield HEARTBEAT + b"\n"
                if _is_moved(events):
                    job = await jobs.get(account_id, job_id)
                    if job.status in FINAL_STATUSES:
                        break
            else:
                return


async def follow_account(
    log: EventLog, listener: Listener, account_id: str, after: int | None
) -> AsyncGenerator[bytes, None]:
    """Where the stream begins, then every event of an account's jobs above ``after`` (None: from
    now on), until the server shuts down.

    The id of each is a position to go on from, and not the event's own: with jobs side by side,
    one with a lower id may come later.
    """
    feed, subscription, _ = listener
    async with feed.listening(subscription) as correspondent:
        begin = correspondent.position
        position = begin if after is None else min(after, begin)
        is_whole = after in (None, 0) or (
            after <= begin + FAR_AHEAD and await log.is_whole_after(after, feed.kept_seconds)
        )
        yield RETRY + _frame("hello", str(position), {"after": position})
        if not is_whole:
            yield _frame("reset", str(position), {"message": RESET})

        sent: set[int] = set()
        reached: int | None = position
        while reached is not None and not subscription.is_over:
            settled = correspondent.position
            page = await log.of_account(account_id, reached, PAGE)
            reached = page.reached
            found = []
            for event in page.events:
                position = max(position, min(event.id, settled))
                found.append(_told(event, position))
            sent.update(event.id for event in page.events if event.id > begin)
            if found:
                yield b"".join(found)

        async for told in _rounds(listener):
            found = []
            for one in told:
                position = max(position, one.position)
                if one.event.id in sent:
                    sent.discard(one.event.id)
                else:
                    found.append(_told(one.event, position))
            if found:
                yield b"".join(found)
            elif not told:
                # an id without data makes no event, but a later start: nothing of what others
                # did meanwhile has to be looked through
                position = max(position, correspondent.position)
                yield HEARTBEAT + f"id: {position}\n\n".encode()


def position_in(last_event_id: str) -> int | None:
    """The id that a client has seen last, as it says; None for what is no id."""
    digits = last_event_id.removesuffix(FINAL_SUFFIX)
    if not (digits.isascii() and digits.isdecimal()):
        return None
    return min(int(digits[:19]), MAX_EVENT_ID)


async def _rounds(listener: Listener) -> AsyncGenerator[list[Told], None]:
    """What comes, as it comes; nothing where it's time for a sign of life. Ends when nothing
    more comes, or when whoever listens may not any more."""
    feed, subscription, is_allowed = listener
    loop = asyncio.get_running_loop()
    period = min(feed.heartbeat_seconds, CHECK_SECONDS)
    quiet_since = checked_at = loop.time()
    while not subscription.is_over:
        told = await subscription.next(period)
        time = loop.time()
        if time - checked_at >= period:
            checked_at = time
            if not await is_allowed():
                return
        if told:
            quiet_since = time
            yield told
        elif time - quiet_since >= feed.heartbeat_seconds:
            quiet_since = time
            yield []


async def _latest_event_id(jobs: Jobs, account_id: str, job_id: UUID) -> int:
    latest = 0
    while events := await jobs.events(account_id, job_id, latest, PAGE):
        latest = events[-1].id
    return latest


def _is_moved(events: list[Event]) -> bool:
    return any(event.type == "status" for event in events)


def _frames(events: list[Event]) -> bytes:
    return b"".join(_frame(event.type, str(event.id), event.data) for event in events)


def _told(event: Event, position: int) -> bytes:
    data = {"job_id": event.job_id, "event_id": event.id, **event.data}
    return _frame(event.type, str(position), data)


def _frame(name: str, event_id: str, data: Any) -> bytes:
    body = msgspec.json.encode(data)  # one line: JSON escapes line breaks
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (event_id.encode(), name.encode(), body)
