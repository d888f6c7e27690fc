"""The tables: rows that coordinate, the same on Postgres and SQLite.

Every row that a user can name carries its account. JSON columns hold domain structs.
"""

from typing import Any

import sqlalchemy as sa

from adapters.postgres.clock import UtcTime
from adapters.postgres.columns import ACCOUNT, BYTEWISE, FINGERPRINT, SERIAL, Json, Name, metadata
from adapters.postgres.spending_tables import call_uses, paid_calls, spending
from adapters.postgres.webhook_tables import deliveries, webhook_secrets, webhooks
from domain.generation.brief import Brief
from domain.generation.casting import Recast
from domain.generation.script import ProductionWarning, SceneEdit, TopicMatch
from domain.generation.wording import Wording
from domain.jobs.model import (
    JobError,
    JobResult,
    JobStatus,
    Revises,
    UnitKind,
    UnitState,
    WaitingFor,
)

__all__ = [
    "AnyRow",
    "api_keys",
    "call_uses",
    "clip_uses",
    "deliveries",
    "documents",
    "events",
    "first_answers",
    "holds",
    "idempotency_keys",
    "jobs",
    "metadata",
    "paid_calls",
    "presets",
    "results",
    "spending",
    "units",
    "videos",
    "webhook_secrets",
    "webhooks",
]

AnyRow = sa.Row[*tuple[Any, ...]]
"""a row whose columns mypy doesn't follow: ``Json`` and ``Name`` give them their types"""

KEPT_ELSEWHERE = ("voice_change",)
"""fields of a brief that have columns of their own, and no place in its document"""

NEWER_FIELDS = (
    "channel",
    "max_cost",
    "pause_after",
    "preset",
    "webhook_url",
    "speakers",
    "scenes.speaker",
    "source_url",
    "tone",
)
"""of a brief, that the release before doesn't know"""

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.Uuid(), primary_key=True),
    sa.Column("account_id", ACCOUNT, nullable=False),
    sa.Column("video_id", sa.Uuid(), nullable=False),
    sa.Column("revision", sa.Integer(), nullable=False),
    sa.Column("status", Name(JobStatus), nullable=False),
    sa.Column("waiting_for", Name(WaitingFor)),
    sa.Column("stage", Name(UnitKind)),
    sa.Column("progress", sa.Double(), nullable=False),
    sa.Column("request", Json(Brief, newer=NEWER_FIELDS, elsewhere=KEPT_ELSEWHERE), nullable=False),
    sa.Column("revises", Json(Revises)),
    sa.Column("topic_match", Json(TopicMatch)),
    sa.Column("warnings", Json(list[ProductionWarning]), nullable=False),
    sa.Column("error", Json(JobError)),
    sa.Column("result", Json(JobResult)),
    sa.Column("priority", sa.Integer(), nullable=False),
    sa.Column("cancel_requested", sa.Boolean(), nullable=False),
    sa.Column("deadline_seconds", sa.Double(), nullable=False),
    sa.Column("deadline_at", UtcTime(), nullable=False),
    sa.Column("created_at", UtcTime(), nullable=False),
    sa.Column("queued_at", UtcTime(), nullable=False),
    sa.Column("started_at", UtcTime()),
    sa.Column("finished_at", UtcTime()),
    # where the extrapolation of the time left begins: at the first claim, or after a retry
    sa.Column("resumed_at", UtcTime()),
    sa.Column("resumed_progress", sa.Double(), nullable=False),
    # the request's; NULL where the release before, which doesn't know of it, accepted the job
    sa.Column("aspect_ratio", sa.String(8)),
    # the request's own, where whoever moves the job sees it without reading the request
    sa.Column("webhook_url", sa.Text()),
    # of a job that pauses: when somebody let it go on, and what was put in place of its title,
    # description and tags
    sa.Column("approved_at", UtcTime()),
    sa.Column("wording", Json(Wording)),
    # the request's: every job has it, and the release before would read none that had it there
    sa.Column("voice_change", sa.String(16)),
    # voices that failed and those that took their place; NULL where none did
    sa.Column("recasts", Json(list[Recast])),
    sa.Index("ix_jobs_newest", "account_id", "created_at", "id"),
    sa.Index("ix_jobs_newest_of_status", "account_id", "status", "created_at", "id"),
    sa.Index("ix_jobs_newest_of_aspect", "account_id", "aspect_ratio", "created_at", "id"),
    sa.Index("ix_jobs_video", "video_id"),
    sa.Index(
        "ix_jobs_deadline",
        "deadline_at",
        postgresql_where=sa.text("finished_at IS NULL"),
        sqlite_where=sa.text("finished_at IS NULL"),
    ),
)

