"""What a service's status and its Retry-After mean."""

import pytest

from domain.providers.exchange import retry_after_seconds, verdict_of_status
from domain.providers.failures import Verdict

NOON = 1_795_780_800.0
"""27 November 2026, 12:00 UTC"""


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 0.5 ", 0.5),
        ("Fri, 27 Nov 2026 12:01:30 GMT", 90.0),
        ("Fri, 27 Nov 2026 11:00:00 GMT", 0.0),
        ("Fri, 99 Nov 2026 11:00:00 GMT", None),
        ("Fri, 27 Nox 2026 11:00:00 GMT", None),
        ("soon", None),
        ("-3", None),
        ("", None),
        (None, None),
    ],
)
def test_a_time_to_wait_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, NOON) == seconds


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (302, Verdict.BLOCKED),
        (401, Verdict.BLOCKED),
        (402, Verdict.BLOCKED),
        (403, Verdict.BLOCKED),
        (404, Verdict.NEXT),
        (422, Verdict.NEXT),
        (408, Verdict.RETRY),
        (429, Verdict.RETRY),
        (500, Verdict.RETRY),
        (503, Verdict.RETRY),
    ],
)
def test_every_status_has_its_verdict(status: int, verdict: Verdict) -> None:
    assert verdict_of_status(status) is verdict
