"""One request under an id, with a limited body: counted, and logged when it has ended."""

import asyncio
import logging
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import uuid4

import structlog
from litestar.exceptions import ClientException
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Send

from adapters.prometheus import Meters
from app.config import Settings
from app.limiting import leave, quota_headers

log = structlog.get_logger("app.observation")
access_log = logging.getLogger("app.observation")
"""the standard library's own, since every request has its line: without structlog's first half"""

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
BROKEN_OFF = 500
"""as which a request counts that ended before it had a status"""
QUIET_PATHS = frozenset({"/api/health", "/api/health/ready", "/metrics"})
"""asked every few seconds by whoever watches the server"""


LEFT_UNREAD = {"Connection": "close"}
"""of a body that may have no end"""

DISCARDED_BODIES = 8
"""times MAX_BODY_BYTES that a body may be to be let come in unread, so that its sender, who reads
only then, gets the answer"""

LINGER_SECONDS = 2.0
"""for which a connection is kept open behind such an answer. What comes after a socket is closed
resets it, and the reset takes the answer along that its sender hasn't read yet."""


class RequestTooSlow(ClientException):
    """The body took longer than MAX_BODY_SECONDS: who sends it holds a place that others need."""

    status_code = 408


class RequestTooLarge(ClientException):
    """The body is larger than MAX_BODY_BYTES."""

    status_code = 413


def _too_large(limit: int, size: int, *, is_declared: bool) -> RequestTooLarge:
    ends_soon = is_declared and size <= DISCARDED_BODIES * limit
    return RequestTooLarge(
        f"The request's body is larger than {limit:,} bytes.",
        headers=None if ends_soon else LEFT_UNREAD,
    )


class Body:
    """A request's body as it comes in: no larger, and for no longer, than the settings allow."""

    def __init__(self, receive: Receive, headers: Mapping[bytes, str], settings: Settings) -> None:
        self._receive = receive
        declared = headers.get(b"content-length", "0")
        self._declared = int(declared) if declared.isdecimal() else 0
        self._is_declared = declared != "0"
        self._settings = settings
        self._until = asyncio.get_running_loop().time() + settings.max_body_seconds
        self._received = 0
        self._is_whole = False

    async def receive(self) -> Any:
        """The next piece.

        Raises:
            RequestTooSlow, RequestTooLarge
        """
        if self._is_whole:  # what follows is the end of the connection, whenever that is
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError as error:
            raise RequestTooSlow(
                f"The request's body took longer than {self._settings.max_body_seconds:g} s.",
                headers=LEFT_UNREAD,
            ) from error
        if message["type"] == "http.request":
            self._is_whole = not message.get("more_body", False)
            self._received += len(message.get("body", b""))
            size = max(self._received, self._declared)
            if size > self._settings.max_body_bytes:
                raise _too_large(self._settings.max_body_bytes, size, is_declared=self._is_declared)
        return message

    async def discard(self) -> None:
        """Let the rest come in unread, until its sender has had time to look up."""
        if self._is_whole:
            return
        left = DISCARDED_BODIES * self._settings.max_body_bytes
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while left > 0:
                    message = await self._receive()
                    if message["type"] != "http.request" or not message.get("more_body", False):
                        return
                    left -= len(message.get("body", b""))


async def observed(
    inner: ASGIApp,
    scope: HTTPScope,
    receive: Receive,
    send: Send,
    *,
    settings: Settings,
    meters: Meters | None,
) -> None:
    """Run one request under an id, with a limited body; count it, and log how it ended."""
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    given = headers.get(b"x-request-id", "")
    request_id = given if REQUEST_ID.fullmatch(given) else uuid4().hex
    scope["state"]["request_id"] = request_id
    started = time.perf_counter()
    answered: float | None = None
    status, sent, lingers = 0, 0, False
    body = Body(receive, headers, settings)

    async def observed_send(message: Message) -> None:
        nonlocal status, sent, lingers, answered
        if message["type"] == "http.response.start":
            status = int(message["status"])
            lingers = (b"connection", b"close") in message.get("headers", [])
            message["headers"] = [
                *message.get("headers", []),
                (b"x-request-id", request_id.encode()),
                (b"x-content-type-options", b"nosniff"),
                (b"x-frame-options", b"DENY"),  # nobody's clicks are led onto an explorer
                *quota_headers(scope["state"]),
            ]
        elif message["type"] == "http.response.body":
            sent += len(message.get("body", b""))
            if lingers and not message.get("more_body", False):
                await send({**message, "more_body": True})
                answered = time.perf_counter()
                await body.discard()
                message = {"type": "http.response.body", "body": b"", "more_body": False}
        await send(message)

    with structlog.contextvars.bound_contextvars(request_id=request_id):
        try:
            await inner(scope, body.receive, observed_send)
        except Exception:
            log.exception("request broke off", path=scope["path"])
            raise
        finally:
            await leave(scope["state"])
            seconds = (answered or time.perf_counter()) - started
            if meters is not None:
                route = scope.get("path_template")
                # one that broke off before it had a status is the server's own failure
                meters.answered(scope["method"], route, status or BROKEN_OFF, seconds)
            about = {
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "milliseconds": round(seconds * 1000, 1),
                "bytes": sent,
            }
            if (key_id := scope["state"].get("key_id")) is not None:
                about["key_id"] = key_id
            level = logging.DEBUG if scope["path"] in QUIET_PATHS else logging.INFO
            access_log.log(level, "request", extra=about)
