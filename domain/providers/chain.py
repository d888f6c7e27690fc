"""A chain: the providers of one port, asked in order until one does what is asked for."""

from collections.abc import Awaitable, Callable, Container, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Generic, TypeVar

import msgspec

from domain.errors import CostCapReached, NoProviderLeft, ProvidersExhausted
from domain.providers.circuits import Circuits
from domain.providers.failures import ProviderFailed, Verdict

ProviderT = TypeVar("ProviderT")
T = TypeVar("T")

TRIES = 3
"""of one key in one call of the chain"""
BACKOFF_SECONDS = 1.0
"""before the second try; doubles with every further one, and is spread"""
PATIENCE_SECONDS = 20.0
"""of one try: whoever wants more is passed over for the next provider"""
MAX_REASON = 300
"""characters of a failure's message that are kept"""


@dataclass(frozen=True)
class Link(Generic[ProviderT]):
    """One key of one provider."""

    provider: str
    """as the settings call it"""
    port: ProviderT
    key: str = ""
    """what tells it from the provider's other keys, and gives nothing away: its last four
    characters; empty where there is none"""


class Attempt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One try of one provider, as the manifest tells it."""

    provider: str
    key: str = ""
    outcome: str
    """``answered``, a verdict, ``open`` when the provider wasn't asked, or ``cost_cap_reached``"""
    reason: str = ""


@dataclass(frozen=True)
class Taken(Generic[ProviderT, T]):
    """What a chain came to, and how."""

    value: T
    link: Link[ProviderT]
    attempts: list[Attempt] = field(default_factory=list)
    """in order, the last one answered"""


class Chain(Generic[ProviderT]):
    """Asks a port's providers in order. Keys of one provider take turns.

    Args:
        links: providers in the order to be asked; links of one provider stand together.
        sleep: waits so many seconds.
        random: draws from 0 to 1, for the back-off.
    """

    def __init__(
        self,
        links: Sequence[Link[ProviderT]],
        circuits: Circuits,
        *,
        sleep: Callable[[float], Awaitable[None]],
        random: Callable[[], float],
        tries: int = TRIES,
    ) -> None:
        self._groups = [list(group) for _, group in groupby(links, key=lambda link: link.provider)]
        self._circuits = circuits
        self._sleep = sleep
        self._random = random
        self._tries = tries
        self._turns: dict[str, int] = {}

    @property
    def links(self) -> list[Link[ProviderT]]:
        """All of them, in order."""
        return [link for group in self._groups for link in group]

    async def ask(
        self,
        call: Callable[[ProviderT], Awaitable[T]],
        *,
        only: Container[str] | None = None,
    ) -> Taken[ProviderT, T]:
        """Have ``call`` made of one provider after the other, of those named in ``only`` at most.

        Raises:
            ProvidersExhausted: all failed, and some may do it later.
            CostCapReached: all failed for good, and one would have cost too much.
            NoProviderLeft: all failed for good.
            DomainError: whatever ``call`` raises that is no ``ProviderFailed``.
        """
        attempts: list[Attempt] = []
        waits: list[float] = []
        too_dear: list[CostCapReached] = []
        for group in self._groups:
            if only is not None and group[0].provider not in only:
                continue
            for link in self._in_turn(group):
                try:
                    taken = await self._ask_one(link, call, attempts, waits)
                except CostCapReached as error:
                    # one that costs less, or nothing, may still do it
                    attempts.append(_attempt(link, error.code, error.message))
                    too_dear.append(error)
                    break
                if taken is not None:
                    return taken
        if too_dear and not waits:
            raise too_dear[-1]
        raise _exhausted(attempts, waits)

    def _in_turn(self, group: Sequence[Link[ProviderT]]) -> list[Link[ProviderT]]:
        provider = group[0].provider
        turn = self._turns.get(provider, 0)
        self._turns[provider] = turn + 1
        begin = turn % len(group)
        return [*group[begin:], *group[:begin]]

    async def _ask_one(
        self,
        link: Link[ProviderT],
        call: Callable[[ProviderT], Awaitable[T]],
        attempts: list[Attempt],
        waits: list[float],
    ) -> Taken[ProviderT, T] | None:
        for number in range(self._tries):
            if (left := self._circuits.seconds_left(link.provider, link.key)) > 0:
                waits.append(left)
                if not number:
                    attempts.append(_attempt(link, "open", f"not asked for {left:.0f} s more"))
                return None
            try:
                value = await call(link.port)
            except ProviderFailed as failure:
                self._circuits.failed(link.provider, link.key, failure)
                attempts.append(_attempt(link, failure.verdict, failure.message))
                if failure.verdict is Verdict.GIVE_UP:
                    raise _exhausted(attempts, []) from failure
                if failure.verdict is not Verdict.RETRY:
                    if failure.retry_after_seconds is not None:
                        waits.append(failure.retry_after_seconds)
                    return None
                wait = self._wait(number, failure)
                if number + 1 == self._tries or wait > PATIENCE_SECONDS:
                    waits.append(wait)
                    return None
                await self._sleep(wait)
            else:
                self._circuits.succeeded(link.provider, link.key)
                attempts.append(_attempt(link, "answered"))
                return Taken(value, link, attempts)
        return None

    def _wait(self, number: int, failure: ProviderFailed) -> float:
        spread = float(BACKOFF_SECONDS * 2**number) * (0.5 + self._random() / 2)
        return max(spread, failure.retry_after_seconds or 0.0)


def _attempt(link: Link[ProviderT], outcome: str, reason: str = "") -> Attempt:
    return Attempt(
        provider=link.provider, key=link.key, outcome=str(outcome), reason=reason[:MAX_REASON]
    )


def _exhausted(
    attempts: Sequence[Attempt], waits: Sequence[float]
) -> ProvidersExhausted | NoProviderLeft:
    told = "; ".join(
        f"{attempt.provider}{f' ({attempt.key})' if attempt.key else ''}: {attempt.reason}"
        for attempt in attempts
    )
    kept = msgspec.to_builtins(list(attempts))
    message = f"No provider could do this. {told}" if told else "No provider is set for this."
    if waits:
        return ProvidersExhausted(message, attempts=kept, retry_after_seconds=min(waits))
    return NoProviderLeft(message, attempts=kept)
