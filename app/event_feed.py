"""News of jobs for event streams: the store is polled once for everyone who waits for the same."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable

from domain.jobs.model import Event

PAGE = 500
"""events read from the store at a time"""


class EventFeed:
    """Shares polling between the streams of one process, and ends them all when it stops."""

    def __init__(self, poll_seconds: float, heartbeat_seconds: float) -> None:
        self.heartbeat_seconds = heartbeat_seconds
        self._poll_seconds = poll_seconds
        self._rounds: dict[Hashable, asyncio.Task[list[Event]]] = {}
        self._stopping = asyncio.Event()

    @property
    def stopping(self) -> bool:
        """Whether streams are to end."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """End every stream; call it in the event loop's thread."""
        self._stopping.set()

    async def next_round(
        self, key: Hashable, read: Callable[[], Awaitable[list[Event]]]
    ) -> list[Event]:
        """Wait for one poll interval, then ``read``; streams with the same key share a reading.

        Returns early, with nothing, when the feed stops.
        """
        if key not in self._rounds:
            self._rounds[key] = asyncio.create_task(self._poll(key, read))
        # shielded: one reader that goes away must not take the reading from the others
        return await asyncio.shield(self._rounds[key])

    async def _poll(self, key: Hashable, read: Callable[[], Awaitable[list[Event]]]) -> list[Event]:
        try:
            async with asyncio.timeout(self._poll_seconds):
                await self._stopping.wait()
            return []
        except TimeoutError:
            return await read()
        finally:
            del self._rounds[key]
