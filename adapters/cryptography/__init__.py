"""Secrets at rest, encrypted with AES-256-GCM under keys that the operator sets or a file holds."""

from adapters.cryptography.keys import KEY_FILE, key_of_file
from adapters.cryptography.sealer import AesSealer

__all__ = ["KEY_FILE", "AesSealer", "key_of_file"]
