"""The two protocols: chat completions, which everybody speaks, and OpenAI's responses.

https://platform.openai.com/docs/api-reference/chat
https://platform.openai.com/docs/api-reference/responses
"""

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import msgspec

from adapters.openai.failures import Trouble
from adapters.openai.shapes import (
    ChatAnswer,
    ChatChunk,
    FailedResponse,
    ResponseAnswer,
    ResponseEvent,
    Usage,
    refusal_of,
    text_of,
)
from domain.generation.prompts import Message, Reply

Api = Literal["chat", "responses"]
AnswerFormat = Literal["json_schema", "tool", "json_object", "plain"]
"""how an answer is held to its schema, strictest first; ``plain`` only asks for it"""

SCHEMA_NAME = "script"
BOUNDS = ("maxItems", "maxLength")
FILTERED = "the server's content filter stopped the answer"
END = "[DONE]"


class Answered(msgspec.Struct, frozen=True):
    """A reply and what it has used, as far as the server says so."""

    reply: Reply
    usage: Usage | None


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One request, whatever protocol carries it."""

    model: str
    messages: Sequence[Message]
    schema: dict[str, Any]
    max_tokens: int
    seed: int
    format: AnswerFormat
    tokens_parameter: str
    left_out: frozenset[str] = frozenset()
    """parameters that the server doesn't take"""

    @property
    def has_bounds(self) -> bool:
        """Whether the schema says how long lists and texts may be."""
        return any(bound in msgspec.json.encode(self.schema).decode() for bound in BOUNDS)

    @property
    def enforced(self) -> dict[str, Any]:
        """The schema as the server takes it."""
        schema: dict[str, Any] = (
            _unbounded(self.schema) if "bounds" in self.left_out else self.schema
        )
        return schema

    @property
    def is_streamed(self) -> bool:
        """Whether the answer is to come piece by piece."""
        return "stream" not in self.left_out

    def turns(self) -> list[dict[str, str]]:
        """The messages, with the schema in words where no parameter carries it."""
        turns = [{"role": turn.role, "content": turn.content} for turn in self.messages]
        if self.format in ("json_object", "plain"):
            schema = msgspec.json.encode(self.schema).decode()
            asked = f"\n\nAnswer with one JSON object of this schema and nothing else:\n{schema}"
            turns[0] = turns[0] | {"content": turns[0]["content"] + asked}
        return turns


