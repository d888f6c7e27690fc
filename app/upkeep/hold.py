"""One process at a time: gc and backup would undo each other's work."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from adapters.postgres import SqlHolds
from domain.errors import DomainError, UpkeepUnderWay

NAME = "upkeep"

HOLD_SECONDS = 120.0
"""a holder that has died is in the way for no longer than this"""
RENEW_SECONDS = 20.0
ASK_AGAIN_SECONDS = 1.0


class Hold:
    """What a holder asks before every step that needs the hold."""

    def __init__(self) -> None:
        self.lost: DomainError | None = None
        self.renewed()

    def renewed(self) -> None:
        """It's there for HOLD_SECONDS from now on."""
        self._renewed_at = time.monotonic()

    def is_about_to_end(self) -> bool:
        """Whether the last renewal lies so far back that another may soon take the hold, as
        after the whole process was stopped for a while."""
        return time.monotonic() - self._renewed_at > HOLD_SECONDS - 2 * RENEW_SECONDS

    def check(self) -> None:
        """Raise UpkeepUnderWay, or what kept it from being renewed, unless it's still there."""
        if self.lost is not None:
            raise self.lost
        if self.is_about_to_end():
            raise UpkeepUnderWay("This process stood still for too long; begin again.")


@asynccontextmanager
async def holding(holds: SqlHolds, what: str, *, patience_seconds: float) -> AsyncIterator[Hold]:
    """Hold the installation's upkeep for the length of a block.

    Raises:
        UpkeepUnderWay: another holds it, still after ``patience_seconds``.
    """
    holder = name_of_this_process(what)
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


def name_of_this_process(what: str) -> str:
    """Who is at work, for those who have to wait."""
    return f"`faceless {what}` on {socket.gethostname()} (process {os.getpid()})"


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
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        try:
            await holds.renew(NAME, holder, HOLD_SECONDS)
            hold.renewed()
        except UpkeepUnderWay as error:
            hold.lost = error
            return
        except DomainError as error:  # the database is away or full: there's time to ask again
            if hold.is_about_to_end():
                hold.lost = error
                return
