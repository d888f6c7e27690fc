"""Keys of requests that may come twice; what lists are narrowed by.

Revision: 0004, after 0003
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("route", sa.String(255), nullable=False),
        sa.Column("body", sa.String(64), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("queue_position", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "key", name="pk_idempotency_keys"),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name="fk_idempotency_keys_job_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_idempotency_keys_job", "idempotency_keys", ["job_id"])
    op.create_index("ix_idempotency_keys_expiry", "idempotency_keys", ["expires_at"])

    # both may be NULL: processes of the release before go on inserting without them
    op.add_column("jobs", sa.Column("aspect_ratio", sa.String(8)))
    op.add_column("videos", sa.Column("title_key", BYTEWISE))
    _fill()
    by_aspect = ["account_id", "aspect_ratio", "created_at", "id"]
    op.create_index("ix_jobs_newest_of_aspect", "jobs", by_aspect)
    op.create_index("ix_videos_newest_of_aspect", "videos", by_aspect)
    op.create_index("ix_videos_title", "videos", ["account_id", "title_key", "id"])
    op.create_index(
        "ix_videos_title_of_aspect", "videos", ["account_id", "aspect_ratio", "title_key", "id"]
    )


def downgrade() -> None:
    op.drop_index("ix_videos_title_of_aspect", "videos")
    op.drop_index("ix_videos_title", "videos")
    op.drop_index("ix_videos_newest_of_aspect", "videos")
    op.drop_index("ix_jobs_newest_of_aspect", "jobs")
    op.drop_column("videos", "title_key")
    op.drop_column("jobs", "aspect_ratio")
    op.drop_table("idempotency_keys")


def _fill() -> None:
    """Give the rows that are there what new ones are inserted with."""
    conn = op.get_bind()
    if conn.dialect.name == "sqlite":
        statement = "UPDATE jobs SET aspect_ratio = json_extract(request, '$.aspect_ratio')"
    else:
        # as text: every way into the JSON refuses one that has the character U+0000 anywhere.
        # Quotes inside of texts are escaped, and the caller's own metadata comes later
        statement = (
            "UPDATE jobs SET aspect_ratio = "
            """substring(CAST(request AS text) from '"aspect_ratio" *: *"([0-9]+:[0-9]+)"')"""
        )
    conn.exec_driver_sql(statement)
    videos = sa.table("videos", sa.Column("id", sa.Uuid()))
    title: sa.ColumnClause[str] = sa.column("title")
    for row in conn.execute(sa.select(videos.c.id, title).select_from(videos)).all():
        key = " ".join(row.title.split()).casefold()[:200]
        update = sa.text("UPDATE videos SET title_key = :key WHERE id = :id")
        conn.execute(
            update.bindparams(sa.bindparam("id", type_=sa.Uuid())), {"key": key, "id": row.id}
        )
