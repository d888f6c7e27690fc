"""The use cases of webhooks: make, change, rotate, try out, look at what was delivered.

What is given ``once`` also raises AnsweredBefore and IdempotencyKeyReused.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import msgspec

from domain.errors import FieldError, InvalidRequest, SecretUnreadable, UrlForbidden
from domain.jobs.ports import Page
from domain.once import Once, telling
from domain.outbound import UrlRules
from domain.sealing import Sealer
from domain.webhooks.model import (
    KEEP_OLD_SECONDS,
    MAX_WEBHOOKS,
    SUBSCRIBABLE,
    Changes,
    Delivery,
    DeliverySelection,
    EventType,
    NewWebhook,
    SealedSecrets,
    Webhook,
)
from domain.webhooks.ports import DeliveryStore, WebhookStore
from domain.webhooks.signing import SECRET_BYTES, secret_text

MAX_DESCRIPTION = 200


class NewSecret(msgspec.Struct, frozen=True):
    """A webhook and its new secret, which is shown only now."""

    secret: str
    """`whsec_...`: what the receiver checks signatures with"""
    webhook: Webhook


class AccountSecret(msgspec.Struct, frozen=True):
    """What signs the messages to the `webhook_url` of requests."""

    secret: str
    """`whsec_...`"""
    previous_secret_until: datetime | None
    """until then messages are signed with the secret before the last rotation as well"""


class SecretBook:
    """Makes secrets, and opens those that are kept."""

    def __init__(
        self, store: WebhookStore, sealer: Sealer, *, draw: Callable[[int], bytes]
    ) -> None:
        """``draw``: so many random bytes."""
        self._store = store
        self._sealer = sealer
        self._draw = draw

    def new(self, about: str) -> tuple[bytes, str]:
        """A new secret, and how it's kept."""
        secret = self._draw(SECRET_BYTES)
        return secret, self._sealer.seal(secret, about)

    def opened(self, sealed: SealedSecrets, about: str) -> list[bytes]:
        """The secrets that sign now, the newest first.

        Raises:
            SecretUnreadable: the newest can't be opened.
        """
        secrets = [self._sealer.unseal(sealed.newest, about)]
        if sealed.previous is not None:
            try:
                secrets.append(self._sealer.unseal(sealed.previous, about))
            except SecretUnreadable:
                return secrets  # it was rotated away because nobody can read it any more
        return secrets

    async def check(self) -> None:
        """See whether this process can read what is kept.

        Raises:
            SecretUnreadable: it has another key than whoever made the latest webhook.
        """
        latest = await self._store.latest_secret()
        if latest is not None:
            account_id, webhook_id, sealed = latest
            self._sealer.unseal(sealed, webhook_secret(account_id, webhook_id))

    async def of_account(self, account_id: str) -> SealedSecrets:
        """The account's secrets; one is made if it has none."""
        found = await self._store.secrets_of(account_id)
        if found is not None:
            return found
        _, sealed = self.new(account_secret(account_id))
        return await self._store.first_secret(account_id, sealed)


