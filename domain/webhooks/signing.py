"""Secrets and signatures, as Standard Webhooks has them."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

PREFIX = "whsec_"
SECRET_BYTES = 32
"""the specification asks for 24 to 64"""


def secret_text(secret: bytes) -> str:
    """How a secret is shown: ``whsec_`` and its bytes in base64."""
    return PREFIX + base64.b64encode(secret).decode()


def signed_headers(
    message_id: str, timestamp: int, body: bytes, secrets: Sequence[bytes]
) -> Mapping[str, str]:
    """The three headers of a message: id, time of the attempt (seconds since 1970), signatures.

    There is one signature for each secret, so that a receiver that knows any of them can check.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    signatures = [
        base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode() for secret in secrets
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
