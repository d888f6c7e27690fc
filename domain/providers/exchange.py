"""Asking a service over HTTP: the port."""

from collections.abc import Mapping
from typing import Protocol

import msgspec


class Answer(msgspec.Struct, frozen=True):
    """What a service said."""

    status: int
    headers: Mapping[str, str]
    """names in lower case"""
    body: bytes


class Exchange(Protocol):
    """Asks services, within limits of time and size."""

    async def ask(
        self,
        who: str,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """The whole answer, whatever its status; redirects aren't followed.

        Args:
            who: the service, for messages.
            body: JSON.

        Raises:
            ProviderFailed: it can't be reached, takes too long, breaks off, or says too much. No
                message has a header or a query in it.
        """
        ...