sa.Index(
    "ix_jobs_queue",
    jobs.c.priority.desc(),
    jobs.c.queued_at,
    jobs.c.id,
    postgresql_where=sa.text("status = 'queued'"),
    sqlite_where=sa.text("status = 'queued'"),
)

units = sa.Table(
    "units",
    metadata,
    sa.Column("id", sa.Uuid(), primary_key=True),
    sa.Column("job_id", sa.Uuid(), sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    sa.Column("account_id", ACCOUNT, nullable=False),
    sa.Column("revision", sa.Integer(), nullable=False),
    sa.Column("kind", Name(UnitKind), nullable=False),
    sa.Column("ordinal", sa.Integer(), nullable=False),
    sa.Column("missing_inputs", sa.Integer(), nullable=False),
    sa.Column("state", Name(UnitState), nullable=False),
    sa.Column("priority", sa.Integer(), nullable=False),  # the job's, so that one index serves
    sa.Column("attempt", sa.Integer(), nullable=False),
    sa.Column("crashes", sa.Integer(), nullable=False),
    sa.Column("run_at", UtcTime(), nullable=False),
    sa.Column("lease_owner", sa.String(128)),
    sa.Column("lease_until", UtcTime()),
    sa.Column("fence", sa.BigInteger(), nullable=False),
    sa.Column("progress", sa.Double(), nullable=False),
    sa.Column("claimed_at", UtcTime()),
    sa.Column("seconds", sa.Double(), nullable=False),  # of work in attempts that have ended
    sa.Column("result", FINGERPRINT),
    sa.Column("waiting_for", Name(WaitingFor)),
    sa.Column("error", Json(JobError)),
    sa.UniqueConstraint("job_id", "revision", "kind", "ordinal"),
    sa.Index(
        "ix_units_lease",
        "lease_until",
        postgresql_where=sa.text("state = 'leased'"),
        sqlite_where=sa.text("state = 'leased'"),
    ),
)

# the claim takes the first entry of this index that is due
sa.Index(
    "ix_units_claim",
    units.c.priority.desc(),
    units.c.run_at,
    units.c.id,
    postgresql_where=sa.text("state = 'ready'"),
    sqlite_where=sa.text("state = 'ready'"),
)

results = sa.Table(
    "results",
    metadata,
    sa.Column("account_id", ACCOUNT, primary_key=True),
    sa.Column("fingerprint", FINGERPRINT, primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("content", sa.String(64), nullable=False),
    sa.Column("artifacts", Json(dict[str, str]), nullable=False),
    sa.Column("data", Json(dict[str, Any]), nullable=False),
    sa.Column("created_at", UtcTime(), nullable=False),
    sa.Column("used_at", UtcTime()),  # when it was last found and taken; NULL until then
)

# what was answered to a request that may come again under the same key
idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("account_id", ACCOUNT, primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("route", sa.String(255), nullable=False),
    sa.Column("body", sa.String(64), nullable=False),  # SHA-256
    sa.Column("job_id", sa.Uuid(), sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    # of the answer, what its job has lost by now
    sa.Column("queue_position", sa.Integer(), nullable=False),
    sa.Column("warnings", Json(list[ProductionWarning]), nullable=False),
    sa.Column("expires_at", UtcTime(), nullable=False),
    sa.Index("ix_idempotency_keys_job", "job_id"),
    sa.Index("ix_idempotency_keys_expiry", "expires_at"),
)

# the same where something else than a job was made: the whole answer, as a Sealer leaves it
first_answers = sa.Table(
    "first_answers",
    metadata,
    sa.Column("account_id", ACCOUNT, primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("route", sa.Text(), nullable=False),
    sa.Column("body", sa.String(64), nullable=False),  # SHA-256
    sa.Column("answer", sa.Text(), nullable=False),
    sa.Column("expires_at", UtcTime(), nullable=False),
    sa.Index("ix_first_answers_expiry", "expires_at"),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
    sa.Column("job_id", sa.Uuid(), sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    sa.Column("type", sa.String(16), nullable=False),
    sa.Column("data", Json(dict[str, Any]), nullable=False),
    sa.Column("created_at", UtcTime(), nullable=False),
    sa.Index("ix_events_job", "job_id", "id"),
    sqlite_autoincrement=True,  # an id is never given twice, or a stream would skip events
)

videos = sa.Table(
    "videos",
    metadata,
    sa.Column("id", sa.Uuid(), primary_key=True),
    sa.Column("account_id", ACCOUNT, nullable=False),
    sa.Column("job_id", sa.Uuid(), nullable=False),  # no foreign key: a video may outlive its job
    sa.Column("revision", sa.Integer(), nullable=False),
    sa.Column("title", sa.Text(), nullable=False),
    sa.Column("slug", sa.Text(), nullable=False),
    sa.Column("aspect_ratio", sa.String(8), nullable=False),
    sa.Column("width", sa.Integer(), nullable=False),
    sa.Column("height", sa.Integer(), nullable=False),
    sa.Column("duration", sa.Double(), nullable=False),
    sa.Column("draft", sa.Boolean(), nullable=False),
    sa.Column("files", Json(dict[str, str]), nullable=False),
    sa.Column("sizes", Json(dict[str, int]), nullable=False),
    sa.Column("documents", Json(dict[str, str]), nullable=False),
    sa.Column("path", sa.Text()),
    sa.Column("created_at", UtcTime(), nullable=False),
    sa.Column("edits", Json(dict[int, SceneEdit]), nullable=False),
    # what the title is found by; NULL where a worker of the release before made the video
    sa.Column("title_key", BYTEWISE),
    sa.Index("ix_videos_newest", "account_id", "created_at", "id"),
    sa.Index("ix_videos_newest_of_aspect", "account_id", "aspect_ratio", "created_at", "id"),
    sa.Index("ix_videos_title", "account_id", "title_key", "id"),
    sa.Index("ix_videos_title_of_aspect", "account_id", "aspect_ratio", "title_key", "id"),
)

# the clips and stills that videos show; they go with their video
clip_uses = sa.Table(
    "clip_uses",
    metadata,
    sa.Column(
        "video_id", sa.Uuid(), sa.ForeignKey("videos.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("ordinal", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("account_id", ACCOUNT, nullable=False),
    sa.Column("source", sa.String(64), nullable=False),
    sa.Column("clip", sa.Text(), nullable=False),
    sa.Column("channel", sa.String(64)),
    sa.Column("request", sa.String(64), nullable=False),  # SHA-256 of what was asked for
    sa.Index("ix_clip_uses_request", "account_id", "request"),
)

# of a key's secret only the hash is here
api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("account_id", ACCOUNT, nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("scopes", Json(list[str]), nullable=False),
    sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("created_at", UtcTime(), nullable=False),
    sa.Column("expires_at", UtcTime()),
    sa.Column("revoked_at", UtcTime()),
    sa.Column("last_used_at", UtcTime()),
    sa.Index("ix_api_keys_newest", "account_id", "created_at", "id"),
)

# defaults of requests, by a name of the account's own
presets = sa.Table(
    "presets",
    metadata,
    sa.Column("account_id", ACCOUNT, primary_key=True),
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("request", Json(dict[str, Any]), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),  # SHA-256 of the request
    sa.Column("created_at", UtcTime(), nullable=False),
    sa.Column("updated_at", UtcTime(), nullable=False),
)

# what only one process of the installation may do at a time, until it's done or dead
holds = sa.Table(
    "holds",
    metadata,
    sa.Column("name", sa.String(16), primary_key=True),
    sa.Column("holder", sa.String(128), nullable=False),
    sa.Column("expires_at", UtcTime(), nullable=False),
)

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("account_id", ACCOUNT, primary_key=True),
    sa.Column("kind", sa.String(32), primary_key=True),
    sa.Column("fingerprint", FINGERPRINT, primary_key=True),
    sa.Column("body", sa.LargeBinary(), nullable=False),
    sa.Column("created_at", UtcTime(), nullable=False),
)
