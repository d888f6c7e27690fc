"""Counting in Redis, for all processes: each request is one script there, and one exchange."""

import asyncio
from contextlib import suppress
from typing import Any

import redis
from limits.aio.storage import RedisStorage
from redis.asyncio import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from domain.access.limits import WINDOW_SECONDS, Allowance, Count, Entry
from domain.errors import ServiceUnavailable

ANSWER_SECONDS = 0.5
"""Redis has this long: a request waits for it"""
CONNECTIONS = 10
"""of a process to Redis, at most"""
WAIT_SECONDS = 2.0
"""for which a request waits for one of them: in that time each carries thousands"""
SLOT_SECONDS = 60
"""for which a slot is held when nobody renews it: so long one outlives a process that died"""
RENEW_SECONDS = 20.0
"""between two renewals, for streams and the like: a shorter request needs none"""
PREFIX = "faceless:limits"

ENTER = """
local requests, at_once = tonumber(ARGV[1]), tonumber(ARGV[2])
local number, left = 0, 0
if requests > 0 then
  number = redis.call('INCR', KEYS[1])
  if number == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
  left = redis.call('PTTL', KEYS[1])
  if number > requests then return {number, left, 0} end
end
if at_once > 0 then
  local time = redis.call('TIME')
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', time[1])
  if redis.call('ZCARD', KEYS[2]) >= at_once then return {number, left, 0} end
  redis.call('ZADD', KEYS[2], time[1] + ARGV[5], ARGV[3])
  redis.call('EXPIRE', KEYS[2], ARGV[5])
end
return {number, left, 1}
"""
"""counts, and takes a slot: a set of slots, each with the second at which it ends"""

RENEW = """
local ends_at = redis.call('TIME')[1] + ARGV[1]
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], 'XX', ends_at, ARGV[i]) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
"""

COUNT = """
local number = redis.call('INCR', KEYS[1])
if number == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {number, redis.call('PTTL', KEYS[1])}
"""

SCHEMES = {
    "redis://": "async+redis://",
    "rediss://": "async+rediss://",
    "unix://": "async+redis+unix://",
}
"""schemes of REDIS_URL, and how they are called here"""


class RedisCounters:
    """Counts for all processes that share a Redis (port ``Counters``). Connects at the first
    request."""

    def __init__(self, redis_url: str, prefix: str = PREFIX) -> None:
        scheme, separator, rest = redis_url.partition("://")
        # one that makes requests wait for a connection, where others refuse when all are taken
        self._pool: Any = BlockingConnectionPool.from_url(
            redis_url,
            max_connections=CONNECTIONS,
            timeout=WAIT_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            # once more after a connection that had died meanwhile
            retry=Retry(NoBackoff(), 1),
        )
        options: dict[str, Any] = {"connection_pool": self._pool}
        storage = RedisStorage(
            f"{SCHEMES[scheme + separator]}{rest}",
            implementation="redispy",
            key_prefix=prefix,
            **options,
        )
        bridge: Any = storage.bridge
        self._name = bridge.prefixed_key
        self._client = bridge.get_connection()
        self._enter = self._client.register_script(ENTER)
        self._renew = self._client.register_script(RENEW)
        self._count = self._client.register_script(COUNT)
        self._held: dict[str, dict[str, float]] = {}
        """key -> slots of this process, and when each was taken"""
        self._renewing: asyncio.Task[None] | None = None

    async def enter(self, key_id: str, slot: str, allowance: Allowance) -> Entry:
        window = WINDOW_SECONDS * 1000
        number, left, has_room = await self._asked(
            self._enter,
            [self._name(f"key/{key_id}"), self._slots_of(key_id)],
            [allowance.requests, allowance.at_once, slot, window, SLOT_SECONDS],
        )
        if has_room and allowance.at_once:
            self._held.setdefault(key_id, {})[slot] = asyncio.get_running_loop().time()
            if self._renewing is None or self._renewing.done():
                self._renewing = asyncio.create_task(self._keep())
        return Entry(Count(number, max(0, left) / 1000), has_room=bool(has_room))

    async def leave(self, key_id: str, slot: str) -> None:
        slots = self._held.get(key_id, {})
        slots.pop(slot, None)
        if not slots:
            self._held.pop(key_id, None)
        try:
            await self._client.zrem(self._slots_of(key_id), slot)
        except (redis.RedisError, OSError) as error:
            raise _away(error) from error

    async def count_failure(self, address: str) -> Count:
        name = self._name(f"failure/{address}")
        number, left = await self._asked(self._count, [name], [WINDOW_SECONDS * 1000])
        return Count(number, max(0, left) / 1000)

    async def renew(self, older_than: float = 0.0) -> None:
        """Hold on to this process's slots that were taken so many seconds ago.

        Raises:
            ServiceUnavailable
        """
        taken_before = asyncio.get_running_loop().time() - older_than
        for key_id, slots in list(self._held.items()):
            old = [slot for slot, taken_at in slots.items() if taken_at <= taken_before]
            if old:
                await self._asked(self._renew, [self._slots_of(key_id)], [SLOT_SECONDS, *old])

    async def close(self) -> None:
        """Close the connections; slots that are still held end by themselves."""
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)
        await self._client.aclose()
        await self._pool.aclose()

    async def _keep(self) -> None:
        while self._held:
            await asyncio.sleep(RENEW_SECONDS)
            with suppress(ServiceUnavailable):  # whoever enters finds out, and tells
                await self.renew(RENEW_SECONDS / 2)

    def _slots_of(self, key_id: str) -> str:
        return str(self._name(f"slots/{key_id}"))

    @staticmethod
    async def _asked(script: Any, names: list[str], values: list[Any]) -> Any:
        try:
            return await script(names, values)
        except (redis.RedisError, OSError) as error:
            raise _away(error) from error


def _away(error: Exception) -> ServiceUnavailable:
    return ServiceUnavailable(
        f"Redis doesn't answer: {error}",
        hint="Check that it runs, and REDIS_URL.",
        service="redis",
    )
