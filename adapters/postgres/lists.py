"""The queries behind lists: each walks a range of one index, in its order."""

from typing import Any

import sqlalchemy as sa

from adapters.postgres.cursors import Walk, created_within
from adapters.postgres.tables import jobs, videos
from adapters.postgres.views import JOB_COLUMNS
from domain.jobs.listing import JobSelection, VideoSelection, title_key

HIGHEST = "\U0010ffff"
"""no text goes on with it: whatever begins with a prefix stands before the prefix and this"""


def select_jobs(
    account_id: str, selection: JobSelection, cursor: str | None
) -> tuple[sa.Select[Any], Walk]:
    """Jobs of a selection; and the way through them from the cursor on.

    Raises:
        InvalidRequest: the cursor can't be used.
    """
    walk = Walk(jobs, selection, cursor)
    conditions = [jobs.c.account_id == account_id, *created_within(jobs, selection)]
    if selection.status is not None:
        conditions.append(jobs.c.status == selection.status)
    if selection.aspect_ratio is not None:
        conditions.append(jobs.c.aspect_ratio == selection.aspect_ratio)
    return sa.select(*JOB_COLUMNS).where(*conditions), walk


def select_videos(
    account_id: str, selection: VideoSelection, cursor: str | None
) -> tuple[sa.Select[Any], Walk]:
    """The same for videos; by title, if they are looked for by title.

    Raises:
        InvalidRequest: the cursor can't be used.
    """
    by = "created_at" if selection.title is None else "title_key"
    walk = Walk(videos, selection, cursor, by)
    conditions = [videos.c.account_id == account_id, *created_within(videos, selection)]
    if selection.title is not None:
        beginning = title_key(selection.title)
        conditions += [
            videos.c.title_key >= beginning,
            videos.c.title_key < beginning + HIGHEST,
        ]
    if selection.aspect_ratio is not None:
        conditions.append(videos.c.aspect_ratio == selection.aspect_ratio)
    return sa.select(videos).where(*conditions), walk
