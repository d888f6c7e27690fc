"""Where an installation keeps its rows, documents and bytes, and how its workers are woken: what
DATABASE_URL, MONGODB_URL, ARTIFACTS_URL and REDIS_URL decide."""

from collections.abc import AsyncIterator

from dishka import Provider, Scope, from_context, provide
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.dramatiq import DramatiqBell
from adapters.limits import MemoryCounters, RedisCounters
from adapters.mongo import MongoDocumentStore
from adapters.postgres import (
    SqlClipUses,
    SqlDeliveryStore,
    SqlDocumentStore,
    SqlEventLog,
    SqlJobStore,
    SqlKeyStore,
    SqlPresetStore,
    SqlRegistrar,
    SqlSpendingBook,
    SqlVideoStore,
    SqlWebhookStore,
    make_engine,
)
from adapters.s3 import S3ArtifactStore
from adapters.threads import ThreadBell
from app.artifacts import make_bucket, make_directory
from app.bells import Bells
from app.config import Settings
from domain.access import KeyStore
from domain.access.limits import Counters
from domain.generation.stores import ArtifactStore, ClipUses, DocumentStore
from domain.jobs.news import EventLog
from domain.jobs.ports import Bell, JobStore, VideoStore
from domain.jobs.telemetry import Registrar, Telemetry
from domain.presets import PresetStore
from domain.providers.book import SpendingBook
from domain.webhooks import DeliveryStore, WebhookStore


class Stores(Provider):
    """Where rows, documents and bytes are kept, and how workers are woken."""

    scope = Scope.APP
    settings = from_context(Settings)
    thread_bell = from_context(ThreadBell)
    telemetry = from_context(Telemetry)
    registrar = provide(SqlRegistrar, provides=Registrar)
    key_store = provide(SqlKeyStore, provides=KeyStore)
    preset_store = provide(SqlPresetStore, provides=PresetStore)
    clip_uses = provide(SqlClipUses, provides=ClipUses)
    event_log = provide(SqlEventLog, provides=EventLog)
    spending_book = provide(SqlSpendingBook, provides=SpendingBook)
    webhook_store = provide(SqlWebhookStore, provides=WebhookStore)
    delivery_store = provide(SqlDeliveryStore, provides=DeliveryStore)

    @provide
    async def engine(self, settings: Settings) -> AsyncIterator[AsyncEngine]:
        engine = make_engine(settings.sql_url)
        yield engine
        await engine.dispose()

    @provide
    def jobs(self, engine: AsyncEngine, settings: Settings) -> JobStore:
        return SqlJobStore(engine, lease_seconds=settings.lease_seconds)

    @provide
    def videos(self, engine: AsyncEngine) -> VideoStore:
        return SqlVideoStore(engine)

    @provide
    async def mongodb(self, settings: Settings) -> AsyncIterator[MongoDocumentStore | None]:
        if not settings.mongodb_url:
            yield None
            return
        store = MongoDocumentStore(settings.mongodb_url)
        yield store
        await store.close()

    @provide
    def documents(self, engine: AsyncEngine, mongodb: MongoDocumentStore | None) -> DocumentStore:
        return SqlDocumentStore(engine) if mongodb is None else mongodb

    @provide
    def bucket(self, settings: Settings) -> S3ArtifactStore | None:
        return make_bucket(settings) if settings.artifacts_url else None

    @provide
    def artifacts(self, bucket: S3ArtifactStore | None, settings: Settings) -> ArtifactStore:
        return bucket or make_directory(settings)

    @provide
    async def redis_bell(
        self, settings: Settings, telemetry: Telemetry
    ) -> AsyncIterator[DramatiqBell | None]:
        if not settings.redis_url:
            yield None
            return
        bell = DramatiqBell(settings.redis_url, telemetry=telemetry)
        yield bell
        await bell.close()

    @provide
    async def counters(self, settings: Settings) -> AsyncIterator[Counters]:
        if not settings.redis_url:
            yield MemoryCounters()
            return
        counters = RedisCounters(settings.redis_url)
        yield counters
        await counters.close()

    @provide
    def bell(self, thread_bell: ThreadBell, redis_bell: DramatiqBell | None) -> Bell:
        return thread_bell if redis_bell is None else Bells(thread_bell, redis_bell)
