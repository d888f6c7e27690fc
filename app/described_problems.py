"""Which problems an operation can answer, by code, each with an example.

Routes name what is their own (``problem_specs``). What follows from an operation's shape is added
here: one with a body can be sent a wrong one, one with an id in its address can be sent one of
nothing. So a new route is described before anybody has thought of its errors.
"""

import re
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from typing import Any

import msgspec

from app.parameter_errors import unknown_parameter
from app.problems import (
    HTTP_CODES,
    PROBLEM_JSON,
    TYPE_PREFIX,
    Problem,
    http_problem,
    server_problem,
    title_of,
)
from app.statuses import STATUS_BY_CODE
from domain.errors import DomainError, FieldError, InvalidRequest, TopicNotFound

PROBLEM_SCHEMA = {"$ref": "#/components/schemas/Problem"}
REQUEST_ID = "0198c2f48d5e7c1a9b432f1d6a7e0c55"
SAFE_METHODS = frozenset({"get", "head", "options"})
FIRST_ERROR = 400

OF_HTTP: dict[int, str] = {
    HTTPStatus.FORBIDDEN: "A page of another site sent the request.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "The address doesn't take this method; `Allow` lists those "
    "that it takes.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than MAX_BODY_BYTES.",
    HTTPStatus.REQUEST_URI_TOO_LONG: "The address with its parameters is too long.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body isn't declared as JSON.",
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: "No byte of the file is in the range asked for.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The headers are too large.",
}
"""problems of HTTP itself, which have no class in the domain"""

ANYWHERE = (404, 405, 414, 431)
"""what any address answers, whatever is at it: described once, as ``default``"""


def describe_problems(method: str, path: str, operation: dict[str, Any]) -> None:
    """Bring an operation's errors to what it can answer: status, codes, meaning, example."""
    responses = operation["responses"]
    found = {
        int(status): _named(responses.pop(status))
        for status in [*responses]
        if status.isdecimal() and int(status) >= FIRST_ERROR
    }
    for code in _following(method, path, operation):
        named = found.setdefault(status_of(code), [])
        if code not in named:
            named.append(code)
    for status, codes in sorted(found.items()):
        known = codes or _codes_of(status)
        responses[str(status)] = _response(
            {code: problem_example(code, operation) for code in known},
            "\n".join(f"- `{code}`: {meaning_of(code)}" for code in known),
        )
    codes = [code for status in ANYWHERE for code in _codes_of_http(status)]
    responses["default"] = _response(
        {code: problem_example(code, operation) for code in codes},
        "What any address may answer:\n" + "\n".join(f"- `{c}`: {meaning_of(c)}" for c in codes),
    )


def status_of(code: str) -> int:
    """The status that a code comes with."""
    if code in STATUS_BY_CODE:
        return int(STATUS_BY_CODE[code])
    for status in OF_HTTP:
        if code in _codes_of_http(status):
            return int(status)
    return int(HTTPStatus.INTERNAL_SERVER_ERROR)


def meaning_of(code: str) -> str:
    """What a code says, in one sentence."""
    if code == DomainError.code:
        return "The server's own trouble, told in its log under the `request_id`."
    if code in _classes():
        return title_of(_classes()[code])
    return OF_HTTP[status_of(code)]


def problem_example(code: str, operation: dict[str, Any]) -> dict[str, Any]:
    """A problem of this code, as this operation may answer it."""
    if code == DomainError.code:
        problem = server_problem()
    elif code not in _classes():
        problem = http_problem(HTTPStatus(status_of(code)), meaning_of(code))
    else:
        error = _classes()[code]
        problem = Problem(
            type=TYPE_PREFIX + code,
            title=title_of(error),
            status=status_of(code),
            detail=title_of(error),
            code=code,
        )
        if error.hint:
            problem.hint = error.hint
        if error is InvalidRequest:
            problem.errors = [_wrong_field(operation)]
            problem.detail = InvalidRequest(problem.errors).message
        if error is TopicNotFound:
            problem.suggestions = ["Octopus", "Octahedron"]
    problem.request_id = REQUEST_ID
    value: dict[str, Any] = msgspec.to_builtins(problem)
    return value


def _following(method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    """Codes that follow from the shape of an operation."""
    changes = method not in SAFE_METHODS
    if path.startswith("/api/"):  # at the least, of a query parameter that it hasn't
        yield InvalidRequest.code
    if "requestBody" in operation:
        yield from _codes_of_http(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if operation.get("security"):
        yield from ("key_missing", "key_invalid", "scope_missing", "service_unavailable")
        yield from ("rate_limited", "too_many_at_once", "too_many_failures")
    if changes:
        yield from _codes_of_http(HTTPStatus.FORBIDDEN)
        yield from _codes_of_http(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        yield "storage_full"
    if "{" in path:
        yield from _missing_things(path)
        yield from _codes_of_http(HTTPStatus.NOT_FOUND)  # letters where a number belongs
    yield DomainError.code


def _missing_things(path: str) -> Iterator[str]:
    """``/api/videos/{video_id}/scenes/{number}``: video_not_found, scene_not_found."""
    for collection in re.findall(r"/([a-z_-]+)/\{", path):
        code = f"{singular(collection)}_not_found"
        if STATUS_BY_CODE.get(code) == HTTPStatus.NOT_FOUND:
            yield code


def singular(collection: str) -> str:
    """What one of a path's collection is: of ``videos`` a ``video``."""
    if collection.endswith("ies"):
        return collection[:-3] + "y"
    return collection.removesuffix("s")


def _named(response: dict[str, Any]) -> list[str]:
    """Codes that the route named (``problem_specs``)."""
    content = response.get("content", {}).get(PROBLEM_JSON, {})
    return [example["summary"] for example in content.get("examples", {}).values()]


def _response(examples: dict[str, dict[str, Any]], description: str) -> dict[str, Any]:
    named = {code: {"summary": meaning_of(code), "value": v} for code, v in examples.items()}
    content = {PROBLEM_JSON: {"schema": PROBLEM_SCHEMA, "examples": named}}
    return {"description": description, "content": content}


def _codes_of(status: int) -> list[str]:
    """Every code of a status, for routes that name no more than that."""
    return [code for code, its in STATUS_BY_CODE.items() if its == status] or [
        *_codes_of_http(status)
    ]


def _codes_of_http(status: int) -> list[str]:
    name = HTTPStatus(status).name.lower()
    return [HTTP_CODES.get(status, (name, ""))[0]]


def _wrong_field(operation: dict[str, Any]) -> FieldError:
    """A finding that fits the operation: an unknown field of its body, or a wrong parameter."""
    if "requestBody" in operation:
        return FieldError(
            "/nonsense", "is not a known field", "unknown_field", "`/docs` lists what is known."
        )
    if not operation.get("parameters"):
        return unknown_parameter("nonsense", ())
    name = operation["parameters"][-1]["name"]
    return FieldError(f"/{name}", "can't be read", "invalid", "`/docs` says how it's written.")


@cache
def _classes() -> dict[str, type[DomainError]]:
    """The domain's errors by code."""
    found: dict[str, type[DomainError]] = {}
    waiting = [*DomainError.__subclasses__()]
    while waiting:
        error = waiting.pop()
        found.setdefault(error.code, error)
        waiting += error.__subclasses__()
    return found
