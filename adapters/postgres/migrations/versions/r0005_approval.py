"""When a paused job was approved, and what was put in place of its title, description and tags.

Revision: 0005, after 0004
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TIME = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    # both are NULL in every job that doesn't pause: the release before goes on without them
    op.add_column("jobs", sa.Column("approved_at", TIME))
    op.add_column("jobs", sa.Column("wording", sa.JSON()))


def downgrade() -> None:
    op.drop_column("jobs", "wording")
    op.drop_column("jobs", "approved_at")
