"""Connections to hosts that users name: looked up once, checked, and made to what was checked.

Between a check of a name and a connection by that name, its owner could let it lead elsewhere
(DNS rebinding). So the connection is made to the address; only TLS and the header Host go by
the name.
"""

import asyncio
import time
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any

import httpcore

from domain.errors import UrlUnreachable
from domain.outbound import Resolver, UrlRules

TRIED_ADDRESSES = 4
"""of those that a name has"""


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to hosts, if all that they lead to is allowed."""

    def __init__(self, rules: UrlRules, resolver: Resolver) -> None:
        self._rules = rules
        self._resolver = resolver
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect within ``timeout`` seconds, the look-up among them.

        Raises:
            UrlForbidden, UrlUnreachable
        """
        ends = None if timeout is None else time.monotonic() + timeout
        try:
            async with asyncio.timeout(timeout):
                found = await self._addresses(host)
        except TimeoutError as error:
            raise UrlUnreachable(f"Nobody says where {host} is.") from error
        failure: Exception | None = None
        for address in found[:TRIED_ADDRESSES]:
            left = None if ends is None else max(0.0, ends - time.monotonic())
            try:
                return await self._backend.connect_tcp(
                    address, port, left, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        why = "in time" if isinstance(failure, httpcore.ConnectTimeout) else "at all"
        raise UrlUnreachable(f"{host} takes no connection on port {port} {why}.") from failure

    async def _addresses(self, host: str) -> list[str]:
        try:
            found = [str(ip_address(host))]
        except ValueError:
            found = await self._resolver.resolve(host)
        return [str(address) for address in self._rules.check_addresses(host, found)]

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - httpcore's
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        raise UrlUnreachable(f"{path} is no address on the internet.")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
