"""The API answers everything that can be sent to it as its description says."""

from pathlib import Path

import pytest

from app.main import create_app
from fuzz.running import fuzz

EXAMPLES = 50
"""for each operation; `make fuzz` tries a thousand"""


@pytest.mark.timeout(580)  # a busy machine is no finding
def test_no_request_breaks_the_server_or_its_description(tmp_path: Path) -> None:
    outcome = fuzz(tmp_path, EXAMPLES)
    assert outcome.passed, outcome.report + outcome.summary
    described = create_app().openapi_schema.to_schema()["paths"].values()
    operations = {
        operation["operationId"]
        for methods in described
        for method, operation in methods.items()
        if method != "head"
    }
    assert set(outcome.tried) == operations
    assert not any(counts.get("5xx") for counts in outcome.tried.values())
    never_succeeded = [name for name, counts in outcome.tried.items() if not counts.get("2xx")]
    assert not never_succeeded, outcome.summary
