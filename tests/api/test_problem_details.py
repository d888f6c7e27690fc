"""Every error is an RFC 9457 problem that says what was wrong and what to do about it."""

from collections.abc import Callable
from uuid import UUID

import httpx
import pytest
from dishka import Provider, Scope
from litestar.exceptions import HTTPException, NotAuthorizedException
from live_server import serve

from app import problems
from app.config import Settings
from app.problems import problem_of
from app.statuses import STATUS_BY_CODE
from domain import errors
from domain.errors import (
    DomainError,
    FieldError,
    InvalidRequest,
    MusicNotFound,
    SettingsInvalid,
    TopicNotFound,
)
from domain.generation.ports import Narrator


def assert_problem(response: httpx.Response, status: int, code: str) -> dict[str, object]:
    body: dict[str, object] = response.json()
    assert response.status_code == status, body
    assert response.headers["content-type"] == "application/problem+json"
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"]
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == response.headers["x-request-id"]
    return body


def every_domain_error() -> list[type[DomainError]]:
    return [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, DomainError) and value is not DomainError
    ]


async def test_an_unknown_address_is_a_problem(api: httpx.AsyncClient) -> None:
    assert_problem(await api.get("/api/nothing"), 404, "not_found")
    assert_problem(await api.get("/schema/nothing"), 404, "not_found")
    assert_problem(await api.get(f"/api/jobs/{UUID(int=1)}/nothing"), 404, "not_found")


@pytest.mark.parametrize(
    ("things", "code"), [("jobs", "job_not_found"), ("videos", "video_not_found")]
)
async def test_what_is_no_id_is_named(api: httpx.AsyncClient, things: str, code: str) -> None:
    for address in (f"/api/{things}/nope", f"/api/{things}/nope/events"):
        problem = assert_problem(await api.get(address), 404, code)
        assert "'nope' isn't an id" in str(problem["detail"])
        assert f"/api/{things}" in str(problem["hint"])


async def test_a_wrong_status_comes_back_with_the_choices(api: httpx.AsyncClient) -> None:
    problem = assert_problem(await api.get("/api/jobs?status=foo"), 400, "invalid_request")
    assert "'foo' isn't known; known are queued, running, waiting" in str(problem["detail"])
    assert problem["hint"]


async def test_a_wrong_method_is_a_problem_that_lists_the_right_ones(
    api: httpx.AsyncClient,
) -> None:
    response = await api.put("/api/jobs")
    assert_problem(response, 405, "method_not_allowed")
    assert "GET" in response.headers["allow"]


async def test_wrong_query_parameters_are_all_named(api: httpx.AsyncClient) -> None:
    response = await api.get("/api/jobs", params={"limit": 0, "status": "resting"})
    body = assert_problem(response, 400, "invalid_request")
    assert isinstance(body["errors"], list)
    assert {error["pointer"] for error in body["errors"]} == {"/limit", "/status"}


@pytest.mark.parametrize(
    ("address", "pointer", "message"),
    [
        ("/api/events?after=abc", "/after", "must be a whole number"),
        ("/api/events?after=-1", "/after", "must be at least 0"),
        ("/api/jobs?limit=0", "/limit", "must be at least 1"),
        ("/api/jobs?limit=201", "/limit", "must be at most 200"),
        ("/api/jobs?created_after=soon", "/created_after", "is no date and time"),
        ("/api/videos?title=", "/title", "must have at least one character"),
        ("/api/webhooks/deliveries?job_id=1", "/job_id", "is no id"),
        (f"/api/videos/{UUID(int=0)}/file?download=maybe", "/download", "must be true or false"),
    ],
)
async def test_a_wrong_parameter_is_told_in_words(
    api: httpx.AsyncClient, address: str, pointer: str, message: str
) -> None:
    body = assert_problem(await api.get(address), 400, "invalid_request")
    assert isinstance(body["errors"], list)
    [error] = body["errors"]
    assert (error["pointer"], error["message"]) == (pointer, message)
    assert error["hint"]


@pytest.mark.parametrize(
    ("method", "address", "hint"),
    [
        ("POST", "/api/generate?dryrun=true", "Did you mean `dry_run`?"),
        ("GET", "/api/jobs?statu=queued", "Did you mean `status`?"),
        ("GET", "/api/videos?status=ready", "Known here: aspect_ratio, created_after"),
        ("GET", "/api/webhooks/deliveries?wanted_state=failed", "limit, sort, state."),
        ("GET", "/api/webhooks?jobs=null", "no query parameters"),
    ],
)
async def test_an_unknown_parameter_is_refused_with_those_there_are(
    api: httpx.AsyncClient, method: str, address: str, hint: str
) -> None:
    response = await api.request(method, address, json={} if method == "POST" else None)
    body = assert_problem(response, 400, "invalid_request")
    assert isinstance(body["errors"], list)
    [error] = body["errors"]
    assert error["code"] == "unknown_parameter"
    assert error["pointer"] == "/" + address.partition("?")[2].partition("=")[0]
    assert hint in error["hint"]


