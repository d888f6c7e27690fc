"""Counting in memory, for an installation of one process."""

import time
from collections import defaultdict

from limits.aio.storage import MemoryStorage

from domain.access.limits import WINDOW_SECONDS, Allowance, Count, Entry


class MemoryCounters:
    """Counts for this process alone (port ``Counters``)."""

    def __init__(self) -> None:
        self._storage = MemoryStorage()
        self._slots: defaultdict[str, set[str]] = defaultdict(set)

    async def enter(self, key_id: str, slot: str, allowance: Allowance) -> Entry:
        count = await self._count(f"key/{key_id}") if allowance.requests else Count(0, 0.0)
        if count.number > allowance.requests:
            return Entry(count, has_room=False)
        # nothing is awaited from here on: nobody comes in between
        if allowance.at_once:
            if len(self._slots[key_id]) >= allowance.at_once:
                return Entry(count, has_room=False)
            self._slots[key_id].add(slot)
        return Entry(count, has_room=True)

    async def leave(self, key_id: str, slot: str) -> None:
        slots = self._slots[key_id]
        slots.discard(slot)
        if not slots:
            del self._slots[key_id]

    async def count_failure(self, address: str) -> Count:
        return await self._count(f"failure/{address}")

    async def _count(self, name: str) -> Count:
        number = await self._storage.incr(name, WINDOW_SECONDS)
        ends_at = await self._storage.get_expiry(name)
        return Count(number, max(0.0, ends_at - time.time()))
