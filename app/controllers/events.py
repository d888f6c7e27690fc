"""``/api/events``: everything that happens to an account's jobs."""

from functools import partial
from typing import Annotated

from dishka import FromDishka
from litestar import Controller, get
from litestar.params import HeaderParameter, QueryParameter

from app.authentication import needs
from app.controllers.event_stream import (
    MAX_EVENT_ID,
    Listener,
    event_stream_specs,
    follow_account,
    position_in,
)
from app.event_feed import EventFeed, Subscription
from app.event_response import EVENT_STREAM, EventStream
from app.request_body import JsonRequest
from domain.access import Keys, Scope
from domain.jobs.news import EventLog

After = Annotated[
    int | None,
    QueryParameter(
        description="Also what happened after this event id; 0 for everything.",
        ge=0,
        le=MAX_EVENT_ID,
    ),
]
LastEventId = Annotated[
    str | None,
    HeaderParameter(name="Last-Event-ID", description="Set by browsers on reconnecting."),
]


class EventsController(Controller):
    """What happens, live."""

    path = "/api/events"
    tags = ("Jobs",)

    @get(
        summary="Follow all jobs",
        description="Server-sent events of every job of the account. The first, `hello`, says "
        "where the stream begins; then comes what happens (`status`, `stage`, `progress`, "
        "`warning`), each with its `job_id`. A broken connection resumes by `Last-Event-ID`; an "
        "event that comes twice then has the same `event_id`. `reset` says that something may "
        "have been missed for good: look at the lists once.",
        media_type=EVENT_STREAM,
        responses=event_stream_specs(has_end=False),
        **needs(Scope.JOBS_READ),
    )
    async def follow(
        self,
        *,
        request: JsonRequest,
        log: FromDishka[EventLog],
        feed: FromDishka[EventFeed],
        keys: FromDishka[Keys],
        after: After = None,
        last_event_id: LastEventId = None,
    ) -> EventStream:
        position = position_in(last_event_id or "")
        subscription = Subscription(request.account_id)
        listener = Listener(feed, subscription, partial(keys.is_good, request.key))
        begin = after if position is None else position
        return EventStream(follow_account(log, listener, request.account_id, begin), subscription)