class Webhooks:
    """What the owners of webhooks do."""

    def __init__(
        self,
        store: WebhookStore,
        deliveries: DeliveryStore,
        secrets: SecretBook,
        sealer: Sealer,
        rules: UrlRules,
        *,
        new_id: Callable[[], UUID],
    ) -> None:
        self._store = store
        self._deliveries = deliveries
        self._secrets = secrets
        self._sealer = sealer
        self._rules = rules
        self._new_id = new_id

    async def create(
        self,
        account_id: str,
        url: str,
        events: list[EventType],
        description: str,
        *,
        once: Once[NewSecret] | None = None,
    ) -> NewSecret:
        """Make a webhook with a secret of its own.

        Raises:
            UrlForbidden, InvalidRequest, TooManyWebhooks
        """
        self._check(url, events, description)
        webhook_id = self._new_id()
        secret, sealed = self._secrets.new(webhook_secret(account_id, webhook_id))
        new = NewWebhook(
            id=webhook_id,
            account_id=account_id,
            url=url,
            events=_in_order(events),
            description=description.strip(),
            sealed_secret=sealed,
        )
        shown = secret_text(secret)
        kept: Once[Webhook] | None = telling(once, lambda webhook: NewSecret(shown, webhook))
        return NewSecret(shown, await self._store.add(new, MAX_WEBHOOKS, kept))

    async def get(self, account_id: str, webhook_id: UUID) -> Webhook:
        """One webhook.

        Raises:
            WebhookNotFound
        """
        return await self._store.get(account_id, webhook_id)

    async def listing(self, account_id: str) -> list[Webhook]:
        """All webhooks of an account, newest first."""
        return await self._store.listing(account_id)

    async def change(self, account_id: str, webhook_id: UUID, changes: Changes) -> Webhook:
        """Change some of a webhook.

        Raises:
            WebhookNotFound, UrlForbidden, InvalidRequest
        """
        self._check(changes.url, changes.events or [], changes.description or "")
        if changes.events is not None:
            changes = msgspec.structs.replace(changes, events=_in_order(changes.events))
        return await self._store.change(account_id, webhook_id, changes)

    async def remove(self, account_id: str, webhook_id: UUID) -> None:
        """Remove a webhook and its messages.

        Raises:
            WebhookNotFound
        """
        await self._store.remove(account_id, webhook_id)

    async def rotate(
        self, account_id: str, webhook_id: UUID, *, once: Once[NewSecret] | None = None
    ) -> NewSecret:
        """Give a webhook a new secret; for a day messages carry the old one's signature as well.

        Raises:
            WebhookNotFound
        """
        secret, sealed = self._secrets.new(webhook_secret(account_id, webhook_id))
        shown = secret_text(secret)
        kept: Once[Webhook] | None = telling(once, lambda webhook: NewSecret(shown, webhook))
        rotated = await self._store.rotate(account_id, webhook_id, sealed, KEEP_OLD_SECONDS, kept)
        return NewSecret(shown, rotated)

    async def account_secret(self, account_id: str) -> AccountSecret:
        """The account's own secret; made when it's first asked for.

        Raises:
            SecretUnreadable
        """
        return self._shown(account_id, await self._secrets.of_account(account_id))

    async def rotate_account_secret(
        self, account_id: str, *, once: Once[AccountSecret] | None = None
    ) -> AccountSecret:
        """Give the account another secret; for a day the old one signs as well."""
        _, sealed = self._secrets.new(account_secret(account_id))
        kept: Once[SealedSecrets] | None = telling(
            once, lambda secrets: self._shown(account_id, secrets)
        )
        rotated = await self._store.rotate_account(account_id, sealed, KEEP_OLD_SECONDS, kept)
        return self._shown(account_id, rotated)

    async def test(
        self, account_id: str, webhook_id: UUID, *, once: Once[Delivery] | None = None
    ) -> Delivery:
        """Send a message that says that it's a test.

        Raises:
            WebhookNotFound
        """
        return await self._deliveries.add_test(account_id, webhook_id, self._new_id(), once)

    async def deliveries(
        self, account_id: str, selection: DeliverySelection, *, cursor: str | None, limit: int
    ) -> Page[Delivery]:
        """A page of messages and what became of them.

        Raises:
            WebhookNotFound, InvalidRequest
        """
        return await self._deliveries.page(account_id, selection, cursor=cursor, limit=limit)

    async def resend(
        self,
        account_id: str,
        delivery_id: UUID,
        webhook_id: UUID | None = None,
        *,
        once: Once[Delivery] | None = None,
    ) -> Delivery:
        """Send a message again.

        Raises:
            DeliveryNotFound
        """
        return await self._deliveries.resend(account_id, delivery_id, webhook_id, once)

    def _shown(self, account_id: str, kept: SealedSecrets) -> AccountSecret:
        secret = self._sealer.unseal(kept.newest, account_secret(account_id))
        return AccountSecret(secret_text(secret), kept.previous_until)

    def _check(self, url: str | None, events: list[EventType], description: str) -> None:
        wrong = [
            FieldError(
                f"/events/{number}",
                f"{event} isn't sent by itself",
                "not_a_choice",
                f"Take some of {', '.join(SUBSCRIBABLE)}, or leave it out for all of them.",
            )
            for number, event in enumerate(events)
            if event not in SUBSCRIBABLE
        ]
        if len(description) > MAX_DESCRIPTION or not description.isprintable():
            message = f"must have at most {MAX_DESCRIPTION} printable characters"
            hint = "Put it on one line, and shorten it."
            wrong.append(FieldError("/description", message, "invalid", hint))
        if url is not None:
            try:
                self._rules.check(url)
            except UrlForbidden as error:
                error.details["pointer"] = "/url"
                if not wrong:
                    raise
                wrong.insert(0, FieldError("/url", error.message, error.code, error.hint_text))
        if wrong:
            raise InvalidRequest(wrong)


def webhook_secret(account_id: str, webhook_id: UUID) -> str:
    """Under what a webhook's secret is sealed: it opens nowhere else."""
    return f"webhook {webhook_id} of account {account_id}"


def account_secret(account_id: str) -> str:
    """The same of an account's own secret."""
    return f"webhooks of account {account_id}"


def _in_order(events: list[EventType]) -> list[EventType]:
    return [event for event in SUBSCRIBABLE if event in events]
