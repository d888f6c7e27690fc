"""Questions to the API: kept for a day, within the limit that its answers tell.

https://www.pexels.com/api/documentation/
"""

import asyncio
import contextlib
import hashlib
import ssl
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeVar
from urllib.parse import urlencode

import httpx

from domain.generation.stock import AnswerShelf
from domain.providers.answers import RateWindow, failed_answer
from domain.providers.failures import ProviderFailed, Verdict

T = TypeVar("T")

PROVIDER = "pexels"
BASE_URL = "https://api.pexels.com"
USER_AGENT = "faceless"
CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 20.0
MAX_ANSWER_BYTES = 4_000_000
OK, TOO_MANY = 200, 429
HINT = "Check the keys in PEXELS_API_KEY; https://www.pexels.com/api/ gives them out."


class PexelsClient:
    """Asks with one key."""

    def __init__(self, key: str, shelf: AnswerShelf, base_url: str, total_seconds: float) -> None:
        self._headers = {"authorization": key, "user-agent": USER_AGENT}
        self._shelf = shelf
        self._base_url = base_url.rstrip("/")
        self._total_seconds = total_seconds
        self._window = RateWindow(PROVIDER, time.monotonic)

    async def get(self, path: str, params: Mapping[str, str], read: Callable[[bytes], T]) -> T:
        """What ``read`` makes of an answer's body; one that was kept costs no request.

        An answer that can't be read isn't kept.

        Raises:
            ProviderFailed: also as ``read`` raises it.
        """
        question = f"{self._base_url}{path}?{urlencode(sorted(params.items()))}"
        tag = hashlib.sha256(question.encode()).hexdigest()
        if (kept := await self._shelf.get(tag)) is not None:
            with contextlib.suppress(ProviderFailed):  # somebody has damaged it
                return read(kept)
        self._window.check()
        answer = await self._ask(question)
        found = read(answer)
        await self._shelf.put(tag, answer)
        return found

    async def _ask(self, question: str) -> bytes:
        timeout = httpx.Timeout(self._total_seconds, connect=CONNECT_SECONDS)
        try:
            async with (
                asyncio.timeout(self._total_seconds),
                httpx.AsyncClient(
                    timeout=timeout,
                    verify=_authorities(),
                    trust_env=False,
                    follow_redirects=False,
                ) as client,
                client.stream("GET", question, headers=self._headers) as response,
            ):
                self._note_limit(response.headers)
                body = await _body(response)
        except (httpx.TimeoutException, TimeoutError) as error:
            raise ProviderFailed(
                f"{PROVIDER} didn't answer within {self._total_seconds:g} s.", Verdict.RETRY
            ) from error
        except httpx.HTTPError as error:
            raise ProviderFailed(
                f"The connection to {PROVIDER} failed: {error or type(error).__name__}.",
                Verdict.RETRY,
            ) from error
        if response.status_code != OK:
            if response.status_code == TOO_MANY:
                self._window.check()  # knows how long, where the answer has said it
            raise failed_answer(
                PROVIDER, response.status_code, response.headers, time.time(), key_hint=HINT
            )
        return body

    def _note_limit(self, headers: Mapping[str, str]) -> None:
        """X-Ratelimit-Reset is the moment, in seconds since 1970, at which the period is over."""
        reset = headers.get("x-ratelimit-reset", "").strip()
        left = float(reset) - time.time() if reset.isdecimal() else None
        self._window.told(headers.get("x-ratelimit-remaining", ""), left)


@cache
def _authorities() -> ssl.SSLContext:
    """Whom TLS trusts, read once: it takes 50 ms, which httpx would spend on every client."""
    return httpx.create_ssl_context(trust_env=False)


async def _body(response: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > MAX_ANSWER_BYTES:
            raise ProviderFailed(
                f"{PROVIDER} answered more than {MAX_ANSWER_BYTES:,} bytes.", Verdict.NEXT
            )
    return bytes(body)
