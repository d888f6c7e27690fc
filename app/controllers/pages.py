"""Cursor pages: their parameters, and the Link header (RFC 8288) that names the next one."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from litestar.openapi.spec import Example
from litestar.params import QueryParameter

MAX_PAGE = 200
DEFAULT_PAGE = 50

Cursor = Annotated[
    str | None,
    QueryParameter(description="`next` of the page before; absent for the first.", max_length=500),
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


def next_link(path: str, following: str | None, query: Mapping[str, str | int]) -> dict[str, str]:
    """The Link header of a page, unless it's the last."""
    if following is None:
        return {}
    return {"Link": f'<{path}?{urlencode({**query, "cursor": following})}>; rel="next"'}
