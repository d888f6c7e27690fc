"""What the application is made of: every adapter is chosen here, or in ``app.stores`` where it
keeps something, or, where providers serve a port, by ``app.chains`` from the registry in
``app.providers``.

One container serves one event loop: engines and connections belong to the loop they were
made on, so the API and each worker build their own.
"""

import random
import secrets
import time
from collections.abc import Iterator

from dishka import (
    AsyncContainer,
    Provider,
    Scope,
    make_async_container,
    provide,
)
from uuid_utils.compat import uuid7

from adapters.cryptography import AesSealer, key_of_file
from adapters.directory import DirectorySamples
from adapters.ffmpeg import FfmpegEngine, FfmpegQuarantine
from adapters.httpcore import GuardedClient, SystemResolver
from adapters.libass import LibassTypesetter
from adapters.num2words import Num2WordsVerbalizer
from adapters.sentencex import SentencexSegmenter
from adapters.threads import ThreadBell
from adapters.trafilatura import TrafilaturaExtractor
from app.chains import Providers, may_look_elsewhere
from app.config import Settings
from app.meanings import make_embedder
from app.prices import load_prices
from app.stores import Stores
from app.survey import Survey
from app.workshop import Workshop
from domain.access import Keys, KeyStore
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
from domain.generation.stores import ArtifactStore, ClipUses
from domain.generation.voice_sample import VoiceSamples
from domain.jobs.ports import Bell, VideoStore
from domain.jobs.service import Jobs
from domain.jobs.telemetry import Silence, Telemetry
from domain.once import FirstAnswers
from domain.outbound import (
    Resolver,
    SourceClient,
    SourceRules,
    UrlRules,
    WebClient,
    read_allowance,
)
from domain.presets import Presets
from domain.providers.book import SpendingBook
from domain.providers.circuits import Switchboard
from domain.providers.prices import PriceTable, micros_of
from domain.providers.till import Till
from domain.sealing import Sealer
from domain.webhooks import Courier, DeliveryStore, Webhooks, WebhookStore
from domain.webhooks.service import SecretBook


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
    def source_rules(self, settings: Settings) -> SourceRules:
        return SourceRules(read_allowance(settings.allow_private_sources))

    @provide
    def client(self, rules: UrlRules, resolver: Resolver) -> WebClient:
        return GuardedClient(rules, resolver)

    @provide
    def source_client(self, rules: SourceRules, resolver: Resolver) -> SourceClient:
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
    def prices(self, settings: Settings) -> PriceTable:
        return load_prices(settings.prices_file)

    @provide
    def till(
        self,
        book: SpendingBook,
        prices: PriceTable,
        artifacts: ArtifactStore,
        settings: Settings,
        telemetry: Telemetry,
    ) -> Till:
        return Till(
            book,
            prices,
            artifacts,
            monthly_cap=micros_of(settings.monthly_cost_cap),
            new_id=uuid7,
            clock=time.time,
            lease_seconds=settings.lease_seconds,
            takings=telemetry,
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
        source_rules: SourceRules,
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
            source_rules=source_rules,
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
