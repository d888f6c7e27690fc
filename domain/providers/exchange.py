"""Asking a service over HTTP: the port, and what a status or a header means for a chain."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from domain.providers.failures import Verdict

_BLOCKED = frozenset({401, 402, 403})
_RETRY = frozenset({408, 409, 425, 429})
_REDIRECTS = range(300, 400)
_SERVER_ERRORS = 500
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_DATE = re.compile(
    r"[A-Z][a-z]{2}, (?P<day>\d\d) (?P<month>[A-Z][a-z]{2}) (?P<year>\d{4}) "
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d) GMT"
)


class Answer(msgspec.Struct, frozen=True):
    """What a service said."""

    status: int
    headers: Mapping[str, str]
    """names in lower case"""
    body: bytes


class Exchange(Protocol):
    """Asks services, within limits of time and size."""

    async def ask(
        self,
        who: str,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """The whole answer, whatever its status; redirects aren't followed.

        Args:
            who: the service, for messages.
            body: JSON.

        Raises:
            ProviderFailed: it can't be reached, takes too long, breaks off, or says too much. No
                message has a header or a query in it.
        """
        ...


def verdict_of_status(status: int) -> Verdict:
    """What a status other than success says, where the service's own words say no more."""
    if status in _BLOCKED or status in _REDIRECTS:
        return Verdict.BLOCKED  # a redirect is a wrong address in the settings
    if status in _RETRY or status >= _SERVER_ERRORS:
        return Verdict.RETRY
    return Verdict.NEXT


def retry_after_seconds(value: str | None, now: float) -> float | None:
    """``Retry-After`` (RFC 9110): seconds or a date; None where it's absent or neither.

    Args:
        now: seconds since 1970.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return float(text)
    date = _DATE.fullmatch(text)
    if date is None or date["month"] not in _MONTHS:
        return None
    try:
        moment = datetime(
            int(date["year"]),
            _MONTHS.index(date["month"]) + 1,
            int(date["day"]),
            int(date["hour"]),
            int(date["minute"]),
            int(date["second"]),
            tzinfo=UTC,
        )
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - now)
