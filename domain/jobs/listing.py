"""Which jobs or videos a list shows, and in which order."""

from datetime import datetime
from enum import StrEnum

import msgspec

from domain.generation.brief import AspectRatio
from domain.jobs.model import JobStatus

MAX_TITLE_KEY = 200
"""characters of a title that it's found by: an index takes no text of any length"""


class Sort(StrEnum):
    """By the time of creation."""

    NEWEST = "newest"
    OLDEST = "oldest"


class JobSelection(msgspec.Struct, frozen=True, kw_only=True):
    """Jobs that fit all that is given."""

    status: JobStatus | None = None
    aspect_ratio: AspectRatio | None = None
    created_after: datetime | None = None
    """then or later"""
    created_before: datetime | None = None
    sort: Sort = Sort.NEWEST


class VideoSelection(msgspec.Struct, frozen=True, kw_only=True):
    """Videos that fit all that is given."""

    aspect_ratio: AspectRatio | None = None
    title: str | None = None
    """how the title begins, in any case; such videos come in the order of their titles"""
    created_after: datetime | None = None
    """then or later"""
    created_before: datetime | None = None
    sort: Sort = Sort.NEWEST
    """means nothing beside ``title``"""


ALL_JOBS = JobSelection()
ALL_VIDEOS = VideoSelection()


def title_key(title: str) -> str:
    """What titles are compared by: case and the number of spaces make no difference."""
    return " ".join(title.split()).casefold()[:MAX_TITLE_KEY]
