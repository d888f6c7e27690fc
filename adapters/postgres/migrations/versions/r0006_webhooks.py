"""Webhooks, their secrets, and the outbox of their messages.

Revision: 0006, after 0005
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TIME = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    # may be NULL: processes of the release before go on inserting without it
    op.add_column("jobs", sa.Column("webhook_url", sa.Text()))
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("previous_secret", sa.Text()),
        sa.Column("previous_secret_until", TIME),
        sa.Column("failing_since", TIME),
        sa.Column("disabled_at", TIME),
        sa.Column("disabled_reason", sa.Text()),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_index("ix_webhooks_newest", "webhooks", ["account_id", "created_at", "id"])
    op.create_table(
        "webhook_secrets",
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("previous_secret", sa.Text()),
        sa.Column("previous_secret_until", TIME),
        sa.PrimaryKeyConstraint("account_id", name="pk_webhook_secrets"),
    )
    _create_deliveries()


def downgrade() -> None:
    op.drop_table("webhook_deliveries")
    op.drop_table("webhook_secrets")
    op.drop_table("webhooks")
    op.drop_column("jobs", "webhook_url")


def _create_deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("webhook_id", sa.Uuid()),
        sa.Column("job_id", sa.Uuid()),
        sa.Column("target", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.JSON(), nullable=False),
        sa.Column("run_at", TIME, nullable=False),
        sa.Column("lease_until", TIME),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("finished_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
        sa.ForeignKeyConstraint(
            ["webhook_id"],
            ["webhooks.id"],
            name="fk_webhook_deliveries_webhook_id",
            ondelete="CASCADE",
        ),
    )
    table = "webhook_deliveries"
    op.create_index("ix_webhook_deliveries_newest", table, ["account_id", "created_at", "id"])
    op.create_index("ix_webhook_deliveries_webhook", table, ["webhook_id", "created_at", "id"])
    op.create_index("ix_webhook_deliveries_job", table, ["job_id", "created_at", "id"])
    op.create_index("ix_webhook_deliveries_finished", table, ["finished_at"])
    pending, leased = sa.text("state = 'pending'"), sa.text("lease_until IS NOT NULL")
    op.create_index(
        "ix_webhook_deliveries_due",
        table,
        ["run_at", "id"],
        postgresql_where=pending,
        sqlite_where=pending,
    )
    op.create_index(
        "ix_webhook_deliveries_leased",
        table,
        ["target"],
        postgresql_where=leased,
        sqlite_where=leased,
    )
