"""Settings: one frozen struct, read from the environment and ``.env``, all errors at once.

Importing this module reads nothing; ``load_settings`` does. ``.env.example`` documents every
setting for those who run the program.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from dotenv import dotenv_values
from msgspec import Meta

from domain.errors import SettingsInvalid
from domain.outbound import read_allowance

__all__ = ["Settings", "load_settings"]

Seconds = Annotated[float, Meta(gt=0)]
Days = Annotated[float, Meta(ge=0)]

DATABASE_FILE = "faceless.db"
"""the embedded database's file under ``data_dir``"""

SQL_DRIVERS = {
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
}
"""schemes that DATABASE_URL may have, and the driver that each of them means"""

DATABASE_EXAMPLE = "postgresql://user:password@host:5432/name"

SERVERS = {
    "MONGODB_URL": (("mongodb", "mongodb+srv"), "mongodb://user:password@host:27017/"),
    "REDIS_URL": (("redis", "rediss", "unix"), "redis://:password@host:6379/0"),
}
"""schemes that an address may have, and how it looks"""

BUCKET_URL = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.*'()-]+)*/?")
"""a bucket's name has 3 to 63 characters; a prefix, those that need no care anywhere"""

READ_FOLDERS = ("MEDIA_DIR", "MUSIC_DIR", "VOICE_DIR")
"""folders that are only read: one that isn't there is a slip, and is never made"""


MIN_KEY_CHARS = 32
"""of each key in SECRET_KEY: shorter ones are words, and words can be guessed"""


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

    # making videos
    default_voice: str = ""
    voice_dir: Path | None = None

    def __post_init__(self) -> None:
        for name in ("data_dir", "media_dir", "music_dir", "voice_dir"):
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
    def cache_dir(self) -> Path:
        """Where things live that can be made again: fonts, patched voices, search indexes."""
        return self.data_dir / "cache"

    @property
    def slots(self) -> int:
        """Units that one worker process works on at a time: WORKER_SLOTS, else one a core."""
        return self.worker_slots or os.cpu_count() or 1


def given_keys(setting: str) -> list[bytes]:
    """The keys in SECRET_KEY, separated by commas: the first encrypts, all of them decrypt."""
    return [key.encode() for part in setting.split(",") if (key := part.strip())]


def load_settings(
    environ: Mapping[str, str] | None = None, env_file: Path | None = Path(".env")
) -> Settings:
    """Read settings from ``env_file`` and, over it, the environment; unknown names are ignored.

    Raises:
        SettingsInvalid: names every wrong variable at once.
    """
    values: dict[str, str] = {}
    if env_file is not None and env_file.is_file():
        values |= {k: v for k, v in dotenv_values(env_file).items() if v is not None}
    values |= dict(os.environ if environ is None else environ)

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
    problems += _problems_between(converted)
    if problems:
        raise SettingsInvalid(problems)
    return msgspec.convert(converted, Settings, dec_hook=_path)


def _problems_between(converted: Mapping[str, Any]) -> list[str]:
    """What a variable's type alone can't say."""
    problems = [
        f"{name}={folder}: there is no such folder"
        for name in READ_FOLDERS
        if (folder := converted.get(name)) is not None and not _is_folder(folder)
    ]
    # the URL itself isn't repeated: it may hold a password
    scheme, separator, rest = str(converted.get("DATABASE_URL", "sqlite://")).partition("://")
    if scheme not in SQL_DRIVERS or not separator:
        problems.append(
            "DATABASE_URL: must begin with postgresql:// or sqlite:///, or be empty for the "
            "embedded database"
        )
    elif scheme.startswith("postgres") and rest.partition("?")[0].count("@") > 1:
        # its reader would take what follows the first @ for the host, and others would print it
        problems.append(_must_look_like("DATABASE_URL", DATABASE_EXAMPLE))
    problems += _problems_of_servers(converted)
    problems += _problems_of_secrets_and_urls(converted)
    problems += _problems_of_bucket(converted)
    defaults = Settings()
    lease = converted.get("LEASE_SECONDS", defaults.lease_seconds)
    give_up = converted.get("GIVE_UP_SECONDS", defaults.give_up_seconds)
    renew = converted.get("RENEW_SECONDS", defaults.renew_seconds)
    if not renew < give_up < lease:
        problems.append(
            f"RENEW_SECONDS={renew:g}, GIVE_UP_SECONDS={give_up:g}, LEASE_SECONDS={lease:g}: "
            "each must be shorter than the next, or two workers could work on one unit"
        )
    return problems


