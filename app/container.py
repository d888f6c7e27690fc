"""What the application is made of: every adapter is chosen here, or, where providers serve a
port, by ``app.chains`` from the registry in ``app.providers``.

One container serves one event loop: engines and connections belong to the loop they were
made on, so the API and each worker build their own.
"""

import random
import secrets
import time
from collections.abc import AsyncIterator, Iterator

from dishka import (
    AsyncContainer,
    Provider,
    Scope,
    from_context,
    make_async_container,
    provide,
)
from sqlalchemy.ext.asyncio import AsyncEngine
from uuid_utils.compat import uuid7

from adapters.cryptography import AesSealer, key_of_file
from adapters.directory import DirectorySamples
from adapters.dramatiq import DramatiqBell
from adapters.ffmpeg import FfmpegEngine, FfmpegQuarantine
from adapters.httpcore import GuardedClient, SystemResolver
from adapters.libass import LibassTypesetter
from adapters.limits import MemoryCounters, RedisCounters
from adapters.mongo import MongoDocumentStore
from adapters.num2words import Num2WordsVerbalizer
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
from adapters.sentencex import SentencexSegmenter
from adapters.threads import ThreadBell
from adapters.trafilatura import TrafilaturaExtractor
from app.artifacts import make_bucket, make_directory
from app.bells import Bells
from app.chains import Providers, may_look_elsewhere
from app.config import Settings
from app.meanings import make_embedder
from app.prices import load_prices
from app.survey import Survey
from app.workshop import Workshop
from domain.access import Keys, KeyStore
from domain.access.limits import Counters
from domain.generation.approvals import Approvals
from domain.generation.intake import MAX_SEED, Intake
from domain.generation.pages import PageExtractor
from domain.generation.picking import Picker
from domain.generation.pipeline import Pipeline
from domain.generation.ports import (
    MusicLibrary,
    Narrator,
    Quarantine,
    SampleShelf,
    ScriptWriter,
    SentenceSegmenter,
    Typesetter,
    Verbalizer,
    VideoEngine,
    VisualSource,
)
from domain.generation.preview import ScenePreview
from domain.generation.relevance import Judge
from domain.generation.rights import RightsLedger
from domain.generation.sketching import Sketcher
from domain.generation.stages.stage import Studio
from domain.generation.stores import ArtifactStore, ClipUses, DocumentStore
from domain.generation.voice_sample import VoiceSamples
from domain.jobs.news import EventLog
from domain.jobs.ports import Bell, JobStore, VideoStore
from domain.jobs.service import Jobs
from domain.jobs.telemetry import Registrar, Silence, Telemetry
from domain.once import FirstAnswers
from domain.outbound import Resolver, UrlRules, WebClient, read_allowance
from domain.presets import Presets, PresetStore
from domain.providers.book import SpendingBook
from domain.providers.circuits import Switchboard
from domain.providers.prices import micros_of
from domain.providers.till import Till
from domain.sealing import Sealer
from domain.webhooks import Courier, DeliveryStore, Webhooks, WebhookStore
from domain.webhooks.service import SecretBook


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


class Words(Provider):
    """What is done with words, whoever wrote them."""

    scope = Scope.APP
    segmenter = provide(SentencexSegmenter, provides=SentenceSegmenter)
    verbalizer = provide(Num2WordsVerbalizer, provides=Verbalizer)
    extractor = provide(TrafilaturaExtractor, provides=PageExtractor)

    @provide
    def sample_shelf(self, settings: Settings) -> SampleShelf:
        return DirectorySamples(settings.cache_dir / "samples")


class Picture(Provider):
    """Type, and the engine that joins it with pictures and sound."""

    scope = Scope.APP

    @provide
    def quarantine(self) -> Iterator[Quarantine]:
        quarantine = FfmpegQuarantine()
        yield quarantine
        quarantine.close()

    @provide
    def judge(self, settings: Settings) -> Judge:
        return Judge(make_embedder(settings.relevance))

    @provide
    def picker(
        self, visuals: VisualSource, judge: Judge, uses: ClipUses, settings: Settings
    ) -> Picker:
        return Picker(visuals, judge, uses, settings.clip_rest_videos)

    @provide
    def typesetter(self, settings: Settings) -> Typesetter:
        return LibassTypesetter(settings.cache_dir / "fonts")

    @provide
    def engine(self, typesetter: Typesetter, quarantine: Quarantine) -> VideoEngine:
        return FfmpegEngine(lambda: typesetter.fonts().folder, quarantine=quarantine)


