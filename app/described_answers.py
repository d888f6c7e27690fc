"""What an operation answers when all is well: headers, content, examples; and its parameters.

Everything is derived from the operation itself, for those of today and of tomorrow alike.
"""

import re
from collections.abc import Container, Iterator
from http import HTTPStatus
from typing import Any

import msgspec

from app.controllers.answers import ANSWER_EXAMPLES
from app.described_problems import FIRST_ERROR, singular

JSON = "application/json"
EVENT_STREAM = "text/event-stream"

TEXT = {"type": "string"}
HEADERS: dict[str, dict[str, Any]] = {
    "X-Request-ID": {
        "description": "Under which the server's log has this request: the one that was sent, or "
        "a new one. A problem's `request_id` is the same.",
        "schema": TEXT,
    },
    "Location": {
        "description": "Where it is: the job that was accepted, what was made, or the file at "
        "the object store.",
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Retry-After": {
        "description": "Seconds to wait before asking again.",
        "schema": {"type": "integer"},
    },
    "Link": {
        "description": 'The next page (`rel="next"`, absent on the last), the one before '
        '(`rel="prev"`, absent on the first) and the first one (`rel="first"`), RFC 8288.',
        "schema": TEXT,
    },
    "RateLimit-Policy": {
        "description": "What the key may send: `q` requests in `w` seconds "
        "(draft-ietf-httpapi-ratelimit-headers).",
        "schema": TEXT,
    },
    "RateLimit": {
        "description": "What is left of it: `r` requests, and `t` seconds until it begins anew.",
        "schema": TEXT,
    },
    "WWW-Authenticate": {
        "description": "What is wrong with the key, or the scope that it lacks (RFC 6750).",
        "schema": TEXT,
    },
    "ETag": {
        "description": "Names these very bytes: with it in `If-None-Match` they don't come again.",
        "schema": TEXT,
    },
    "Accept-Ranges": {
        "description": "`bytes`: parts of the file can be asked for.",
        "schema": TEXT,
    },
    "Content-Range": {
        "description": "Which bytes these are, of how many (RFC 9110, 14.4).",
        "schema": TEXT,
    },
    "Content-Disposition": {"description": "A name for the file.", "schema": TEXT},
}
"""every header that says something of its own"""

QUOTA = ("RateLimit-Policy", "RateLimit")
"""of every answer to a key that was taken, where RATE_LIMIT isn't 0"""

OF_PROBLEMS = {
    "401": "WWW-Authenticate",
    "403": "WWW-Authenticate",
    "416": "Content-Range",
    "429": "Retry-After",
    "503": "Retry-After",
}
UNCOUNTED = ("401", "default")
"""answers to what was refused before it was known whose it is"""

REVALIDATION = {
    "name": "If-None-Match",
    "in": "header",
    "description": "An `ETag` of before: if it still holds, the answer is 304 without a body.",
    "required": False,
    "schema": TEXT,
}
RANGES = [
    {
        "name": "Range",
        "in": "header",
        "description": "Only these bytes, such as `bytes=0-1023` (RFC 9110, 14.2).",
        "required": False,
        "schema": TEXT,
    },
    {
        "name": "If-Range",
        "in": "header",
        "description": "The `ETag` that the range is of: another file comes whole.",
        "required": False,
        "schema": TEXT,
    },
]


def describe_parameters(path: str, operation: dict[str, Any], from_zero: Container[str]) -> None:
    """Explain what stands in the address, and drop what no address can say.

    A parameter that may be absent is null inside of the program, and never in a request.
    """
    if "304" in operation["responses"]:
        operation["parameters"].append(REVALIDATION)
    if "206" in operation["responses"]:
        operation["parameters"] += RANGES
    for parameter in operation.get("parameters", ()):
        schema = _without_null(parameter["schema"])
        schema.pop("description", None)
        if parameter["name"] in from_zero:
            schema["minimum"] = 0
        parameter["schema"] = schema
        if parameter["in"] == "path" and not parameter.get("description"):
            parameter["description"] = _what_stands_there(path, parameter["name"])
        schema.pop("examples", None)
        if examples := parameter.pop("examples", None):
            # an explorer would send them unasked, and find nothing
            such = ", ".join(f"`{example['value']}`" for example in examples.values())
            parameter["description"] = f"{parameter['description']} Such as {such}."


