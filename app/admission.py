"""What every request has to pass before a route sees it."""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request

from app import limiting
from app.authentication import Visitor, authenticate
from app.problems import CrossSiteRequest, UnsupportedMediaType
from app.request_body import is_json
from domain.errors import KeyInvalid

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


async def admit(request: Request[Any, Any, Any]) -> None:
    """Let a request in, or say why not.

    Raises:
        KeyMissing, KeyInvalid, ScopeMissing
        RateLimited, TooManyAtOnce, TooManyFailures
        CrossSiteRequest: a page of another site sent it.
        UnsupportedMediaType: it would change something, and its body is none that is taken.
    """
    visitor = await authenticated(request)
    if request.method in SAFE_METHODS:
        return
    refuse_cross_site(request, visitor)
    refuse_undeclared(request)


async def authenticated(request: Request[Any, Any, Any]) -> Visitor | None:
    """Whoever sent a request, counted. This machine itself, without a key, isn't limited.

    Raises:
        KeyMissing, KeyInvalid, ScopeMissing
        RateLimited, TooManyAtOnce, TooManyFailures
    """
    try:
        return await authenticate(request)
    except KeyInvalid:
        await limiting.count_failure(request.scope)
        raise
    finally:
        # also where the key lacks the scope: a refusal is an answer, too
        key = request.scope["state"].get("key")
        if key is not None:
            await limiting.enter(request.scope, key)


def refuse_cross_site(request: Request[Any, Any, Any], visitor: Visitor | None) -> None:
    """Refuse to change anything for a page of another site.

    A browser lets any page post to a local server, without a body even without asking first;
    ``Sec-Fetch-Site`` and ``Origin`` say that it was a page, and whose. A key is nothing that a
    browser sends along by itself; and behind a proxy the Host may be another than the page's.

    Raises:
        CrossSiteRequest
    """
    if visitor is not None and visitor.key is not None:
        return
    origin = request.headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if foreign or request.headers.get("sec-fetch-site") == "cross-site":
        raise CrossSiteRequest("Pages of other sites may not change anything here.")


def refuse_undeclared(request: Request[Any, Any, Any]) -> None:
    """Refuse a body that isn't JSON, or of a type that the route declares as an upload's.

    What a page may send without asking (forms, plain text) is none of these. A request without a
    body needs no type, but may not claim a wrong one.

    Raises:
        UnsupportedMediaType
    """
    declared = request.headers.get("content-type")
    if declared is None:
        has_body = request.headers.get("content-length", "0").strip("0") != ""
        if not has_body and "transfer-encoding" not in request.headers:
            return
    elif is_json(declared):
        return
    media_type = (declared or "").partition(";")[0].strip().lower()
    if media_type not in request.route_handler.opt.get("uploads", ()):
        raise UnsupportedMediaType("The request's body isn't declared as JSON.")
