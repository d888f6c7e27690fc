"""What every request has to pass before a route sees it."""

from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response
from litestar.exceptions import ClientException
from litestar.params import QueryParameter
from litestar.routes import HTTPRoute
from litestar.types import HTTPScope

from app import limiting
from app.authentication import Visitor, authenticate
from app.parameter_errors import PARAMETER_NAMES, unknown_parameter, wrong_parameter
from app.problems import CrossSiteRequest, UnsupportedMediaType
from app.request_body import is_json
from domain.errors import FieldError, InvalidRequest, KeyInvalid

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_ADDRESS_BYTES = 8_192
"""of path and query; RFC 9110, 4.1 asks for 8,000 at least"""
MAX_HEADERS_BYTES = 32_768
"""of all headers together"""


class AddressTooLong(ClientException):
    """The path and the query are longer than any that this API has a use for."""

    status_code = 414


class HeadersTooLarge(ClientException):
    """The headers are larger than any that this API has a use for."""

    status_code = 431


async def admit(request: Request[Any, Any, Any]) -> Response[None] | None:
    """Let a request in, or say why not. One that only asks for the methods is answered here.

    Raises:
        AddressTooLong, HeadersTooLarge
        KeyMissing, KeyInvalid, ScopeMissing
        RateLimited, TooManyAtOnce, TooManyFailures
        InvalidRequest: a query parameter is null, or none of the route's.
        CrossSiteRequest: a page of another site sent it.
        UnsupportedMediaType: it would change something, and its body is none that is taken.
    """
    refuse_oversize(request.scope)
    visitor = await authenticated(request)
    if request.method == "OPTIONS":
        return answer_methods(request)
    refuse_wrong_parameters(request)
    if request.method not in SAFE_METHODS:
        refuse_cross_site(request, visitor)
        refuse_undeclared(request)
    return None


def refuse_oversize(scope: HTTPScope) -> None:
    """Refuse what no client of this API sends, before anything works through it.

    Raises:
        AddressTooLong, HeadersTooLarge
    """
    if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_ADDRESS_BYTES:
        raise AddressTooLong(f"The address is longer than {MAX_ADDRESS_BYTES:,} bytes.")
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADERS_BYTES:
        raise HeadersTooLarge(f"The headers are larger than {MAX_HEADERS_BYTES:,} bytes.")


def refuse_wrong_parameters(request: Request[Any, Any, Any]) -> None:
    """Refuse query parameters that would be passed over: those that the route hasn't, and
    ``?status=null``, which would be read as if it weren't there.

    What isn't of the API (the page and its files) may be asked for with any, and so may what
    tells of the server's health: whoever watches it adds some against caches.

    Raises:
        InvalidRequest: names every such parameter.
    """
    is_anybodys = request.route_handler.opt.get("open", False)
    if is_anybodys or not request.scope["query_string"]:
        return
    if not request.scope["path"].startswith("/api/"):
        return
    known = {
        PARAMETER_NAMES.get(name, name): parameter
        for name, parameter in request.route_handler.parsed_fn_signature.parameters.items()
        if isinstance(parameter.kwarg_definition, QueryParameter)
    }
    wrong: dict[str, FieldError] = {}
    for name, value in request.query_params.multi_items():
        if name not in known:
            wrong[name] = unknown_parameter(name, known)
        elif value.lower() == "null" and str not in known[name].args:
            hint = "Leave it out instead."
            wrong[name] = FieldError(f"/{name}", "can't be null", "invalid", hint)
    if wrong:
        # what would be found wrong with the others is told along with these
        types = request.route_handler.signature_model.__annotations__
        for name in known.keys() - wrong.keys() & request.query_params.keys():
            given = request.query_params.getall(name)
            value = given if known[name].is_non_string_sequence else given[-1]
            try:
                msgspec.convert(value, type=types[known[name].name], strict=False)
            except msgspec.ValidationError as error:
                wrong[name] = wrong_parameter(name, str(error).partition(" - at ")[0])
        raise InvalidRequest([wrong[name] for name in sorted(wrong)])


def answer_methods(request: Request[Any, Any, Any]) -> Response[None]:
    """204 with ``Allow``: Litestar's own answer names those of one of a path's handlers only."""
    template = request.scope["path_template"]
    methods = {
        method
        for route in request.app.routes
        if isinstance(route, HTTPRoute) and route.path_format == template
        for method in route.methods
    }
    return Response(None, status_code=204, headers={"Allow": ", ".join(sorted(methods))})


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
    foreign = origin is not None and host_of(origin) != request.headers.get("host")
    if foreign or request.headers.get("sec-fetch-site") == "cross-site":
        raise CrossSiteRequest("Pages of other sites may not change anything here.")


def host_of(origin: str) -> str | None:
    """Host and port in an ``Origin``; None for what is none, ``null`` among it."""
    try:
        return urlsplit(origin).netloc or None
    except ValueError:  # such as http://[
        return None


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
