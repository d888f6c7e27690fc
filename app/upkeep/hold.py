"""One process at a time: gc and backup would undo each other's work."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from adapters.postgres import SqlHolds
from domain.errors import DomainError, ServiceUnavailable, UpkeepUnderWay

NAME = "upkeep"

HOLD_SECONDS = 120.0
"""a holder that has died is in the way for no longer than this"""
RENEW_SECONDS = 20.0
ASK_AGAIN_SECONDS = 1.0


class Hold:
    """What a holder asks before every step that needs the hold."""

    def __init__(self) -> None:
        self.lost: DomainError | None = None

    def check(self) -> None:
        """Raise UpkeepUnderWay or ServiceUnavailable unless the hold is still there."""
        if self.lost is not None:
            raise self.lost


@asynccontextmanager
async def holding(holds: SqlHolds, what: str, *, patience_seconds: float) -> AsyncIterator[Hold]:
    """Hold the installation's upkeep for the length of a block.

    Raises:
        UpkeepUnderWay: another holds it, still after ``patience_seconds``.
    """
    holder = f"`faceless {what}` on {socket.gethostname()} (process {os.getpid()})"
    await _take(holds, holder, patience_seconds)
    hold = Hold()
    renewal = asyncio.create_task(_keep(holds, holder, hold))
    try:
        yield hold
    finally:
        renewal.cancel()
        with suppress(asyncio.CancelledError):
            await renewal
        await holds.release(NAME, holder)


async def _take(holds: SqlHolds, holder: str, patience_seconds: float) -> None:
    clock = asyncio.get_running_loop().time
    give_up = clock() + patience_seconds
    while True:
        try:
            return await holds.take(NAME, holder, HOLD_SECONDS)
        except UpkeepUnderWay:
            if clock() >= give_up:
                raise
        await asyncio.sleep(ASK_AGAIN_SECONDS)


async def _keep(holds: SqlHolds, holder: str, hold: Hold) -> None:
    clock = asyncio.get_running_loop().time
    renewed = clock()
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        try:
            await holds.renew(NAME, holder, HOLD_SECONDS)
            renewed = clock()
        except UpkeepUnderWay as error:
            hold.lost = error
            return
        except ServiceUnavailable as error:
            if clock() - renewed > HOLD_SECONDS - 2 * RENEW_SECONDS:
                hold.lost = error
                return
