"""How much a key may ask for: so many requests a minute, and so many at once.

Whoever counts may be away. Then requests are served uncounted: a limit is there to share a server
fairly, and no reason to refuse everybody.
"""

import math
from collections.abc import Callable
from typing import Protocol

import msgspec

from domain.errors import (
    RateLimited,
    ServiceUnavailable,
    TooManyAtOnce,
    TooManyFailures,
)

WINDOW_SECONDS = 60
"""in which requests are counted; it begins with the first of them"""
AT_ONCE_RETRY_SECONDS = 1
"""nobody knows when another request ends; most do within less"""
AWAY_SECONDS = 5.0
"""for which whoever counts isn't asked again after it was away: waiting for it each time would
hold up every request"""


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """The limits; 0 for none."""

    requests: int
    """of a key, in a window"""
    at_once: int
    """of a key; an open stream is one"""
    failures: int
    """of an address to show a good key, in a window"""


class Count(msgspec.Struct, frozen=True):
    """How often something has happened in its window, this time included."""

    number: int
    seconds_left: float
    """of the window"""


class Entry(msgspec.Struct, frozen=True):
    """A request that was counted."""

    count: Count
    has_room: bool
    """whether it may go on: else there are as many at once as may be"""


class Counters(Protocol):
    """Counts, for all processes of an installation. Each call is atomic, and one exchange."""

    async def enter(self, key_id: str, slot: str, allowance: Allowance) -> Entry:
        """Count a request, and take ``slot`` for it if it's within the limits.

        A slot is held until it's left; one of a process that died is free before long.

        Raises:
            ServiceUnavailable: nothing can be counted at the moment.
        """
        ...

    async def leave(self, key_id: str, slot: str) -> None:
        """Give a slot back.

        Raises:
            ServiceUnavailable
        """
        ...

    async def count_failure(self, address: str) -> Count:
        """Count a failure to show a good key.

        Raises:
            ServiceUnavailable
        """
        ...


class Admitted(msgspec.Struct, frozen=True):
    """A request that was let in."""

    limit: int
    """requests in a window; 0: they aren't limited"""
    remaining: int
    seconds_left: float
    slot: str | None
    """to be left when it has ended"""


UNCOUNTED = Admitted(0, 0, 0.0, None)


class LimitTelemetry(Protocol):
    """What limits tell whoever watches."""

    def refused(self, limit: str) -> None:
        """A request was refused: ``rate``, ``at_once`` or ``failures``."""
        ...

    def uncounted(self) -> None:
        """A request was served without being counted."""
        ...

    def counters_away(self, why: str) -> None:
        """Nothing can be counted from now on, for a while."""
        ...

    def counters_back(self) -> None:
        """It can again."""
        ...


class Limits:
    """Lets requests in as far as their keys may."""

    def __init__(
        self,
        counters: Counters,
        allowance: Allowance,
        telemetry: LimitTelemetry,
        *,
        clock: Callable[[], float],
    ) -> None:
        self._counters = counters
        self._allowance = allowance
        self._telemetry = telemetry
        self._clock = clock
        self._away_until: float | None = None

    async def enter(self, key_id: str, slot: str) -> Admitted:
        """Let a request of a key in; what it was given is to be left when it has ended.

        Raises:
            RateLimited, TooManyAtOnce: the detail ``admitted`` is what is left to the key.
        """
        allowance = self._allowance
        if not (allowance.requests or allowance.at_once):
            return UNCOUNTED
        if self._is_away():
            self._telemetry.uncounted()
            return UNCOUNTED
        try:
            entry = await self._counters.enter(key_id, slot, allowance)
        except ServiceUnavailable as error:
            self._note_away(error)
            self._telemetry.uncounted()
            return UNCOUNTED
        self._note_back()
        count, limit = entry.count, allowance.requests
        standing = Admitted(limit, max(0, limit - count.number), count.seconds_left, None)
        if limit and count.number > limit:
            self._telemetry.refused("rate")
            raise RateLimited(
                f"The key {key_id} may send {limit} requests in {WINDOW_SECONDS} s.",
                hint=f"Wait {whole_seconds(count.seconds_left)} seconds; whoever runs the server "
                "can raise RATE_LIMIT.",
                admitted=standing,
                seconds_left=count.seconds_left,
            )
        if not entry.has_room:
            self._telemetry.refused("at_once")
            raise TooManyAtOnce(
                f"The key {key_id} has {allowance.at_once} requests under way, as many as it may.",
                admitted=standing,
                seconds_left=float(AT_ONCE_RETRY_SECONDS),
            )
        return msgspec.structs.replace(standing, slot=slot) if allowance.at_once else standing

    async def leave(self, key_id: str, admitted: Admitted) -> None:
        """A request that was let in has ended."""
        if admitted.slot is None:
            return
        try:
            await self._counters.leave(key_id, admitted.slot)
        except ServiceUnavailable as error:  # the slot ends by itself
            self._note_away(error)

    async def count_failure(self, address: str) -> None:
        """Count that somebody at an address showed no good key. Whoever shows one is served,
        however many others fail at the same address.

        Raises:
            TooManyFailures
        """
        limit = self._allowance.failures
        if not limit or self._is_away():
            return
        try:
            count = await self._counters.count_failure(address)
        except ServiceUnavailable as error:
            self._note_away(error)
            return
        self._note_back()
        if count.number > limit:
            self._telemetry.refused("failures")
            raise TooManyFailures(
                f"More than {limit} requests from {address} came without a good key in "
                f"{WINDOW_SECONDS} s.",
                seconds_left=count.seconds_left,
            )

    def _is_away(self) -> bool:
        return self._away_until is not None and self._clock() < self._away_until

    def _note_away(self, error: ServiceUnavailable) -> None:
        if self._away_until is None:
            self._telemetry.counters_away(error.message)
        self._away_until = self._clock() + AWAY_SECONDS

    def _note_back(self) -> None:
        if self._away_until is not None:
            self._away_until = None
            self._telemetry.counters_back()


def whole_seconds(seconds: float) -> int:
    """Rounded up, and at least one: whoever waits so long comes late enough."""
    return max(1, math.ceil(seconds))
