"""The tables of paid calls: each call as long as it's young, and totals of those that aren't.

All amounts are micro-dollars.
"""

import sqlalchemy as sa

from adapters.postgres.clock import UtcTime
from adapters.postgres.columns import ACCOUNT, FINGERPRINT, Json, Name, metadata
from domain.providers.book import CallState

LIVE = "state IN ('reserved', 'settled')"
"""what stands for its fingerprint: of one call there is never a second"""

MONTH = sa.String(7)

paid_calls = sa.Table(
    "paid_calls",
    metadata,
    sa.Column("id", sa.Uuid(), primary_key=True),
    sa.Column("account_id", ACCOUNT, nullable=False),
    # no foreign keys: what was paid outlives its job
    sa.Column("job_id", sa.Uuid()),
    sa.Column("unit_id", sa.Uuid()),
    sa.Column("fence", sa.BigInteger(), nullable=False),
    sa.Column("fingerprint", FINGERPRINT, nullable=False),
    sa.Column("provider", sa.Text(), nullable=False),
    sa.Column("model", sa.Text(), nullable=False),
    sa.Column("service", sa.Text(), nullable=False),
    sa.Column("month", MONTH, nullable=False),
    sa.Column("state", Name(CallState), nullable=False),
    sa.Column("cost", sa.BigInteger(), nullable=False),
    sa.Column("basis", sa.String(32), nullable=False),
    sa.Column("units", Json(dict[str, float]), nullable=False),
    # SHA-256; of a reserved one: what is about to be kept
    sa.Column("answer", sa.String(64)),
    sa.Column("lease_until", UtcTime(), nullable=False),
    sa.Column("created_at", UtcTime(), nullable=False),
    sa.Column("used_at", UtcTime(), nullable=False),
    sa.Index(
        "ix_paid_calls_live",
        "account_id",
        "fingerprint",
        unique=True,
        postgresql_where=sa.text(LIVE),
        sqlite_where=sa.text(LIVE),
    ),
    sa.Index("ix_paid_calls_job", "job_id", "created_at"),
    sa.Index("ix_paid_calls_month", "account_id", "month"),
    # all that each purchase adds up of its month, so that no row of it has to be read
    sa.Index("ix_paid_calls_spent", "account_id", "month", "state", "lease_until", "cost"),
    sa.Index("ix_paid_calls_used", "used_at"),
)

# answers that a job was given and that another has paid
call_uses = sa.Table(
    "call_uses",
    metadata,
    sa.Column("job_id", sa.Uuid(), primary_key=True),
    sa.Column(
        "call_id",
        sa.Uuid(),
        sa.ForeignKey("paid_calls.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("account_id", ACCOUNT, nullable=False),
    sa.Column("used_at", UtcTime(), nullable=False),
    sa.Index("ix_call_uses_call", "call_id"),
)

# what is left of paid calls that have had their time
spending = sa.Table(
    "spending",
    metadata,
    sa.Column("account_id", ACCOUNT, primary_key=True),
    sa.Column("month", MONTH, primary_key=True),
    sa.Column("provider", sa.Text(), primary_key=True),
    sa.Column("model", sa.Text(), primary_key=True),
    sa.Column("service", sa.Text(), primary_key=True),
    sa.Column("calls", sa.BigInteger(), nullable=False),
    sa.Column("cost", sa.BigInteger(), nullable=False),
    sa.Column("uncertain", sa.BigInteger(), nullable=False),
    sa.Column("uncertain_calls", sa.BigInteger(), nullable=False),
    sa.Column("assumed", sa.BigInteger(), nullable=False),
)
