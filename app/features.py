"""What this server can do by its settings alone, as capabilities: stores, work, webhooks, limits.

Nothing here tells an address, a path or a secret: only what kind of thing is used, and the name
of the setting that decides it.
"""

from app.capabilities import Feature
from app.config import Settings


def features_of(settings: Settings) -> list[Feature]:
    """Everything that needs no look at what is there."""
    return [
        *_storage(settings),
        *_work(settings),
        *_webhooks(settings),
        *_private_networks(settings),
        _limits(settings),
        *_not_yet(),
    ]


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
    has_key = bool(settings.secret_key)
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
    ]


def _private_networks(settings: Settings) -> list[Feature]:
    return [
        _own_networks(
            "webhooks.private_urls",
            "ALLOW_PRIVATE_URLS",
            is_set=bool(settings.allow_private_urls),
            detail="messages to addresses of networks and hosts of one's own",
        ),
        _own_networks(
            "script.private_pages",
            "ALLOW_PRIVATE_SOURCES",
            is_set=bool(settings.allow_private_sources),
            detail="`source_url` in networks and at hosts of one's own, for whoever has a key",
        ),
    ]


def _own_networks(name: str, setting: str, *, is_set: bool, detail: str) -> Feature:
    return Feature(
        name=name,
        available=is_set,
        detail=detail,
        missing=None if is_set else "networks or hosts that are allowed",
        setting=setting,
        hint=None if is_set else f"Set {setting} to such as 10.0.0.0/8, and restart.",
    )


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


def folder(name: str, setting: str, *, is_set: bool, is_there: bool, detail: str) -> Feature:
    """A folder of one's own that a setting names."""
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
