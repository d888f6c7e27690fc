"""What keys need from outside: a store."""

from typing import Protocol

from domain.access.model import Key, NewKey, StoredKey
from domain.once import Once


class KeyStore(Protocol):
    """Keeps keys, and of their secrets only hashes. All its times are its own clock's."""

    async def add(self, key: NewKey, once: Once[Key] | None = None) -> Key:
        """Keep a key.

        Raises:
            AnsweredBefore, IdempotencyKeyReused: only with ``once``.
        """
        ...

    async def add_first(self, key: NewKey) -> Key | None:
        """Keep a key if there has never been one, of any account; None if there has.

        Of several that ask at the same time, one gets its key.
        """
        ...

    async def find(self, key_id: str) -> StoredKey | None:
        """A key of any account, whether it's still good or not."""
        ...

    async def listing(self, account_id: str | None = None) -> list[Key]:
        """Every key of an account (None: of all of them), newest first."""
        ...

    async def revoke(self, key_id: str, account_id: str | None = None) -> Key:
        """Make a key useless for ever; one that is already stays as it was.

        Raises:
            KeyNotFound: there is none, or it is of another account than ``account_id``.
        """
        ...

    async def note_use(self, key_id: str) -> None:
        """Note that a key was used now."""
        ...
