"""Which voices of a job failed and which took their place, and whether any may.

Revision: 0011, after 0010
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # both are NULL in jobs that the release before accepts: their voices stay as they are
    op.add_column("jobs", sa.Column("recasts", sa.JSON()))
    op.add_column("jobs", sa.Column("voice_change", sa.String(16)))


def downgrade() -> None:
    op.drop_column("jobs", "voice_change")
    op.drop_column("jobs", "recasts")
