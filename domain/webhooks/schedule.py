"""When a message that didn't arrive is sent again.

The delays are those of the specification's example: over three days, with growing distance.
"""

from collections.abc import Callable
from datetime import UTC, datetime

MINUTE = 60.0
HOUR = 60 * MINUTE

DELAYS: tuple[float, ...] = (
    5.0,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
)
"""seconds from each failed attempt to the next; after the last of them there is none"""

LONGEST_SECONDS = 24 * HOUR
"""for which a receiver can ask to be left alone"""

JITTER = 0.1
"""share by which a delay is made longer at random: what failed together doesn't come together"""


HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"


def retry_in(tries: int, retry_after: float | None, random: Callable[[], float]) -> float | None:
    """Seconds until the next attempt after ``tries`` failed ones; None when they were all.

    ``retry_after`` is what the receiver asked for, in seconds; ``random`` draws from 0 to 1.
    """
    if tries > len(DELAYS):
        return None
    delay = DELAYS[tries - 1] * (1 + JITTER * random())
    return max(delay, min(retry_after or 0.0, LONGEST_SECONDS))


def read_retry_after(value: str, now: datetime) -> float | None:
    """The seconds that a header ``Retry-After`` (RFC 9110, 10.2.3) asks for; None if it's none."""
    text = value.strip()
    if text.isascii() and text.isdecimal():
        return min(float(text[:12]), LONGEST_SECONDS)
    try:
        at = datetime.strptime(text, HTTP_DATE).replace(tzinfo=UTC)
    except ValueError:
        return None
    return max(0.0, (at - now).total_seconds())
