"""A chain: the providers of one port, asked in order until one does what is asked for."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Container, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Generic, TypeVar

import msgspec

from domain.errors import CostCapReached, DomainError, NoProviderLeft, ProvidersExhausted
from domain.providers.circuits import Circuits
from domain.providers.failures import ProviderFailed, Verdict

ProviderT = TypeVar("ProviderT")
T = TypeVar("T")

TRIES = 3
"""of one key in one call of the chain"""
BACKOFF_SECONDS = 1.0
"""before the second try; doubles with every further one, and is spread"""
PATIENCE_SECONDS = 20.0
"""of one wait between tries: whoever wants more is passed over for the next provider"""
CALL_SECONDS = 600.0
"""of one try: a provider that hasn't answered by then hangs"""
MAX_REASON = 300
"""characters of a failure's message that are kept"""

ANSWERED = "answered"
OPEN = "open"
CAPPED = "cost_cap"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Link(Generic[ProviderT]):
    """One key of one provider."""

    provider: str
    """as the settings call it"""
    port: ProviderT
    key: str = ""
    """what tells it from the provider's other keys, and gives nothing away: its last four
    characters; empty where there is none"""


class ProviderAttempt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A try of one provider, as manifests and errors tell it."""

    provider: str
    key: str = ""
    outcome: str
    """``answered``, a verdict (``retry``, ``next``, ``blocked``, ``give_up``), ``open`` when it
    wasn't asked because of earlier failures, or ``cost_cap`` when it would have cost too much"""
    reason: str = ""
    times: int = 1
    """so many tries went alike"""


def summed(attempts: Sequence[ProviderAttempt]) -> list[ProviderAttempt]:
    """Attempts that went alike as one, in the order in which each kind came first."""
    counts: dict[ProviderAttempt, int] = {}
    for attempt in attempts:
        kind = msgspec.structs.replace(attempt, times=1)
        counts[kind] = counts.get(kind, 0) + attempt.times
    return [msgspec.structs.replace(kind, times=times) for kind, times in counts.items()]


@dataclass(frozen=True)
class Taken(Generic[ProviderT, T]):
    """What a chain came to, and how."""

    value: T
    link: Link[ProviderT]
    attempts: list[ProviderAttempt] = field(default_factory=list)
    """in order, the last one answered"""


class _Course:
    """What has become of one call so far."""

    def __init__(self) -> None:
        self.attempts: list[ProviderAttempt] = []
        self.waits: list[float] = []
        """seconds after which somebody may do it all the same"""
        self.capped: CostCapReached | None = None

    def note(self, link: Link[ProviderT], outcome: str, reason: str = "") -> None:
        self.attempts.append(
            ProviderAttempt(
                provider=link.provider, key=link.key, outcome=outcome, reason=reason[:MAX_REASON]
            )
        )

    def over(
        self, *, for_good: bool = False
    ) -> ProvidersExhausted | NoProviderLeft | CostCapReached:
        """The error that it comes to when nobody is left to ask, or nobody is to be asked."""
        told = "; ".join(
            f"{attempt.provider}{f' ({attempt.key})' if attempt.key else ''}: {attempt.reason}"
            for attempt in summed(self.attempts)
        )
        kept = msgspec.to_builtins(summed(self.attempts))
        message = f"No provider could do this. {told}" if told else "No provider is set for this."
        if for_good:
            return NoProviderLeft(message, attempts=kept)
        if self.waits:
            return ProvidersExhausted(message, attempts=kept, retry_after_seconds=min(self.waits))
        if self.capped is not None:
            self.capped.details["attempts"] = kept
            return self.capped
        return NoProviderLeft(message, attempts=kept)


