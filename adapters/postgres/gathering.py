"""Calls that come while others are under way, made together: one trip and one commit for all."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from domain.errors import ServiceUnavailable, StorageFull

Item = TypeVar("Item")
Answer = TypeVar("Answer")

MAX_TRIPS = 2
"""under way at a time: a connection that hangs holds up only half of the callers"""
MAX_TOGETHER = 50


class Gathering(Generic[Item, Answer]):
    """Makes many calls of one kind; what waits for its turn goes together.

    A caller that is cancelled doesn't break the others' trip off, nor its own.

    Args:
        make: answers each of the items in their order.
    """

    def __init__(self, make: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]]) -> None:
        self._make = make
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._under_way = 0
        self._trips: set[asyncio.Task[None]] = set()
        """the event loop itself holds its tasks only weakly"""

    async def call(self, item: Item) -> Answer:
        """The answer to ``item``.

        Raises:
            what ``make`` raises: for all of a trip where the service is away, else for the item
            that caused it.
        """
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._under_way < MAX_TRIPS:
            self._under_way += 1
            trip = asyncio.create_task(self._travel())
            self._trips.add(trip)
            trip.add_done_callback(self._trips.discard)
        return await answer

    async def _travel(self) -> None:
        try:
            while self._waiting:
                taken, self._waiting = self._waiting[:MAX_TOGETHER], self._waiting[MAX_TOGETHER:]
                await self._take(taken)
        finally:
            # at once, and not when the loop gets to say that the task is done: whoever comes
            # between the two would wait for a trip that has ended
            self._under_way -= 1

    async def _take(self, taken: list[tuple[Item, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._make([item for item, _ in taken])
        except Exception as error:
            is_away = isinstance(error, ServiceUnavailable | StorageFull)
            if len(taken) > 1 and not is_away:  # one of them is at fault, the others are not
                for one in taken:
                    await self._take([one])
                return
            for _, answer in taken:
                if not answer.done():
                    answer.set_exception(error)
            return
        for (_, answer), found in zip(taken, answers, strict=True):
            if not answer.done():
                answer.set_result(found)
