"""What a message says: its type, the time, and the job or the video as it was then.

Fields have the names and forms that they have in the API. What can be long, and can be asked
for (the request, the stages), is left out.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from domain.generation.script import ProductionWarning
from domain.generation.shown import VideoBody
from domain.jobs.model import Job, JobError, JobResult, JobStatus, WaitingFor
from domain.webhooks.model import EventType

MAX_METADATA_BYTES = 16_384
"""of the caller's own data: the specification advises messages below 20 kB"""


class JobNews(msgspec.Struct, frozen=True, kw_only=True):
    """A job as it stood when it moved."""

    id: UUID
    status: JobStatus
    waiting_for: WaitingFor | None
    progress: float
    metadata: dict[str, Any] | None
    """the caller's own; null when it's longer than 16 kB, then the job has it"""
    warnings: list[ProductionWarning]
    error: JobError | None
    result: JobResult | None
    video_id: UUID
    revision: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class TestNews(msgspec.Struct, frozen=True):
    """Nothing happened."""

    webhook_id: UUID
    message: str = "This is a test. If its signature is right, everything is."


class Message(msgspec.Struct, frozen=True):
    """The body of a message."""

    type: EventType
    timestamp: datetime
    """when it happened, which may be long before it's delivered"""
    data: JobNews | VideoBody | TestNews


def job_news(job: Job) -> JobNews:
    """What is told of a job."""
    fields = {name: getattr(job, name) for name in JobNews.__struct_fields__ if name != "metadata"}
    metadata: dict[str, Any] | None = job.request.metadata
    if len(msgspec.json.encode(metadata)) > MAX_METADATA_BYTES:
        metadata = None
    return JobNews(**fields, metadata=metadata)


def encoded(event: EventType, at: datetime, data: JobNews | VideoBody | TestNews) -> str:
    """A message's body: the very text that is signed and sent."""
    return msgspec.json.encode(Message(event, at, data)).decode()
