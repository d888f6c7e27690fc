"""When a result was last used; who holds the installation's upkeep.

Revision: 0002, after 0001
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TIME = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    # NULL until it's used again: workers of the release before go on inserting without it
    op.add_column("results", sa.Column("used_at", TIME))
    op.create_table(
        "holds",
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("holder", sa.String(128), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_holds"),
    )


def downgrade() -> None:
    op.drop_table("holds")
    with op.batch_alter_table("results") as results:
        results.drop_column("used_at")
