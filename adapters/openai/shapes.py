"""What endpoints answer, as far as it's used: other fields may be there, wrong types may not."""

from typing import Annotated

import msgspec
from msgspec import Meta


class Usage(msgspec.Struct, frozen=True):
    """Tokens, under the names of either protocol."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None

    @property
    def read(self) -> int | None:
        """Tokens of the question."""
        return self.prompt_tokens if self.input_tokens is None else self.input_tokens

    @property
    def written(self) -> int | None:
        """Tokens of the answer, those of unseen reasoning among them."""
        return self.completion_tokens if self.output_tokens is None else self.output_tokens


class ToolFunction(msgspec.Struct, frozen=True):
    """A function that the model calls: here its answer."""

    arguments: str | None = None


class ToolCall(msgspec.Struct, frozen=True):
    """One call, or a piece of one."""

    function: ToolFunction | None = None
    index: int = 0


class ChatMessage(msgspec.Struct, frozen=True):
    """A message, or what comes to it in a stream."""

    content: str | None = None
    refusal: str | None = None
    tool_calls: list[ToolCall] | None = None

    @property
    def text(self) -> str:
        """The words, or the arguments of the first call."""
        if self.content:
            return self.content
        calls = [call.function for call in self.tool_calls or [] if call.index == 0]
        return "".join(call.arguments or "" for call in calls[:1] if call)


class ChatChoice(msgspec.Struct, frozen=True):
    """An answer."""

    message: ChatMessage
    finish_reason: str | None = None


class ChatAnswer(msgspec.Struct, frozen=True):
    """``POST /chat/completions``."""

    choices: Annotated[list[ChatChoice], Meta(min_length=1)]
    usage: Usage | None = None


class ChatPiece(msgspec.Struct, frozen=True):
    """A piece of an answer."""

    delta: ChatMessage = ChatMessage()
    finish_reason: str | None = None


class ChatChunk(msgspec.Struct, frozen=True):
    """An event of its stream; the last one has no choices, and the usage."""

    choices: list[ChatPiece]
    usage: Usage | None = None


class OutputPart(msgspec.Struct, frozen=True):
    """A piece of a message: ``output_text`` or ``refusal``."""

    type: str
    text: str = ""
    refusal: str = ""


class OutputItem(msgspec.Struct, frozen=True):
    """A message, or something else that isn't used (reasoning, calls)."""

    type: str
    content: list[OutputPart] | None = None


class Incomplete(msgspec.Struct, frozen=True):
    """Why an answer ends before its end."""

    reason: str = ""


class ResponseError(msgspec.Struct, frozen=True):
    """Why there's no answer."""

    code: str = ""
    message: str = ""


class ResponseAnswer(msgspec.Struct, frozen=True):
    """``POST /responses``."""

    output: list[OutputItem]
    status: str = "completed"
    incomplete_details: Incomplete | None = None
    usage: Usage | None = None


class FailedResponse(msgspec.Struct, frozen=True):
    """An answer that came to nothing."""

    error: ResponseError | None = None


class ResponseEvent(msgspec.Struct, frozen=True):
    """An event of its stream."""

    type: str
    delta: str = ""
    response: msgspec.Raw = msgspec.Raw()
    """whole in the last events alone: what servers put into the first ones differs"""
    message: str | None = None
    code: str | None = None


def text_of(answer: ResponseAnswer) -> str:
    """The words of its messages."""
    return "".join(part.text for part in _parts(answer) if part.type == "output_text")


def refusal_of(answer: ResponseAnswer) -> str:
    """Why the model doesn't answer, in its own words."""
    return " ".join(part.refusal for part in _parts(answer) if part.type == "refusal")


def _parts(answer: ResponseAnswer) -> list[OutputPart]:
    return [part for item in answer.output if item.type == "message" for part in item.content or []]
