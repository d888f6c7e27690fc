"""Answers about webhooks as examples, and the messages that webhooks are sent."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from app.controllers.answers_of_videos import FINISHED_AT, JOB_ID, VIDEO
from app.controllers.answers_of_work import SUCCEEDED
from app.controllers.webhook_deliveries import DeliveryList
from app.controllers.webhooks import WebhookList
from domain.jobs.model import JobError, JobStatus, WaitingFor
from domain.webhooks import (
    AccountSecret,
    Attempt,
    Delivery,
    DeliveryState,
    EventType,
    NewSecret,
    Webhook,
)
from domain.webhooks.model import message_id
from domain.webhooks.news import JobNews, TestNews, encoded, job_news
from domain.webhooks.signing import secret_text, signed_headers

WEBHOOK_ID = UUID("01a21d26-2b4e-7d5a-8a0c-51d0e3b7c9f2")
DELIVERY_ID = UUID("01a21d26-4d10-7c3b-9e55-0f6a2b8d4c71")
RECEIVER = "https://example.com/hooks/faceless"
MADE_AT = datetime(2026, 11, 27, 13, 14, 2, tzinfo=UTC)
ROTATED_UNTIL = datetime(2026, 11, 28, 13, 14, 2, tzinfo=UTC)
NO_SECRET = b"\0" * 32
"""one that looks right and signs nothing"""
SHOWN = secret_text(NO_SECRET)

WEBHOOK = Webhook(
    id=WEBHOOK_ID,
    url=RECEIVER,
    events=[EventType.JOB_FAILED, EventType.VIDEO_READY],
    description="The shop",
    enabled=True,
    disabled_at=None,
    disabled_reason=None,
    failing_since=None,
    previous_secret_until=None,
    created_at=MADE_AT,
)
ROTATED = msgspec.structs.replace(WEBHOOK, previous_secret_until=ROTATED_UNTIL)

_NEWS = job_news(SUCCEEDED)
_UNFINISHED: dict[str, Any] = {"result": None, "finished_at": None}
NEWS: dict[EventType, JobNews | TestNews | Any] = {
    EventType.JOB_STARTED: msgspec.structs.replace(
        _NEWS, status=JobStatus.RUNNING, progress=0.0, **_UNFINISHED
    ),
    EventType.JOB_WAITING: msgspec.structs.replace(
        _NEWS,
        status=JobStatus.WAITING,
        waiting_for=WaitingFor.APPROVAL,
        progress=0.1,
        **_UNFINISHED,
    ),
    EventType.JOB_SUCCEEDED: _NEWS,
    EventType.JOB_FAILED: msgspec.structs.replace(
        _NEWS,
        status=JobStatus.FAILED,
        progress=0.4,
        result=None,
        error=JobError("render_failed", "ffmpeg ended with 1 while it rendered scene 0."),
    ),
    EventType.JOB_CANCELLED: msgspec.structs.replace(
        _NEWS, status=JobStatus.CANCELLED, progress=0.4, result=None
    ),
    EventType.VIDEO_READY: VIDEO,
    EventType.WEBHOOK_TEST: TestNews(WEBHOOK_ID),
}
"""what is told of each event"""


def message_of(event: EventType) -> dict[str, Any]:
    """A message's body, as it's sent."""
    body: dict[str, Any] = msgspec.json.decode(encoded(event, FINISHED_AT, NEWS[event]))
    return body


def headers_of(event: EventType) -> dict[str, str]:
    """The headers of the same message, rightly signed with ``NO_SECRET``."""
    body = encoded(event, FINISHED_AT, NEWS[event]).encode()
    seconds = int(FINISHED_AT.timestamp())
    return dict(signed_headers(message_id(DELIVERY_ID), seconds, body, [NO_SECRET]))


DELIVERED = Delivery(
    id=DELIVERY_ID,
    webhook_id=WEBHOOK_ID,
    job_id=JOB_ID,
    message_id=message_id(DELIVERY_ID),
    type=EventType.VIDEO_READY,
    url=RECEIVER,
    state=DeliveryState.DELIVERED,
    attempts=[Attempt(at=FINISHED_AT, seconds=0.21, status=204, error="")],
    next_attempt_at=None,
    created_at=FINISHED_AT,
    finished_at=FINISHED_AT,
    payload=message_of(EventType.VIDEO_READY),
)
TO_BE_SENT = msgspec.structs.replace(
    DELIVERED,
    state=DeliveryState.PENDING,
    attempts=[],
    next_attempt_at=FINISHED_AT,
    finished_at=None,
)
TEST = msgspec.structs.replace(
    TO_BE_SENT,
    job_id=None,
    type=EventType.WEBHOOK_TEST,
    payload=message_of(EventType.WEBHOOK_TEST),
)

WEBHOOK_ANSWERS: dict[str, dict[str, Any]] = {
    "Webhook": {"All goes well": WEBHOOK},
    "WebhookList": {"One webhook": WebhookList([WEBHOOK])},
    "webhooks_create": {"A new webhook": NewSecret(SHOWN, WEBHOOK)},
    "webhooks_rotate": {"The new secret": NewSecret(SHOWN, ROTATED)},
    "webhooks_secret": {"Never rotated": AccountSecret(SHOWN, None)},
    "webhooks_rotate_secret": {"The new secret": AccountSecret(SHOWN, ROTATED_UNTIL)},
    "DeliveryList": {"The only page": DeliveryList([DELIVERED], None)},
    "Delivery": {"To be sent again": TO_BE_SENT},
    "webhooks_test": {"To be sent": TEST},
}
