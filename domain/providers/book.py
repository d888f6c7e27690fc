"""The book of paid calls: what was intended, what was paid, and what may still be.

A port; ``tests/contracts/test_spending_book_contract.py`` specifies it. All amounts are
micro-dollars.
"""

from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import msgspec

from domain.providers.prices import Basis


class CallState(StrEnum):
    """How a paid call stands. Only a settled one has an answer that is given again."""

    RESERVED = "reserved"
    """it's about to be made, or under way; counts with the most that it can cost"""
    SETTLED = "settled"
    """paid, and its answer kept; counts with what it did cost"""
    UNCERTAIN = "uncertain"
    """nobody knows whether it's paid: who made it died or was stopped before it was answered, or
    the connection broke; counts with the most that it can cost"""
    CHARGED = "charged"
    """paid for nothing: its answer can't be used, or was lost"""


class Payer(msgspec.Struct, frozen=True, kw_only=True):
    """For whom a call is made."""

    account_id: str
    job_id: UUID | None = None
    """None outside any job"""
    unit_id: UUID | None = None
    fence: int = 0
    """of the unit's claim: whoever claims it anew has a higher one, and knows that the one before
    is gone"""
    cap: int | None = None
    """that the job may cost in all, as whoever works for it was told. Where there is such a job,
    what its request says counts: a retry may have changed it since."""


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """A call that is to be made."""

    id: UUID
    payer: Payer
    fingerprint: str
    provider: str
    model: str
    service: str
    month: str
    """in which it counts, such as ``2026-11`` (UTC)"""
    cost: int
    """at most"""
    basis: Basis


class Reserved(msgspec.Struct, frozen=True):
    """The intent is written, and its cost is taken out of what may be spent."""


class Answered(msgspec.Struct, frozen=True):
    """The same call was made and paid before."""

    call_id: UUID
    answer: str
    """SHA-256"""


class Abandoned(msgspec.Struct, frozen=True):
    """The same call was intended by somebody who has died since."""

    call_id: UUID
    answer: str | None
    """SHA-256 of what it was about to keep, if it came so far"""
    cost: int
    """with which it counts"""


class UnderWay(msgspec.Struct, frozen=True):
    """Somebody else makes the same call just now, or calls that are under way reserve what this
    one needs: it may be tried again in a moment."""

    reason: str


Reservation = Reserved | Answered | Abandoned | UnderWay


class PaidCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call as the manifest tells it."""

    provider: str
    model: str
    service: str
    state: CallState
    units: dict[str, float]
    """what was used, in the provider's words; empty where it said nothing"""
    usd: float
    """what it counts with"""
    price: Basis
    cached: bool
    """another job has paid it: this one got the answer that was kept, for nothing"""
    at: datetime


class Spending(msgspec.Struct, frozen=True, kw_only=True):
    """What an account spent in a month on one service of one model."""

    provider: str
    model: str
    service: str
    calls: int
    cost: int
    """all of it, with what's reserved and what's uncertain"""
    reserved: int
    """by calls that are under way"""
    uncertain: int
    uncertain_calls: int
    assumed: int
    """that is counted at a price that isn't the model's own, which the table hasn't"""


class SpendingBook(Protocol):
    """Where paid calls are written down."""

    async def reserve(
        self, intent: Intent, *, monthly_cap: int | None, lease_seconds: float
    ) -> Reservation:
        """Write an intent down, if nobody has paid the same call and its cost fits under the
        caps of its job and of its account's month; however many try at once.

        It belongs to its payer for ``lease_seconds``, or until its unit is claimed anew. One with
        the same fingerprint of the same account is the same call.

        Raises:
            CostCapReached: it doesn't fit, and wouldn't if all that is under way cost nothing.
        """
        ...

    async def renew(self, call_id: UUID, lease_seconds: float) -> None:
        """Say that a reserved call is still under way."""
        ...

    async def announce(
        self, call_id: UUID, *, answer: str, units: dict[str, float], cost: int, basis: Basis
    ) -> bool:
        """Write down what a call has cost and which bytes are about to be kept as its answer.

        False when it has been taken for abandoned meanwhile: it then counts as charged.
        """
        ...

    async def settle(self, call_id: UUID) -> bool:
        """The announced answer is kept: from now on it's given to whoever wants the same.

        False when it was settled or closed already.
        """
        ...

    async def close(self, call_id: UUID, state: CallState) -> bool:
        """A reserved or settled call has no answer: it counts as uncertain or charged.

        False when it was closed already.
        """
        ...

    async def release(self, call_id: UUID) -> bool:
        """A reserved call wasn't paid: forget it.

        False when it isn't reserved any more.
        """
        ...

    async def note_use(self, account_id: str, job_id: UUID, call_id: UUID) -> None:
        """A job was given the answer to a call; no news if it paid it itself."""
        ...

    async def of_job(self, account_id: str, job_id: UUID) -> list[PaidCall]:
        """Every call of a job, and every answer that it was given, in the order of time."""
        ...

    async def of_month(self, account_id: str, month: str) -> list[Spending]:
        """What an account spent in a month, by provider, model and service, in their order."""
        ...
