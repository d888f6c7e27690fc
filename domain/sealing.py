"""Keeping what has to be kept secret and readable: webhooks' secrets, and tokens of channels."""

from typing import Protocol


class Sealer(Protocol):
    """Encrypts small secrets, so that a database, or a backup of it, doesn't give them away."""

    def seal(self, secret: bytes, about: str) -> str:
        """Encrypt ``secret``; ``about`` says whose it is, and is needed again to open it.

        Raises:
            StorageFull: the key can't be written.
            SecretUnreadable: the key can't be read.
        """
        ...

    def unseal(self, sealed: str, about: str) -> bytes:
        """What was sealed under the same ``about``.

        Raises:
            SecretUnreadable: it was sealed with another key, for something else, or was changed.
        """
        ...
