"""A client of one model behind one endpoint, with one key."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import httpx
import msgspec

from adapters.openai.authorities import authorities
from adapters.openai.concessions import Concessions
from adapters.openai.endpoints import address_of, without_secrets
from adapters.openai.failures import (
    Trouble,
    failure_of,
    read_trouble,
    trouble_in,
    trouble_in_stream,
)
from adapters.openai.protocols import (
    Answered,
    Api,
    ChatDialect,
    Dialect,
    Question,
    ResponsesDialect,
)
from adapters.openai.sse import EventTooLarge, events
from domain.generation.ports import Progress
from domain.generation.prompts import Message, Reply
from domain.generation.references import estimate_tokens
from domain.providers.answers import without_key
from domain.providers.errand import Errand
from domain.providers.failures import ProviderFailed, Verdict
from domain.providers.spending import Purchase, Sold

CONNECT_SECONDS = 10.0
MAX_ANSWER_BYTES = 16_000_000
"""of a stream: an event of a few letters takes some 300"""
MAX_ERROR_BYTES = 65_536
MESSAGE_TOKENS = 8
"""that each message costs beside its words"""
CHARS_PER_TOKEN = 2
"""of an answer, by which its share is told: it's rarely as long as it may be"""
LARGEST_SEED = 2**31 - 1
OK = 200
CORRECTABLE = (400, 422)
"""statuses of a request that isn't taken as it is"""
_HINTS = {
    401: "Check OPENAI_API_KEY.",
    402: "The account behind OPENAI_API_KEY needs credit.",
    403: "The key in OPENAI_API_KEY may not use this model or this endpoint.",
    404: "Check OPENAI_MODEL and OPENAI_BASE_URL: it ends before /chat/completions, with /v1 at "
    "most endpoints.",
}


