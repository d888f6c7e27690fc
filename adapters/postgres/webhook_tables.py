"""The tables of webhooks: who is told, what signs it, and the outbox."""

import sqlalchemy as sa

from adapters.postgres.clock import UtcTime
from adapters.postgres.columns import ACCOUNT, Json, Name, metadata
from domain.webhooks.model import Attempt, DeliveryState

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
