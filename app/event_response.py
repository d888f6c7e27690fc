"""Server-sent events on their way to one client, for as long as it takes them.

A stream lasts for hours and there are hundreds, so it's leaner than other streamed responses:
one task beside the request's own, which waits for the client to go.
"""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import structlog
from litestar.response import Stream
from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import Receive, Scope, Send

from app.event_feed import Subscription
from domain.errors import DomainError

log = structlog.get_logger("app.event_response")

EVENT_STREAM = "text/event-stream"
SEND_SECONDS = 30.0
"""for which a client may take nothing of what is sent to it"""
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class EventStream(Stream):
    """What ``frames`` gives, until ``subscription`` is over or the client goes.

    What is raised before the first frame is answered as a problem; the client resumes by itself
    when a stream breaks off later.
    """

    def __init__(self, frames: AsyncGenerator[bytes, None], subscription: Subscription) -> None:
        super().__init__(frames, media_type=EVENT_STREAM, headers=HEADERS)
        self._frames = frames
        self._subscription = subscription

    def to_asgi_response(self, *args: Any, **options: Any) -> ASGIStreamingResponse:
        """The response as the server calls it."""
        plain = super().to_asgi_response(*args, **options)
        return _Sending(
            iterator=self._frames,
            headers=dict(plain.headers.items()),
            media_type=EVENT_STREAM,
            status_code=plain.status_code,
            subscription=self._subscription,
        )


class _Sending(ASGIStreamingResponse):
    def __init__(self, *, subscription: Subscription, **options: Any) -> None:
        super().__init__(**options)
        self._subscription = subscription

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        frames: Any = self.iterator
        try:
            first = await anext(frames, b"")
            await self.start_response(send)
            leaving = asyncio.create_task(self._end_when_left(receive))
            try:
                await self._send_all(first, frames, send)
            finally:
                leaving.cancel()
                await asyncio.gather(leaving, return_exceptions=True)
        finally:
            await frames.aclose()

    async def _end_when_left(self, receive: Receive) -> None:
        try:
            while (await receive())["type"] != "http.disconnect":
                pass  # the rest of a body that nobody asked for
        finally:
            self._subscription.end()

    async def _send_all(
        self, first: bytes, frames: AsyncGenerator[bytes, None], send: Send
    ) -> None:
        frame = first
        try:
            while frame:
                async with asyncio.timeout(SEND_SECONDS):
                    await send({"type": "http.response.body", "body": frame, "more_body": True})
                frame = await anext(frames, b"")
        except TimeoutError:
            log.info("a client that takes nothing is let go", topic=str(self._subscription.topic))
            return
        except DomainError as error:
            log.warning("a stream breaks off", code=error.code, why=error.message)
        if self._subscription.is_slow:
            log.info("a client that is too slow is let go", topic=str(self._subscription.topic))
        await send({"type": "http.response.body", "body": b"", "more_body": False})
