"""Paid calls, which jobs used their answers, and what was spent.

Revision: 0010, after 0009
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TIME = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
LIVE = "state IN ('reserved', 'settled')"


def upgrade() -> None:
    op.create_table(
        "paid_calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("job_id", sa.Uuid()),
        sa.Column("unit_id", sa.Uuid()),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.String(32), nullable=False),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("answer", sa.String(64)),
        sa.Column("lease_until", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_paid_calls"),
    )
    op.create_index(
        "ix_paid_calls_live",
        "paid_calls",
        ["account_id", "fingerprint"],
        unique=True,
        postgresql_where=sa.text(LIVE),
        sqlite_where=sa.text(LIVE),
    )
    op.create_index("ix_paid_calls_job", "paid_calls", ["job_id", "created_at"])
    op.create_index("ix_paid_calls_month", "paid_calls", ["account_id", "month"])
    op.create_index("ix_paid_calls_used", "paid_calls", ["used_at"])
    op.create_table(
        "call_uses",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("used_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "call_id", name="pk_call_uses"),
        sa.ForeignKeyConstraint(
            ["call_id"], ["paid_calls.id"], name="fk_call_uses_call_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_call_uses_call", "call_uses", ["call_id"])
    op.create_table(
        "spending",
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("uncertain", sa.BigInteger(), nullable=False),
        sa.Column("uncertain_calls", sa.BigInteger(), nullable=False),
        sa.Column("assumed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "account_id", "month", "provider", "model", "service", name="pk_spending"
        ),
    )


def downgrade() -> None:
    op.drop_table("spending")
    op.drop_table("call_uses")
    op.drop_table("paid_calls")
