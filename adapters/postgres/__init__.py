"""Job control, videos and embedded documents in SQL: Postgres, or SQLite with the same code."""

from adapters.postgres.documents import SqlDocumentStore
from adapters.postgres.engine import make_engine
from adapters.postgres.jobs import SqlJobStore
from adapters.postgres.schema import check_models, current_revision, head_revision, migrate
from adapters.postgres.videos import SqlVideoStore

__all__ = [
    "SqlDocumentStore",
    "SqlJobStore",
    "SqlVideoStore",
    "check_models",
    "current_revision",
    "head_revision",
    "make_engine",
    "migrate",
]
