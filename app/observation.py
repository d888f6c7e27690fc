"""One request under an id, with a limited body: counted, and logged when it has ended."""

import asyncio
import logging
import re
import time
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


async def _discard(receive: Receive, limit: int) -> None:
    """Let a body come in unread, up to `limit` bytes, until its sender has had time to look up."""
    discarded = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while discarded < limit:
                message = await receive()
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return
                discarded += len(message.get("body", b""))


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
    status, sent, received, is_whole, lingers = 0, 0, 0, False, False
    body_until = asyncio.get_running_loop().time() + settings.max_body_seconds

    async def limited_receive() -> Any:
        nonlocal received, is_whole
        if is_whole:  # what follows is the end of the connection, whenever that is
            return await receive()
        try:
            async with asyncio.timeout_at(body_until):
                message = await receive()
        except TimeoutError as error:
            raise RequestTooSlow(
                f"The request's body took longer than {settings.max_body_seconds:g} s.",
                headers=LEFT_UNREAD,
            ) from error
        if message["type"] == "http.request":
            is_whole = not message.get("more_body", False)
            received += len(message.get("body", b""))
            declared = headers.get(b"content-length", "0")
            size = max(received, int(declared) if declared.isdecimal() else 0)
            if size > settings.max_body_bytes:
                raise _too_large(settings.max_body_bytes, size, is_declared=declared != "0")
        return message

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
                await _discard(receive, DISCARDED_BODIES * settings.max_body_bytes)
                message = {"type": "http.response.body", "body": b"", "more_body": False}
        await send(message)

    with structlog.contextvars.bound_contextvars(request_id=request_id):
        try:
            await inner(scope, limited_receive, observed_send)
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
