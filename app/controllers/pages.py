"""Cursor pages: their parameters, and the Link header (RFC 8288) that names the others."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar.openapi.spec import Example
from litestar.params import QueryParameter

from app.parameter_errors import TIME_HINT
from domain.errors import FieldError, InvalidRequest
from domain.generation.brief import AspectRatio
from domain.jobs.listing import JobSelection, Sort, VideoSelection
from domain.jobs.ports import Page
from domain.webhooks import DeliverySelection

MAX_PAGE = 200
DEFAULT_PAGE = 50
MAX_TITLE = 100
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")
"""how a time begins; the rest was read as one already"""

Cursor = Annotated[
    str | None,
    QueryParameter(
        description="`next` of the page before, with that page's filters and sort; absent for the "
        "first. `Link` names the pages on either side with theirs.",
        max_length=500,
    ),
]
Limit = Annotated[
    int,
    QueryParameter(
        description="How many to answer at most.",
        ge=1,
        le=MAX_PAGE,
        examples=[Example(summary="Twenty", value=20)],
    ),
]
Shape = Annotated[
    AspectRatio | None,
    QueryParameter(
        description="Only in this shape.", examples=[Example(summary="Shorts", value="9:16")]
    ),
]
SortBy = Annotated[
    Sort | None,
    QueryParameter(description="Which come first: `newest` (if left out) or `oldest`."),
]
CreatedAfter = Annotated[
    datetime | None,
    QueryParameter(
        description="Only what was created then or later (RFC 3339, with a time zone).",
        examples=[Example(summary="From the 22nd on", value="2026-11-22T00:00:00Z")],
    ),
]
CreatedBefore = Annotated[
    datetime | None,
    QueryParameter(
        description="Only what was created before then (RFC 3339, with a time zone).",
        examples=[Example(summary="Up to the end of the 22nd", value="2026-11-23T00:00:00Z")],
    ),
]


def check_instants(query: Mapping[str, str], **given: datetime | None) -> None:
    """Refuse times, by their parameters' names, that are no instants or not written as such.

    Numbers would be read as seconds since 1970.

    Raises:
        InvalidRequest
    """
    wrong = [
        FieldError(
            f"/{name}",
            "is no date and time, has no time zone, or one that leads out of the calendar",
            hint=TIME_HINT,
        )
        for name, time in given.items()
        if time is not None and not (_RFC_3339.match(query.get(name, "")) and _is_instant(time))
    ]
    if wrong:
        raise InvalidRequest(wrong)


def check_title(title: str, sort: Sort | None) -> None:
    """Refuse what can't be looked for, or in an order that there isn't.

    Raises:
        InvalidRequest
    """
    if "\0" in title:
        raise _wrong("title", "contains a NUL character", "Remove the character U+0000.")
    if sort is not None:
        raise _wrong(
            "sort",
            "can't be given beside title: those come in the order of their titles",
            "Leave either of them out.",
        )


def page_links(
    path: str,
    selection: JobSelection | VideoSelection | DeliverySelection,
    *,
    cursor: str | None,
    page: Page[Any],
    limit: int,
) -> dict[str, str]:
    """The Link header of a page: the next one, unless it's the last; where it was come to by a
    cursor, the first, and the one before, unless this is the first."""
    chosen = msgspec.to_builtins(selection)
    if chosen.get("title") is not None or selection.sort is Sort.NEWEST:
        del chosen["sort"]
    query = {"limit": limit} | {name: value for name, value in chosen.items() if value is not None}
    pages = {}
    if page.next is not None:
        pages["next"] = query | {"cursor": page.next}
    if page.previous is not None:
        pages["prev"] = query | {"cursor": page.previous}
    if cursor is not None:
        pages["first"] = query
    links = [f'<{path}?{urlencode(asked)}>; rel="{name}"' for name, asked in pages.items()]
    return {"Link": ", ".join(links)} if links else {}


def _wrong(name: str, message: str, hint: str) -> InvalidRequest:
    return InvalidRequest([FieldError(f"/{name}", message, "invalid", hint)])


def _is_instant(time: datetime) -> bool:
    try:
        return time.tzinfo is not None and time.astimezone(UTC) is not None
    except OverflowError:
        return False
