"""A server on loopback that speaks the documented protocol of OpenAI's models, and its accidents.

It's as strict as the real one about what it's sent: a wrong request is answered 400 in the real
one's words, so that a test can't pass with one that nobody else would take.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from webhook_receiver import Behave, Received, Receiver, receiving

__all__ = ["Behave", "Received", "a_draft", "asked", "error", "says", "serving"]

MODEL = "small-1"
CHUNK = 23
"""characters of a piece of a stream: an odd number, so that cuts fall anywhere"""


class ModelServer:
    """What the server was asked, and where it is."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self.base_url = f"http://127.0.0.1:{receiver.port}/v1"

    @property
    def requests(self) -> list[Received]:
        return self._receiver.received

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.body) for request in self.requests]

    def then(self, *answers: Behave) -> None:
        self._receiver.answers += answers


@asynccontextmanager
async def serving(*answers: Behave) -> AsyncIterator[ModelServer]:
    """A server for the length of a block, which answers one after the other."""
    async with receiving(*answers) as receiver:
        yield ModelServer(receiver)


# -- answers -------------------------------------------------------------------------------------


def says(
    text: str | Callable[[dict[str, Any]], str],
    *,
    finish: str = "stop",
    refusal: str | None = None,
    usage: bool = True,
    done: bool = True,
    cut_after: int | None = None,
    streams: bool = True,
    line_end: str = "\n",
    refuses: Sequence[str] = (),
) -> Behave:
    """Answer in the protocol and the manner that the request asks for.

    Args:
        text: or what makes it of the request.
        done: end a stream with its mark.
        cut_after: break the connection after so many bytes of the answer.
        streams: whether it streams where that's asked for.
        refuses: parameters, formats, and words of a schema, that are answered 400.
    """

    async def behave(request: Received, writer: asyncio.StreamWriter) -> None:
        asked_for = json.loads(request.body)
        if wrong := _wrong(request, asked_for, refuses):
            await wrong(request, writer)
            return
        words = text(asked_for) if callable(text) else text
        is_chat = request.line.split()[1].partition("?")[0].endswith("/chat/completions")
        as_tool = "tools" in asked_for
        streamed = bool(asked_for.get("stream")) and streams
        if streamed:
            wants_usage = not is_chat or "stream_options" in asked_for
            make = _chat_events if is_chat else _response_events
            events = make(words, finish, refusal, as_tool, usage and wants_usage)
            named = "" if is_chat else "event: message" + line_end
            body = "".join(
                f"{named}data: {json.dumps(event)}{line_end}{line_end}" for event in events
            )
            body = f": a comment{line_end}{line_end}{body}"
            if done and is_chat:
                body += f"data: [DONE]{line_end}{line_end}"
            kind = "text/event-stream; charset=utf-8"
        else:
            make_whole = _chat_whole if is_chat else _response_whole
            body = json.dumps(make_whole(words, finish, refusal, as_tool, usage))
            kind = "application/json"
        await _send(writer, kind, body.encode(), cut_after)

    return behave


def error(
    status: int, body: Any = None, *, kind: str = "application/json", **headers: str
) -> Behave:
    """Answer an error: OpenAI's shape for a string, else the body as it is."""

    async def behave(_: Received, writer: asyncio.StreamWriter) -> None:
        shaped = body
        if isinstance(body, str) and kind == "application/json":
            shaped = {"error": {"message": body, "type": "x", "param": None, "code": None}}
        content = shaped if isinstance(shaped, bytes) else json.dumps(shaped).encode()
        if isinstance(body, str) and kind != "application/json":
            content = body.encode()
        named = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        head = [f"HTTP/1.1 {status} x", f"content-type: {kind}", *named]
        writer.write("\r\n".join([*head, f"content-length: {len(content)}", "", ""]).encode())
        writer.write(content)

    return behave


def raw(kind: str, body: bytes) -> Behave:
    """Answer 200 with these very bytes."""

    async def behave(_: Received, writer: asyncio.StreamWriter) -> None:
        await _send(writer, kind, body, None)

    return behave


async def hanging(_: Received, writer: asyncio.StreamWriter) -> None:
    """Begin to stream, and stop."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
    chunk = {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "{"}}]}
    writer.write(f"data: {json.dumps(chunk)}\n\n".encode())
    await writer.drain()
    await asyncio.Event().wait()


def asked(body: dict[str, Any]) -> dict[str, Any]:
    """The assignment and the sources in a request's messages."""
    turns = body.get("messages") or body["input"]
    found: dict[str, Any] = json.loads(turns[1]["content"])
    return found


# -- drafts --------------------------------------------------------------------------------------

DOES = "tastes finds carries hides opens follows squeezes touches".split()
THINGS = "coral shells stones crabs sand weeds mussels snails glass ropes pots nets".split()
SENTENCES = [f"It quietly {does} {thing} at night." for thing in THINGS for does in DOES]
"""96 sentences of six words, without a number or a name"""


def a_draft(words: int, *, hook: str = "An octopus has three hearts.", **replaced: Any) -> str:
    """A model's answer with about so many spoken words."""
    count = max(1, round((words - len(hook.split())) / len(SENTENCES[0].split())))
    said = [{"text": text, "source": 1} for text in SENTENCES[:count]]
    scenes = [a_scene(said[at : at + 2]) for at in range(0, count, 2)]
    draft = {
        "scenes": [a_scene([{"text": hook, "source": 1}]), *scenes],
        "titles": ["Three Hearts", "The Blue-Blooded Octopus", "Arms That Taste"],
        "description": "What an octopus is made of.",
        "tags": ["octopus", "ocean", "animals"],
    }
    return json.dumps(draft | replaced)