def _problems_of_secrets_and_urls(converted: Mapping[str, Any]) -> list[str]:
    problems = []
    keys = given_keys(str(converted.get("SECRET_KEY", "")))
    if any(len(key) < MIN_KEY_CHARS for key in keys):  # which isn't repeated
        problems.append(
            f"SECRET_KEY: each key needs at least {MIN_KEY_CHARS} characters; `openssl rand -hex "
            "32` makes one"
        )
    try:
        read_allowance(str(converted.get("ALLOW_PRIVATE_URLS", "")))
    except ValueError as error:
        problems.append(
            f"ALLOW_PRIVATE_URLS: {error}; it takes networks such as 10.0.0.0/8 and names of hosts"
        )
    return problems


def _problems_of_servers(converted: Mapping[str, Any]) -> list[str]:
    problems = []
    for name, (schemes, example) in SERVERS.items():
        url = str(converted.get(name, ""))
        scheme, separator, rest = url.partition("://")
        if url and not (separator and rest and scheme in schemes and _has_port_or_none(name, url)):
            problems.append(_must_look_like(name, example))
    return problems


def _must_look_like(name: str, example: str) -> str:
    """Without the address itself, which may hold a password."""
    return (
        f"{name}: must look like {example}, with special characters of the password "
        "percent-encoded (%40 for @, %2F for /)"
    )


def _has_port_or_none(name: str, url: str) -> bool:
    if name == "MONGODB_URL":  # may name several hosts; its driver reads it
        return True
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _problems_of_bucket(converted: Mapping[str, Any]) -> list[str]:
    problems = []
    artifacts = converted.get("ARTIFACTS_URL")
    if artifacts is not None and not BUCKET_URL.fullmatch(artifacts):
        problems.append(
            "ARTIFACTS_URL: must be s3://bucket or s3://bucket/prefix, or be empty for a folder "
            "under DATA_DIR"
        )
    for name in ("S3_ENDPOINT_URL", "S3_PUBLIC_ENDPOINT_URL"):
        if (url := converted.get(name)) is None:
            continue
        if not _is_plain_address(url):
            # not repeated: it may hold a password
            problems.append(
                f"{name}: must be http://host:port or https://host; keys belong into "
                "S3_ACCESS_KEY and S3_SECRET_KEY"
            )
        if artifacts is None:
            problems.append(f"{name}: is for a bucket, but ARTIFACTS_URL names none")
    has_keys = [name in converted for name in ("S3_ACCESS_KEY", "S3_SECRET_KEY")]
    if any(has_keys) and not all(has_keys):
        problems.append("S3_ACCESS_KEY, S3_SECRET_KEY: set both or neither")
    if converted.get("S3_SIGNED_URLS") and not (artifacts and all(has_keys)):
        problems.append(
            "S3_SIGNED_URLS: needs a bucket in ARTIFACTS_URL, and S3_ACCESS_KEY and "
            "S3_SECRET_KEY to sign with"
        )
    return problems


def _is_plain_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.port != 0
            and not (parts.username or parts.password or parts.query or parts.fragment)
        )
    except ValueError:  # a port that is no number
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.expanduser().is_dir()
    except (OSError, RuntimeError, ValueError):  # no such user's home; a name too long, with NUL
        return False


def _path(type_: type, value: Any) -> Any:
    if type_ is Path:
        return value if isinstance(value, Path) else Path(value)
    raise NotImplementedError(type_)
