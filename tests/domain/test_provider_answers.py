"""What a provider's answer says of it: its status, its Retry-After, its words."""

import pytest

from domain.providers.answers import (
    failed_answer,
    retry_after_seconds,
    verdict_of_status,
    wait_asked_for,
    without_key,
)
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
        ("²", None),
        ("9" * 400, 31 * 24 * 3600.0),
    ],
)
def test_a_time_to_wait_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
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


def test_a_failure_tells_how_long_to_wait_unless_waiting_is_of_no_use() -> None:
    headers = {"retry-after": "7"}

    passing = failed_answer("pexels", 429, headers, NOON, said="No.", key_hint="Another key?")
    blocked = failed_answer("pexels", 403, headers, NOON, key_hint="Another key?")
    refused = failed_answer("pexels", 404, headers, NOON, key_hint="Another key?")

    assert (passing.message, passing.retry_after_seconds) == ("pexels answered 429: No.", 7.0)
    assert (blocked.retry_after_seconds, blocked.hint_text) == (7.0, "Another key?")
    assert (refused.retry_after_seconds, refused.hint_text) == (None, passing.hint_text)


def test_words_that_say_more_than_the_status_have_the_last_word() -> None:
    failure = failed_answer("openai", 429, {}, NOON, verdict=Verdict.BLOCKED)

    assert failure.verdict is Verdict.BLOCKED


def test_milliseconds_are_more_exact_than_seconds() -> None:
    assert wait_asked_for({"retry-after-ms": "1500", "retry-after": "2"}, NOON) == 1.5
    assert wait_asked_for({"retry-after-ms": "soon", "retry-after": "2"}, NOON) == 2.0


def test_a_provider_s_words_are_one_line_without_any_key() -> None:
    said = without_key("Incorrect key\n provided: hunter2, nor sk-abc***xyz.", "hunter2")

    assert said == "Incorrect key provided: …, nor …"
    assert len(without_key("long " * 200, "")) == 301
