"""Server-sent events (WHATWG HTML, 9.2), over as many connections as it takes."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Any

import httpx
import msgspec

from app.cli.api_client import GONE, Api
from app.cli.endings import Refused, note

SILENT_SECONDS = 60.0
"""after which a stream is taken for dead: servers give a sign of life every 15 s"""
PATIENCE_SECONDS = 120.0
"""without any stream, before it's given up"""
RECONNECT_SECONDS = 2.0
"""before a lost stream is asked for again, unless the server names another time"""

NO_CONTENT = 204
PASSING_STATUSES = frozenset({429, 500, 502, 503, 504})
"""answers of a server, or of a proxy before it, that is being started again"""


class ServerEvent(msgspec.Struct, frozen=True):
    """One event of a stream."""

    id: str
    event: str
    data: Any


def say_lost() -> None:
    """Tell that nothing is heard at the moment."""
    note("The connection is lost; trying again ...")


async def read_events(
    api: Api,
    path: str,
    *,
    after: int | None = None,
    is_last: Callable[[ServerEvent], bool] = lambda event: event.event == "end",
    on_lost: Callable[[], None] = say_lost,
) -> AsyncGenerator[ServerEvent, None]:
    """Every event from now on (or ``after`` an id), until one that ``is_last``.

    A connection that breaks is made again, with what was seen last.

    Raises:
        Refused: the server doesn't know the stream, or can't be reached for two minutes.
    """
    loop = asyncio.get_running_loop()
    seen, pause, lost_at = "", RECONNECT_SECONDS, None
    while True:
        trouble: Exception = httpx.RemoteProtocolError("the stream ended early")
        try:
            headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": seen} if seen else {})
            params = {"after": after} if after is not None and not seen else None
            async with api.stream(
                path, headers=headers, params=params, read_seconds=SILENT_SECONDS
            ) as response:
                if response.status_code == NO_CONTENT:
                    return
                lost_at = None
                async for fields in parse(response.aiter_lines()):
                    if fields.get("retry", "").isdecimal():
                        pause = int(fields["retry"]) / 1000
                    seen = fields.get("id", seen)
                    if "data" not in fields:
                        continue
                    name = fields.get("event", "message")
                    event = ServerEvent(seen, name, msgspec.json.decode(fields["data"]))
                    yield event
                    if is_last(event):
                        return
        except GONE as error:
            trouble = error
        except Refused as error:
            if error.status not in PASSING_STATUSES:
                raise
            trouble = error
        if lost_at is None:
            lost_at = loop.time()
            on_lost()
        if loop.time() - lost_at > PATIENCE_SECONDS:
            raise trouble if isinstance(trouble, Refused) else api.unreachable(trouble)
        await asyncio.sleep(pause)


async def parse(lines: AsyncIterator[str]) -> AsyncIterator[dict[str, str]]:
    """The fields of each event, and of each block that is none."""
    fields: dict[str, str] = {}
    async for line in lines:
        if not line:
            if fields:
                yield fields
            fields = {}
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data" and "data" in fields:
            value = f"{fields['data']}\n{value}"
        if name:  # a line that begins with a colon is a comment
            fields[name] = value
