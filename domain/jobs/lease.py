"""Keeping the lease of one unit while the work on it goes on."""

import asyncio
import logging
from contextlib import suppress
from enum import Enum

from domain.errors import LeaseLost
from domain.jobs.model import Claim
from domain.jobs.ports import JobStore

log = logging.getLogger(__name__)

PATIENT_RENEWALS = 2
"""periods that a renewal is waited for before it's asked for once more: a connection that was cut
without a word never answers, and another one does in milliseconds"""


class Verdict(Enum):
    """Why the renewal of a lease ended before the work did."""

    CANCELLED = "the job is over"
    LOST = "the lease is lost"


class Share:
    """The finished share of a unit; may be told from any thread."""

    def __init__(self) -> None:
        self.value = 0.0

    def tell(self, value: float) -> None:
        """``value`` counts unless it's less than what was told before."""
        self.value = min(1.0, max(self.value, value))


class LeaseKeeper:
    """Renews the lease of one claim every ``renew`` seconds; gives it up for lost after
    ``give_up`` seconds without a renewal."""

    def __init__(
        self, store: JobStore, claim: Claim, share: Share, *, renew: float, give_up: float
    ) -> None:
        self._store = store
        self._claim = claim
        self._share = share
        self._renew = renew
        self._give_up = give_up
        self._renewed = 0.0
        self._under_way: dict[asyncio.Task[bool], float] = {}
        """renewals without an answer so far, by when they were asked for"""

    async def keep(self, ended: asyncio.Event) -> Verdict | None:
        """Renew until the work has ended; a verdict when it must end before that."""
        clock = asyncio.get_running_loop().time
        self._renewed = clock()
        try:
            while not await _wait(ended, self._renew):
                asked = clock()
                # after a long stop of the whole process there's still time to ask once
                left = max(self._renewed + self._give_up - asked, self._renew)
                if verdict := await self._ask(asked + min(left, PATIENT_RENEWALS * self._renew)):
                    return verdict
                if clock() - self._renewed >= self._give_up:
                    return Verdict.LOST
            return None
        finally:
            for renewal in self._under_way:
                renewal.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _ask(self, until: float) -> Verdict | None:
        """Ask for a renewal and wait for its answer, but not longer than ``until``. One that
        answers only after that, beside the next one, counts as well."""
        clock = asyncio.get_running_loop().time
        newest = asyncio.create_task(self._store.renew(self._claim, self._share.value))
        self._under_way[newest] = clock()
        while newest in self._under_way:
            done, _ = await asyncio.wait(
                self._under_way, timeout=until - clock(), return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                log.warning("a renewal of unit %s has no answer yet", self._claim.unit.id)
                return None
            for renewal in done:
                if verdict := self._answered(renewal):
                    return verdict
        return None

    def _answered(self, renewal: asyncio.Task[bool]) -> Verdict | None:
        asked = self._under_way.pop(renewal)
        try:
            is_over = renewal.result()
        except LeaseLost:
            return Verdict.LOST
        except Exception as error:
            log.warning("the lease of unit %s wasn't renewed: %r", self._claim.unit.id, error)
            return None
        self._renewed = max(self._renewed, asked)
        return Verdict.CANCELLED if is_over else None


async def _wait(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event; whether it came in time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
