"""Calls that come while others are under way, made together: one trip and one commit for all."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Any, Generic, TypeVar

from domain.errors import ServiceUnavailable, StorageFull

Item = TypeVar("Item")
Answer = TypeVar("Answer")

MAX_TRIPS = 2
"""under way at a time: while one connection hangs, the other goes on"""
MAX_TOGETHER = 50
PATIENCE_SECONDS = 5.0
"""of a caller who waits for a trip, where one comes back and says that the service is away"""


class Gathering(Generic[Item, Answer]):
    """Makes many calls of one kind; what waits for its turn goes together.

    A caller that is cancelled doesn't break the others' trip off, nor its own.

    Args:
        make: answers each of the items in their order.
    """

    def __init__(self, make: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]]) -> None:
        self._make = make
        self._waiting: list[_Call[Item, Answer]] = []
        self._trips: set[asyncio.Task[Any]] = set()
        """under way; the event loop itself holds its tasks only weakly"""

    async def call(self, item: Item) -> Answer:
        """The answer to ``item``.

        Raises:
            what ``make`` raises: for all of a trip where the service is away, else for the item
            that caused it.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((item, answer, loop.time()))
        if len(self._trips) < MAX_TRIPS:
            # in a context of its own: what is logged on the way isn't the first caller's alone
            self._trips.add(asyncio.create_task(self._travel(), context=Context()))
        return await answer

    async def _travel(self) -> None:
        trip = asyncio.current_task()
        assert trip is not None
        try:
            while self._waiting:
                taken, self._waiting = self._waiting[:MAX_TOGETHER], self._waiting[MAX_TOGETHER:]
                await self._take(taken)
        finally:
            # at once, and not when the loop gets to say that the task is done: whoever comes
            # between the two would wait for a trip that has ended
            self._trips.discard(trip)

    async def _take(self, taken: "list[_Call[Item, Answer]]") -> None:
        try:
            answers = await self._make([item for item, _, _ in taken])
        except (ServiceUnavailable, StorageFull) as error:
            _refuse(taken, error)
            self._refuse_impatient(error)
        except Exception as error:
            if len(taken) == 1:
                _refuse(taken, error)
                return
            for one in taken:  # one of them is at fault, the others are not
                await self._take([one])
        else:
            for (_, answer, _), found in zip(taken, answers, strict=True):
                if not answer.done():
                    answer.set_result(found)

    def _refuse_impatient(self, error: Exception) -> None:
        """Tell those who have waited long, too: the next trip may hang as long as this one."""
        since = asyncio.get_running_loop().time() - PATIENCE_SECONDS
        _refuse([call for call in self._waiting if call[2] < since], error)
        self._waiting = [call for call in self._waiting if call[2] >= since]


_Call = tuple[Item, asyncio.Future[Answer], float]
"""what is asked, where its answer is awaited, and since when (the loop's time)"""


def _refuse(calls: Sequence[_Call[Item, Answer]], error: Exception) -> None:
    for _, answer, _ in calls:
        if not answer.done():
            answer.set_exception(error)
