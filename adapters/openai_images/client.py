"""One call of ``/images/generations``, and what its answer comes to.

https://platform.openai.com/docs/api-reference/images/create
"""

import asyncio
import base64
import ssl
import time
from functools import cache
from typing import Any

import httpx
import msgspec

from domain.providers.answers import MAX_SAID, failed_answer
from domain.providers.failures import ProviderFailed, Verdict

CONNECT_SECONDS = 10.0
TOTAL_SECONDS = 180.0
"""large pictures take a minute and more"""
MAX_ANSWER_BYTES = 64_000_000
OK = 200

REFUSALS = frozenset({"content_policy_violation", "moderation_blocked", "content_filter"})
"""codes of prompts that a provider won't draw"""
SPENT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
"""codes of keys without credit, whatever the status"""
KEY_STATUSES = frozenset({401, 403})
"""whose messages repeat a part of the key"""
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


class _Complaint(msgspec.Struct):
    message: str = ""
    code: str | int | None = None
    type: str | None = None


class _Refusal(msgspec.Struct):
    error: _Complaint


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
                    verify=_authorities(),
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
        try:
            complaint = msgspec.json.decode(answer, type=_Refusal).error
        except (msgspec.DecodeError, UnicodeDecodeError):
            complaint = _Complaint()
        codes = {str(complaint.code), str(complaint.type)}
        said = complaint.message[:MAX_SAID]
        if self._key:
            said = said.replace(self._key, "...")
        if codes & SPENT:
            return ProviderFailed(
                f"{self._provider} answered {status}: the key's credit is spent.",
                Verdict.BLOCKED,
                hint=HINT,
            )
        if codes & REFUSALS:
            return ProviderFailed(
                f"{self._provider} refuses to make this picture: {said}", Verdict.NEXT
            )
        return failed_answer(
            self._provider,
            status,
            headers,
            time.time(),
            said="" if status in KEY_STATUSES else said,
            hint=HINT,
        )

    def _unusable(self, why: str) -> ProviderFailed:
        return ProviderFailed(
            f"The answer of {self._provider} {why}.", Verdict.NEXT, is_charged=True
        )


@cache
def _authorities() -> ssl.SSLContext:
    """Whom TLS trusts, read once: it takes 50 ms, which httpx would spend on every client."""
    return httpx.create_ssl_context(trust_env=False)
