"""``Bell`` inside one process: rings in one thread's event loop, wakes listeners in others."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID


class Listener:
    """One worker's ear, to be used only in the event loop that it was made in.

    A ring that comes while nobody waits is kept for the next ``wait``; several become one.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    async def wait(self, timeout_seconds: float) -> bool:
        """Wait for the bell; False when it didn't ring in time."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._rung.wait()
        except TimeoutError:
            return False
        self._rung.clear()
        return True

    def wake(self) -> None:
        """Ring, from any thread."""
        try:
            self._loop.call_soon_threadsafe(self._rung.set)
        except RuntimeError:
            if not self._loop.is_closed():  # a worker that has ended needs no waking
                raise


class ThreadBell:
    """Wakes every listening worker of this process: the store decides which one finds work."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._lock = threading.Lock()

    @contextmanager
    def listen(self) -> Iterator[Listener]:
        """Hear every ring from now to the end of the block; call it in the worker's loop."""
        listener = Listener()
        with self._lock:
            self._listeners.add(listener)
        try:
            yield listener
        finally:
            with self._lock:
                self._listeners.discard(listener)

    async def ring(self, units: Sequence[UUID]) -> None:
        """Wake every listener, unless there's nothing to do."""
        if units:
            self.wake()

    def wake(self) -> None:
        """Wake every listener, from any thread: for units, and for shutting down."""
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener.wake()
