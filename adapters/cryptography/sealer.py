"""AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits for every secret."""

import base64
import binascii
import os
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import SecretUnreadable

FORMAT = "s1."
"""what a sealed secret begins with: another format will begin otherwise"""

NONCE_BYTES = 12
KEY_BYTES = 32
PURPOSE = b"faceless: secrets at rest, 1"


class AesSealer:
    """Encrypts small secrets (port ``Sealer``).

    Args:
        keys: asked for the keys when the first is needed; the first seals, all of them open.
    """

    def __init__(self, keys: Callable[[], Sequence[bytes]]) -> None:
        self._keys = keys
        self._ciphers: list[AESGCM] = []

    def seal(self, secret: bytes, about: str) -> str:
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._all()[0].encrypt(nonce, secret, about.encode())
        return FORMAT + base64.urlsafe_b64encode(nonce + sealed).decode()

    def unseal(self, sealed: str, about: str) -> bytes:
        try:
            if not sealed.startswith(FORMAT):
                raise ValueError(sealed[: len(FORMAT)])
            body = base64.b64decode(sealed.removeprefix(FORMAT), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error) as error:
            raise SecretUnreadable(f"What is kept of {about} is no sealed secret.") from error
        for cipher in self._all():
            try:
                return cipher.decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], about.encode())
            except (InvalidTag, ValueError):
                continue
        raise SecretUnreadable(f"The secret of {about} was encrypted with another SECRET_KEY.")

    def _all(self) -> list[AESGCM]:
        if not self._ciphers:
            self._ciphers = [AESGCM(_derived(key)) for key in self._keys()]
        return self._ciphers


def _derived(key: bytes) -> bytes:
    """A key for this purpose alone, however the given one looks (HKDF, RFC 5869)."""
    derivation = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE)
    return derivation.derive(key)
