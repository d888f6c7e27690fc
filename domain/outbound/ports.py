"""What it takes to ask a server that a user named."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from domain.outbound.urls import WebUrl


class Answer(msgspec.Struct, frozen=True):
    """What a server answered; of its body nothing was read."""

    status: int
    headers: dict[str, str]
    """by names in lower case; of several of one name the last"""


class Fetched(msgspec.Struct, frozen=True):
    """What was found at an address."""

    url: str
    """where it was found in the end"""
    content_type: str
    body: bytes


class Resolver(Protocol):
    """Knows at which addresses a name is."""

    async def resolve(self, host: str) -> list[str]:
        """The addresses of ``host``, IPv4 and IPv6, the preferred first.

        Raises:
            UrlUnreachable: there is no such name, or nobody who knows answers.
        """
        ...


class WebClient(Protocol):
    """Asks servers that users named, and none but at addresses that ``UrlRules`` allow.

    A name is looked up once for each connection, and the connection goes to the very address
    that was checked. Cookies, proxies of the environment and passwords are never sent.
    """

    async def post(self, url: WebUrl, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send ``body``; redirects aren't followed.

        Raises:
            UrlForbidden: the host is at an address that may not be asked.
            UrlUnreachable: no answer came, or not in time.
        """
        ...

    async def get(self, url: str, *, max_bytes: int) -> Fetched:
        """Fetch what is at ``url``, following redirects, each of which is checked as the first.

        Raises:
            UrlForbidden: the URL, or one that it leads to, may not be asked.
            UrlUnreachable: no answer came, another than 200, or more than ``max_bytes``.
        """
        ...


class SourceClient(WebClient, Protocol):
    """A client for what is read into videos, at addresses that ``SourceRules`` allow."""
