"""What schemathesis doesn't check by itself, and how often each operation was tried."""

import atexit
import itertools
import json
import os
import random
from collections import Counter, defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import schemathesis
from schemathesis import Case, CheckContext, HookContext, Response

PROBLEM = "application/problem+json"
ORDINARY = frozenset(
    {
        "allow",
        "cache-control",
        "connection",
        "content-length",
        "content-type",
        "date",
        "server",
        "transfer-encoding",
        "x-accel-buffering",
        "x-content-type-options",
        "x-frame-options",
    }
)
"""headers that any answer may have, and that mean what they mean everywhere"""

tried: dict[str, Counter[str]] = defaultdict(Counter)
"""by operation: how many answers of which class"""

DECISIONS = frozenset({"jobs_approve", "jobs_reject"})
turns = itertools.count()


@schemathesis.hook
def before_call(_: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Let every other decision be about a job that waits for one, if there is any.

    Links lead to jobs, but few of them wait, and none for long.
    """
    raw = case.operation.definition.raw
    if raw.get("operationId") not in DECISIONS or next(turns) % 2:
        return
    with suppress(ValueError, TypeError, KeyError):
        UUID(case.path_parameters["job_id"])  # another kind of wrong stays as it is
        if (waiting := a_job_that_waits()) is not None:
            case.path_parameters["job_id"] = waiting


def a_job_that_waits() -> str | None:
    """The id of a job that waits for approval."""
    listed = httpx.get(
        f"{os.environ['FUZZ_ADDRESS']}/api/jobs?status=waiting&limit=200",
        headers={"Authorization": f"Bearer {os.environ['FUZZ_KEY']}"},
        timeout=60,
    )
    ids = [job["id"] for job in listed.json()["items"] if job["waiting_for"] == "approval"]
    return random.choice(ids) if ids else None


@schemathesis.check
def answers_are_described(ctx: CheckContext, response: Response, case: Case) -> None:
    """Every code and every header that comes is in the description of its operation."""
    operation = case.operation
    name = operation.definition.raw.get("operationId", operation.label)
    tried[name][f"{response.status_code // 100}xx"] += 1
    if case.method.lower() != operation.method.lower():
        return  # a method that isn't described at all; other checks look at its 405
    responses: dict[str, Any] = operation.definition.raw["responses"]
    described = responses.get(str(response.status_code), responses["default"])
    headers = {header.lower() for header in described["headers"]}
    for header in response.headers:
        assert header.lower() in ORDINARY | headers, f"The header {header} isn't described."
    request_id = response.headers["x-request-id"][0]
    if response.status_code >= 400:
        assert response.headers["content-type"][0] == PROBLEM
        problem = response.json()
        assert problem["status"] == response.status_code
        assert problem["request_id"] == request_id
        known = described["content"][PROBLEM]["examples"]
        assert problem["code"] in known, f"The code {problem['code']} isn't described."
        assert "Traceback" not in response.text


@atexit.register
def write_down() -> None:
    if "FUZZ_TALLY" in os.environ:
        Path(os.environ["FUZZ_TALLY"]).write_text(json.dumps(tried))
