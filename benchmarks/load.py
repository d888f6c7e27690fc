"""A client that costs little: keep-alive connections that ask as soon as they were answered.

python -m benchmarks.load PORT CONNECTIONS REQUESTS BODY_FILE    prints a JSON of its figures
python -m benchmarks.load PORT ... --watch PATH                  asks PATH 20 times a second, too
"""

import argparse
import asyncio
import sys
import time
from pathlib import Path

import msgspec

WATCH_SECONDS = 0.05


class Load(msgspec.Struct):
    """What the client saw; times in seconds."""

    requests: int
    seconds: float
    latencies: list[float]
    watched: list[float]
    refused: int
    """answers that weren't of the 2xx kind"""


class Connection:
    """One keep-alive connection, read by hand: a parser would cost as much as the server."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def ask(self, request: bytes) -> int:
        """Send a request and read its answer; its status."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        lowered = head.lower()
        start = lowered.index(b"content-length:") + len(b"content-length:")
        await self._reader.readexactly(int(lowered[start : lowered.index(b"\r", start)]))
        return int(head[9:12])

    def close(self) -> None:
        self._writer.close()


async def load(
    port: int, connections: int, requests: int, body: bytes, watch: str | None = None
) -> Load:
    """Post ``body`` ``requests`` times over ``connections``; ask ``watch`` meanwhile."""
    post = (
        b"POST /api/generate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body)
    ) + body
    left = requests
    found = Load(requests, 0.0, [], [], 0)

    async def post_on() -> None:
        nonlocal left
        connection = Connection(port)
        await connection.open()
        while left > 0:
            left -= 1
            began = time.perf_counter()
            status = await connection.ask(post)
            found.latencies.append(time.perf_counter() - began)
            found.refused += not 200 <= status < 300
        connection.close()

    async def watch_on(path: str) -> None:
        connection = Connection(port)
        await connection.open()
        get = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % path.encode()
        while True:
            began = time.perf_counter()
            await connection.ask(get)
            found.watched.append(time.perf_counter() - began)
            await asyncio.sleep(WATCH_SECONDS)

    watching = asyncio.create_task(watch_on(watch)) if watch else None
    began = time.perf_counter()
    await asyncio.gather(*(post_on() for _ in range(connections)))
    found.seconds = time.perf_counter() - began
    if watching is not None:
        watching.cancel()
    return found


def main() -> None:
    """Put load on a server of this machine."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.load")
    options.add_argument("port", type=int)
    options.add_argument("connections", type=int)
    options.add_argument("requests", type=int)
    options.add_argument("body", type=Path)
    options.add_argument("--watch")
    given = options.parse_args()
    body = given.body.read_bytes()
    found = asyncio.run(
        load(given.port, given.connections, given.requests, body, watch=given.watch)
    )
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
