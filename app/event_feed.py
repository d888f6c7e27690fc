"""News of jobs for event streams: one reader for all streams of a process.

It reads the database only while somebody listens, and then once in a while for everybody. Each
listener has a queue of its own; one that falls too far behind is let go, and resumes from the
store, rather than keeping everything in memory.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import structlog

from domain.errors import ServiceUnavailable
from domain.jobs.news import Correspondent, EventLog, Told

log = structlog.get_logger("app.event_feed")

PAGE = 500
"""events read from the store at a time"""
MAX_BEHIND = 1_000
"""events that may wait for one listener: a job's own are some hundred"""

STOP_SECONDS = 1.0
"""what a reading of the store that is under way gets to come to its end"""

Topic = str | UUID
"""an account, or a job"""


class Subscription:
    """What one listener has still to hear about a topic."""

    __slots__ = ("_news", "_waiting", "is_over", "is_slow", "topic")

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self.is_over = False
        """whether nothing more comes: the server stops, the listener left or is too slow"""
        self.is_slow = False
        self._waiting: deque[Told] = deque()
        self._news = asyncio.Event()

    def add(self, told: Told) -> None:
        """Let the listener hear something, unless it has fallen too far behind."""
        if len(self._waiting) >= MAX_BEHIND:
            self.is_slow = True
            self.end()
        elif not self.is_over:
            self._waiting.append(told)
            self._news.set()

    def end(self) -> None:
        """Let nothing more come."""
        self.is_over = True
        self._waiting.clear()
        self._news.set()

    async def next(self, within_seconds: float) -> list[Told]:
        """What has come, waited for; nothing when the time is over or nothing more comes."""
        if not self._news.is_set():
            try:
                async with asyncio.timeout(within_seconds):
                    await self._news.wait()
            except TimeoutError:
                return []
        told = list(self._waiting)
        self._waiting.clear()
        if not self.is_over:
            self._news.clear()
        return told


class EventFeed:
    """Reads what happens once for all streams of one process, and ends them when it stops."""

    def __init__(
        self,
        events: EventLog,
        *,
        poll_seconds: float,
        heartbeat_seconds: float,
        kept_seconds: float,
    ) -> None:
        self.heartbeat_seconds = heartbeat_seconds
        self.kept_seconds = kept_seconds
        """for which events are kept at least"""
        self._events = events
        self._poll_seconds = poll_seconds
        self._listeners: defaultdict[Topic, set[Subscription]] = defaultdict(set)
        self._reading: asyncio.Task[None] | None = None
        self._begun: asyncio.Future[Correspondent] | None = None
        self._stopping = asyncio.Event()

    @asynccontextmanager
    async def listening(self, subscription: Subscription) -> AsyncIterator[Correspondent]:
        """Fill ``subscription`` for the length of a block, whatever happens from now on.

        Raises:
            ServiceUnavailable: the store can't be read.
        """
        if self._stopping.is_set():
            subscription.end()
        listeners = self._listeners[subscription.topic]
        listeners.add(subscription)
        try:
            yield await self._reader()
        finally:
            subscription.end()
            listeners.discard(subscription)
            if not listeners and self._listeners.get(subscription.topic) is listeners:
                del self._listeners[subscription.topic]

    def stop(self) -> None:
        """End every stream; call it in the event loop's thread."""
        self._stopping.set()
        self._end_all()

    async def stopped(self) -> None:
        """Wait until nothing is read any more, after ``stop``."""
        reading = self._reading
        if reading is None:
            return
        done, _ = await asyncio.wait({reading}, timeout=STOP_SECONDS)
        if not done:  # a store that hangs must not hold up whoever stops
            reading.cancel()
            await asyncio.wait({reading})

    async def _reader(self) -> Correspondent:
        if self._reading is None or self._begun is None:
            self._begun = asyncio.get_running_loop().create_future()
            self._reading = asyncio.create_task(self._read(self._begun))
        # shielded: one listener that goes away must not take the reader from the others
        return await asyncio.shield(self._begun)

    async def _read(self, begun: "asyncio.Future[Correspondent]") -> None:
        try:
            correspondent = self._events.correspondent()
            await correspondent.begin()
        except Exception as error:  # whatever it is, it's those who wait that are told
            begun.set_exception(error)
            begun.exception()  # nobody may be waiting any more
        else:
            begun.set_result(correspondent)
            try:
                await self._hand_out(correspondent)
            except Exception:
                log.exception("the events can't be read")
                self._end_all()
        finally:
            # nothing is awaited since nobody was found listening: who comes now begins anew
            begun.cancel()  # without effect, unless this was cancelled before it had begun
            self._reading = self._begun = None

    async def _hand_out(self, correspondent: Correspondent) -> None:
        is_away = False
        while self._listeners and not self._stopping.is_set():
            try:
                told = await correspondent.tell(PAGE)
            except ServiceUnavailable as error:
                if not is_away:
                    log.warning("streams have no news for a while", why=error.message)
                is_away, told = True, []
            else:
                is_away = False
            for one in told:
                for topic in (one.account_id, one.event.job_id):
                    for subscription in self._listeners.get(topic, ()):
                        subscription.add(one)
            if len(told) < PAGE:
                await self._pause()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._poll_seconds):
                await self._stopping.wait()
        except TimeoutError:
            pass  # it's time to read again

    def _end_all(self) -> None:
        for listeners in self._listeners.values():
            for subscription in listeners:
                subscription.end()
