"""The ``Exchange``: one request, one answer, with an end to both its time and its size."""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache

import httpx

from domain.providers.exchange import Answer
from domain.providers.failures import ProviderFailed, Verdict

CONNECT_SECONDS = 10.0
SECONDS = 120.0
"""for everything, however slowly it drips"""
MAX_BYTES = 64 * 1024 * 1024


class HttpxExchange:
    """Asks services at addresses that the operator has set; proxies of the environment don't count.

    Args:
        seconds: the longest that a request and its answer may take together.
        max_bytes: the largest answer.
    """

    def __init__(self, *, seconds: float = SECONDS, max_bytes: int = MAX_BYTES) -> None:
        self._seconds = seconds
        self._max_bytes = max_bytes

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
        """The whole answer; see the port."""
        sent = {**(headers or {}), **({"content-type": "application/json"} if body else {})}
        tls = _authorities()  # before the time begins
        is_sent = False
        try:
            async with (
                asyncio.timeout(self._seconds),
                httpx.AsyncClient(
                    verify=tls,
                    trust_env=False,
                    follow_redirects=False,
                    timeout=httpx.Timeout(self._seconds, connect=CONNECT_SECONDS),
                ) as client,
            ):
                request = client.build_request(
                    method, url, headers=sent, params=dict(query) if query else None, content=body
                )
                is_sent = True
                answer = await client.send(request, stream=True)
                try:
                    return Answer(
                        answer.status_code,
                        {name.lower(): value for name, value in answer.headers.items()},
                        await self._body(who, answer),
                    )
                finally:
                    await answer.aclose()
        except UnicodeError as error:
            raise ProviderFailed(
                f"The key or the address that is set for {who} has characters that can't be sent.",
                Verdict.BLOCKED,
            ) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise ProviderFailed(
                f"The address that is set for {who} is none: {error}", Verdict.BLOCKED
            ) from error
        except httpx.LocalProtocolError as error:
            # its words repeat the header: it may be the one with the key
            raise ProviderFailed(
                f"A request to {who} can't be sent: a header has characters that none may have.",
                Verdict.BLOCKED,
                hint="See whether the key that is set has been copied as it is.",
            ) from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ProviderFailed(
                f"{who} can't be reached: {_words(error)}.", Verdict.RETRY
            ) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise ProviderFailed(
                f"{who} didn't answer within {self._seconds:g} s.",
                Verdict.RETRY,
                is_charged=None if is_sent else False,
            ) from error
        except httpx.HTTPError as error:
            raise ProviderFailed(
                f"The connection to {who} broke off: {_words(error)}.",
                Verdict.RETRY,
                is_charged=None,
            ) from error

    async def _body(self, who: str, answer: httpx.Response) -> bytes:
        pieces = bytearray()
        async for piece in answer.aiter_bytes():
            pieces += piece
            if len(pieces) > self._max_bytes:
                raise ProviderFailed(
                    f"{who} sent more than {self._max_bytes:,} bytes.",
                    Verdict.NEXT,
                    is_charged=None,
                )
        return bytes(pieces)


@cache
def _authorities() -> ssl.SSLContext:
    """Whom TLS trusts, read once: it takes 50 ms, which httpx would spend on every client."""
    return httpx.create_ssl_context(trust_env=False)


def _words(error: Exception) -> str:
    """An error in words: what it says, else its kind. It never has the request in it."""
    return (str(error) or type(error).__name__).rstrip(".")
