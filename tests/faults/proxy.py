"""A line to a server over TCP that can be cut, slowed down, and closed on one side only."""

import asyncio
from contextlib import suppress

Address = tuple[str, int] | str
"""host and port, or the path of a socket"""

PIECE_BYTES = 65_536
LOOK_SECONDS = 0.05


class Proxy:
    """Listens on a port of loopback and passes everything on to a server, both ways."""

    def __init__(self, server: Address) -> None:
        self._server = server
        self._listening: asyncio.Server | None = None
        self._calls: set[_Call] = set()
        self.delay = 0.0
        """seconds that every piece waits, in either direction"""
        self.is_dead = False
        """nothing gets through any more, and nobody is told: a cable that was pulled"""

    async def open(self) -> int:
        """Listen; answers the port."""
        self._listening = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return int(self._listening.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """End every call and listen no more."""
        self.cut()
        if self._listening is not None:
            self._listening.close()
            await self._listening.wait_closed()

    def cut(self) -> int:
        """Reset every open call; answers how many."""
        calls = tuple(self._calls)
        for call in calls:
            call.reset()
        return len(calls)

    def half_close(self) -> int:
        """Say to the server, on every open call, that the client sends nothing more."""
        calls = tuple(self._calls)
        for call in calls:
            call.half_close()
        return len(calls)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if isinstance(self._server, str):
                upstream = await asyncio.open_unix_connection(self._server)
            else:
                upstream = await asyncio.open_connection(*self._server)
        except OSError:
            writer.transport.abort()
            return
        call = _Call(self, writer, upstream[1])
        self._calls.add(call)
        try:
            await asyncio.gather(
                call.pass_on(reader, upstream[1]), call.pass_on(upstream[0], writer)
            )
        finally:
            self._calls.discard(call)
            call.reset()


class _Call:
    """One connection through the proxy."""

    def __init__(
        self, proxy: Proxy, client: asyncio.StreamWriter, server: asyncio.StreamWriter
    ) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, RuntimeError):  # what is said after a half-close is lost
            while piece := await reader.read(PIECE_BYTES):
                if self._proxy.delay:
                    await asyncio.sleep(self._proxy.delay)
                while self._proxy.is_dead:
                    await asyncio.sleep(LOOK_SECONDS)
                writer.write(piece)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()

    def half_close(self) -> None:
        with suppress(OSError, RuntimeError):
            self._server.write_eof()

    def reset(self) -> None:
        self._client.transport.abort()
        self._server.transport.abort()
