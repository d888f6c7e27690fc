"""What a provider's HTTP answer says about the provider: how it failed, and when to come again."""

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
MAX_SAID = 200
"""characters of a provider's own words that are repeated"""

HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"
"""IMF-fixdate of RFC 9110, the only form that may still be sent"""


def retry_after_seconds(value: str, now: float) -> float | None:
    """Seconds that a header ``Retry-After`` asks for: a number of them, or a date.

    ``now`` is in seconds since 1970. None where it says nothing that can be read.
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_SECONDS)
    try:
        moment = datetime.strptime(text, HTTP_DATE).replace(tzinfo=UTC)
    except ValueError:
        return None
    return min(max(0.0, moment.timestamp() - now), LONGEST_SECONDS)


def failed_answer(
    provider: str,
    status: int,
    headers: Mapping[str, str],
    now: float,
    *,
    said: str = "",
    hint: str = "",
) -> ProviderFailed:
    """The failure that an answer's status stands for.

    ``headers`` are found by names in lower case; ``said`` are the provider's words, which must
    hold no key; ``hint`` is for whoever could give it another key.
    """
    words = f": {said[:MAX_SAID]}" if said else "."
    message = f"{provider} answered {status}{words}"
    wait = retry_after_seconds(headers.get("retry-after", ""), now)
    if status in BLOCKING or status in REDIRECTS:
        return ProviderFailed(message, Verdict.BLOCKED, retry_after_seconds=wait, hint=hint)
    if status in PASSING or status >= SERVER_ERROR:
        return ProviderFailed(message, Verdict.RETRY, retry_after_seconds=wait)
    return ProviderFailed(message, Verdict.NEXT)


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
