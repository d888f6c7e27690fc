"""Fingerprints: the name of a piece of work, by everything that its outcome depends on.

Resume after a crash, retry after a failure, re-render after an edit and reuse between jobs
are one mechanism: look the fingerprint up before doing the work.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

FORMAT_VERSION = 1
"""raised when the encoding below changes"""


def canonical(value: Any) -> bytes:
    """Encode a value so that equal values give equal bytes: JSON, keys sorted, defaults kept."""
    return msgspec.json.encode(msgspec.to_builtins(value, str_keys=True), order="sorted")


def content_hash(data: bytes) -> str:
    """SHA-256 of ``data`` in hex."""
    return hashlib.sha256(data).hexdigest()


def fingerprint(kind: str, version: int, parts: Mapping[str, Any]) -> str:
    """Name a piece of work of ``kind``, done by ``version`` of its stage, from ``parts``.

    Parts are settings, provider identities and the content hashes of inputs; never the
    fingerprints of inputs, since one fingerprint may have had another outcome elsewhere.
    """
    return content_hash(canonical([FORMAT_VERSION, kind, version, parts]))
