"""What a key is, and what it may be for."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import msgspec


class Scope(StrEnum):
    """What a key may be used for."""

    JOBS_READ = "jobs:read"
    """look at jobs, follow them, and see what a request can choose from"""
    JOBS_WRITE = "jobs:write"
    """ask for videos, cancel and retry; ``jobs:read`` is in it"""
    VIDEOS_READ = "videos:read"
    """look at finished videos and fetch their files"""
    VIDEOS_WRITE = "videos:write"
    """correct, revise and delete videos; ``videos:read`` is in it"""
    WEBHOOKS_READ = "webhooks:read"
    """look at webhooks and at what was delivered to them"""
    WEBHOOKS_WRITE = "webhooks:write"
    """make, change, rotate and delete webhooks, and see their secrets; ``webhooks:read`` is in
    it"""
    PUBLISH = "publish"
    """publish videos"""
    ADMIN = "admin"
    """everything, keys and the server's own figures among it"""


IMPLIED: dict[Scope, frozenset[Scope]] = {
    Scope.JOBS_WRITE: frozenset({Scope.JOBS_READ}),
    Scope.VIDEOS_WRITE: frozenset({Scope.VIDEOS_READ}),
    Scope.WEBHOOKS_WRITE: frozenset({Scope.WEBHOOKS_READ}),
    Scope.ADMIN: frozenset(Scope),
}
"""What may be changed may be looked at: whoever asks for a video has to learn what became of it."""


def granted(scopes: Iterable[Scope]) -> frozenset[Scope]:
    """The scopes, and those that they imply."""
    own = frozenset(scopes)
    return own.union(*(IMPLIED.get(scope, frozenset()) for scope in own))


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key as its owner may see it: everything but its secret, which nobody has any more."""

    id: str
    account_id: str
    name: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    """to the minute"""


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that is to be kept."""

    id: str
    account_id: str
    name: str
    scopes: list[Scope]
    secret_hash: bytes
    lifetime_seconds: float | None
    """from now; None: until it's revoked"""


class StoredKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key with what is needed to check a secret against it."""

    key: Key
    secret_hash: bytes
    seconds_left: float | None
    """until it expires, by the store's clock; negative afterwards, None for never"""
