"""Jobs, units, results, events, videos, documents.

Revision: 0001, the first
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# spelled out, not imported: a migration means the same for ever
ACCOUNT = sa.String(64)
NAME = sa.String(16)
FINGERPRINT = sa.String(64)
TIME = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "jobs",
        _required("id", sa.Uuid()),
        _required("account_id", ACCOUNT),
        _required("video_id", sa.Uuid()),
        _required("revision", sa.Integer()),
        _required("status", NAME),
        sa.Column("waiting_for", NAME),
        sa.Column("stage", NAME),
        _required("progress", sa.Double()),
        _required("request", sa.JSON()),
        sa.Column("revises", sa.JSON()),
        sa.Column("topic_match", sa.JSON()),
        _required("warnings", sa.JSON()),
        sa.Column("error", sa.JSON()),
        sa.Column("result", sa.JSON()),
        _required("priority", sa.Integer()),
        _required("cancel_requested", sa.Boolean()),
        _required("deadline_seconds", sa.Double()),
        _required("deadline_at", TIME),
        _required("created_at", TIME),
        _required("queued_at", TIME),
        sa.Column("started_at", TIME),
        sa.Column("finished_at", TIME),
        sa.Column("resumed_at", TIME),
        _required("resumed_progress", sa.Double()),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_index("ix_jobs_newest", "jobs", ["account_id", "created_at", "id"])
    op.create_index(
        "ix_jobs_newest_of_status", "jobs", ["account_id", "status", "created_at", "id"]
    )
    op.create_index("ix_jobs_video", "jobs", ["video_id"])
    _partial_index(
        "ix_jobs_queue", "jobs", [sa.text("priority DESC"), "queued_at", "id"], "status = 'queued'"
    )
    _partial_index("ix_jobs_deadline", "jobs", ["deadline_at"], "finished_at IS NULL")

    op.create_table(
        "units",
        _required("id", sa.Uuid()),
        _required("job_id", sa.Uuid()),
        _required("account_id", ACCOUNT),
        _required("revision", sa.Integer()),
        _required("kind", NAME),
        _required("ordinal", sa.Integer()),
        _required("missing_inputs", sa.Integer()),
        _required("state", NAME),
        _required("priority", sa.Integer()),
        _required("attempt", sa.Integer()),
        _required("crashes", sa.Integer()),
        _required("run_at", TIME),
        sa.Column("lease_owner", sa.String(128)),
        sa.Column("lease_until", TIME),
        _required("fence", sa.BigInteger()),
        _required("progress", sa.Double()),
        sa.Column("claimed_at", TIME),
        _required("seconds", sa.Double()),
        sa.Column("result", FINGERPRINT),
        sa.Column("waiting_for", NAME),
        sa.Column("error", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name="pk_units"),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name="fk_units_job_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint(
            "job_id", "revision", "kind", "ordinal", name="uq_units_job_id_revision_kind_ordinal"
        ),
    )
    _partial_index(
        "ix_units_claim", "units", [sa.text("priority DESC"), "run_at", "id"], "state = 'ready'"
    )
    _partial_index("ix_units_lease", "units", ["lease_until"], "state = 'leased'")

    op.create_table(
        "results",
        _required("account_id", ACCOUNT),
        _required("fingerprint", FINGERPRINT),
        _required("kind", NAME),
        _required("content", sa.String(64)),
        _required("artifacts", sa.JSON()),
        _required("data", sa.JSON()),
        _required("created_at", TIME),
        sa.PrimaryKeyConstraint("account_id", "fingerprint", name="pk_results"),
    )
    op.create_table(
        "events",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        _required("job_id", sa.Uuid()),
        _required("type", NAME),
        _required("data", sa.JSON()),
        _required("created_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name="fk_events_job_id", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_job", "events", ["job_id", "id"])

    op.create_table(
        "videos",
        _required("id", sa.Uuid()),
        _required("account_id", ACCOUNT),
        _required("job_id", sa.Uuid()),
        _required("revision", sa.Integer()),
        _required("title", sa.Text()),
        _required("slug", sa.Text()),
        _required("aspect_ratio", sa.String(8)),
        _required("width", sa.Integer()),
        _required("height", sa.Integer()),
        _required("duration", sa.Double()),
        _required("draft", sa.Boolean()),
        _required("files", sa.JSON()),
        _required("sizes", sa.JSON()),
        _required("documents", sa.JSON()),
        sa.Column("path", sa.Text()),
        _required("created_at", TIME),
        _required("edits", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name="pk_videos"),
    )
    op.create_index("ix_videos_newest", "videos", ["account_id", "created_at", "id"])

    op.create_table(
        "documents",
        _required("account_id", ACCOUNT),
        _required("kind", sa.String(32)),
        _required("fingerprint", FINGERPRINT),
        _required("body", sa.LargeBinary()),
        _required("created_at", TIME),
        sa.PrimaryKeyConstraint("account_id", "kind", "fingerprint", name="pk_documents"),
    )


def downgrade() -> None:
    for table in ("documents", "videos", "events", "results", "units", "jobs"):
        op.drop_table(table)


def _required(name: str, type_: Any) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=False)


def _partial_index(name: str, table: str, columns: list[Any], where: str) -> None:
    op.create_index(
        name, table, columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where)
    )
