"""A receiver of webhooks on loopback that answers as a test wants it to."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import msgspec
from standardwebhooks import Webhook as Verifier

PATIENCE_SECONDS = 60.0

Behave = Callable[["Received", asyncio.StreamWriter], Awaitable[None]]


class Received(NamedTuple):
    """A request as it came in."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def type(self) -> str:
        kind: str = msgspec.json.decode(self.body)["type"]
        return kind

    @property
    def message_id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> dict[str, Any]:
        """The body, once somebody else's code has found its signature right."""
        found: dict[str, Any] = Verifier(secret).verify(self.body, self.headers)
        return found


def answering(status: int, **headers: str) -> Behave:
    """Answer with a status and nothing else."""

    async def behave(_: Received, writer: asyncio.StreamWriter) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"HTTP/1.1 {status} x", *(f"{name}: {value}" for name, value in named.items())]
        writer.write("\r\n".join([*lines, "content-length: 0", "", ""]).encode())

    return behave


async def silent(_: Received, __: asyncio.StreamWriter) -> None:
    """Never answer."""
    await asyncio.Event().wait()


async def endless(_: Received, writer: asyncio.StreamWriter) -> None:
    """Answer 200, and a body that doesn't end."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n")
    while True:
        writer.write(b"more " * 2_000)
        await writer.drain()


class Receiver:
    """Keeps what it gets; answers what stands in ``answers``, then 204."""

    def __init__(self, *answers: Behave) -> None:
        self.answers = list(answers)
        self.received: list[Received] = []
        self.url = ""
        self.port = 0
        self._news = asyncio.Condition()
        self._server: asyncio.Server | None = None
        self._handling: set[asyncio.Task[None]] = set()

    async def has(self, count: int) -> list[Received]:
        """Wait for so many requests."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._news:
            await self._news.wait_for(lambda: len(self.received) >= count)
        return self.received

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self._server = await asyncio.start_server(self._accept, host, port, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http{'s' if tls else ''}://{host}:{self.port}/hooks?from=faceless"

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
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            pairs = (line.split(": ", 1) for line in head[1:] if line)
            headers = {name.lower(): value for name, value in pairs}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            request = Received(head[0], headers, body)
            behave = self.answers.pop(0) if self.answers else answering(204)
            async with self._news:
                self.received.append(request)
                self._news.notify_all()
            await behave(request, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the other side has gone, as it may
        finally:
            writer.close()


@asynccontextmanager
async def receiving(
    *answers: Behave, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Receiver]:
    """A receiver for the length of a block."""
    receiver = Receiver(*answers)
    await receiver.start(host, port, tls)
    try:
        yield receiver
    finally:
        await receiver.stop()
