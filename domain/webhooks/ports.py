"""What webhooks need from outside: where they are kept, and the outbox of their messages.

Messages of jobs are put into the outbox by the store of jobs, in the very transaction that moves
a job: none is lost, and none tells of what didn't happen.

What is given ``once`` also raises AnsweredBefore and IdempotencyKeyReused.
"""

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from domain.jobs.ports import Page
from domain.once import Once
from domain.webhooks.model import (
    Changes,
    Delivery,
    DeliverySelection,
    NewWebhook,
    Outcome,
    Outgoing,
    SealedSecrets,
    Webhook,
)


class WebhookStore(Protocol):
    """Keeps webhooks and the secrets of accounts. Another account's are as if they weren't."""

    async def add(self, new: NewWebhook, most: int, once: Once[Webhook] | None = None) -> Webhook:
        """Keep a webhook.

        Raises:
            TooManyWebhooks: the account has ``most`` already.
        """
        ...

    async def get(self, account_id: str, webhook_id: UUID) -> Webhook:
        """One webhook.

        Raises:
            WebhookNotFound
        """
        ...

    async def listing(self, account_id: str) -> list[Webhook]:
        """All of an account's, newest first."""
        ...

    async def change(self, account_id: str, webhook_id: UUID, changes: Changes) -> Webhook:
        """Change some of it; whoever enables it wipes out why it was disabled, and whoever
        disables it gives up what waits to be sent to it.

        Raises:
            WebhookNotFound
        """
        ...

    async def remove(self, account_id: str, webhook_id: UUID) -> None:
        """Remove it with all of its messages.

        Raises:
            WebhookNotFound
        """
        ...

    async def rotate(
        self,
        account_id: str,
        webhook_id: UUID,
        sealed: str,
        keep_seconds: float,
        once: Once[Webhook] | None = None,
    ) -> Webhook:
        """Sign with another secret; that of before goes on signing for ``keep_seconds``.

        Raises:
            WebhookNotFound
        """
        ...

    async def latest_secret(self) -> tuple[str, UUID, str] | None:
        """Of the webhook that was made last, of whichever account: account, id and secret."""
        ...

    async def secrets_of(self, account_id: str) -> SealedSecrets | None:
        """The account's own secrets, which sign what goes to the URLs of requests."""
        ...

    async def first_secret(self, account_id: str, sealed: str) -> SealedSecrets:
        """Keep the account's secret unless it has one; answers what it has."""
        ...

    async def rotate_account(
        self,
        account_id: str,
        sealed: str,
        keep_seconds: float,
        once: Once[SealedSecrets] | None = None,
    ) -> SealedSecrets:
        """As ``rotate``, for the account's own secret; its first one, if it has none."""
        ...


class DeliveryStore(Protocol):
    """The outbox, and the log of what became of the messages. Times are the database's."""

    async def add_test(
        self,
        account_id: str,
        webhook_id: UUID,
        delivery_id: UUID,
        once: Once[Delivery] | None = None,
    ) -> Delivery:
        """Put a message into the outbox that only says that it's a test.

        Raises:
            WebhookNotFound
        """
        ...

    async def page(
        self,
        account_id: str,
        selection: DeliverySelection,
        *,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Delivery]:
        """A page of those selected.

        Raises:
            WebhookNotFound: the selection names a webhook that isn't there.
            InvalidRequest: at ``/cursor``.
        """
        ...

    async def resend(
        self,
        account_id: str,
        delivery_id: UUID,
        webhook_id: UUID | None = None,
        once: Once[Delivery] | None = None,
    ) -> Delivery:
        """Let a message be sent now, whatever became of it, under its id; its schedule begins
        anew. One that is being sent right now stays as it is.

        Raises:
            DeliveryNotFound: also if it's another webhook's than the one that is named.
        """
        ...

    async def claim(self, lease_seconds: float, busy: Collection[str] = ()) -> Outgoing | None:
        """The due message that goes first, for ``lease_seconds`` nobody else's; of each target
        one at a time, and none of the accounts that are ``busy``."""
        ...

    async def record(self, outgoing: Outgoing, outcome: Outcome) -> None:
        """Note an attempt and what follows from it; nothing, if the lease was lost.

        A receiver that is gone, or has failed for ``DISABLE_AFTER_SECONDS``, is told nothing
        more: its webhook is disabled, with a note, and its other messages have failed.
        """
        ...

    async def release(self, outgoing: Outgoing) -> None:
        """Give a message back that wasn't sent to its end."""
        ...
