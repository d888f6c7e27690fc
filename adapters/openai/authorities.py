"""Whom TLS trusts."""

import ssl
from functools import cache

import httpx


@cache
def authorities() -> ssl.SSLContext:
    """The authorities that httpx brings, read once: it takes some 50 ms of the event loop."""
    return httpx.create_ssl_context(trust_env=False)
