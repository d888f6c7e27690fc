"""Settings: one frozen struct, read from the environment and ``.env``, all errors at once.

Importing this module reads nothing; ``load_settings`` does.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from dotenv import dotenv_values
from msgspec import Meta

from domain.errors import SettingsInvalid

__all__ = ["Settings", "load_settings"]

Seconds = Annotated[float, Meta(gt=0)]


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename=str.upper):
    """Every setting, under the name of its environment variable."""

    # where things are
    data_dir: Path = Path("var")
    media_dir: Path | None = None
    music_dir: Path | None = None

    # stores and queue; nothing set means everything embedded
    database_url: str = ""
    mongodb_url: str = ""
    redis_url: str = ""

    # the server
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8000
    embedded_worker: bool = True
    log_format: Literal["auto", "console", "json"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    max_body_bytes: Annotated[int, Meta(ge=1024)] = 2_000_000
    max_queued_jobs: Annotated[int, Meta(ge=1)] = 1_000

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

    # making videos
    default_voice: str = ""
    voice_dir: Path | None = None


def load_settings(
    environ: Mapping[str, str] | None = None, env_file: Path | None = Path(".env")
) -> Settings:
    """Read settings from ``env_file`` and, over it, the environment.

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
    if problems:
        raise SettingsInvalid(problems)
    return msgspec.convert(converted, Settings, dec_hook=_path)


def _path(type_: type, value: Any) -> Any:
    if type_ is Path:
        return value if isinstance(value, Path) else Path(value).expanduser()
    raise NotImplementedError(type_)
