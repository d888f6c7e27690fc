"""Sending and fetching, within limits of time and size.

Not httpx, whose defaults follow the environment's proxies, redirects and cookies: here nothing
has to be switched off, and everything that is sent stands below.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from urllib.parse import urldefrag, urljoin

import certifi
import httpcore

from adapters.httpcore.network import GuardedNetwork
from domain.errors import UrlUnreachable
from domain.outbound import Answer, Fetched, Resolver, UrlRules, WebUrl

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
"""for sending to a webhook: the specification recommends 15 to 30"""
FETCH_SECONDS = 60.0
HOPS = 5
"""redirects that are followed"""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
OK = 200
USER_AGENT = "faceless"


class GuardedClient:
    """Asks servers that users named (port ``WebClient``).

    Args:
        ssl_context: whom TLS trusts; the certificate authorities of browsers, if absent.
        total_seconds: from the look-up to the answer's status.
    """

    def __init__(
        self,
        rules: UrlRules,
        resolver: Resolver,
        *,
        ssl_context: ssl.SSLContext | None = None,
        connect_seconds: float = CONNECT_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
        fetch_seconds: float = FETCH_SECONDS,
    ) -> None:
        self._rules = rules
        self._network = GuardedNetwork(rules, resolver)
        self._ssl = ssl_context or browsers_authorities()
        self._connect = connect_seconds
        self._total = total_seconds
        self._fetch = fetch_seconds

    async def post(self, url: WebUrl, headers: Mapping[str, str], body: bytes) -> Answer:
        with_length = {**headers, "content-length": str(len(body))}
        async with self._asked("POST", url, with_length, body, self._total) as response:
            return Answer(response.status, _headers(response))

    async def get(self, url: str, *, max_bytes: int) -> Fetched:
        wanted = {"accept-encoding": "identity"}  # no bomb can be hidden in what isn't unpacked
        for _ in range(HOPS + 1):
            checked = self._rules.check(url)
            async with self._asked("GET", checked, wanted, None, self._fetch) as response:
                headers = _headers(response)
                if response.status not in REDIRECTS or "location" not in headers:
                    _check_fetched(response.status, headers, checked, max_bytes)
                    body = await _read(response, checked, max_bytes)
                    return Fetched(url, headers.get("content-type", ""), body)
            # a fragment is the reader's own matter, and no part of what is asked for
            url = urldefrag(urljoin(url, headers["location"])).url
        raise UrlUnreachable(f"{url} leads on and on: more than {HOPS} redirects.")

    @asynccontextmanager
    async def _asked(
        self,
        method: str,
        url: WebUrl,
        headers: Mapping[str, str],
        body: bytes | None,
        seconds: float,
    ) -> AsyncIterator[httpcore.Response]:
        """The answer to a request, for the length of a block; nothing of its body is read yet."""
        all_headers = {
            "host": url.authority,
            "user-agent": USER_AGENT,
            "connection": "close",
            **headers,
        }
        limits = {"connect": self._connect, "read": seconds, "write": seconds, "pool": seconds}
        address = httpcore.URL(
            scheme=url.scheme.encode(),
            host=url.host.encode(),
            port=url.port,
            target=url.target.encode(),
        )
        try:
            async with (
                asyncio.timeout(seconds),
                # one for each request: whoever is slow holds up nobody else's
                httpcore.AsyncConnectionPool(
                    ssl_context=self._ssl, network_backend=self._network
                ) as pool,
                pool.stream(
                    method,
                    address,
                    headers=list(all_headers.items()),
                    content=body,
                    extensions={"timeout": limits},
                ) as response,
            ):
                yield response
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise UrlUnreachable(f"{url.host} didn't answer within {seconds:g} seconds.") from error
        except httpcore.NetworkError as error:
            raise UrlUnreachable(f"The connection to {url.host} failed: {error}") from error
        except (httpcore.ProtocolError, ssl.SSLError, OSError) as error:
            raise UrlUnreachable(f"{url.host} doesn't speak HTTP: {error}") from error


@cache
def browsers_authorities() -> ssl.SSLContext:
    """Trusts the certificate authorities of browsers and those of the system.

    Made once: to read them takes 50 ms of the event loop, which httpcore would spend on every
    connection.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _headers(response: httpcore.Response) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers
    }


def _check_fetched(status: int, headers: Mapping[str, str], url: WebUrl, max_bytes: int) -> None:
    if status != OK:
        raise UrlUnreachable(f"{url.text} answered {status}, not {OK}.")
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise UrlUnreachable(f"{url.text} answered in an encoding that nobody asked for.")
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > max_bytes:
        raise _too_large(url, max_bytes)


async def _read(response: httpcore.Response, url: WebUrl, max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_stream():
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(url, max_bytes)
    return bytes(body)


def _too_large(url: WebUrl, max_bytes: int) -> UrlUnreachable:
    return UrlUnreachable(f"{url.text} is larger than {max_bytes:,} bytes.")
