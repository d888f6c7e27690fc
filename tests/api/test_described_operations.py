"""What the API's description says of each operation, those to come among them."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest
from finished_video import finish_a_video
from jsonschema import Draft202012Validator
from litestar.routes import HTTPRoute
from live_server import Backstage
from paused_job import paused
from standardwebhooks.webhooks import Webhook

from app.controllers.answers_of_webhooks import FINISHED_AT, SHOWN
from app.controllers.examples import REQUEST_EXAMPLES
from app.described_problems import status_of
from app.main import create_app
from app.openapi import TAGS, describe
from app.problems import HTTP_CODES
from domain.webhooks import EventType

JSON = "application/json"
PROBLEM = "application/problem+json"


def document() -> dict[str, Any]:
    app = create_app()
    return describe(app.openapi_schema.to_schema(), app)


DOCUMENT = document()
OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
every_operation = pytest.mark.parametrize("name", OPERATIONS)


def check(value: Any, schema: dict[str, Any]) -> None:
    whole = {**schema, "components": DOCUMENT["components"]}
    Draft202012Validator(whole).validate(value)


def contents(name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for status, response in OPERATIONS[name][2]["responses"].items():
        for media_type, content in response.get("content", {}).items():
            yield status, media_type, content


@every_operation
def test_it_says_what_it_is_for(name: str) -> None:
    _, _, operation = OPERATIONS[name]
    assert operation["summary"]
    assert operation["description"]
    assert operation["tags"][0] in TAGS
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name)


@every_operation
def test_every_parameter_is_explained(name: str) -> None:
    for parameter in OPERATIONS[name][2].get("parameters", ()):
        assert parameter["description"], parameter["name"]
        assert "null" not in str(parameter["schema"]), parameter["name"]


@every_operation
def test_every_answer_of_json_or_text_has_an_example(name: str) -> None:
    for status, media_type, content in contents(name):
        if media_type == PROBLEM or content.get("schema", {}).get("format") == "binary":
            continue
        assert content.get("examples"), f"{status} {media_type}: add one to ANSWER_EXAMPLES"


@every_operation
def test_examples_fit_their_schemas(name: str) -> None:
    for _, _, content in contents(name):
        for example in content.get("examples", {}).values():
            check(example["value"], content.get("schema", {}))


@every_operation
def test_every_error_is_documented_with_its_codes(name: str) -> None:
    method, _, operation = OPERATIONS[name]
    responses = operation["responses"]
    assert {"500", "default"} <= set(responses)
    if "requestBody" in operation:
        assert {"400", "413", "415"} <= set(responses)
    if method not in ("get", "head"):
        assert {"403", "415", "507"} <= set(responses)
    for status, media_type, content in contents(name):
        if media_type == PROBLEM:
            assert content["examples"], status
            for code, example in content["examples"].items():
                assert example["value"]["code"] == code
                assert status in (str(status_of(code)), "default")
                assert f"`{code}`" in responses[status]["description"]


def test_errors_of_many_meanings_are_named_one_by_one() -> None:
    """``problem_specs(409)`` says too little; ``problem_specs(IllegalMove)`` says which."""
    for route in create_app().routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for status, spec in (handler.responses or {}).items():
                    assert status not in (409, 422) or spec.examples, (route.path, status)


@every_operation
def test_every_answer_has_a_request_id(name: str) -> None:
    for response in OPERATIONS[name][2]["responses"].values():
        assert "X-Request-ID" in response["headers"]
        for header in response["headers"].values():
            reference = header.get("$ref", "").rpartition("/")[2]
            assert (DOCUMENT["components"]["headers"].get(reference) or header)["description"]


@every_operation
def test_who_needs_a_key_is_told_what_is_left_of_its_quota(name: str) -> None:
    _, _, operation = OPERATIONS[name]
    is_limited = bool(operation.get("security"))
    assert ("429" in operation["responses"]) == is_limited
    for status, response in operation["responses"].items():
        counted = is_limited and status not in ("401", "default")
        for header in ("RateLimit", "RateLimit-Policy"):
            assert (header in response["headers"]) == counted, status
    if is_limited:
        assert "Retry-After" in operation["responses"]["429"]["headers"]


@pytest.mark.parametrize(
    ("name", "status", "header"),
    [
        ("generate", "202", "Location"),
        ("videos_revise", "202", "Location"),
        ("webhooks_create", "201", "Location"),
        ("presets_keep", "201", "Location"),
        ("presets_keep", "201", "ETag"),
        ("presets_keep", "200", "ETag"),
        ("presets_get", "200", "ETag"),
        ("jobs_list", "200", "Link"),
        ("webhooks_deliveries", "200", "Link"),
    ],
)
def test_a_header_that_leads_on_is_described(name: str, status: str, header: str) -> None:
    assert header in OPERATIONS[name][2]["responses"][status]["headers"]


@pytest.mark.parametrize("event", EventType)
def test_every_message_to_webhooks_is_described(event: EventType) -> None:
    message = DOCUMENT["webhooks"][event]["post"]
    assert message["summary"]
    assert message["tags"][0] in TAGS
    content = message["requestBody"]["content"][JSON]
    [example] = content["examples"].values()
    assert example["value"]["type"] == event
    check(example["value"], content["schema"])
    for name in reachable(content["schema"]):
        assert DOCUMENT["components"]["schemas"][name]["description"], name


@pytest.mark.parametrize("event", EventType)
def test_a_message_of_the_description_is_rightly_signed(event: EventType) -> None:
    message = DOCUMENT["webhooks"][event]["post"]
    headers = {parameter["name"]: parameter["example"] for parameter in message["parameters"]}
    [example] = message["requestBody"]["content"][JSON]["examples"].values()
    body = msgspec.json.encode(example["value"]).decode()
    assert (
        Webhook(SHOWN).sign(headers["webhook-id"], FINISHED_AT, body)
        == (headers["webhook-signature"])
    )


@every_operation
def test_every_field_of_a_request_is_known(name: str) -> None:
    body = OPERATIONS[name][2].get("requestBody", {"content": {}})
    for content in body["content"].values():
        for schema in reachable(content["schema"]):
            closed = DOCUMENT["components"]["schemas"][schema]
            assert closed.get("type") != "object" or closed["additionalProperties"] is False, schema


def reachable(schema: Any) -> set[str]:
    """Names of the schemas that a schema refers to, through others too."""
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        names = set(re.findall(r"#/components/schemas/(\w+)", str(waiting.pop()))) - found
        found |= names
        waiting += [DOCUMENT["components"]["schemas"][name] for name in names]
    return found


def test_every_schema_is_explained() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert schema.get("description"), name


def test_every_request_example_is_of_an_operation_and_every_body_has_one() -> None:
    with_body = {(method, path) for method, path, op in OPERATIONS.values() if "requestBody" in op}
    assert set(REQUEST_EXAMPLES) == with_body


@pytest.fixture
async def addresses(api: httpx.AsyncClient, backstage: Backstage) -> dict[str, str]:
    """What stands for an address' parameters: a finished video, a job that waits for approval, a
    webhook, and a name."""
    video = await finish_a_video(backstage)
    waiting = await paused(api, backstage, "script")
    webhook = (await api.post("/api/webhooks", json={"url": "https://example.com/hook"})).json()
    return {
        "video_id": str(video.id),
        "number": "0",
        "job_id": waiting.rpartition("/")[2],
        "webhook_id": webhook["webhook"]["id"],
        "name": "brand-shorts",
    }


@pytest.mark.parametrize(
    ("method", "path", "example"),
    [
        (method, path, example)
        for (method, path), examples in REQUEST_EXAMPLES.items()
        for example in examples
    ],
)
async def test_a_request_works_as_it_is_pasted(
    api: httpx.AsyncClient, addresses: dict[str, str], method: str, path: str, example: str
) -> None:
    if path.endswith("/revisions"):  # which has to have something to revise
        noted = f"/api/videos/{addresses['video_id']}/scenes/0"
        assert (await api.patch(noted, json={"text": "Three hearts."})).status_code == 200
    if path.endswith("/retry"):  # only what has ended is
        cancel = f"/api/jobs/{addresses['job_id']}/cancel"
        assert (await api.post(cancel)).status_code == 200
    address = path.format_map(addresses)
    response = await api.request(
        method, address, json=REQUEST_EXAMPLES[method, path][example]["value"]
    )
    assert response.is_success, response.text
    described = DOCUMENT["paths"][path][method]["responses"][str(response.status_code)]
    check(response.json(), described["content"][JSON]["schema"])


def test_no_code_depends_on_the_version_of_python() -> None:
    assert HTTP_CODES[413][0] == "content_too_large"
    assert HTTP_CODES[416][0] == "range_not_satisfiable"


@pytest.mark.parametrize("name", ["Brief", "PartialBrief", "RetryRequest"])
def test_a_number_that_may_be_null_and_has_examples_keeps_its_bounds(name: str) -> None:
    cap = DOCUMENT["components"]["schemas"][name]["properties"]["max_cost"]
    assert (cap["minimum"], cap["maximum"]) == (0, 10_000)
