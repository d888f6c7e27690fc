"""What a webhook is, what is told to it, and what becomes of each message."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from domain.jobs.listing import Sort
from domain.jobs.model import JobStatus

MAX_WEBHOOKS = 20
"""of an account: each event is written down once for each of them"""

KEEP_OLD_SECONDS = 86_400.0
"""for which the secret before the last rotation goes on signing, beside the new one"""

DISABLE_AFTER_SECONDS = 3 * 86_400.0
"""of failures without a success between them"""


class EventType(StrEnum):
    """What can happen."""

    JOB_STARTED = "job.started"
    """a queued job has begun, or has begun again after a retry"""
    JOB_WAITING = "job.waiting"
    """nothing can be done now; `waiting_for` says what it waits for"""
    JOB_SUCCEEDED = "job.succeeded"
    JOB_FAILED = "job.failed"
    """`error` says why"""
    JOB_CANCELLED = "job.cancelled"
    VIDEO_READY = "video.ready"
    """a video, or a new revision of one, can be fetched"""
    WEBHOOK_TEST = "webhook.test"
    """nothing happened; `POST /api/webhooks/{id}/test` asked for it"""


SUBSCRIBABLE: tuple[EventType, ...] = tuple(
    event for event in EventType if event is not EventType.WEBHOOK_TEST
)
"""what a webhook can be for: all that happens by itself"""

_NEWS: dict[JobStatus, tuple[EventType, ...]] = {
    JobStatus.QUEUED: (),
    JobStatus.RUNNING: (EventType.JOB_STARTED,),
    JobStatus.WAITING: (EventType.JOB_WAITING,),
    JobStatus.SUCCEEDED: (EventType.JOB_SUCCEEDED, EventType.VIDEO_READY),
    JobStatus.FAILED: (EventType.JOB_FAILED,),
    JobStatus.CANCELLED: (EventType.JOB_CANCELLED,),
}


def news_of(old: JobStatus, new: JobStatus) -> tuple[EventType, ...]:
    """What is to be told of a job's move, in this order."""
    if new is JobStatus.RUNNING and old is not JobStatus.QUEUED:
        return ()  # it goes on after a wait
    return _NEWS[new]


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """An address that is told what happens, as its owner may see it: without its secret."""

    id: UUID
    url: str
    events: list[EventType]
    """what it's told; empty for everything"""
    description: str
    enabled: bool
    disabled_at: datetime | None
    disabled_reason: str | None
    """why it's told nothing any more"""
    failing_since: datetime | None
    """of the first failure since the last success; null while all goes well"""
    previous_secret_until: datetime | None
    """until then messages are signed with the secret before the last rotation as well"""
    created_at: datetime


class NewWebhook(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook that is to be kept."""

    id: UUID
    account_id: str
    url: str
    events: list[EventType]
    description: str
    sealed_secret: str


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What of a webhook is to change; None stays."""

    url: str | None = None
    events: list[EventType] | None = None
    description: str | None = None
    enabled: bool | None = None


class SealedSecrets(msgspec.Struct, frozen=True):
    """The secrets that sign now, the newest first, as they are kept."""

    newest: str
    previous: str | None = None
    """only while it still signs"""
    previous_until: datetime | None = None


class DeliveryState(StrEnum):
    """What has become of a message."""

    PENDING = "pending"
    """to be sent, or sent again, at `next_attempt_at`"""
    DELIVERED = "delivered"
    FAILED = "failed"
    """not tried again by itself"""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try to deliver a message."""

    at: datetime
    seconds: float
    """that it took"""
    status: int | None
    """what the receiver answered; null without an answer"""
    error: str
    """why it counts as failed; empty for a success"""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A message to one address, and what has become of it."""

    id: UUID
    webhook_id: UUID | None
    """null for the `webhook_url` of a request"""
    job_id: UUID | None
    message_id: str
    """the header `webhook-id`, the same at every attempt"""
    type: EventType
    url: str
    state: DeliveryState
    attempts: list[Attempt]
    """the latest ones, the first first"""
    next_attempt_at: datetime | None
    created_at: datetime
    finished_at: datetime | None
    payload: dict[str, Any]
    """the body, as it is sent"""


class DeliverySelection(msgspec.Struct, frozen=True, kw_only=True):
    """Deliveries that fit all that is given."""

    webhook_id: UUID | None = None
    job_id: UUID | None = None
    state: DeliveryState | None = None
    sort: Sort = Sort.NEWEST


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A message under lease, with what is needed to send it."""

    id: UUID
    fence: int
    account_id: str
    webhook_id: UUID | None
    target: UUID
    """what one message at a time goes to: the webhook, or the job with a URL of its own"""
    url: str
    payload: bytes
    tries: int
    """attempts that the schedule has counted already"""
    secrets: SealedSecrets | None
    """of the webhook or, for a request's own URL, of the account, if it has one yet"""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What an attempt led to."""

    attempt: Attempt
    is_delivered: bool = False
    retry_in: float | None = None
    """seconds until the next attempt; None when there is none"""
    is_gone: bool = False
    """the receiver wants nothing any more"""


def message_id(delivery_id: UUID) -> str:
    """What receivers know a message by. It contains no full stop, as the signature requires."""
    return f"msg_{delivery_id.hex}"
