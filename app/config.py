"""Settings: one frozen struct, read from the environment and ``.env``, all errors at once.

Importing this module reads nothing; ``load_settings`` does. ``.env.example`` documents every
setting for those who run the program.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from dotenv import dotenv_values
from msgspec import Meta

from app.config_checks import SQL_DRIVERS, problems_between
from app.setting_values import parts_of
from domain.errors import SettingsInvalid

__all__ = ["Settings", "load_settings"]

Seconds = Annotated[float, Meta(gt=0)]
Days = Annotated[float, Meta(ge=0)]

CHAINS = frozenset({"WRITERS", "NARRATORS", "VISUALS", "MUSIC"})
"""settings that name providers"""

DATABASE_FILE = "faceless.db"
"""the embedded database's file under ``data_dir``"""


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Every setting, under the name of its environment variable. Paths are absolute."""

    # where things are
    data_dir: Path = Path("var")
    media_dir: Path | None = None
    music_dir: Path | None = None

    # stores and queue; nothing set means everything embedded
    database_url: str = ""
    mongodb_url: str = ""
    redis_url: str = ""

    # bytes in a bucket; nothing set means a folder under ``data_dir``
    artifacts_url: str = ""
    artifact_cache_bytes: Annotated[int, Meta(ge=0)] = 10_000_000_000
    s3_endpoint_url: str = ""
    s3_public_endpoint_url: str = ""
    s3_access_key: str = ""
    s3_secret_key: str = ""
    s3_region: Annotated[str, Meta(pattern=r"^[a-z0-9-]+$")] = "us-east-1"
    s3_signed_urls: bool = False

    # the server
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8000
    auth: Literal["local", "required"] = "local"
    secret_key: str = ""
    allow_private_urls: str = ""
    allow_private_sources: str = ""
    embedded_worker: bool = True
    metrics_port: Annotated[int, Meta(ge=1, le=65535)] | None = None
    log_format: Literal["auto", "console", "json"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    max_body_bytes: Annotated[int, Meta(ge=1024)] = 2_000_000
    max_body_seconds: Seconds = 60.0
    max_queued_jobs: Annotated[int, Meta(ge=1)] = 1_000
    rate_limit: Annotated[int, Meta(ge=0)] = 600
    concurrent_limit: Annotated[int, Meta(ge=0)] = 50
    failure_limit: Annotated[int, Meta(ge=0)] = 30
    event_poll_seconds: Seconds = 0.5
    event_heartbeat_seconds: Seconds = 15.0

    # work
    worker_slots: Annotated[int, Meta(ge=0, le=64)] = 0
    lease_seconds: Seconds = 30.0
    renew_seconds: Seconds = 2.0
    give_up_seconds: Seconds = 20.0
    reconcile_seconds: Seconds = 5.0
    poll_seconds: Seconds = 2.0
    unclaimed_seconds: Seconds = 15.0
    job_deadline_seconds: Seconds = 3_600.0
    unit_attempts: Annotated[int, Meta(ge=1, le=20)] = 4
    crash_limit: Annotated[int, Meta(ge=1, le=20)] = 3
    min_free_bytes: Annotated[int, Meta(ge=0)] = 500_000_000

    # growing old
    event_retention_days: Days = 7.0
    result_retention_days: Days = 7.0
    job_retention_days: Days = 30.0
    delivery_retention_days: Days = 30.0
    paid_call_retention_days: Days = 90.0

    # who serves what: providers, in the order in which they are asked
    writers: str = "offline"
    narrators: str = "piper"
    visuals: str = "folder"
    music: str = "folder,bundled"
    provider_seconds: Seconds = 600.0

    # what providers are paid, in US dollars
    monthly_cost_cap: Annotated[float, Meta(ge=0, le=1_000_000)] = 50.0
    prices_file: Path | None = None

    # scripts by a model
    openai_base_url: str = "https://api.openai.com/v1"
    openai_api_key: str = ""
    openai_model: str = ""
    openai_api: Literal["chat", "responses"] = "chat"
    openai_context_tokens: Annotated[int, Meta(ge=4_000)] = 32_000
    openai_timeout_seconds: Seconds = 300.0

    # footage of others, and how clips are chosen
    pexels_api_key: str = ""
    pexels_base_url: str = "https://api.pexels.com"
    pixabay_api_key: str = ""
    pixabay_base_url: str = "https://pixabay.com"
    openai_image_model: str = ""
    openai_image_style: str = ""
    download_max_bytes: Annotated[int, Meta(ge=1_000_000)] = 500_000_000
    download_cache_bytes: Annotated[int, Meta(ge=0)] = 5_000_000_000
    relevance: Literal["auto", "model", "keywords"] = "auto"
    clip_rest_videos: Annotated[int, Meta(ge=0, le=1_000)] = 10

    # voices
    default_voice: str = ""
    voice_dir: Path | None = None
    piper_voices_url: str = "https://huggingface.co/rhasspy/piper-voices/resolve/main"

    # voices of services
    openai_speech_base_url: str = ""
    openai_speech_api_key: str = ""
    openai_speech_model: str = "gpt-4o-mini-tts"
    openai_speech_voices: str = ""
    openai_speech_format: Literal["wav", "pcm", "mp3"] = "wav"
    elevenlabs_base_url: str = "https://api.elevenlabs.io"
    elevenlabs_api_key: str = ""
    elevenlabs_model: str = "eleven_multilingual_v2"
    elevenlabs_voices: str = ""
    elevenlabs_format: Annotated[
        str, Meta(pattern=r"^(pcm_(16000|22050|24000|44100|48000)|mp3_[0-9]{5}_[0-9]{2,3})$")
    ] = "pcm_24000"
    edge_voices: str = ""

    def __post_init__(self) -> None:
        for name in ("data_dir", "media_dir", "music_dir", "voice_dir", "prices_file"):
            path: Path | None = getattr(self, name)
            if path is not None:
                msgspec.structs.force_setattr(self, name, path.expanduser().absolute())

    @property
    def sql_url(self) -> str:
        """The database as SQLAlchemy is told it, with its async driver."""
        if not self.database_url:
            return f"sqlite+aiosqlite:///{self.data_dir / DATABASE_FILE}"
        scheme, _, rest = self.database_url.partition("://")
        return f"{SQL_DRIVERS[scheme]}://{rest}"

    @property
    def secret_keys(self) -> list[bytes]:
        """The keys in SECRET_KEY: the first encrypts, all of them decrypt."""
        return [key.encode() for key in parts_of(self.secret_key)]

    @property
    def cache_dir(self) -> Path:
        """Where things live that can be made again: fonts, patched voices, search indexes."""
        return self.data_dir / "cache"

    @property
    def speech_server(self) -> tuple[str, str]:
        """URL and keys for OpenAI's speech protocol: its own, else those for scripts. A key for one
        server isn't shown to another."""
        if self.openai_speech_base_url:
            return self.openai_speech_base_url, self.openai_speech_api_key
        return self.openai_base_url, self.openai_speech_api_key or self.openai_api_key

    @property
    def voices_folder(self) -> Path:
        """Where further Piper voices lie: VOICE_DIR, else a folder of ours, which may be absent."""
        return self.voice_dir or self.data_dir / "voices"

    @property
    def slots(self) -> int:
        """Units that one worker process works on at a time: WORKER_SLOTS, else one a core."""
        return self.worker_slots or os.cpu_count() or 1


