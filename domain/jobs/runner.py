"""The runner: one worker slot. Claims a unit, keeps its lease while the work goes on, ends it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar
from uuid import UUID

import msgspec

from domain.errors import DomainError, LeaseLost, ServiceUnavailable, StorageFull
from domain.generation.casting import Recast
from domain.jobs.lease import LeaseKeeper, Share, Verdict
from domain.jobs.model import STAGES, Claim, JobError, UnitKind, WaitingFor
from domain.jobs.ports import Bell, Finish, JobStore, Listener, Production
from domain.jobs.telemetry import Silence, Telemetry

log = logging.getLogger(__name__)
T = TypeVar("T")

MAX_DOUBLINGS = 32
"""of the back-off; a full disk is waited out for as many attempts as it takes, and two to the
power of them would be no float any more"""

INTERNAL_ERROR = JobError(
    code="internal_error",
    message="Something went wrong inside the server.",
    hint="The worker's log has the details, under the ids of the job and the unit.",
)


class RunnerPeriods(msgspec.Struct, frozen=True, kw_only=True):
    """How a runner spends its time, in seconds."""

    renew: float = 2.0
    """between two renewals of the lease"""
    give_up: float = 20.0
    """without a renewal, after which the work is stopped; well below the lease"""
    grace: float = 5.0
    """for the store to answer, once a stop has been asked for"""
    backoff: float = 1.0
    """before the second attempt; doubles with every further one"""
    backoff_cap: float = 60.0
    outage_cap: float = 10.0
    """the same while a server of ours is down: what waits has done nothing wrong, and is to go
    on soon after it's back"""


