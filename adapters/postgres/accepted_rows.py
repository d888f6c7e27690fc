"""The rows of a job that is accepted, and what is answered: the same on both databases."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from uuid_utils.compat import uuid7

from adapters.postgres.clock import later, literal, now
from adapters.postgres.tables import events, jobs, units
from adapters.postgres.views import untouched_stages
from domain.errors import IdempotencyKeyReused, QueueFull
from domain.jobs.model import Job, JobStatus, NewJob, NewUnit, UnitState

_ASKED = ("account_id video_id revision request revises topic_match warnings priority").split()
"""columns that come from the request as they are"""
_OF_REQUEST = ("aspect_ratio", "webhook_url", "voice_change")
"""fields of the request that have columns of their own"""
GIVEN = ("id", *_ASKED, "created_at", "deadline_seconds", *_OF_REQUEST)
UNIT_FIELDS = ("id", "kind", "ordinal", "missing_inputs", "state")
SHARED = ("id", "account_id", "revision", "priority")
"""what units have from their job"""


class Asked(msgspec.Struct, frozen=True):
    """A job to be inserted with its first units, unless ``max_queued`` jobs wait already."""

    job: NewJob
    units: Sequence[NewUnit]
    max_queued: int | None = None

    @property
    def refusal(self) -> QueueFull:
        """What the caller hears when the queue is full."""
        return QueueFull(f"{self.max_queued} jobs are waiting, as many as this server takes.")


Answer = Job | QueueFull | IdempotencyKeyReused
"""a job, or why it isn't taken"""

Value = Callable[[sa.Column[Any]], sa.ColumnElement[Any]]
"""where the value of a column comes from"""


def new_job(given: Value) -> dict[str, sa.ColumnElement[Any]]:
    """A job's columns; ``given`` are those of ``GIVEN``."""
    created_at = sa.func.coalesce(given(jobs.c.created_at), now())
    return {
        **{name: given(jobs.c[name]) for name in GIVEN if name != "created_at"},
        "status": sa.literal(JobStatus.QUEUED, jobs.c.status.type),
        "progress": sa.literal(0.0),
        "cancel_requested": sa.false(),
        "deadline_at": later(created_at, given(jobs.c.deadline_seconds)),
        "created_at": created_at,
        "queued_at": now(),
        "resumed_progress": sa.literal(0.0),
    }


_UNTOUCHED = {"attempt": 0, "crashes": 0, "fence": 0, "progress": 0.0, "seconds": 0.0}


def given_values(job: NewJob) -> dict[str, Any]:
    """The columns ``GIVEN`` of a job."""
    values = {name: getattr(job, name) for name in GIVEN if name not in _OF_REQUEST}
    return values | {name: getattr(job.request, name) for name in _OF_REQUEST}


def new_unit(of_job: Value, given: Value) -> dict[str, sa.ColumnElement[Any]]:
    """A unit's columns; ``given`` are those of ``UNIT_FIELDS``."""
    return {
        "job_id": of_job(jobs.c.id),
        **{name: of_job(jobs.c[name]) for name in SHARED if name != "id"},
        "run_at": now(),
        **{name: sa.literal(value) for name, value in _UNTOUCHED.items()},
        **{name: given(units.c[name]) for name in UNIT_FIELDS},
    }


def new_event(of_job: Value) -> dict[str, sa.ColumnElement[Any]]:
    """The columns of the event that a job is queued."""
    is_queued = {"status": JobStatus.QUEUED, "waiting_for": None}
    return {
        "job_id": of_job(jobs.c.id),
        "type": sa.literal("status"),
        "data": sa.literal(is_queued, events.c.data.type),
        "created_at": now(),
    }


def insert_rows(table: sa.Table, values: dict[str, sa.ColumnElement[Any]], *rows: Any) -> sa.Insert:
    """Insert ``values``, once for each of ``rows``."""
    return sa.insert(table).from_select(list(values), row_of(values, *rows), include_defaults=False)


def row_of(values: dict[str, sa.ColumnElement[Any]], *rows: Any) -> sa.Select[Any]:
    """Select ``values``, once for each of ``rows``."""
    chosen = sa.select(*(value.label(name) for name, value in values.items()))
    return chosen.select_from(*rows) if rows else chosen


QUEUE = (
    sa.select(jobs.c.priority, sa.func.count().label("waiting"))
    .where(jobs.c.status == literal(JobStatus.QUEUED))
    .group_by(jobs.c.priority)
)
"""how many jobs wait, by their priority"""


def unit_values(unit: NewUnit) -> dict[str, Any]:
    """The columns ``UNIT_FIELDS`` of a unit that nobody has touched."""
    return {
        "id": uuid7(),
        "kind": unit.kind,
        "ordinal": unit.ordinal,
        "missing_inputs": unit.missing_inputs,
        "state": UnitState.BLOCKED if unit.missing_inputs else UnitState.READY,
    }


def accepted(one: Asked, created_at: datetime, deadline_at: datetime, ahead: int) -> Job:
    """The job as it stands in the queue, ``ahead`` others before it."""
    return Job(
        id=one.job.id,
        status=JobStatus.QUEUED,
        queue_position=ahead + 1,
        stages=untouched_stages(one.units),
        deadline_at=deadline_at,
        created_at=created_at,
        **{name: getattr(one.job, name) for name in _ASKED},
    )
