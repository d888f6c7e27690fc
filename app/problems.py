"""Errors as the API answers them: RFC 9457 problem details, ``application/problem+json``.

The one place that maps the domain's codes to HTTP. No answer ever carries a stack trace; what
isn't expected is logged with one, under the ``request_id`` that the answer names.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, NotFoundException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from msgspec import UNSET, UnsetType

from app.applied_preset import AppliedPreset
from app.authentication import challenge_for
from app.limiting import retry_after
from app.parameter_errors import parameter_errors
from app.readiness import Check
from app.statuses import STATUS_BY_CODE
from domain.errors import (
    DomainError,
    FieldError,
    InvalidRequest,
    JobNotFound,
    QueueFull,
    ServiceUnavailable,
    SketchersBusy,
    TopicNotFound,
    VideoNotFound,
)

log = structlog.get_logger("app.problems")

PROBLEM_JSON = "application/problem+json"
TYPE_PREFIX = "urn:faceless:problem:"
"""problem types are named, not hosted: ``urn:faceless:problem:topic_not_found``"""

QUEUE_FULL_RETRY_SECONDS = 30
SKETCHERS_BUSY_RETRY_SECONDS = 2
UNAVAILABLE_RETRY_SECONDS = 5

HTTP_CODES: dict[int, tuple[str, str]] = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("content_too_large", "Content Too Large"),
    HTTPStatus.REQUEST_URI_TOO_LONG: ("uri_too_long", "URI Too Long"),
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: ("range_not_satisfiable", "Range Not Satisfiable"),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("unprocessable_content", "Unprocessable Content"),
}
"""Code and title of statuses that RFC 9110 renamed: Python's own names depend on its version."""

HTTP_HINTS: dict[int, str] = {
    403: "Send it from a page of this server, or with a key.",
    404: "`/docs` lists every path of this API.",
    405: "The `Allow` header lists the methods of this path.",
    408: "Send the body without pauses; whoever runs the server can raise MAX_BODY_SECONDS.",
    413: "Send a shorter text; whoever runs the server can raise MAX_BODY_BYTES.",
    414: "Parameters of this API are short; what is long belongs into a body.",
    415: "Send JSON with the header `Content-Type: application/json`.",
    416: "`Content-Range` says how many bytes there are.",
    431: "Send fewer or shorter headers; cookies are of no use here.",
}


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A problem as RFC 9457 describes it, with a stable ``code`` and a way out."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str | UnsetType = UNSET
    errors: list[FieldError] | UnsetType = UNSET
    """every wrong field, by its JSON pointer (RFC 6901) into the body or the query"""
    suggestions: list[str] | UnsetType = UNSET
    """topics that there is something about, nearest first"""
    checks: dict[str, Check] | UnsetType = UNSET
    """of ``/api/health/ready``: what was looked at"""
    request_id: str | UnsetType = UNSET


class UnsupportedMediaType(HTTPException):
    """The body isn't JSON."""

    status_code = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class RangeNotSatisfiable(HTTPException):
    """No byte of the ranges asked for is in the file."""

    status_code = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE


class CrossSiteRequest(HTTPException):
    """A page of another site sent this request through the user's browser."""

    status_code = HTTPStatus.FORBIDDEN


def problem_specs(*problems: int | type[DomainError]) -> dict[int, ResponseSpec]:
    """Document an operation's problems, for ``responses=`` of a route.

    The domain's errors are best named by their classes, other problems by their status. What can
    happen to any request of a kind (a missing key, a wrong body, an unknown id in the address)
    needs no mention: ``app.described_problems`` adds it.
    """
    named: dict[int, list[str]] = {}
    for problem in problems:
        if isinstance(problem, int):
            named.setdefault(problem, [])
        else:
            named.setdefault(STATUS_BY_CODE[problem.code], []).append(problem.code)
    return {
        int(status): ResponseSpec(
            data_container=Problem,
            description=HTTPStatus(status).phrase,
            media_type=PROBLEM_JSON,
            generate_examples=False,
            examples=[Example(summary=code) for code in codes],
        )
        for status, codes in named.items()
    }


def problem_of(error: Exception) -> Problem:
    """The problem that an exception stands for; anything unexpected says nothing of its inside."""
    if isinstance(error, DomainError):
        return _of_domain_error(error)
    if isinstance(error, ValidationException):
        return _of_domain_error(InvalidRequest(parameter_errors(error)))
    if isinstance(error, HTTPException) and error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        status = HTTPStatus(error.status_code)
        return http_problem(status, _http_detail(error, status))
    return server_problem()