def describe_answers(operation: dict[str, Any]) -> None:
    """Bring answers to what they are: their content, and the headers of all of them."""
    if "requestBody" in operation and _is_optional(operation["requestBody"]):
        operation["requestBody"]["required"] = False
    for status, response in operation["responses"].items():
        names = ["X-Request-ID"]
        if status.isdecimal() and int(status) < FIRST_ERROR:
            names += _headers_of(status, response, operation)
            _describe_content(status, response, operation)
        elif status in OF_PROBLEMS:
            names.append(OF_PROBLEMS[status])
        if operation.get("security") and status not in UNCOUNTED:
            names += QUOTA
        references = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
        own = response.get("headers", {})
        if status == "201" and "200" in operation["responses"]:
            own = operation["responses"]["200"].get("headers", {}) | own
        response["headers"] = references | own
    operation["responses"] = dict(sorted(operation["responses"].items()))


def say_what_comes(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Put what the schema says of itself where Python's words for the status stand."""
    for status, response in operation["responses"].items():
        if status.isdecimal() and response["description"] == HTTPStatus(int(status)).description:
            content = response.get("content", {}).get(JSON, {}).get("schema", {})
            schema = schemas.get(content.get("$ref", "").rpartition("/")[2], {})
            what = schema.get("description", "").partition("\n")[0]
            response["description"] = what or "Done; there is nothing more to say."


def _headers_of(status: str, response: dict[str, Any], operation: dict[str, Any]) -> Iterator[str]:
    content = response.get("content", {})
    is_job = "JobBody" in str(content.get(JSON, {}).get("schema"))
    if status == "307" or (status == "202" and is_job):
        yield "Location"
    if status == "201" and "200" in operation["responses"]:  # made, where it wasn't there
        yield "Location"
    if is_job:
        yield "Retry-After"
    if any(parameter["name"] == "cursor" for parameter in operation.get("parameters", ())):
        yield "Link"
    if "304" in operation["responses"] and status in ("200", "206", "304"):
        yield from ("ETag", "Accept-Ranges", "Content-Disposition")
    if status == "206":
        yield "Content-Range"


def _describe_content(status: str, response: dict[str, Any], operation: dict[str, Any]) -> None:
    if status == "206":  # several ranges at once
        response["content"]["multipart/byteranges"] = {}
    for media_type, content in response.get("content", {}).items():
        schema = content.get("schema", {})
        name = schema.get("$ref", "").rpartition("/")[2]
        if media_type == EVENT_STREAM:
            content.pop("schema", None)  # a stream is no one value, and has no end to be read to
        elif not name and media_type != JSON:
            is_text = media_type.startswith("text/") or media_type in ANSWER_EXAMPLES
            content["schema"] = (
                {"type": "string"} if is_text else {"type": "string", "format": "binary"}
            )
        for key in (operation["operationId"], f"{name} {status}", name, media_type):
            if key in ANSWER_EXAMPLES:
                content["examples"] = {
                    _slug(summary): {"summary": summary, "value": _plain(value)}
                    for summary, value in ANSWER_EXAMPLES[key].items()
                }
                break


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value, str_keys=True)


def _slug(summary: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", summary.lower()).strip("-")


def _what_stands_there(path: str, name: str) -> str:
    """``video_id`` in ``/api/videos/{video_id}``: The video's id."""
    before = re.search(rf"/([a-z_-]+)/\{{{name}\}}", path)
    thing = singular(before[1]) if before else "thing"
    what = name.removeprefix(f"{thing}_")
    counted = ", from 0 on" if what == "number" else ""
    return f"The {thing}'s {what}{counted}."


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    schema = dict(schema)
    for union in ("oneOf", "anyOf"):
        if union in schema:
            members = [m for m in schema.pop(union) if m != {"type": "null"}]
            if len(members) == 1:
                schema = {**members[0], **schema}
            else:
                schema[union] = members
    if isinstance(schema.get("type"), list):
        [schema["type"]] = [t for t in schema["type"] if t != "null"]
    if "enum" in schema:
        schema["enum"] = [value for value in schema["enum"] if value is not None]
    return schema


def _is_optional(body: dict[str, Any]) -> bool:
    """Whether a body may be left out; then it isn't null either."""
    optional = False
    for content in body["content"].values():
        optional = content["schema"] != _without_null(content["schema"])
        content["schema"] = _without_null(content["schema"])
    return optional
