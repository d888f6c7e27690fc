"""The till: what is behind a purse. It prices calls, keeps within the caps and pays each once.

What is written, in this order:

1. the intent, with its cost reserved under the caps, in one transaction;
2. (the call is made, with an idempotency key that is the same for each repetition;)
3. which bytes are about to be kept as its answer, and what it really cost;
4. the bytes, in the artifact store;
5. that the intent is settled.

A process that dies before 1 has paid nothing. After 4 its intent names bytes that are there, so
that whoever comes next takes them. In between, nobody can know: the intent counts as uncertain,
with all that was reserved, and the call is made once more.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from domain.errors import ArtifactNotFound, CallUnderWay, DomainError
from domain.generation.fingerprint import content_hash, fingerprint
from domain.providers.book import (
    Abandoned,
    Answered,
    CallState,
    Intent,
    PaidCall,
    Payer,
    Reserved,
    Spending,
    SpendingBook,
)
from domain.providers.failures import ProviderFailed, Verdict
from domain.providers.prices import Priced, PriceTable, PriceUnknown
from domain.providers.spending import Purchase, Send, Sold
from domain.providers.takings import Outcome, Takings, Untold

log = logging.getLogger(__name__)

VERSION = 1
"""raised when the same purchase would get another fingerprint"""
POLL_SECONDS = 0.25
"""between two looks at what another makes just now"""
MOST_IN_HAND = 16
"""answers that couldn't be kept, and are by this process when the unit is tried again"""
GRACE_SECONDS = 4.0
"""that a call under way gets when whoever makes it is stopped"""
PATIENCE_SECONDS = 60.0
"""for which another's call is waited for; then the unit is tried again later"""