def http_problem(status: HTTPStatus, detail: str) -> Problem:
    """A problem of HTTP itself, which has no type of its own (RFC 9457, 4.2.1)."""
    code, title = HTTP_CODES.get(status, (status.name.lower(), status.phrase))
    return Problem(
        type="about:blank",
        title=title,
        status=status,
        detail=detail,
        code=code,
        hint=HTTP_HINTS.get(status, UNSET),
    )


def server_problem() -> Problem:
    """The server's own trouble: nothing of it is anybody else's business."""
    return Problem(
        type="about:blank",
        title=HTTPStatus.INTERNAL_SERVER_ERROR.phrase,
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        detail="Something went wrong inside the server; its log says what, under this request id.",
        code=DomainError.code,
    )


def answer_problem(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """Litestar's exception handler for everything."""
    if isinstance(error, NotFoundException):
        error = _no_id(request.scope["path"]) or error
    problem = problem_of(error)
    preset = AppliedPreset.of(request)
    if preset is not None and problem.errors:
        _say_whose(problem, preset.told_apart(problem.errors))
    problem.request_id = str(request.scope["state"].get("request_id", "")) or UNSET
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request failed", code=problem.code, exc_info=error)
    elif problem.status not in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        log.info("request refused", code=problem.code, status=int(problem.status))
    return Response(
        problem,
        status_code=problem.status,
        media_type=PROBLEM_JSON,
        headers={"Cache-Control": "no-store", **_headers(error)},
    )


def _say_whose(problem: Problem, told: list[FieldError]) -> None:
    """Take in the errors of a request over a preset, where some are the preset's."""
    if told == problem.errors:
        return
    problem.errors = told
    is_list = problem.code == InvalidRequest.code
    problem.detail = InvalidRequest(told).message if is_list else told[0].message
    if len(told) == 1:
        problem.hint = told[0].hint


def title_of(error: type[DomainError]) -> str:
    """The first paragraph of an error's docstring, which says in general what its message says
    of the case."""
    return " ".join((error.__doc__ or "").split("\n\n")[0].split())


def _of_domain_error(error: DomainError) -> Problem:
    status = STATUS_BY_CODE.get(error.code, HTTPStatus.INTERNAL_SERVER_ERROR)
    problem = Problem(
        type=TYPE_PREFIX + error.code,
        title=title_of(type(error)) or status.phrase,
        status=status,
        detail=error.message,
        code=error.code,
        hint=error.hint_text or UNSET,
    )
    pointer = error.details.get("pointer")
    if isinstance(error, InvalidRequest):
        problem.errors = error.errors
        problem.suggestions = error.suggestions or UNSET
    elif isinstance(pointer, str):
        problem.errors = [FieldError(pointer, error.message, error.code, error.hint_text)]
    if isinstance(error, ServiceUnavailable):
        problem.checks = error.details.get("checks", UNSET)
    if isinstance(error, TopicNotFound):
        problem.suggestions = error.suggestions
    return problem


def _http_detail(error: HTTPException, status: HTTPStatus) -> str:
    if status == HTTPStatus.NOT_FOUND:
        return "There is nothing at this address."
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return "This address doesn't take requests of this method."
    return error.detail


def _no_id(path: str) -> DomainError | None:
    """What is wrong with a job's or video's address that has something else in the id's place."""
    found = re.match(r"/api/(jobs|videos)/([^/]+)", path)
    if found is None:
        return None
    try:
        UUID(found[2])
    except ValueError:
        missing = JobNotFound if found[1] == "jobs" else VideoNotFound
        return missing(
            f"{found[2]!r} isn't an id; ids look like 0198c2f4-8d5e-7c1a-9b43-2f1d6a7e0c55.",
            hint=f"`GET /api/{found[1]}` lists them.",
        )
    return None


def _headers(error: Exception) -> Mapping[str, str]:
    if isinstance(error, QueueFull):
        return {"Retry-After": str(QUEUE_FULL_RETRY_SECONDS)}
    if (seconds := retry_after(error)) is not None:
        return {"Retry-After": str(seconds)}
    if isinstance(error, SketchersBusy):
        return {"Retry-After": str(SKETCHERS_BUSY_RETRY_SECONDS)}
    if isinstance(error, DomainError) and error.code == "service_unavailable":
        return {"Retry-After": str(UNAVAILABLE_RETRY_SECONDS)}
    if isinstance(error, HTTPException):
        return {name.title(): value for name, value in (error.headers or {}).items()}
    return challenge_for(error)
