"""Several pieces of waiting at a time, but not all at once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

ItemT = TypeVar("ItemT")
T = TypeVar("T")


async def in_parallel(
    work: Callable[[ItemT], Awaitable[T]], items: Iterable[ItemT], limit: int
) -> list[T]:
    """``work`` done on every item, on at most ``limit`` at a time; what it came to, in order.

    The first error is raised as it is, after all others have been stopped.
    """
    slots = asyncio.Semaphore(limit)

    async def one(item: ItemT) -> T:
        async with slots:
            return await work(item)

    tasks = [asyncio.ensure_future(one(item)) for item in items]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
