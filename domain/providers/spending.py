"""Paid calls: each has its intent written before it's made, and its answer kept before it's used.

So a call is paid once: whoever comes again, after a crash or in another job, is given the answer
that was kept. Only where the process died between the sending and the keeping can nobody know
whether it was paid; then that one call is made again, and counted as uncertain.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec

from domain.errors import DomainError
from domain.providers.prices import MICROS

__all__ = [
    "MICROS",
    "NO_PURSE",
    "NoPurse",
    "Purchase",
    "Purse",
    "PurseOnItsLoop",
    "Send",
    "Sold",
]


class Purchase(msgspec.Struct, frozen=True, kw_only=True):
    """A call that is to be paid."""

    provider: str
    """as the settings call it"""
    model: str
    service: str
    """what of the provider's: ``chat``, ``speech``, ``images``"""
    parts: dict[str, Any]
    """all that the answer depends on: the same parts stand for the same call"""
    most: dict[str, float]
    """the most that it can use, by unit: ``input_tokens``, ``output_tokens``, ``characters``,
    ``images``, ``seconds``"""


class Sold(msgspec.Struct, frozen=True):
    """What a provider answered."""

    answer: bytes
    """all that is used of it"""
    units: dict[str, float]
    """what it has used, by unit, in the provider's own words where it says so"""


Send = Callable[[str], Awaitable[Sold]]
"""Makes the call. It's given the idempotency key to send along, the same for each repetition of
one purchase; raises ``ProviderFailed`` with what is known about the charge."""


class Purse(Protocol):
    """Pays calls, for one job, within its caps."""

    async def buy(self, purchase: Purchase, send: Send) -> bytes:
        """The answer to a purchase: what was kept of an earlier one, else what ``send`` brings.

        Raises:
            CostCapReached: it isn't sent; a provider that costs less may still be asked.
            ProviderFailed: as ``send`` raised it.
        """
        ...


class PurseOnItsLoop:
    """A purse for work on another event loop, in another thread: what's bought there is paid, and
    the call is made, on the loop that this was made on, to which connections belong."""

    def __init__(self, purse: Purse) -> None:
        self._purse = purse
        self._loop = asyncio.get_running_loop()

    async def buy(self, purchase: Purchase, send: Send) -> bytes:
        """As the purse inside does it."""
        bought = asyncio.run_coroutine_threadsafe(self._purse.buy(purchase, send), self._loop)
        return await asyncio.wrap_future(bought)


class NoPurse:
    """For whatever is free: nothing can be bought with it."""

    async def buy(self, purchase: Purchase, send: Send) -> bytes:  # noqa: ARG002 - the port's
        """Refuse: a paid call that nobody writes down would be a mistake in this program."""
        raise DomainError(f"A call to {purchase.provider} was to be paid without a purse.")


NO_PURSE = NoPurse()