def _unbounded(node: Any) -> Any:
    if isinstance(node, list):
        return [_unbounded(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {name: _unbounded(value) for name, value in node.items() if name not in BOUNDS}


class Stream(Protocol):
    """Puts an answer together from its events."""

    is_over: bool
    """nothing more is to come"""
    trouble: Trouble | None
    """the server has broken off, for this reason"""

    def take(self, data: str) -> int:
        """Take an event; answers how many characters of the answer came with it.

        Raises:
            msgspec.MsgspecError: it's no event of this protocol.
        """
        ...

    def answered(self) -> Answered | None:
        """The whole answer; None when it has no end."""
        ...


class Dialect(Protocol):
    """How a protocol asks and answers."""

    path: str
    formats: Sequence[AnswerFormat]

    def body(self, question: Question) -> dict[str, Any]:
        """The request's JSON."""
        ...

    def read(self, body: bytes) -> Answered:
        """An answer that came in one piece.

        Raises:
            msgspec.MsgspecError: it's none.
        """
        ...

    def stream(self) -> Stream:
        """For an answer that comes piece by piece."""
        ...


class ChatDialect:
    """Chat completions."""

    path = "/chat/completions"
    formats: Sequence[AnswerFormat] = ("json_schema", "tool", "json_object", "plain")

    def body(self, question: Question) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": question.model,
            "messages": question.turns(),
            question.tokens_parameter: question.max_tokens,
        }
        if "seed" not in question.left_out:
            body["seed"] = question.seed
        if question.is_streamed:
            body["stream"] = True
            if "stream_options" not in question.left_out:
                body["stream_options"] = {"include_usage": True}
        named = {"name": SCHEMA_NAME, "strict": True}
        match question.format:
            case "json_schema":
                described = named | {"schema": question.enforced}
                body["response_format"] = {"type": "json_schema", "json_schema": described}
            case "tool":
                function = named | {"parameters": question.enforced}
                body["tools"] = [{"type": "function", "function": function}]
                body["tool_choice"] = {"type": "function", "function": {"name": SCHEMA_NAME}}
            case "json_object":
                body["response_format"] = {"type": "json_object"}
        return body

    def read(self, body: bytes) -> Answered:
        answer = msgspec.json.decode(body, type=ChatAnswer)
        choice = answer.choices[0]
        reply = _chat_reply(
            choice.message.text, choice.message.refusal or "", choice.finish_reason or "stop"
        )
        return Answered(reply, answer.usage)

    def stream(self) -> Stream:
        return _ChatStream()


class _ChatStream:
    def __init__(self) -> None:
        self.is_over = False
        self.trouble: Trouble | None = None
        self._text: list[str] = []
        self._refusal: list[str] = []
        self._finish = ""
        self._usage: Usage | None = None

    def take(self, data: str) -> int:
        if data == END:
            self.is_over = True
            return 0
        chunk = msgspec.json.decode(data, type=ChatChunk)
        self._usage = chunk.usage or self._usage
        grown = 0
        for choice in chunk.choices[:1]:
            self._text.append(choice.delta.text)
            self._refusal.append(choice.delta.refusal or "")
            self._finish = choice.finish_reason or self._finish
            grown = len(choice.delta.text)
        return grown

    def answered(self) -> Answered | None:
        # some servers forget the end's mark, none the reason for it
        if not (self.is_over or self._finish):
            return None
        finish = self._finish or "stop"
        reply = _chat_reply("".join(self._text), "".join(self._refusal), finish)
        return Answered(reply, self._usage)


def _chat_reply(text: str, refusal: str, finish: str) -> Reply:
    filtered = FILTERED if finish == "content_filter" else ""
    return Reply(text=text, is_cut=finish == "length", refusal=refusal or filtered)


class ResponsesDialect:
    """Responses."""

    path = "/responses"
    formats: Sequence[AnswerFormat] = ("json_schema", "json_object", "plain")

    def body(self, question: Question) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": question.model,
            "input": question.turns(),
            "max_output_tokens": question.max_tokens,
            "store": False,
        }
        if question.is_streamed:
            body["stream"] = True
        if question.format == "json_schema":
            named = {"type": "json_schema", "name": SCHEMA_NAME, "strict": True}
            body["text"] = {"format": named | {"schema": question.enforced}}
        elif question.format == "json_object":
            body["text"] = {"format": {"type": "json_object"}}
        return body

    def read(self, body: bytes) -> Answered:
        return _response(msgspec.json.decode(body, type=ResponseAnswer))

    def stream(self) -> Stream:
        return _ResponseStream()


class _ResponseStream:
    def __init__(self) -> None:
        self.is_over = False
        self.trouble: Trouble | None = None
        self._answer: ResponseAnswer | None = None

    def take(self, data: str) -> int:
        if data == END:
            self.is_over = True
            return 0
        event = msgspec.json.decode(data, type=ResponseEvent)
        match event.type:
            case "response.completed" | "response.incomplete":
                self._answer = msgspec.json.decode(event.response, type=ResponseAnswer)
                self.is_over = True
            case "response.failed":
                failed = msgspec.json.decode(event.response, type=FailedResponse).error
                self.trouble = Trouble(failed.message, failed.code) if failed else Trouble()
            case "error":
                self.trouble = Trouble(event.message or "", event.code or "")
        return len(event.delta) if event.type == "response.output_text.delta" else 0

    def answered(self) -> Answered | None:
        return None if self._answer is None else _response(self._answer)


def _response(answer: ResponseAnswer) -> Answered:
    reason = answer.incomplete_details.reason if answer.incomplete_details else ""
    filtered = FILTERED if reason == "content_filter" else ""
    reply = Reply(
        text=text_of(answer),
        is_cut=answer.status == "incomplete" and not filtered,
        refusal=refusal_of(answer) or filtered,
    )
    return Answered(reply, answer.usage)
