"""One call of ``/images/generations``, and what its answer comes to.

https://platform.openai.com/docs/api-reference/images/create
"""

import asyncio
import base64
import time
from typing import Any

import httpx
import msgspec

from adapters.openai.authorities import authorities
from adapters.openai.failures import failure_of, read_trouble
from domain.providers.failures import ProviderFailed, Verdict

CONNECT_SECONDS = 10.0
TOTAL_SECONDS = 180.0
"""large pictures take a minute and more"""
MAX_ANSWER_BYTES = 64_000_000
OK = 200

HINT = "Check OPENAI_API_KEY and OPENAI_BASE_URL."


class Drawn(msgspec.Struct, frozen=True):
    """What came back: bytes, or where they are."""

    data: bytes
    url: str


class _Image(msgspec.Struct):
    b64_json: str | None = None
    url: str | None = None


class _Answer(msgspec.Struct):
    data: list[_Image]


class ImagesClient:
    """Asks with one key; without one where none is needed."""

    def __init__(self, provider: str, base_url: str, key: str, total_seconds: float) -> None:
        self._provider = provider
        place, mark, query = base_url.partition("?")  # Azure names its version in a query
        self._url = f"{place.rstrip('/')}/images/generations{mark}{query}"
        self._key = key
        self._total_seconds = total_seconds

    async def draw(self, body: dict[str, Any], idempotency_key: str) -> Drawn:
        """Have one picture made.

        Raises:
            ProviderFailed: with what is known about the charge.
        """
        status, headers, answer = await self._post(body, idempotency_key)
        if status != OK:
            raise self._failure(status, headers, answer)
        try:
            [image] = msgspec.json.decode(answer, type=_Answer).data
            if image.b64_json:
                return Drawn(base64.b64decode(image.b64_json, validate=True), "")
        except (msgspec.DecodeError, ValueError) as error:
            raise self._unusable(f"can't be read: {error}") from error
        if not image.url:
            raise self._unusable("holds no picture")
        return Drawn(b"", image.url)

    async def _post(
        self, body: dict[str, Any], idempotency_key: str
    ) -> tuple[int, httpx.Headers, bytes]:
        headers = {"idempotency-key": idempotency_key, "content-type": "application/json"}
        if self._key:
            headers["authorization"] = f"Bearer {self._key}"
        timeout = httpx.Timeout(self._total_seconds, connect=CONNECT_SECONDS)
        try:
            async with (
                asyncio.timeout(self._total_seconds),
                httpx.AsyncClient(
                    timeout=timeout,
                    verify=authorities(),
                    trust_env=False,
                    follow_redirects=False,
                ) as client,
                client.stream(
                    "POST", self._url, headers=headers, content=msgspec.json.encode(body)
                ) as response,
            ):
                return response.status_code, response.headers, await self._read(response)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ProviderFailed(
                f"{self._provider} takes no connection: {error or type(error).__name__}.",
                Verdict.RETRY,
                hint=HINT,
            ) from error
        except (httpx.TimeoutException, TimeoutError) as error:
            raise ProviderFailed(
                f"{self._provider} made no picture within {self._total_seconds:g} s.",
                Verdict.RETRY,
                is_charged=None,
            ) from error
        except httpx.HTTPError as error:
            raise ProviderFailed(
                f"The connection to {self._provider} was cut: {error or type(error).__name__}.",
                Verdict.RETRY,
                is_charged=None,
            ) from error

    async def _read(self, response: httpx.Response) -> bytes:
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > MAX_ANSWER_BYTES:
                raise self._unusable(f"is larger than {MAX_ANSWER_BYTES:,} bytes")
        return bytes(body)

    def _failure(self, status: int, headers: httpx.Headers, answer: bytes) -> ProviderFailed:
        return failure_of(
            self._provider,
            status,
            read_trouble(answer),
            headers,
            now=time.time(),
            key=self._key,
            key_hint=HINT,
        )

    def _unusable(self, why: str) -> ProviderFailed:
        return ProviderFailed(
            f"The answer of {self._provider} {why}.", Verdict.NEXT, is_charged=True
        )
