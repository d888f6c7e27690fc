"""Questions to the API: kept for a day, as it demands, within the limit that its answers tell.

https://pixabay.com/api/docs/
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

PROVIDER = "pixabay"
BASE_URL = "https://pixabay.com"
USER_AGENT = "faceless"
CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 20.0
MAX_ANSWER_BYTES = 4_000_000
OK, WRONG, TOO_MANY = 200, 400, 429
HINT = "Check the keys in PIXABAY_API_KEY; https://pixabay.com/api/docs/ shows yours."


class PixabayClient:
    """Asks with one key, which the API wants in the address: no address gets into a message."""

    def __init__(self, key: str, shelf: AnswerShelf, base_url: str, total_seconds: float) -> None:
        self._key = key
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
        answer = await self._ask(f"{question}&{urlencode({'key': self._key})}")
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
                client.stream("GET", question, headers={"user-agent": USER_AGENT}) as response,
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
        if response.status_code == WRONG and b"api key" in body.lower():
            raise ProviderFailed(f"{PROVIDER} knows no such key.", Verdict.BLOCKED, hint=HINT)
        if response.status_code != OK:
            if response.status_code == TOO_MANY:
                self._window.check()  # knows how long, where the answer has said it
            raise failed_answer(
                PROVIDER, response.status_code, response.headers, time.time(), key_hint=HINT
            )
        return body

    def _note_limit(self, headers: Mapping[str, str]) -> None:
        """X-RateLimit-Reset is in seconds from now."""
        reset = headers.get("x-ratelimit-reset", "").strip()
        self._window.told(
            headers.get("x-ratelimit-remaining", ""), float(reset) if reset.isdecimal() else None
        )


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