def load_settings(
    environ: Mapping[str, str] | None = None, env_file: Path | None = Path(".env")
) -> Settings:
    """Read settings from ``env_file`` and, over it, the environment; unknown names are ignored.

    Raises:
        SettingsInvalid: names every wrong variable at once.
    """
    values = read_variables(environ, env_file)
    converted: dict[str, Any] = {}
    problems: list[str] = []
    for field in msgspec.structs.fields(Settings):
        text = values.get(field.encode_name, "").strip()
        if not text:
            continue
        try:
            converted[field.encode_name] = msgspec.convert(
                text, field.type, strict=False, dec_hook=_path
            )
        except msgspec.ValidationError as error:
            problems.append(f"{field.encode_name}={text!r}: {error}")
    problems += problems_between(converted)
    problems += _problems_of_periods(converted)
    if CHAINS & converted.keys():
        # only now: all providers' libraries come with it
        from app.chains import problems_of_chains  # noqa: PLC0415

        problems += problems_of_chains(values)
    if "PRICES_FILE" in converted:
        from app.price_checks import problems_of_prices  # noqa: PLC0415 - the same

        problems += problems_of_prices(converted["PRICES_FILE"], values)
    if problems:
        raise SettingsInvalid(problems)
    return msgspec.convert(converted, Settings, dec_hook=_path)


def read_variables(
    environ: Mapping[str, str] | None = None, env_file: Path | None = Path(".env")
) -> dict[str, str]:
    """Every variable of ``env_file`` and, over it, of the environment."""
    values: dict[str, str] = {}
    if env_file is not None and env_file.is_file():
        values |= {k: v for k, v in dotenv_values(env_file).items() if v is not None}
    return values | dict(os.environ if environ is None else environ)


def _problems_of_periods(converted: Mapping[str, Any]) -> list[str]:
    defaults = Settings()
    lease = converted.get("LEASE_SECONDS", defaults.lease_seconds)
    give_up = converted.get("GIVE_UP_SECONDS", defaults.give_up_seconds)
    renew = converted.get("RENEW_SECONDS", defaults.renew_seconds)
    if renew < give_up < lease:
        return []
    problem = (
        f"RENEW_SECONDS={renew:g}, GIVE_UP_SECONDS={give_up:g}, LEASE_SECONDS={lease:g}: each must "
        "be shorter than the next, or two workers could work on one unit"
    )
    return [problem]


def _path(type_: type, value: Any) -> Any:
    if type_ is Path:
        return value if isinstance(value, Path) else Path(value)
    raise NotImplementedError(type_)
