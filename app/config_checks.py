"""What is wrong with settings beyond their types: addresses, folders, keys, and what needs what.

Nothing is repeated that may hold a password.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from domain.generation.service_voices import read_voices
from domain.outbound import read_allowance
from domain.providers.prices import PricesInvalid, read_prices

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

STOCK_KEYS = ("PEXELS_API_KEY", "PIXABAY_API_KEY")
STOCK_URLS = ("PEXELS_BASE_URL", "PIXABAY_BASE_URL")
PRINTABLE = re.compile(r"[!-~]+")

READ_FOLDERS = ("MEDIA_DIR", "MUSIC_DIR", "VOICE_DIR")
"""folders that are only read: one that isn't there is a slip, and is never made"""


SERVICE_URLS = ("PIPER_VOICES_URL", "OPENAI_SPEECH_BASE_URL", "ELEVENLABS_BASE_URL")
VOICE_LISTS = ("OPENAI_SPEECH_VOICES", "ELEVENLABS_VOICES", "EDGE_VOICES")

MIN_KEY_CHARS = 32
"""of each key in SECRET_KEY: shorter ones are words, and words can be guessed"""


def keys_in(setting: str) -> list[bytes]:
    """The keys in SECRET_KEY, separated by commas: the first encrypts, all of them decrypt."""
    return [key.encode() for part in setting.split(",") if (key := part.strip())]


def parts_of(setting: str) -> list[str]:
    """What stands between the commas of a setting."""
    return [part for text in setting.split(",") if (part := text.strip())]


def problems_between(given: Mapping[str, Any]) -> list[str]:
    """What a variable's type alone can't say, each in a sentence that holds no secret."""
    problems = [
        f"{name}={folder}: there is no such folder"
        for name in READ_FOLDERS
        if (folder := given.get(name)) is not None and not _is_folder(folder)
    ]
    # the URL itself isn't repeated: it may hold a password
    scheme, separator, rest = str(given.get("DATABASE_URL", "sqlite://")).partition("://")
    if scheme not in SQL_DRIVERS or not separator:
        problems.append(
            "DATABASE_URL: must begin with postgresql:// or sqlite:///, or be empty for the "
            "embedded database"
        )
    elif scheme.startswith("postgres") and rest.partition("?")[0].count("@") > 1:
        # its reader would take what follows the first @ for the host, and others would print it
        problems.append(_must_look_like("DATABASE_URL", DATABASE_EXAMPLE))
    problems += _problems_of_prices(given.get("PRICES_FILE"))
    problems += _problems_of_servers(given)
    problems += _problems_of_secrets_and_urls(given)
    problems += _problems_of_bucket(given)
    problems += _problems_of_stock(given)
    problems += _problems_of_voices(given)
    if given.get("RELEVANCE") == "model":
        from app.meanings import NOT_INSTALLED, is_installed  # noqa: PLC0415 - brings numpy along

        problems += [] if is_installed() else [NOT_INSTALLED]
    problems += _problems_of_models(given)
    return problems


def _problems_of_stock(given: Mapping[str, Any]) -> list[str]:
    problems = [
        f"{name}: must be http://host:port or https://host; "
        f"keys belong into {name.removesuffix('_BASE_URL')}_API_KEY"
        for name in STOCK_URLS
        if name in given and not _is_plain_address(str(given[name]))
    ]
    # the key itself isn't repeated
    problems += [
        f"{name}: a key has no spaces and only ASCII characters; several are separated by commas"
        for name in STOCK_KEYS
        if any(not PRINTABLE.fullmatch(key) for key in parts_of(str(given.get(name, ""))))
    ]
    return problems


def _problems_of_prices(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        read_prices(path.expanduser().read_text("utf-8"))
    except PricesInvalid as error:
        return [f"PRICES_FILE={path}: {error.message}"]
    except (OSError, RuntimeError, ValueError) as error:
        return [f"PRICES_FILE={path}: it can't be read: {error}"]
    return []


def _problems_of_voices(given: Mapping[str, Any]) -> list[str]:
    problems = [
        f"{name}: must look like https://host/path"
        for name in SERVICE_URLS
        if name in given and not _is_web_address(str(given[name]))
    ]
    for name in VOICE_LISTS:
        try:
            read_voices(str(given.get(name, "")), "en")
        except ValueError as error:
            problems.append(f"{name}: {error}")
    return problems


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _problems_of_secrets_and_urls(given: Mapping[str, Any]) -> list[str]:
    problems = []
    keys = keys_in(str(given.get("SECRET_KEY", "")))
    is_given = "SECRET_KEY" in given  # a comma alone is none, and no reason to take another
    if is_given and (not keys or any(len(key) < MIN_KEY_CHARS for key in keys)):
        problems.append(
            f"SECRET_KEY: each key needs at least {MIN_KEY_CHARS} characters; `openssl rand -hex "
            "32` makes one"
        )
    try:
        read_allowance(str(given.get("ALLOW_PRIVATE_URLS", "")))
    except ValueError as error:
        problems.append(
            f"ALLOW_PRIVATE_URLS: {error}; it takes networks such as 10.0.0.0/8 and names of hosts"
        )
    return problems


def _problems_of_servers(given: Mapping[str, Any]) -> list[str]:
    problems = []
    for name, (schemes, example) in SERVERS.items():
        url = str(given.get(name, ""))
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


def _problems_of_bucket(given: Mapping[str, Any]) -> list[str]:
    problems = []
    artifacts = given.get("ARTIFACTS_URL")
    if artifacts is not None and not BUCKET_URL.fullmatch(artifacts):
        problems.append(
            "ARTIFACTS_URL: must be s3://bucket or s3://bucket/prefix, or be empty for a folder "
            "under DATA_DIR"
        )
    for name in ("S3_ENDPOINT_URL", "S3_PUBLIC_ENDPOINT_URL"):
        if (url := given.get(name)) is None:
            continue
        if not _is_plain_address(url):
            # not repeated: it may hold a password
            problems.append(
                f"{name}: must be http://host:port or https://host; keys belong into "
                "S3_ACCESS_KEY and S3_SECRET_KEY"
            )
        if artifacts is None:
            problems.append(f"{name}: is for a bucket, but ARTIFACTS_URL names none")
    has_keys = [name in given for name in ("S3_ACCESS_KEY", "S3_SECRET_KEY")]
    if any(has_keys) and not all(has_keys):
        problems.append("S3_ACCESS_KEY, S3_SECRET_KEY: set both or neither")
    if given.get("S3_SIGNED_URLS") and not (artifacts and all(has_keys)):
        problems.append(
            "S3_SIGNED_URLS: needs a bucket in ARTIFACTS_URL, and S3_ACCESS_KEY and "
            "S3_SECRET_KEY to sign with"
        )
    return problems


def _problems_of_models(given: Mapping[str, Any]) -> list[str]:
    problems = []
    url = given.get("OPENAI_BASE_URL")
    # a query is Azure's version of the API
    if url is not None and not _is_plain_address(url.partition("?")[0]):
        problems.append(
            "OPENAI_BASE_URL: must be an address that ends before /chat/completions, such as "
            "https://api.openai.com/v1 or http://localhost:11434/v1; a key belongs into "
            "OPENAI_API_KEY"
        )
    keys = str(given.get("OPENAI_API_KEY", ""))
    if any(not "!" <= char <= "~" for key in keys.split(",") for char in key.strip()):
        problems.append("OPENAI_API_KEY: a key has letters, figures and signs, and no spaces")
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