class Runner:
    """One worker slot; run as many as there are units to be made at once."""

    def __init__(
        self,
        store: JobStore,
        bell: Bell,
        production: Production,
        worker: str,
        *,
        random: Callable[[], float],
        periods: RunnerPeriods | None = None,
        unit_attempts: int = 4,
        kinds: Sequence[UnitKind] = STAGES,
        free_bytes: Callable[[], int] | None = None,
        min_free_bytes: int = 0,
        telemetry: Telemetry | None = None,
        about: Callable[[Claim], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """``random`` draws from 0 to 1 for the back-off; ``free_bytes`` measures the space left
        for artifacts, below ``min_free_bytes`` of which nothing is claimed. ``about`` surrounds
        all that is done for a claim, so that what is logged meanwhile carries its ids."""
        self._store = store
        self._bell = bell
        self._production = production
        self._worker = worker
        self._random = random
        self._periods = periods or RunnerPeriods()
        self._unit_attempts = unit_attempts
        self._kinds = tuple(kinds)
        self._takes_all = set(STAGES) <= set(kinds)
        self._free_bytes = free_bytes
        self._min_free_bytes = min_free_bytes
        self._is_short_of_space = False
        self._telemetry = telemetry or Silence()
        self._about = about

    async def run_forever(self, listener: Listener, poll_seconds: float) -> None:
        """Work while there is work; else wait for the bell or the poll. Ends by cancellation."""
        while True:
            try:
                if await self.run_next():
                    continue
            except DomainError as error:
                log.warning("no unit can be claimed now: %s", error.message)
            except Exception:
                log.exception("a round of the runner failed")
            await listener.wait(poll_seconds)

    async def run_next(self) -> bool:
        """Claim the next unit and work on it until it's finished, failed or lost.

        False when there is nothing to do; after True, call it again: nobody is rung for what this
        runner itself can do next. Cancelling it stops the work and gives the unit back
        unharmed.

        Raises:
            ServiceUnavailable: the store can't be asked for work.
        """
        if not self._has_space():
            return False
        claim = await self._claim()
        if claim is None:
            return False
        self._telemetry.claimed(claim)
        with self._about(claim):
            log.info("unit begun: %s %d", claim.unit.kind, claim.unit.ordinal)
            await self._work(claim)
        return True

    async def _claim(self) -> Claim | None:
        asking = asyncio.create_task(self._store.claim(self._worker, self._kinds))
        try:
            return await asyncio.shield(asking)
        except asyncio.CancelledError:
            # what was claimed at the last moment would look like a crash
            await asyncio.wait({asking}, timeout=self._periods.grace)
            if asking.done() and not asking.exception() and (claim := asking.result()):
                await self._release(claim)
            raise

    def _has_space(self) -> bool:
        if self._free_bytes is None:
            return True
        free = self._free_bytes()
        is_short = free < self._min_free_bytes
        if is_short and not self._is_short_of_space:
            log.warning(
                "nothing is claimed: %d bytes are free, MIN_FREE_BYTES asks for %d",
                free,
                self._min_free_bytes,
            )
        self._is_short_of_space = is_short
        return not is_short

    async def _work(self, claim: Claim) -> None:
        share = Share()
        ended = asyncio.Event()
        begun = asyncio.get_running_loop().time()
        work = asyncio.create_task(self._produce(claim, share))
        keeper = LeaseKeeper(
            self._store,
            claim,
            share,
            renew=self._periods.renew,
            give_up=self._periods.give_up,
        )
        renewal = asyncio.create_task(keeper.keep(ended))
        conclusion: asyncio.Task[None] | None = None

        async def conclude() -> None:
            try:
                if renewal.done():
                    work.cancel()
                    await asyncio.wait({work})
                    await self._stop(claim, renewal.result())
                else:
                    await self._end(claim, work, begun)
            finally:
                ended.set()
                await asyncio.wait({renewal})

        async def hand_back() -> None:
            ended.set()
            await asyncio.wait({renewal})
            await self._release(claim)

        try:
            await asyncio.wait({work, renewal}, return_when=asyncio.FIRST_COMPLETED)
            conclusion = asyncio.create_task(conclude())
            await asyncio.shield(conclusion)
        except asyncio.CancelledError:
            work.cancel()
            await asyncio.wait({work})
            # what is being written down already is written to its end
            conclusion = conclusion or asyncio.create_task(hand_back())
            await asyncio.wait({conclusion}, timeout=self._periods.grace)
            raise
        finally:
            if not work.cancelled():
                work.exception()  # read, so that asyncio doesn't report it: it's recorded

    async def _produce(self, claim: Claim, share: Share) -> Finish | Recast:
        inputs = await self._store.inputs(claim)
        return await self._production.run(claim, inputs, share.tell)

    async def _stop(self, claim: Claim, verdict: Verdict | None) -> None:
        """The work was stopped, and has ended."""
        if verdict is Verdict.CANCELLED:
            await self._persist(claim, lambda: self._store.release(claim))
        else:
            self._lose(claim)

    async def _end(self, claim: Claim, work: asyncio.Task[Finish | Recast], begun: float) -> None:
        """The work, begun at ``begun``, has ended by itself: write down how."""
        seconds = asyncio.get_running_loop().time() - begun
        try:
            end = work.result()
        except LeaseLost:
            self._lose(claim)
        except (Exception, asyncio.CancelledError) as error:
            # nobody here has cancelled it: something inside the work let that out
            await self._fail(claim, error)
        else:
            if isinstance(end, Recast):
                ready = await self._recast(claim, end)
            else:
                ready = await self._finish(claim, end, seconds)
            if others := self._for_others(ready):
                await self._bell.ring(others)

    async def _finish(self, claim: Claim, finish: Finish, seconds: float) -> Sequence[UUID]:
        """Write down that the unit is done; answers what became ready."""
        ready = await self._persist(claim, lambda: self._store.finish(claim, finish))
        if ready is None:
            return []
        self._telemetry.finished(claim, finish, seconds)
        how = "finished (made before)" if finish.is_reused else "finished"
        log.info("unit %s: %s %d", how, claim.unit.kind, claim.unit.ordinal)
        return ready

    async def _recast(self, claim: Claim, recast: Recast) -> Sequence[UUID]:
        """Have the job spoken by another voice; answers what became ready."""
        ready = await self._persist(claim, lambda: self._store.recast(claim, recast))
        if ready is None:
            return []
        self._telemetry.released(claim)
        log.warning(
            "the voice %s failed, %s is to speak instead: %s",
            recast.instead_of,
            recast.voice,
            recast.reason,
        )
        return ready

    def _for_others(self, ready: Sequence[UUID]) -> Sequence[UUID]:
        """Those of the units that became ready that somebody else has to hear of: one of them is
        what this runner claims next, or else a unit that another was rung for."""
        return ready[1:] if self._takes_all else ready

    async def _fail(self, claim: Claim, error: BaseException) -> None:
        unit = claim.unit
        may_pass, waiting_for = True, WaitingFor.RETRY
        if isinstance(error, DomainError):
            what = JobError(code=error.code, message=error.message, hint=error.hint_text)
            may_pass = error.transient
            log.warning("unit %s (%s %d) failed: %s", unit.id, unit.kind, unit.ordinal, error)
        else:
            what = INTERNAL_ERROR
            log.error(
                "unit %s (%s %d) of job %s failed unexpectedly",
                unit.id,
                unit.kind,
                unit.ordinal,
                claim.job.id,
                exc_info=error,
            )
        # What keeps everybody from working is waited out: only the deadline ends that.
        if isinstance(error, StorageFull):
            waiting_for = WaitingFor.OPERATOR
        elif not _is_outage(error) and unit.attempt + 1 >= self._unit_attempts:
            may_pass = False
        retry_in = self._backoff(unit.attempt, error) if may_pass else None
        self._telemetry.failed(claim, what.code, is_retried=may_pass)
        await self._persist(
            claim,
            lambda: self._store.fail(claim, what, retry_in=retry_in, waiting_for=waiting_for),
        )

    def _backoff(self, attempt: int, error: BaseException) -> float:
        """Seconds before the next attempt: doubling, capped, and spread so that units that
        failed together don't come back together; never before the time that was asked for."""
        doublings = min(attempt, MAX_DOUBLINGS)
        cap = self._periods.outage_cap if _is_outage(error) else self._periods.backoff_cap
        longest: float = min(cap, self._periods.backoff * 2**doublings)
        asked = error.details.get("retry_after_seconds") if isinstance(error, DomainError) else None
        spread = longest * (0.5 + self._random() / 2)
        return max(spread, float(asked)) if isinstance(asked, int | float) else spread

    async def _persist(self, claim: Claim, write: Callable[[], Awaitable[T]]) -> T | None:
        """Write how a unit ended, through an outage of the store if need be.

        None when the unit was lost, or the store stayed away until the lease was as good as
        lost: then another worker does it again.
        """
        clock = asyncio.get_running_loop().time
        give_up = clock() + self._periods.give_up
        while True:
            try:
                return await write()
            except LeaseLost:
                self._lose(claim)
                return None
            except DomainError as error:
                if not error.transient or clock() >= give_up:
                    log.error("the end of unit %s isn't recorded: %s", claim.unit.id, error)
                    self._telemetry.lost(claim)
                    return None
            await asyncio.sleep(self._periods.renew)

    def _lose(self, claim: Claim) -> None:
        log.warning("unit %s of job %s was lost", claim.unit.id, claim.job.id)
        self._telemetry.lost(claim)

    async def _release(self, claim: Claim) -> None:
        self._telemetry.released(claim)
        try:
            await self._store.release(claim)
        except DomainError as error:  # no reason to stop later: the lease expires by itself
            log.warning("unit %s isn't given back: %s", claim.unit.id, error)
        else:
            log.info("unit given back: %s %d", claim.unit.kind, claim.unit.ordinal)


def _is_outage(error: BaseException) -> bool:
    return isinstance(error, ServiceUnavailable) and "service" in error.details
