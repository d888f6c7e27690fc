"""An index that has all that is added up of a month's paid calls.

Revision: 0013, after 0012
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEX = "ix_paid_calls_spent"


def upgrade() -> None:
    op.create_index(INDEX, "paid_calls", ["account_id", "month", "state", "lease_until", "cost"])


def downgrade() -> None:
    op.drop_index(INDEX, "paid_calls")