class Chain(Generic[ProviderT]):
    """Asks a port's providers in order. Keys of one provider take turns.

    Args:
        links: providers in the order to be asked; links of one provider stand together.
        sleep: waits so many seconds.
        random: draws from 0 to 1, for the back-off.
        tries: of each key in one call.
        call_seconds: after which a try is given up.
    """

    def __init__(
        self,
        links: Sequence[Link[ProviderT]],
        circuits: Circuits,
        *,
        sleep: Callable[[float], Awaitable[None]],
        random: Callable[[], float],
        tries: int = TRIES,
        call_seconds: float = CALL_SECONDS,
    ) -> None:
        self._groups = [list(group) for _, group in groupby(links, key=lambda link: link.provider)]
        self._circuits = circuits
        self._sleep = sleep
        self._random = random
        self._tries = tries
        self._call_seconds = call_seconds
        self._turns: dict[str, int] = {}

    @property
    def links(self) -> list[Link[ProviderT]]:
        """All of them, in order."""
        return [link for group in self._groups for link in group]

    @property
    def providers(self) -> dict[str, ProviderT]:
        """Each provider by its name, in order, with its first key: for what needs no call."""
        return {group[0].provider: group[0].port for group in self._groups}

    async def ask(
        self,
        call: Callable[[ProviderT], Awaitable[T]],
        *,
        only: Container[str] | None = None,
        note: Callable[[Sequence[ProviderAttempt]], None] | None = None,
    ) -> Taken[ProviderT, T]:
        """Have ``call`` made of one provider after the other, of those named in ``only`` at most;
        ``note`` is told all attempts, whatever it comes to.

        Raises:
            ProvidersExhausted: all failed, and some may do it later.
            NoProviderLeft: all failed for good.
            CostCapReached: all that are left would cost more than may be spent.
            DomainError: whatever ``call`` raises that is no ``ProviderFailed``.
        """
        course = _Course()
        try:
            for group in self._groups:
                if only is not None and group[0].provider not in only:
                    continue
                taken = await self._ask_provider(self._in_turn(group), call, course)
                if taken is not None:
                    return taken
            raise course.over()
        finally:
            if note is not None:
                note(course.attempts)

    def _in_turn(self, group: Sequence[Link[ProviderT]]) -> list[Link[ProviderT]]:
        provider = group[0].provider
        turn = self._turns.get(provider, 0)
        self._turns[provider] = turn + 1
        begin = turn % len(group)
        return [*group[begin:], *group[:begin]]

    async def _ask_provider(
        self,
        keys: list[Link[ProviderT]],
        call: Callable[[ProviderT], Awaitable[T]],
        course: _Course,
    ) -> Taken[ProviderT, T] | None:
        """Ask one provider by one key after the other; those that may do it later are tried again
        once all have been asked."""
        for number in range(self._tries):
            soonest = math.inf
            for link in tuple(keys):
                if self._is_shut(link, course, is_first=not number):
                    keys.remove(link)
                    continue
                try:
                    value = await self._call(link, call)
                except CostCapReached as error:
                    course.note(link, CAPPED, error.message)
                    course.capped = error
                    return None
                except ProviderFailed as failure:
                    if self._failed(link, failure, course) is Verdict.NEXT:
                        return None
                    wait = self._wait(number, failure, course)
                    if wait is None:
                        keys.remove(link)
                    else:
                        soonest = min(soonest, wait)
                else:
                    self._circuits.succeeded(link.provider, link.key)
                    course.note(link, ANSWERED)
                    return Taken(value, link, summed(course.attempts))
            if not keys:
                return None
            await self._sleep(soonest)
        return None

    def _failed(self, link: Link[ProviderT], failure: ProviderFailed, course: _Course) -> Verdict:
        self._circuits.failed(link.provider, link.key, failure)
        course.note(link, failure.verdict, failure.message)
        if failure.verdict is Verdict.GIVE_UP:
            raise course.over(for_good=True) from failure
        return failure.verdict

    def _wait(self, number: int, failure: ProviderFailed, course: _Course) -> float | None:
        """Seconds until the key is tried again in this call; None when it isn't."""
        asked = failure.retry_after_seconds
        if failure.verdict is Verdict.BLOCKED:
            if asked:
                course.waits.append(asked)
            return None
        spread = float(BACKOFF_SECONDS * 2**number) * (0.5 + self._random() / 2)
        wait = max(spread, asked or 0.0)
        if number + 1 < self._tries and wait <= PATIENCE_SECONDS:
            return wait
        course.waits.append(wait)
        return None

    def _is_shut(self, link: Link[ProviderT], course: _Course, *, is_first: bool) -> bool:
        state = self._circuits.state(link.provider, link.key)
        if not state.is_open:
            return False
        if not state.is_blocked:
            course.waits.append(state.seconds_left)
        if is_first:
            course.note(link, OPEN, f"not asked since it failed: {state.reason}")
        return True

    async def _call(self, link: Link[ProviderT], call: Callable[[ProviderT], Awaitable[T]]) -> T:
        """Make the call; what no adapter should let out is a failure like another."""
        limit = asyncio.timeout(self._call_seconds)
        try:
            async with limit:
                return await call(link.port)
        except DomainError:
            raise
        except Exception as error:
            if limit.expired():
                # by its own word it would be asked again at once, and hang again
                raise ProviderFailed(
                    f"It gave no answer within {self._call_seconds:g} s.",
                    Verdict.RETRY,
                    retry_after_seconds=2 * PATIENCE_SECONDS,
                    is_charged=None,
                ) from error
            # its text may hold anything, a key too
            log.exception("the provider %s failed in a way of its own", link.provider)
            raise ProviderFailed(
                f"It failed in a way that its adapter doesn't know ({type(error).__name__}); the "
                "log says more.",
                Verdict.RETRY,
                is_charged=None,
            ) from error
