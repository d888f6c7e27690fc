"""An HTTP server on loopback that answers as a test wants it to, also halfway and never: what those
that speak the protocol of a provider are made from."""

import asyncio
import hashlib
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec


class Asked(NamedTuple):
    """A request as it came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    """by names in lower case"""
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


class Reply(NamedTuple):
    """What is answered."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = MappingProxyType({})
    cut_at: int | None = None
    """bytes of the body after which the connection is cut"""
    is_held: bool = False
    """after what was sent so far nothing comes any more"""
    is_mute: bool = False
    """nothing comes at all"""
    length: int | None = None
    """told instead of the true one"""


Spoil = Callable[[Asked, Reply], Reply]
"""What becomes of an answer that was right."""


def failing(status: int, said: Any = None, **headers: str) -> Spoil:
    """Another status, and headers by names with underscores."""
    return instead(json_reply({"error": "no"} if said is None else said, status, **headers))


def cut_at(count: int) -> Spoil:
    """The connection breaks after so many bytes."""
    return lambda _, reply: reply._replace(cut_at=count)


def held_at(count: int) -> Spoil:
    """Nothing comes any more after so many bytes."""
    return lambda _, reply: reply._replace(cut_at=count, is_held=True)


def instead(said: Reply) -> Spoil:
    """This very answer."""
    return lambda _, __: said


def saying(body: bytes, content_type: str) -> Spoil:
    """Something else."""
    return instead(Reply(200, body, {"content-type": content_type}))


def leading_to(url: str) -> Spoil:
    """A redirect."""
    return instead(Reply(302, b"", {"location": url}))


def with_headers(**headers: str) -> Spoil:
    """The same with more headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _, reply: reply._replace(headers={**reply.headers, **named})


def json_reply(value: Any, status: int = 200, **headers: str) -> Reply:
    """An answer in JSON, with headers by names with underscores."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, msgspec.json.encode(value), {"content-type": "application/json", **named})


def file_reply(asked: Asked, content: bytes, content_type: str) -> Reply:
    """A file, or the range of it that was asked for, if it's still the same."""
    etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    headers = {"content-type": content_type, "etag": etag, "accept-ranges": "bytes"}
    wanted = re.fullmatch(r"bytes=(\d+)-", asked.headers.get("range", ""))
    if wanted is None or asked.headers.get("if-range", etag) != etag:
        return Reply(200, content, headers)
    start = int(wanted[1])
    if start >= len(content):
        return Reply(416, b"", {"content-range": f"bytes */{len(content)}"})
    told = f"bytes {start}-{len(content) - 1}/{len(content)}"
    return Reply(206, content[start:], {**headers, "content-range": told})


class Loopback:
    """Answers with ``reply``; whatever is planned for a path's beginning is used up first."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.open = 0
        self.most_open = 0
        self.origin = ""
        self._planned: list[tuple[str, Spoil]] = []
        self._server: asyncio.Server | None = None
        self._handling: set[asyncio.Task[None]] = set()

    def reply(self, asked: Asked) -> Reply:
        """What is answered when nothing is planned."""
        raise NotImplementedError

    def plan(self, path: str, *spoils: Spoil) -> None:
        """Spoil the next answers on a path."""
        self._planned += [(path, spoil) for spoil in spoils]

    def forget_plans(self) -> None:
        """Go on as if nothing had been planned."""
        self._planned.clear()

    def to(self, path: str) -> list[Asked]:
        """Requests on a path."""
        return [asked for asked in self.asked if asked.path.startswith(path)]

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.origin = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._handling:
            task.cancel()
        await asyncio.gather(*self._handling, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._handle(reader, writer))
        self._handling.add(task)
        task.add_done_callback(self._handling.discard)

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            method, target, _ = head[0].split(" ")
            pairs = (line.split(":", 1) for line in head[1:] if line)
            headers = {name.lower(): value.strip() for name, value in pairs}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            parts = urlsplit(target)
            asked = Asked(method, parts.path, dict(parse_qsl(parts.query)), headers, body)
            self.asked.append(asked)
            reply = self.reply(asked)
            for place, (path, spoil) in enumerate(self._planned):
                if asked.path.startswith(path):
                    del self._planned[place]
                    reply = spoil(asked, reply)
                    break
            await self._send(writer, reply)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the other side has gone, as it may
        finally:
            self.open -= 1
            writer.close()

    async def _send(self, writer: asyncio.StreamWriter, reply: Reply) -> None:
        if reply.is_mute:
            await asyncio.Event().wait()
        length = len(reply.body) if reply.length is None else reply.length
        lines = [
            f"HTTP/1.1 {reply.status} x",
            *(f"{name}: {value}" for name, value in reply.headers.items()),
            f"content-length: {length}",
            "connection: close",
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        writer.write(reply.body[: reply.cut_at])
        await writer.drain()
        if reply.is_held:
            await asyncio.Event().wait()


ServerT = TypeVar("ServerT", bound=Loopback)


@asynccontextmanager
async def running(server: ServerT) -> AsyncIterator[ServerT]:
    """A server for the length of a block."""
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@contextmanager
def running_aside(server: ServerT) -> Iterator[ServerT]:
    """A server for the length of a block that doesn't run in a loop: it has one in a thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="loopback", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.start(), loop).result()
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
