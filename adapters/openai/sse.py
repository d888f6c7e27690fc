"""Server-sent events, read from bytes as they come.

https://html.spec.whatwg.org/multipage/server-sent-events.html, of which the ids, the waiting times
and the names of events are of no use here: every protocol below repeats the name in its data.
"""

import codecs
from collections.abc import AsyncIterator

MAX_EVENT_CHARS = 1_000_000
"""of one event: more is no event of a conversation"""


class EventTooLarge(ValueError):
    """An event doesn't end."""


async def events(chunks: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """The data of each event; several lines of it are joined. One without an end is none.

    Raises:
        EventTooLarge
        UnicodeDecodeError: it isn't UTF-8.
    """
    data: list[str] = []
    size = 0
    async for line in _lines(chunks):
        if not line:
            if data:
                yield "\n".join(data)
            data, size = [], 0
            continue
        name, _, value = line.partition(":")
        if name == "data":
            data.append(value.removeprefix(" "))
            size += len(value)
            if size > MAX_EVENT_CHARS:
                raise EventTooLarge(f"an event has more than {MAX_EVENT_CHARS:,} characters")


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """Lines that end in CR, LF or both, wherever the chunks are cut."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    held: list[str] = []  # what has come of a line that hasn't ended
    size = 0
    async for chunk in chunks:
        text = decoder.decode(chunk)
        held.append(text)
        size += len(text)
        if size > MAX_EVENT_CHARS:
            raise EventTooLarge(f"a line has more than {MAX_EVENT_CHARS:,} characters")
        if "\n" not in text and "\r" not in text:
            continue
        together = "".join(held)
        # a CR at the end may be the first half of a line's end
        whole, ending = (together[:-1], "\r") if together.endswith("\r") else (together, "")
        *lines, rest = whole.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        held, size = [rest + ending], len(rest)
        for line in lines:
            yield line
    decoder.decode(b"", final=True)
    if (rest := "".join(held)).endswith("\r"):
        yield rest[:-1]
