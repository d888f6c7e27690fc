"""Signatures that others can check, and when a message is sent again."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from domain.jobs.model import JobStatus
from domain.webhooks.model import EventType, news_of
from domain.webhooks.schedule import DELAYS, LONGEST_SECONDS, read_retry_after, retry_in
from domain.webhooks.signing import secret_text, signed_headers

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
SECRET, OTHER = bytes(range(32)), bytes(range(1, 33))


def headers_now(body: bytes, *secrets: bytes) -> dict[str, str]:
    seconds = int(datetime.now(UTC).timestamp())
    return dict(signed_headers("msg_1", seconds, body, secrets))


@given(st.dictionaries(st.text(), st.text()), st.binary(min_size=24, max_size=64))
def test_any_body_is_signed_so_that_others_find_it_right(data: Any, secret: bytes) -> None:
    body = msgspec.json.encode(data)
    headers = headers_now(body, secret)
    assert Verifier(secret_text(secret)).verify(body, headers) == data


def test_the_specification_s_own_example_of_a_signature() -> None:
    # "msg_p5jXN8AQM9LWM0D4loKWxJek" and its secret are those of the reference libraries' tests
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    raw = Verifier(secret)._whsecret
    headers = signed_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, [raw])
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert secret_text(raw) == secret


def test_a_changed_body_or_another_secret_is_found_out() -> None:
    headers = headers_now(b"{}", SECRET)
    for secret, body in ((SECRET, b"[]"), (OTHER, b"{}")):
        with pytest.raises(WebhookVerificationError):
            Verifier(secret_text(secret)).verify(body, headers)


def test_two_secrets_sign_side_by_side() -> None:
    headers = headers_now(b"{}", SECRET, OTHER)
    assert headers["webhook-signature"].count("v1,") == 2
    for secret in (SECRET, OTHER):
        assert Verifier(secret_text(secret)).verify(b"{}", headers) == {}


def test_the_schedule_is_the_specification_s() -> None:
    at, times = timedelta(), []
    for tries in range(1, 10):
        delay = retry_in(tries, None, lambda: 0.0)
        assert delay is not None
        at += timedelta(seconds=delay)
        times.append(at)
    hours = [round(time.total_seconds() / 3600, 3) for time in times]
    assert hours == [0.001, 0.085, 0.585, 2.585, 7.585, 17.585, 31.585, 51.585, 75.585]
    assert retry_in(10, None, lambda: 0.0) is None
    assert retry_in(10, 5.0, lambda: 0.0) is None, "however much the receiver would like it"


def test_delays_grow_and_chance_makes_them_at_most_a_tenth_longer() -> None:
    assert all(shorter < longer for shorter, longer in pairwise(DELAYS))
    assert max(DELAYS) == LONGEST_SECONDS == 86_400
    assert retry_in(1, None, lambda: 1.0) == pytest.approx(5.5)


def test_a_receiver_is_left_alone_for_as_long_as_it_asks_but_a_day_at_most() -> None:
    assert retry_in(1, 120.0, lambda: 0.0) == 120.0
    assert retry_in(1, 1.0, lambda: 0.0) == 5.0, "never sooner than the schedule"
    assert retry_in(1, 1e9, lambda: 0.0) == LONGEST_SECONDS


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("9" * 400, LONGEST_SECONDS),
        ("Fri, 27 Nov 2026 12:02:00 GMT", 120.0),
        ("Fri, 27 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("", None),
        ("Fri, 99 Nov 2026 12:02:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value: str, seconds: float | None) -> None:
    assert read_retry_after(value, NOW) == seconds


def test_what_is_told_of_a_job_s_moves() -> None:
    told = {
        (old, new): news_of(old, new)
        for old, new in [
            (JobStatus.QUEUED, JobStatus.RUNNING),
            (JobStatus.RUNNING, JobStatus.WAITING),
            (JobStatus.WAITING, JobStatus.RUNNING),
            (JobStatus.RUNNING, JobStatus.SUCCEEDED),
            (JobStatus.QUEUED, JobStatus.CANCELLED),
            (JobStatus.RUNNING, JobStatus.FAILED),
            (JobStatus.FAILED, JobStatus.QUEUED),
        ]
    }
    assert list(told.values()) == [
        (EventType.JOB_STARTED,),
        (EventType.JOB_WAITING,),
        (),
        (EventType.JOB_SUCCEEDED, EventType.VIDEO_READY),
        (EventType.JOB_CANCELLED,),
        (EventType.JOB_FAILED,),
        (),
    ]