class Outside(Provider):
    """Servers that users name, and the secrets that are shared with them."""

    scope = Scope.APP
    resolver = provide(SystemResolver, provides=Resolver)

    @provide
    def rules(self, settings: Settings) -> UrlRules:
        return UrlRules(read_allowance(settings.allow_private_urls))

    @provide
    def client(self, rules: UrlRules, resolver: Resolver) -> WebClient:
        return GuardedClient(rules, resolver)

    @provide
    def sealer(self, settings: Settings) -> Sealer:
        return AesSealer(lambda: settings.secret_keys or [key_of_file(settings.data_dir)])

    @provide
    def secret_book(self, store: WebhookStore, sealer: Sealer) -> SecretBook:
        return SecretBook(store, sealer, draw=secrets.token_bytes)

    @provide
    def courier(
        self, store: DeliveryStore, book: SecretBook, rules: UrlRules, client: WebClient
    ) -> Courier:
        return Courier(store, book, rules, client, clock=time.time, random=random.random)


class UseCases(Provider):
    """What controllers, workers and the command line call."""

    scope = Scope.APP
    studio = provide(Studio)
    pipeline = provide(Pipeline)
    preview = provide(ScenePreview)
    approvals = provide(Approvals)
    sketcher = provide(Sketcher)
    workshop = provide(Workshop)
    presets = provide(Presets)
    first_answers = provide(FirstAnswers)
    voice_samples = provide(VoiceSamples)
    survey = provide(Survey)
    rights = provide(RightsLedger)

    @provide
    def till(self, book: SpendingBook, artifacts: ArtifactStore, settings: Settings) -> Till:
        return Till(
            book,
            load_prices(settings.prices_file),
            artifacts,
            monthly_cap=micros_of(settings.monthly_cost_cap),
            new_id=uuid7,
            clock=time.time,
            lease_seconds=settings.lease_seconds,
        )

    @provide
    def keys(self, store: KeyStore) -> Keys:
        return Keys(store, draw=secrets.token_hex, clock=time.monotonic)

    @provide
    def intake(
        self,
        writer: ScriptWriter,
        narrator: Narrator,
        music: MusicLibrary,
        visuals: VisualSource,
        *,
        rules: UrlRules,
        pages: PageExtractor,
        settings: Settings,
    ) -> Intake:
        return Intake(
            writer,
            narrator,
            music,
            visuals,
            draw_seed=draw_seed,
            url_rules=rules,
            looks_at_folders=settings.music_dir is not None or may_look_elsewhere(settings),
            pages=pages,
        )

    @provide
    def webhooks(
        self,
        store: WebhookStore,
        deliveries: DeliveryStore,
        book: SecretBook,
        sealer: Sealer,
        rules: UrlRules,
    ) -> Webhooks:
        return Webhooks(store, deliveries, book, sealer, rules, new_id=uuid7)

    @provide
    def service(
        self, studio: Studio, videos: VideoStore, bell: Bell, intake: Intake, settings: Settings
    ) -> Jobs:
        return Jobs(
            studio.jobs,
            videos,
            bell,
            intake,
            new_id=uuid7,
            artifacts=studio.artifacts,
            deadline_seconds=settings.job_deadline_seconds,
            max_queued=settings.max_queued_jobs,
        )


def draw_seed() -> int:
    """A seed that nobody chose."""
    return random.SystemRandom().randint(0, MAX_SEED)


def make_container(
    settings: Settings,
    *overrides: Provider,
    thread_bell: ThreadBell | None = None,
    telemetry: Telemetry | None = None,
    switchboard: Switchboard | None = None,
) -> AsyncContainer:
    """Wire everything for one event loop; ``overrides`` replace providers of the same type, and
    the containers of a process share what it has come to know in ``switchboard``."""
    return make_async_container(
        Stores(),
        Words(),
        Picture(),
        Providers(),
        Outside(),
        UseCases(),
        *overrides,
        context={
            Settings: settings,
            ThreadBell: thread_bell or ThreadBell(),
            Telemetry: telemetry or Silence(),
            Switchboard: switchboard or Switchboard(time.monotonic),
        },
    )