class Answers(Protocol):
    """What the till needs of the artifact store."""

    async def put_bytes(self, data: bytes) -> Any:
        """Keep bytes under their SHA-256."""
        ...

    def read(self, sha256: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Stream what is kept; raises ArtifactNotFound."""
        ...


class Till:
    """Hands out purses, and tells what was spent."""

    def __init__(
        self,
        book: SpendingBook,
        prices: PriceTable,
        answers: Answers,
        *,
        monthly_cap: int | None,
        new_id: Callable[[], UUID],
        clock: Callable[[], float],
        lease_seconds: float,
        grace_seconds: float = GRACE_SECONDS,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        takings: Takings | None = None,
    ) -> None:
        """``monthly_cap`` in micro-dollars, of each account; ``clock`` tells seconds since 1970,
        for the month; ``grace_seconds`` is what a call that is under way gets when its buyer is
        stopped."""
        self._book = book
        self._prices = prices
        self._answers = answers
        self._monthly_cap = monthly_cap
        self._new_id = new_id
        self._clock = clock
        self._lease_seconds = lease_seconds
        self._grace_seconds = grace_seconds
        self._sleep = sleep
        self._takings = takings or Untold()
        self._in_hand: dict[str, bytes] = {}

    @property
    def prices(self) -> PriceTable:
        """What things cost here."""
        return self._prices

    @property
    def monthly_cap(self) -> int | None:
        """What each account may spend in a month, in micro-dollars."""
        return self._monthly_cap

    def purse(self, payer: Payer) -> "TillPurse":
        """A purse for one payer."""
        return TillPurse(self, payer)

    def purse_without_job(self, account_id: str, cap: int | None) -> "TillPurse":
        """A purse for work that becomes no job, such as a dry run, and may cost up to ``cap``."""
        work = self._new_id() if cap is not None else None  # what is capped is counted together
        return self.purse(Payer(account_id=account_id, job_id=work, cap=cap))

    def month(self) -> str:
        """The current one (UTC)."""
        return f"{datetime.fromtimestamp(self._clock(), UTC):%Y-%m}"

    async def calls_of(self, account_id: str, job_id: UUID) -> list[PaidCall]:
        """Every paid call of a job."""
        return await self._book.of_job(account_id, job_id)

    async def spent_in(self, account_id: str, month: str) -> list[Spending]:
        """What an account spent in a month such as ``2026-11``."""
        return await self._book.of_month(account_id, month)

    async def buy(self, payer: Payer, purchase: Purchase, send: Send) -> bytes:
        """As ``Purse.buy``, for a payer.

        Raises:
            CostCapReached
            ProviderFailed: also where nobody knows the price: others may have one.
            CallUnderWay: another makes the same call, and takes long.
        """
        name = fingerprint_of(payer.account_id, purchase)
        try:
            most = self._prices.price(purchase.provider, purchase.model, purchase.most)
        except PriceUnknown as error:
            raise ProviderFailed(error.message, Verdict.NEXT, hint=error.hint_text) from error
        waited = 0.0
        while True:
            intent = Intent(
                id=self._new_id(),
                payer=payer,
                fingerprint=name,
                provider=purchase.provider,
                model=purchase.model,
                service=purchase.service,
                month=self.month(),
                cost=most.micros,
                basis=most.basis,
            )
            found = await self._book.reserve(
                intent, monthly_cap=self._monthly_cap, lease_seconds=self._lease_seconds
            )
            if isinstance(found, Reserved):
                return await self._make(intent, most, purchase, send)
            if isinstance(found, Answered):
                kept = await self._kept(found.answer)
                if kept is not None:
                    self._takings.reused(purchase.provider)
                    if payer.job_id is not None:
                        await self._book.note_use(payer.account_id, payer.job_id, found.call_id)
                    return kept
                log.warning("an answer that was paid is gone: %s", found.answer)
                await self._book.close(found.call_id, CallState.CHARGED)
            elif isinstance(found, Abandoned):
                await self._inherit(found, purchase.provider)
            elif waited >= PATIENCE_SECONDS:
                raise CallUnderWay(found.reason, retry_after_seconds=self._lease_seconds)
            else:
                await self._sleep(POLL_SECONDS)
                waited += POLL_SECONDS

    async def _inherit(self, left: Abandoned, provider: str) -> None:
        """Find out what became of a call whose maker died."""
        if left.answer is not None:
            in_hand = self._in_hand.get(left.answer)
            if in_hand is not None:
                await self._answers.put_bytes(in_hand)
                self._in_hand.pop(left.answer, None)
            if await self._kept(left.answer) is not None:
                if await self._book.settle(left.call_id):
                    self._takings.paid(provider, Outcome.SETTLED, left.cost)
                return
        log.warning("nobody knows whether the call %s was paid: it's made again", left.call_id)
        # of several that find it out at once, one does
        if await self._book.close(left.call_id, CallState.UNCERTAIN):
            self._takings.paid(provider, Outcome.UNCERTAIN, left.cost)

    async def _make(self, intent: Intent, most: Priced, purchase: Purchase, send: Send) -> bytes:
        async with self._keeping_alive(intent.id):
            sending = asyncio.ensure_future(send(idempotency_key(intent.fingerprint)))
            try:
                await asyncio.wait({sending})
            except asyncio.CancelledError:
                # what is sent will be billed: whoever is stopped gives it a little time
                await asyncio.wait({sending}, timeout=self._grace_seconds)
                if sending.cancel():
                    await asyncio.wait({sending}, timeout=self._grace_seconds)
                with suppress(Exception, asyncio.CancelledError):
                    await self._conclude(intent, most, purchase, sending)
                raise
            return await self._conclude(intent, most, purchase, sending)

    async def _conclude(
        self, intent: Intent, most: Priced, purchase: Purchase, sending: asyncio.Future[Sold]
    ) -> bytes:
        """Keep what a call has brought, or write down how it failed."""
        try:
            sold = sending.result()
        except ProviderFailed as failure:
            await self._give_back(intent, failure.is_charged)
            raise
        except DomainError:
            # what the caller has got wrong was refused, and isn't billed
            await self._give_back(intent, False)
            raise
        except BaseException:
            await self._give_back(intent, None)
            raise
        return await self._keep(intent.id, most, purchase, sold)

    async def _give_back(self, intent: Intent, is_charged: bool | None) -> None:
        if is_charged is False:
            # one that somebody took for abandoned was counted by them
            if await self._book.release(intent.id):
                self._takings.paid(intent.provider, Outcome.NOT_CHARGED, 0)
            return
        state = CallState.UNCERTAIN if is_charged is None else CallState.CHARGED
        if await self._book.close(intent.id, state):
            self._takings.paid(intent.provider, Outcome(state.value), intent.cost)

    async def _keep(self, call_id: UUID, most: Priced, purchase: Purchase, sold: Sold) -> bytes:
        try:
            cost = self._prices.price(purchase.provider, purchase.model, sold.units)
        except PriceUnknown as error:
            log.warning("counted with the most that it can cost: %s", error.message)
            cost = most
        answer = content_hash(sold.answer)
        # what goes wrong from here on (a full disk, an outage) leaves an answer that is paid
        self._in_hand[answer] = sold.answer
        while len(self._in_hand) > MOST_IN_HAND:
            del self._in_hand[next(iter(self._in_hand))]
        is_ours = await self._book.announce(
            call_id, answer=answer, units=sold.units, cost=cost.micros, basis=cost.basis
        )
        if is_ours:
            await self._answers.put_bytes(sold.answer)
            if await self._book.settle(call_id):
                self._takings.paid(purchase.provider, Outcome.SETTLED, cost.micros)
        self._in_hand.pop(answer, None)
        return sold.answer

    async def _kept(self, answer: str) -> bytes | None:
        try:
            return b"".join([part async for part in self._answers.read(answer)])
        except ArtifactNotFound:
            return None

    @asynccontextmanager
    async def _keeping_alive(self, call_id: UUID) -> AsyncIterator[None]:
        """Others see that the call is under way, for the length of a block."""
        renewing = asyncio.create_task(self._renew(call_id))
        try:
            yield
        finally:
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing

    async def _renew(self, call_id: UUID) -> None:
        while True:
            await asyncio.sleep(self._lease_seconds / 3)
            try:
                await self._book.renew(call_id, self._lease_seconds)
            except DomainError as error:
                log.warning("the call %s isn't renewed: %s", call_id, error.message)
            except Exception:  # whatever it is, the answer that is paid isn't lost for it
                log.exception("the call %s isn't renewed", call_id)


class TillPurse:
    """Pays for one payer out of the till."""

    def __init__(self, till: Till, payer: Payer) -> None:
        self._till = till
        self._payer = payer

    async def buy(self, purchase: Purchase, send: Send) -> bytes:
        """The answer to a purchase, made or kept; see ``Till.buy``."""
        return await self._till.buy(self._payer, purchase, send)


def fingerprint_of(account_id: str, purchase: Purchase) -> str:
    """Name a purchase of an account by all that its answer depends on."""
    return fingerprint(
        "purchase",
        VERSION,
        {
            "account": account_id,
            "provider": purchase.provider,
            "model": purchase.model,
            "service": purchase.service,
            "parts": purchase.parts,
        },
    )


def idempotency_key(name: str) -> str:
    """What a provider knows a purchase by, the same for each repetition."""
    return f"faceless-{name[:48]}"
