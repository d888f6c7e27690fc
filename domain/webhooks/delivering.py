"""Delivering: messages are claimed one by one, sent, and what came of it is noted.

At least once: a process that dies between sending and noting leaves a lease that runs out, and
the message is sent again, under the same id. Any number of processes may deliver.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from domain.errors import DomainError
from domain.outbound import Answer, UrlRules, WebClient
from domain.webhooks.model import Attempt, Outcome, Outgoing, message_id
from domain.webhooks.ports import DeliveryStore
from domain.webhooks.schedule import read_retry_after, retry_in
from domain.webhooks.service import SecretBook, account_secret, webhook_secret
from domain.webhooks.signing import signed_headers

log = logging.getLogger(__name__)

LEASE_SECONDS = 60.0
"""well beyond the time that an attempt can take"""

SLOTS = 16
"""messages that one process sends at the same time"""

SLOTS_OF_ACCOUNT = 8
"""of one account: however slow all of its receivers are, others have their turn"""

OK_FROM, OK_BELOW = 200, 300
GONE = 410


class Courier:
    """Delivers what is in the outbox."""

    def __init__(
        self,
        store: DeliveryStore,
        secrets: SecretBook,
        rules: UrlRules,
        client: WebClient,
        *,
        clock: Callable[[], float],
        random: Callable[[], float],
    ) -> None:
        """``clock``: seconds since 1970; ``random`` draws from 0 to 1."""
        self._store = store
        self._secrets = secrets
        self._rules = rules
        self._client = client
        self._clock = clock
        self._random = random
        self._under_way: dict[asyncio.Task[None], str] = {}

    async def run_forever(self, poll_seconds: float) -> None:
        """Deliver until cancelled; then what wasn't sent to its end is given back."""
        try:
            while True:
                outgoing = await self._next()
                if outgoing is not None:
                    task = asyncio.create_task(self.deliver(outgoing))
                    self._under_way[task] = outgoing.account_id
                    task.add_done_callback(self._under_way.pop)
                elif self._under_way:
                    await asyncio.wait(
                        self._under_way,
                        timeout=poll_seconds,
                        return_when=asyncio.FIRST_COMPLETED,
                    )
                else:
                    await asyncio.sleep(poll_seconds)
        finally:
            for task in self._under_way:
                task.cancel()
            if self._under_way:
                await asyncio.wait(set(self._under_way))

    async def deliver_next(self) -> bool:
        """Deliver one message to its end; False when none is due."""
        outgoing = await self._store.claim(LEASE_SECONDS)
        if outgoing is None:
            return False
        await self.deliver(outgoing)
        return True

    async def _next(self) -> Outgoing | None:
        if len(self._under_way) >= SLOTS:
            return None
        counts = Counter(self._under_way.values())
        busy = [account for account, count in counts.items() if count >= SLOTS_OF_ACCOUNT]
        try:
            return await self._store.claim(LEASE_SECONDS, busy)
        except DomainError as error:
            log.warning("webhooks can't be delivered now: %s", error.message)
        except Exception:
            log.exception("a look for webhooks to be delivered failed")
        return None

    async def deliver(self, outgoing: Outgoing) -> None:
        """Send a claimed message, and note what came of it."""
        try:
            outcome = await self._attempt(outgoing)
        except asyncio.CancelledError:
            await self._give_back(outgoing)
            raise
        if outcome.attempt.error:
            # neither the URL nor the body: there may be secrets in them
            log.info(
                "a webhook's message wasn't delivered: %s",
                outcome.attempt.status or "no answer",
                extra={"delivery_id": str(outgoing.id), "account_id": outgoing.account_id},
            )
        try:
            await self._store.record(outgoing, outcome)
        except Exception:  # it's sent again when the lease has run out
            log.exception("what became of a webhook's message can't be noted")

    async def _attempt(self, outgoing: Outgoing) -> Outcome:
        at = self._clock()
        answer: Answer | None = None
        error = ""
        try:
            answer = await self._send(outgoing, int(at))
        except DomainError as failure:
            error = failure.message
        except Exception:
            log.exception("a webhook's message can't be sent")
            error = "Something went wrong inside the server; its log says what."
        else:
            if not OK_FROM <= answer.status < OK_BELOW:
                error = f"The receiver answered {answer.status}, not 2xx."
        attempt = Attempt(
            at=datetime.fromtimestamp(at, UTC),
            seconds=round(max(0.0, self._clock() - at), 3),
            status=None if answer is None else answer.status,
            error=error,
        )
        if not error:
            return Outcome(attempt=attempt, is_delivered=True)
        if attempt.status == GONE:
            return Outcome(attempt=attempt, is_gone=True)
        asked = None
        if answer is not None and "retry-after" in answer.headers:
            asked = read_retry_after(answer.headers["retry-after"], attempt.at)
        return Outcome(attempt=attempt, retry_in=retry_in(outgoing.tries + 1, asked, self._random))

    async def _send(self, outgoing: Outgoing, timestamp: int) -> Answer:
        kept = outgoing.secrets
        if outgoing.webhook_id is None:
            about = account_secret(outgoing.account_id)
            kept = kept or await self._secrets.of_account(outgoing.account_id)
        else:
            about = webhook_secret(outgoing.account_id, outgoing.webhook_id)
        assert kept is not None, "a webhook has a secret"
        secrets = self._secrets.opened(kept, about)
        signed = signed_headers(message_id(outgoing.id), timestamp, outgoing.payload, secrets)
        headers = {"content-type": "application/json", **signed}
        return await self._client.post(self._rules.check(outgoing.url), headers, outgoing.payload)

    async def _give_back(self, outgoing: Outgoing) -> None:
        try:
            await self._store.release(outgoing)
        except Exception as error:  # its lease runs out
            log.warning("a webhook's message can't be given back: %s", error)
