"""What a provider's HTTP answer says about the provider: how it failed, and when to come again.

The one place that knows: whoever speaks HTTP to a provider has its statuses sorted here.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from domain.providers.failures import ProviderFailed, Verdict

PASSING = frozenset({408, 409, 425, 429})
"""client errors that time mends"""
BLOCKING = frozenset({401, 402, 403})
REDIRECTS = range(300, 400)
"""of an API: whoever set its address was wrong"""
SERVER_ERROR = 500

LONGEST_SECONDS = 31 * 24 * 3600.0
"""that anybody is waited for: the longest periods of limits are months"""
LIMIT_SECONDS = 60.0
"""waited where a provider says that nothing is left, and not until when"""
MAX_SAID = 300
"""characters of a provider's own words that are repeated"""

_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_DATE = re.compile(
    r"[A-Z][a-z]{2}, (?P<day>\d\d) (?P<month>[A-Z][a-z]{2}) (?P<year>\d{4}) "
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d) GMT",
    re.ASCII,
)
"""IMF-fixdate of RFC 9110, the only form that may still be sent; its names are English whatever
the machine's locale is"""
_KEYS = re.compile(r"\b(?:sk|pk|gsk|xai|key)[-_][\w*.-]{4,}|\bAIza[\w-]{10,}|\bBearer\s+\S+")
"""what looks like a key, or like a part of one that a provider repeats"""


def verdict_of_status(status: int) -> Verdict:
    """What a status other than success says, where the provider's own words say no more."""
    if status in BLOCKING or status in REDIRECTS:
        return Verdict.BLOCKED
    if status in PASSING or status >= SERVER_ERROR:
        return Verdict.RETRY
    return Verdict.NEXT


def retry_after_seconds(value: str, now: float) -> float | None:
    """Seconds that a header ``Retry-After`` asks for: a number of them, or a date.

    ``now`` is in seconds since 1970. None where it says nothing that can be read.
    """
    text = value.strip()
    if _SECONDS.fullmatch(text):  # some send fractions
        return min(float(text), LONGEST_SECONDS)
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
    return min(max(0.0, moment.timestamp() - now), LONGEST_SECONDS)


def wait_asked_for(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that an answer asks to wait. ``headers`` are found by names in lower case."""
    milliseconds = headers.get("retry-after-ms", "").strip()  # OpenAI's and Azure's, more exact
    if _SECONDS.fullmatch(milliseconds):
        return min(float(milliseconds) / 1000, LONGEST_SECONDS)
    return retry_after_seconds(headers.get("retry-after", ""), now)


def without_key(text: str, key: str) -> str:
    """A provider's words in one line, without the key that it may repeat, and not too many."""
    plain = " ".join(text.split())
    if key:
        plain = plain.replace(key, "…")
    plain = _KEYS.sub("…", plain)
    return f"{plain[:MAX_SAID]}…" if len(plain) > MAX_SAID else plain


def failed_answer(
    provider: str,
    status: int,
    headers: Mapping[str, str],
    now: float,
    *,
    said: str = "",
    verdict: Verdict | None = None,
    hint: str = "",
    key_hint: str = "",
) -> ProviderFailed:
    """The failure that an answer's status stands for.

    ``headers`` are found by names in lower case; ``said`` are the provider's words, which must
    hold no key (``without_key``); ``verdict`` is for those whose words say more than the status;
    ``key_hint`` is the hint for whoever could give it another key.
    """
    verdict = verdict_of_status(status) if verdict is None else verdict
    is_blocked = verdict is Verdict.BLOCKED
    return ProviderFailed(
        f"{provider} answered {status}{f': {said}' if said else '.'}",
        verdict,
        retry_after_seconds=None if verdict is Verdict.NEXT else wait_asked_for(headers, now),
        hint=hint or (key_hint if is_blocked else ""),
    )


class RateWindow:
    """What a provider's own count of requests leaves of one key.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, provider: str, clock: Callable[[], float]) -> None:
        self._provider = provider
        self._clock = clock
        self._empty_until = 0.0

    def told(self, remaining: str, resets_in_seconds: float | None) -> None:
        """An answer said how many requests are left (empty where it didn't), and for how long."""
        text = remaining.strip()
        if text and not text.strip("0"):
            wait = LIMIT_SECONDS if resets_in_seconds is None else max(0.0, resets_in_seconds)
            self._empty_until = self._clock() + min(wait, LONGEST_SECONDS)

    def check(self) -> None:
        """Send nothing while nothing is left: whoever asks all the same is blocked for longer.

        Raises:
            ProviderFailed
        """
        left = self._empty_until - self._clock()
        if left > 0:
            raise ProviderFailed(
                f"{self._provider} takes no more requests for {left:.0f} s: its limit is used up.",
                Verdict.RETRY,
                retry_after_seconds=left,
            )
