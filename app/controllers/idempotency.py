"""The header ``Idempotency-Key`` (draft-ietf-httpapi-idempotency-key-header)."""

import re
from typing import Annotated, Any

import msgspec
from litestar import Request
from litestar.datastructures import ResponseHeader
from litestar.openapi.spec import Example
from litestar.params import HeaderParameter

from domain.errors import FieldError, InvalidRequest
from domain.generation.fingerprint import canonical, content_hash
from domain.jobs.model import Idempotency
from domain.once import Answered

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"

MAX_KEY_CHARACTERS = 255
MAX_ROUTE_CHARACTERS = 255
"""as many as are kept; only an id that is stretched by hyphens makes a path longer"""
KEY = rf'("[!-~]{{1,{MAX_KEY_CHARACTERS}}}"|[!#-~][!-~]{{0,{MAX_KEY_CHARACTERS - 1}}})'
"""in quotes, as structured fields are, or without"""
_KEY = re.compile(KEY)

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name=HEADER,
        description="Makes the request safe to repeat: 1 to 255 visible ASCII characters of your "
        "own choice, such as a UUID, in quotes or without. For 24 hours the same key with the "
        "same body answers what the first request was answered, and makes nothing; with another "
        "body, or at another address, it's refused (422); only where a job is made it isn't "
        "noticed that the key has made something else than a job. Requests under one key that come "
        "at the same time wait for the first. A request that was refused leaves its key free.",
        examples=[Example(summary="A UUID", value="8e03978e-40d5-43dd-bc93-6894a57f9324")],
        # described only: what is no key is told in words
        schema_extra={"pattern": f"^{KEY}$"},
    ),
]

REPLAY_HEADERS = [
    ResponseHeader(
        name=REPLAYED,
        value="true",
        description="`true` on the repeated answer to an earlier request with this key.",
        documentation_only=True,
    )
]


async def read_key(request: Request[Any, Any, Any], header: str | None) -> Idempotency | None:
    """What ``request`` is recognised by, if it has a key.

    Bodies are compared as JSON: neither spaces nor the order of fields make a difference. Where
    none is expected, nobody has read it: it may be anything, and is compared as it came.

    Raises:
        InvalidRequest: the header is no key.
    """
    if header is None:
        return None
    if wrong := wrong_key(header):
        raise InvalidRequest(wrong)
    body = await request.body()
    if "data" in request.route_handler.parsed_fn_signature.parameters:
        body = canonical(msgspec.json.decode(body) if body else None)
    return Idempotency(
        key=_unquoted(header),
        route=f"{request.method} {request.scope['path']}"[:MAX_ROUTE_CHARACTERS],
        body=content_hash(body),
    )


def replay_mark(answered: Answered[Any]) -> dict[str, str]:
    """The headers that tell a repeated answer from a first one."""
    return {REPLAYED: "true"} if answered.is_replay else {}


def wrong_key(header: str | None) -> list[FieldError]:
    """What is wrong with the header, if it's there."""
    if header is None or _KEY.fullmatch(header):
        return []
    return [
        FieldError(
            f"/{HEADER}",
            f"must be 1 to {MAX_KEY_CHARACTERS} visible ASCII characters",
            "invalid",
            "Take a new UUID for each new request, and the same one to repeat it.",
        )
    ]


def _unquoted(header: str) -> str:
    return header[1:-1] if header.startswith('"') else header