@pytest.mark.parametrize(
    "address",
    [
        "/api/jobs?foo=1&status=wating&limit=0",
        "/api/jobs?status=wating&limit=0&created_after=yesterday&foo=1&sort=up",
        "/api/webhooks/deliveries?foo=1&state=wating&limit=ten",
        "/api/videos?aspect_ratio=null&limit=1000&foo=&q=",
    ],
)
async def test_wrong_parameters_are_all_told_at_once_also_beside_unknown_ones(
    api: httpx.AsyncClient, address: str
) -> None:
    parameters = [pair.partition("=") for pair in address.partition("?")[2].split("&")]
    alone = []
    for name, _, value in parameters:
        answer = await api.get(f"{address.partition('?')[0]}?{name}={value}")
        alone += assert_problem(answer, 400, "invalid_request")["errors"]
    together = assert_problem(await api.get(address), 400, "invalid_request")["errors"]
    assert together == sorted(alone, key=lambda error: error["pointer"])
    assert len(together) == len(parameters)


async def test_the_page_may_be_asked_for_with_any_parameter(api: httpx.AsyncClient) -> None:
    assert (await api.get("/?from=a-link")).status_code == 200


@pytest.mark.parametrize(
    "address", ["/api/jobs?status=null", "/api/webhooks/deliveries?state=null"]
)
async def test_a_parameter_is_left_out_rather_than_null(
    api: httpx.AsyncClient, address: str
) -> None:
    body = assert_problem(await api.get(address), 400, "invalid_request")
    name = address.partition("?")[2].removesuffix("=null")
    assert isinstance(body["errors"], list)
    assert {error["pointer"] for error in body["errors"]} == {f"/{name}"}


async def test_an_unreadable_cursor_is_a_problem(api: httpx.AsyncClient) -> None:
    body = assert_problem(await api.get("/api/jobs?cursor=%00x"), 400, "invalid_request")
    assert "/cursor" in str(body["errors"])


def test_every_domain_error_a_request_can_meet_has_a_status() -> None:
    never_answered = {
        "lease_lost",
        "cancelled",
        "quarantined",
        "deadline_exceeded",
        "render_failed",
        "render_interrupted",
        "font_missing",
        "settings_invalid",
        "rejected",  # it's the error of a job
        # only the command line meets these
        "upkeep_under_way",
        "backup_unusable",
        "installation_not_empty",
        "not_importable",
        "voice_not_downloaded",
    }
    servers_own_trouble = {"made_by_newer", "document_unreadable", "narration_failed"}
    codes = {error.code for error in every_domain_error()}
    assert codes - never_answered - servers_own_trouble == set(STATUS_BY_CODE)


def test_a_domain_error_is_told_with_its_code_and_hint() -> None:
    problem = problem_of(TopicNotFound("Octopuss", ["Octopus"]))
    assert problem.status == 422
    assert problem.type == "urn:faceless:problem:topic_not_found"
    assert problem.suggestions == ["Octopus"]
    assert "source_text" in str(problem.hint)


def test_an_error_about_one_field_points_at_it() -> None:
    problem = problem_of(MusicNotFound("No such mood.", pointer="/music/mood"))
    assert isinstance(problem.errors, list)
    assert problem.errors[0].pointer == "/music/mood"


def test_all_wrong_fields_are_listed() -> None:
    wrong = [FieldError("/a", "is wrong"), FieldError("/b", "is wrong")]
    assert problem_of(InvalidRequest(wrong)).errors == wrong


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("the secret is 1234"),
        SettingsInvalid(["DATABASE_URL is wrong"]),
        HTTPException("the secret is 1234", status_code=500),
    ],
)
def test_trouble_of_the_server_says_nothing_of_its_inside(error: Exception) -> None:
    problem = problem_of(error)
    assert problem.status == 500
    assert "1234" not in problem.detail


def test_other_http_errors_keep_their_status() -> None:
    assert problem_of(NotAuthorizedException("Who are you?")).status == 401


def test_a_crash_is_answered_without_a_trace_and_logged_with_one(
    make_settings: Callable[..., Settings], caplog: pytest.LogCaptureFixture
) -> None:
    class BrokenNarrator:
        def voices(self) -> list[object]:
            raise RuntimeError("the voice fell over")

    broken = Provider(scope=Scope.APP)
    broken.provide(BrokenNarrator, provides=Narrator)
    with serve(make_settings(), broken) as address:
        response = httpx.get(f"{address}/api/voices", timeout=60)
    body = assert_problem(response, 500, "internal_error")
    assert "fell over" not in str(body)
    assert "Traceback" not in response.text
    assert any("fell over" in str(record.msg) for record in caplog.records)


def test_problem_types_are_documented_for_openapi() -> None:
    specs = problems.problem_specs(404, 409)
    assert {spec.media_type for spec in specs.values()} == {"application/problem+json"}
