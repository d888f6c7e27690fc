"""Job control, videos and embedded documents in SQL: Postgres, or SQLite with the same code."""

from adapters.postgres.census import SqlRegistrar
from adapters.postgres.clip_uses import SqlClipUses
from adapters.postgres.copying import (
    TABLES,
    Loading,
    Row,
    Snapshot,
    loading,
    row_from_json,
    snapshot,
)
from adapters.postgres.deliveries import SqlDeliveryStore
from adapters.postgres.documents import SqlDocumentStore
from adapters.postgres.engine import make_engine
from adapters.postgres.event_log import SqlEventLog
from adapters.postgres.examination import OLDEST_VERSION, examine_postgres, try_migrating_rights
from adapters.postgres.holds import SqlHolds
from adapters.postgres.jobs import SqlJobStore
from adapters.postgres.keys import SqlKeyStore
from adapters.postgres.presets import SqlPresetStore
from adapters.postgres.retention import Retention
from adapters.postgres.schema import (
    SchemaDiffers,
    check_models,
    check_schema,
    current_revision,
    downgrade,
    head_revision,
    is_known,
    migrate,
)
from adapters.postgres.spending import SqlSpendingBook
from adapters.postgres.upkeep import Expired, Marks, SqlUpkeep
from adapters.postgres.videos import SqlVideoStore
from adapters.postgres.webhooks import SqlWebhookStore

__all__ = [
    "OLDEST_VERSION",
    "TABLES",
    "Expired",
    "Loading",
    "Marks",
    "Retention",
    "Row",
    "SchemaDiffers",
    "Snapshot",
    "SqlClipUses",
    "SqlDeliveryStore",
    "SqlDocumentStore",
    "SqlEventLog",
    "SqlHolds",
    "SqlJobStore",
    "SqlKeyStore",
    "SqlPresetStore",
    "SqlRegistrar",
    "SqlSpendingBook",
    "SqlUpkeep",
    "SqlVideoStore",
    "SqlWebhookStore",
    "check_models",
    "check_schema",
    "current_revision",
    "downgrade",
    "examine_postgres",
    "head_revision",
    "is_known",
    "loading",
    "make_engine",
    "migrate",
    "row_from_json",
    "snapshot",
    "try_migrating_rights",
]
