"""What is wrong with settings beyond their types: addresses, folders, keys, and what needs what.
Those of providers are checked in ``app.provider_checks``.

Nothing is repeated that may hold a password.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.provider_checks import problems_of_providers
from app.setting_values import is_plain_address, parts_of
from domain.outbound import read_allowance

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
    problems += _problems_of_servers(given)
    problems += _problems_of_secrets_and_urls(given)
    problems += _problems_of_bucket(given)
    problems += problems_of_providers(given)
    return problems


def _problems_of_secrets_and_urls(given: Mapping[str, Any]) -> list[str]:
    problems = []
    keys = parts_of(str(given.get("SECRET_KEY", "")))
    is_given = "SECRET_KEY" in given  # a comma alone is none, and no reason to take another
    if is_given and (not keys or any(len(key) < MIN_KEY_CHARS for key in keys)):
        problems.append(
            f"SECRET_KEY: each key needs at least {MIN_KEY_CHARS} characters; `openssl rand -hex "
            "32` makes one"
        )
    for name in ("ALLOW_PRIVATE_URLS", "ALLOW_PRIVATE_SOURCES"):
        try:
            read_allowance(str(given.get(name, "")))
        except ValueError as error:
            problems.append(
                f"{name}: {error}; it takes networks such as 10.0.0.0/8 and names of hosts"
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
        if not is_plain_address(url):
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


def _is_folder(path: Path) -> bool:
    try:
        return path.expanduser().is_dir()
    except (OSError, RuntimeError, ValueError):  # no such user's home; a name too long, with NUL
        return False
