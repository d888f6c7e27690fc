"""The tables: rows that coordinate, the same on Postgres and SQLite.

Every row that a user can name carries its account. JSON columns hold domain structs.
"""

from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from adapters.postgres.clock import UtcTime
from domain.generation.brief import Brief
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
from domain.webhooks.model import Attempt, DeliveryState


class Json(TypeDecorator[Any]):
    """A domain type as JSON; None is NULL.

    On Postgres ``json`` and not ``jsonb``: it keeps a caller's own metadata as it was sent
    (the order of keys, the character U+0000), and no query looks inside.
    """

    impl = sa.JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, of: Any, newer: tuple[str, ...] = ()) -> None:
        """``newer``: fields that the release before refuses; left out where they're None, so that
        its processes go on reading what doesn't use them."""
        super().__init__()
        self.of = of
        self.newer = newer

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        if value is None:
            return None
        plain = msgspec.to_builtins(value, str_keys=True)
        for name in self.newer:
            if plain[name] is None:
                del plain[name]
        return plain

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else msgspec.convert(value, self.of, str_keys=True)


class Name(TypeDecorator[Any]):
    """A member of an enumeration, by its value."""

    impl = sa.String(16)
    cache_ok = True

    def __init__(self, of: type[StrEnum]) -> None:
        super().__init__()
        self.of = of

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else self.of(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        return None if value is None else self.of(value)


AnyRow = sa.Row[*tuple[Any, ...]]
"""a row whose columns mypy doesn't follow: ``Json`` and ``Name`` give them their types"""

ACCOUNT = sa.String(64)
NEWER_FIELDS = ("pause_after", "preset", "webhook_url")
"""of a brief, that the release before doesn't know"""
FINGERPRINT = sa.String(64)
BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""text that is ordered by its bytes, as SQLite orders any: what begins alike stands together"""
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite numbers rows by itself only in a column that is exactly an INTEGER"""

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

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
    sa.Column("request", Json(Brief, newer=NEWER_FIELDS), nullable=False),
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

# secrets are here as a Sealer leaves them
webhooks = sa.Table(
    "webhooks",
    metadata,
    sa.Column("id", sa.Uuid(), primary_key=True),
    sa.Column("account_id", ACCOUNT, nullable=False),
    sa.Column("url", sa.Text(), nullable=False),
    sa.Column("events", Json(list[str]), nullable=False),
    sa.Column("description", sa.Text(), nullable=False),
    sa.Column("secret", sa.Text(), nullable=False),
    sa.Column("previous_secret", sa.Text()),
    sa.Column("previous_secret_until", UtcTime()),
    sa.Column("failing_since", UtcTime()),
    sa.Column("disabled_at", UtcTime()),
    sa.Column("disabled_reason", sa.Text()),
    sa.Column("created_at", UtcTime(), nullable=False),
    sa.Index("ix_webhooks_newest", "account_id", "created_at", "id"),
)

# of accounts: what signs the messages to URLs that requests bring along
webhook_secrets = sa.Table(
    "webhook_secrets",
    metadata,
    sa.Column("account_id", ACCOUNT, primary_key=True),
    sa.Column("secret", sa.Text(), nullable=False),
    sa.Column("previous_secret", sa.Text()),
    sa.Column("previous_secret_until", UtcTime()),
)

# the outbox, and the log of what became of the messages
deliveries = sa.Table(
    "webhook_deliveries",
    metadata,
    sa.Column("id", sa.Uuid(), primary_key=True),
    sa.Column("account_id", ACCOUNT, nullable=False),
    # NULL for the URL of a request
    sa.Column("webhook_id", sa.Uuid(), sa.ForeignKey("webhooks.id", ondelete="CASCADE")),
    sa.Column("job_id", sa.Uuid()),  # no foreign key: the log may outlive the job
    sa.Column("target", sa.Uuid(), nullable=False),  # the webhook, or the job with its own URL
    sa.Column("url", sa.Text(), nullable=False),
    sa.Column("type", sa.String(32), nullable=False),
    sa.Column("payload", sa.Text(), nullable=False),
    sa.Column("state", Name(DeliveryState), nullable=False),
    sa.Column("tries", sa.Integer(), nullable=False),
    sa.Column("attempts", Json(list[Attempt]), nullable=False),
    sa.Column("run_at", UtcTime(), nullable=False),
    sa.Column("lease_until", UtcTime()),
    sa.Column("fence", sa.BigInteger(), nullable=False),
    sa.Column("created_at", UtcTime(), nullable=False),
    sa.Column("finished_at", UtcTime()),
    sa.Index("ix_webhook_deliveries_newest", "account_id", "created_at", "id"),
    sa.Index("ix_webhook_deliveries_webhook", "webhook_id", "created_at", "id"),
    sa.Index("ix_webhook_deliveries_job", "job_id", "created_at", "id"),
    sa.Index("ix_webhook_deliveries_finished", "finished_at"),
    sa.Index(
        "ix_webhook_deliveries_due",
        "run_at",
        "id",
        postgresql_where=sa.text("state = 'pending'"),
        sqlite_where=sa.text("state = 'pending'"),
    ),
    sa.Index(
        "ix_webhook_deliveries_leased",
        "target",
        postgresql_where=sa.text("lease_until IS NOT NULL"),
        sqlite_where=sa.text("lease_until IS NOT NULL"),
    ),
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
