"""Counting requests (port ``Counters``): in the process's own memory, or in Redis."""

from adapters.limits.memory import MemoryCounters
from adapters.limits.shared import RedisCounters

__all__ = ["MemoryCounters", "RedisCounters"]
