"""Transactions that a cancelled caller doesn't break off.

A task that is cancelled in the middle of a statement leaves its connection in a state that
nobody knows; on SQLite it goes on holding the one write lock until the connection is collected.
"""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE_SECONDS = 2.0
"""how long a cancelled caller waits for its transaction; one that takes longer ends by itself"""

_running: set[asyncio.Task[Any]] = set()
"""the event loop itself holds its tasks only weakly"""


def uninterrupted(
    method: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Run a store's method to its end even when whoever awaits it is cancelled."""

    @wraps(method)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        task = asyncio.create_task(method(*args, **kwargs))
        _running.add(task)
        task.add_done_callback(_forget)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
            raise

    return run


def _forget(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if not task.cancelled():
        task.exception()  # read, so that asyncio doesn't report what nobody awaits any more
