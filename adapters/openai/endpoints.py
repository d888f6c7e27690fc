"""Addresses of endpoints: a base, which may have a query, and the paths behind it."""

import httpx


def address_of(base_url: str, path: str) -> str:
    """Where a resource of an endpoint is; a query of the base (Azure's api-version) stays."""
    base = httpx.URL(base_url)
    return str(base.copy_with(path=base.path.rstrip("/") + path))


def without_secrets(url: str) -> str:
    """An address as it may be read by everybody: without user, password and query, where some put
    a key. It names an endpoint in fingerprints, too, which a new key is not to change."""
    plain = httpx.URL(url).copy_with(query=None, username="", password="")
    return str(plain).rstrip("/")