def a_scene(sentences: list[dict[str, Any]], **replaced: Any) -> dict[str, Any]:
    """A scene of a draft."""
    scene = {
        "heading": "",
        "sentences": sentences,
        "search_terms": ["octopus", "reef"],
        "shot": "An octopus glides over a reef.",
    }
    return scene | replaced


# -- the protocol --------------------------------------------------------------------------------


def _wrong(request: Received, body: dict[str, Any], refuses: Sequence[str]) -> Behave | None:
    if request.headers.get("content-type") != "application/json":
        return error(415, "Unsupported Media Type")
    shape = body.get("response_format") or body.get("text", {}).get("format") or {}
    for name in refuses:
        is_of_schema = f'"{name}"' in json.dumps(shape.get("json_schema", shape))
        if name in body or shape.get("type") == name or is_of_schema:
            told = {
                "message": f"Unsupported parameter: '{name}' is not supported with this model.",
                "type": "invalid_request_error",
                "param": name if name in body else "response_format",
                "code": "unsupported_parameter",
            }
            return error(400, {"error": told})
    if shape.get("type") == "json_schema":
        named = shape.get("json_schema", shape)
        if problem := _not_strict(named["schema"]):
            return error(400, f"Invalid schema for response_format '{named['name']}': {problem}")
    if "stream_options" in body and not body.get("stream"):
        return error(
            400, "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        )
    return None


def _not_strict(schema: dict[str, Any]) -> str:
    """What OpenAI's strict mode finds wrong with a schema."""
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            return "'additionalProperties' is required to be supplied and to be false."
        if sorted(schema["required"]) != sorted(schema["properties"]):
            return "'required' is required to be an array including every key in properties."
        return "".join(map(_not_strict, schema["properties"].values()))
    return _not_strict(schema["items"]) if "items" in schema else ""


def _chat_whole(
    text: str, finish: str, refusal: str | None, as_tool: bool, usage: bool
) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": refusal}
    if refusal is not None:
        message["content"] = None
    elif as_tool:
        call = {"id": "call_1", "type": "function"}
        function = {"name": "script", "arguments": text}
        message |= {"content": None, "tool_calls": [call | {"function": function}]}
        finish = "tool_calls" if finish == "stop" else finish
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    answer = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": MODEL}
    return answer | {"choices": [choice]} | ({"usage": _chat_usage(text)} if usage else {})


def _chat_events(
    text: str, finish: str, refusal: str | None, as_tool: bool, usage: bool
) -> list[dict[str, Any]]:
    common = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": MODEL}
    if usage:
        common["usage"] = None

    def event(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return common | {"choices": [choice]}

    def piece(part: str) -> dict[str, Any]:
        if refusal is not None:
            return {"refusal": part}
        if as_tool:
            return {"tool_calls": [{"index": 0, "function": {"arguments": part}}]}
        return {"content": part}

    whole = text if refusal is None else refusal
    parts = [whole[at : at + CHUNK] for at in range(0, len(whole), CHUNK)]
    first = {"role": "assistant", "content": None if as_tool else ""}
    last = "tool_calls" if as_tool and finish == "stop" else finish
    events = [event(first), *(event(piece(part)) for part in parts), event({}, last)]
    if usage:
        events.append(common | {"choices": [], "usage": _chat_usage(text)})
    return events


def _chat_usage(text: str) -> dict[str, Any]:
    written = len(text) // 4
    return {"prompt_tokens": 1000, "completion_tokens": written, "total_tokens": 1000 + written}


def _response_whole(
    text: str, finish: str, refusal: str | None, as_tool: bool, usage: bool
) -> dict[str, Any]:
    part: dict[str, Any] = {"type": "output_text", "text": text, "annotations": []}
    if refusal is not None:
        part = {"type": "refusal", "refusal": refusal}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "content": [part]}
    reason = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(finish)
    written = len(text) // 4
    used = {"input_tokens": 1000, "output_tokens": written, "total_tokens": 1000 + written}
    return {
        "id": "resp_1",
        "object": "response",
        "status": "incomplete" if reason else "completed",
        "error": None,
        "incomplete_details": {"reason": reason} if reason else None,
        "model": MODEL,
        "output": [{"id": "rs_1", "type": "reasoning", "summary": []}, message],
        "usage": used if usage else None,
    }


def _response_events(
    text: str, finish: str, refusal: str | None, as_tool: bool, usage: bool
) -> list[dict[str, Any]]:
    whole = _response_whole(text, finish, refusal, as_tool, usage)
    # llama.cpp's first event has no output at all
    begun = {"id": "resp_1", "object": "response", "status": "in_progress"}
    kind = "response.output_text.delta" if refusal is None else "response.refusal.delta"
    told = text if refusal is None else refusal
    deltas = [
        {"type": kind, "output_index": 1, "content_index": 0, "delta": told[at : at + CHUNK]}
        for at in range(0, len(told), CHUNK)
    ]
    last = "response.incomplete" if whole["status"] == "incomplete" else "response.completed"
    events = [{"type": "response.created", "response": begun}, *deltas]
    events.append({"type": last, "response": whole})
    return [event | {"sequence_number": number} for number, event in enumerate(events)]


async def _send(
    writer: asyncio.StreamWriter, kind: str, body: bytes, cut_after: int | None
) -> None:
    """In chunks that are cut anywhere, inside of letters too."""
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ntransfer-encoding: chunked\r\n\r\n"
    writer.write(head.encode())
    sent = body if cut_after is None else body[:cut_after]
    for at in range(0, len(sent), 1_009):
        part = sent[at : at + 1_009]
        writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        await writer.drain()
    if cut_after is None:
        writer.write(b"0\r\n\r\n")
