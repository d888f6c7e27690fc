"""One call of ``/images/generations``, and what its answer comes to.

https://platform.openai.com/docs/api-reference/images/create
"""

import base64
import time
from typing import Any

import msgspec

from adapters.openai.endpoints import address_of
from adapters.openai.failures import failure_of, read_trouble
from domain.providers.exchange import Answer, Exchange
from domain.providers.failures import ProviderFailed, Verdict

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

    def __init__(self, provider: str, base_url: str, key: str, exchange: Exchange) -> None:
        self._provider = provider
        self._exchange = exchange
        self._url = address_of(base_url, "/images/generations")
        self._key = key

    async def draw(self, body: dict[str, Any], idempotency_key: str) -> Drawn:
        """Have one picture made.

        Raises:
            ProviderFailed: with what is known about the charge.
        """
        headers = {"idempotency-key": idempotency_key}
        if self._key:
            headers["authorization"] = f"Bearer {self._key}"
        answer = await self._exchange.ask(
            self._provider, "POST", self._url, headers=headers, body=msgspec.json.encode(body)
        )
        if answer.status != OK:
            raise self._failure(answer)
        try:
            [image] = msgspec.json.decode(answer.body, type=_Answer).data
            if image.b64_json:
                return Drawn(base64.b64decode(image.b64_json, validate=True), "")
        except (msgspec.DecodeError, ValueError) as error:
            raise self._unusable(f"can't be read: {error}") from error
        if not image.url:
            raise self._unusable("holds no picture")
        return Drawn(b"", image.url)

    def _failure(self, answer: Answer) -> ProviderFailed:
        return failure_of(
            self._provider,
            answer.status,
            read_trouble(answer.body),
            answer.headers,
            now=time.time(),
            key=self._key,
            key_hint=HINT,
        )

    def _unusable(self, why: str) -> ProviderFailed:
        return ProviderFailed(
            f"The answer of {self._provider} {why}.", Verdict.NEXT, is_charged=True
        )
