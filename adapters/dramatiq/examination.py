"""What a Redis says about itself, for whoever sets it up."""

from uuid import uuid4

import msgspec
import redis

PROBE_MILLISECONDS = 1_000
"""after which a key that was written to see whether that works is gone in any case"""


class RedisFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A Redis, as it was found."""

    version: str
    max_memory_bytes: int
    """0: as much as the machine has"""
    eviction: str
    """what it does when that is full (``maxmemory-policy``)"""
    forgets_all: bool
    """what it holds is on no disk, as far as it tells"""


def examine(client: redis.Redis) -> RedisFacts:
    """Ask a Redis about itself, and write a key that is gone at once.

    Raises:
        RedisError: it doesn't answer, or refuses.
    """
    info = client.info()
    key = f"faceless:doctor:{uuid4().hex}"
    client.set(key, "written", px=PROBE_MILLISECONDS)
    client.delete(key)
    try:
        saves = bool(client.config_get("save").get("save"))
    except redis.ResponseError:  # many that are rented out keep it to themselves
        saves = True
    return RedisFacts(
        version=str(info["redis_version"]),
        max_memory_bytes=int(info.get("maxmemory", 0)),
        eviction=str(info.get("maxmemory_policy", "noeviction")),
        forgets_all=not (saves or info.get("aof_enabled")),
    )
