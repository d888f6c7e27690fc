"""Clips that videos show.

Revision: 0012, after 0011
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "clip_uses",
        sa.Column("video_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("clip", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(64)),
        sa.Column("request", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.id"], name="fk_clip_uses_video_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("video_id", "ordinal", name="pk_clip_uses"),
    )
    op.create_index("ix_clip_uses_request", "clip_uses", ["account_id", "request"])


def downgrade() -> None:
    op.drop_table("clip_uses")