class OpenAIChat:
    """Has conversations answered, each paid through the errand's purse."""

    def __init__(
        self,
        base_url: str,
        model: str,
        key: str = "",
        *,
        api: Api = "chat",
        provider: str = "openai",
        timeout_seconds: float = 300.0,
        connect_seconds: float = CONNECT_SECONDS,
        now: Callable[[], float] = time.time,
    ) -> None:
        """
        Args:
            base_url: ends before ``/chat/completions``; a query (Azure's api-version) is kept.
            key: empty for servers that want none.
            timeout_seconds: of one call as a whole.
            provider: as the settings call it.
            now: Unix time, for dates of Retry-After.
        """
        self.model = model
        self.provider = provider
        self._key = key
        self._dialect: Dialect = ChatDialect() if api == "chat" else ResponsesDialect()
        self._url = httpx.URL(address_of(base_url, self._dialect.path))
        self.endpoint = without_secrets(str(self._url))
        self._seconds = timeout_seconds
        self._connect = connect_seconds
        self._now = now
        self._learnt = Concessions.at(self._url.host, self._dialect.formats)

    async def complete(
        self,
        messages: Sequence[Message],
        schema: dict[str, Any],
        *,
        max_tokens: int,
        seed: int,
        errand: Errand,
        progress: Progress,
    ) -> Reply:
        """The model's next turn, held to ``schema`` as strictly as its server can.

        Raises:
            ProviderFailed: no whole answer came.
            CostCapReached: it isn't asked.
        """
        turns = [msgspec.structs.asdict(message) for message in messages]
        asked = sum(estimate_tokens(turn["content"]) + MESSAGE_TOKENS for turn in turns)
        described = estimate_tokens(msgspec.json.encode(schema).decode())
        purchase = Purchase(
            provider=self.provider,
            model=self.model,
            service="chat",
            parts={
                "endpoint": self.endpoint,
                "messages": turns,
                "schema": schema,
                "max_tokens": max_tokens,
                "seed": seed,
            },
            most={"input_tokens": asked + described, "output_tokens": max_tokens},
        )
        expected = max_tokens * CHARS_PER_TOKEN

        def told(characters: int) -> None:
            progress(min(1.0, characters / expected))

        async def send(idempotency_key: str) -> Sold:
            question = self._learnt.applied_to(
                Question(
                    model=self.model,
                    messages=messages,
                    schema=schema,
                    max_tokens=max_tokens,
                    seed=seed % LARGEST_SEED,
                    format="json_schema",
                    tokens_parameter="max_tokens",
                )
            )
            answered = await self._ask(question, idempotency_key, told)
            return Sold(
                answer=msgspec.json.encode(answered.reply),
                units=_units(answered, asked + described),
            )

        answer = await errand.purse.buy(purchase, send)
        progress(1.0)
        return msgspec.json.decode(answer, type=Reply)

    async def _ask(
        self, question: Question, idempotency_key: str, told: Callable[[int], None]
    ) -> Answered:
        """Ask, and again without what the server doesn't take; that isn't charged."""
        learnt = self._learnt
        while True:
            try:
                answered = await self._send(learnt.applied_to(question), idempotency_key, told)
            except _NotTaken as refused:
                conceded = learnt.conceding(refused.trouble, learnt.applied_to(question))
                if conceded is None:
                    raise refused.failure from None
                learnt = conceded
            else:
                self._learnt = learnt
                return answered

    async def _send(
        self, question: Question, idempotency_key: str, told: Callable[[int], None]
    ) -> Answered:
        limits = httpx.Timeout(self._seconds, connect=self._connect)
        is_sent = False
        body = msgspec.json.encode(self._dialect.body(question))
        try:
            async with (
                asyncio.timeout(self._seconds),
                # one for each call: the event loop of the next one may be another
                httpx.AsyncClient(
                    timeout=limits, trust_env=False, follow_redirects=False, verify=authorities()
                ) as client,
                client.stream(
                    "POST",
                    self._url,
                    content=body,
                    headers=self._headers(f"{idempotency_key}-{_digest(body)}"),
                ) as response,
            ):
                is_sent = True
                if response.status_code != OK:
                    await self._raise_refused(response)
                return await self._read(response, told)
        except (httpx.LocalProtocolError, UnicodeEncodeError) as error:
            # their words repeat the header: it may be the one with the key
            raise ProviderFailed(
                "The question can't be sent: a header has characters that none may have.",
                Verdict.BLOCKED,
                hint="See whether OPENAI_API_KEY has been copied as it is.",
            ) from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ProviderFailed(
                f"The model's server at {self.endpoint} can't be reached: {_words(error)}",
                Verdict.RETRY,
                hint="Is it running, and does OPENAI_BASE_URL lead to it?",
            ) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise ProviderFailed(
                f"The model didn't answer within {self._seconds:g} seconds.",
                Verdict.RETRY,
                hint="Raise OPENAI_TIMEOUT_SECONDS for a slow model.",
                is_charged=None,
            ) from error
        except (httpx.DecodingError, msgspec.MsgspecError, EventTooLarge, UnicodeError) as error:
            raise ProviderFailed(
                "The model's server answered something that isn't of its protocol: "
                f"{without_key(_words(error), self._key)}",
                Verdict.NEXT,
                hint="Check OPENAI_BASE_URL and OPENAI_API.",
                is_charged=None,
            ) from error
        except httpx.HTTPError as error:
            when = "in the middle of its answer" if is_sent else "before it answered"
            raise ProviderFailed(
                f"The model's server broke the connection {when}: {_words(error)}",
                Verdict.RETRY,
                is_charged=None,
            ) from error

    async def _read(self, response: httpx.Response, told: Callable[[int], None]) -> Answered:
        body = _limited(response.aiter_raw(), MAX_ANSWER_BYTES)
        if "text/event-stream" in response.headers.get("content-type", ""):
            return await self._read_stream(body, told)
        whole = b"".join([chunk async for chunk in body])
        found = msgspec.json.decode(whole)
        if isinstance(found, dict) and found.get("error"):  # with status 200, as OpenRouter does
            raise trouble_in_stream(trouble_in(found), self._key)
        answered = self._dialect.read(whole)
        told(len(answered.reply.text))
        return answered

    async def _read_stream(
        self, body: AsyncIterator[bytes], told: Callable[[int], None]
    ) -> Answered:
        stream = self._dialect.stream()
        characters = 0
        async for data in events(body):
            if '"error"' in data and (trouble := _error_in(data)):
                raise trouble_in_stream(trouble, self._key)
            characters += stream.take(data)
            told(characters)
            if stream.trouble is not None:
                raise trouble_in_stream(stream.trouble, self._key)
            if stream.is_over:
                break
        answered = stream.answered()
        if answered is None:
            raise ProviderFailed(
                "The model's server ended the connection in the middle of its answer.",
                Verdict.RETRY,
                is_charged=None,
            )
        return answered

    async def _raise_refused(self, response: httpx.Response) -> None:
        body = b""
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > MAX_ERROR_BYTES:
                break
        trouble = read_trouble(body[:MAX_ERROR_BYTES])
        failure = failure_of(
            "The model's server",
            response.status_code,
            trouble,
            response.headers,
            now=self._now(),
            key=self._key,
            hint=_HINTS.get(response.status_code, ""),
        )
        if response.status_code in CORRECTABLE and failure.verdict is Verdict.NEXT:
            raise _NotTaken(failure, trouble)
        raise failure

    def _headers(self, idempotency_key: str) -> dict[str, str]:
        headers = {
            "content-type": "application/json",
            "accept": "text/event-stream, application/json",
            "accept-encoding": "identity",
            "idempotency-key": idempotency_key,
        }
        if self._key:
            headers["authorization"] = f"Bearer {self._key}"
            if self._url.host.endswith(".azure.com"):
                headers["api-key"] = self._key
        return headers


class _NotTaken(Exception):
    """The server doesn't take the request as it is."""

    def __init__(self, failure: ProviderFailed, trouble: Trouble) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.trouble = trouble


async def _limited(chunks: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise EventTooLarge(f"it has more than {most:,} bytes")
        yield chunk


def _error_in(data: str) -> Trouble | None:
    """The error that an event is, if it's one: both protocols, and most servers, put it there."""
    try:
        found = msgspec.json.decode(data)
    except msgspec.DecodeError:
        return None
    is_error = isinstance(found, dict) and found.get("error")
    return trouble_in(found) if is_error else None


def _units(answered: Answered, asked: int) -> dict[str, float]:
    usage = answered.usage
    read = usage.read if usage else None
    written = usage.written if usage else None
    text = answered.reply.text + answered.reply.refusal
    return {
        "input_tokens": float(asked if read is None else read),
        "output_tokens": float(estimate_tokens(text) if written is None else written),
    }


def _digest(body: bytes) -> str:
    """A key stands for one request: asked again with less in it, it's another."""
    return hashlib.sha256(body).hexdigest()[:8]


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
