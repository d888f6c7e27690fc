"""Limits as requests meet them: counted once it's known whose they are, told in headers.

``RateLimit-Policy`` and ``RateLimit`` are those of draft-ietf-httpapi-ratelimit-headers-10: the
quota ``q`` in a window of ``w`` seconds, ``r`` requests that remain in it, and ``t`` seconds until
the next window.
"""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any
from uuid import uuid4

import structlog
from litestar.types import HTTPScope

from adapters.prometheus import Meters
from domain.access import Key
from domain.access.limits import WINDOW_SECONDS, Admitted, Limits, whole_seconds
from domain.errors import RateLimited, TooManyAtOnce, TooManyFailures

log = structlog.get_logger("app.limiting")

POLICY = "requests"
SITE_BITS = 64
"""of an IPv6 address: with the rest, one machine can call itself what it likes"""


class LimitNotes:
    """What limits tell: figures, and a line in the log when the counters go and come."""

    def __init__(self, meters: Meters | None) -> None:
        self._meters = meters

    def refused(self, limit: str) -> None:
        if self._meters is not None:
            self._meters.limited(limit)

    def uncounted(self) -> None:
        if self._meters is not None:
            self._meters.uncounted()

    def counters_away(self, why: str) -> None:
        log.warning("requests are served uncounted for a while", why=why, setting="REDIS_URL")

    def counters_back(self) -> None:
        log.info("requests are counted again")


async def enter(scope: HTTPScope, key: Key) -> None:
    """Count a request of a key; what is left of its quota goes into the answer's headers.

    Raises:
        RateLimited, TooManyAtOnce
    """
    state = scope["state"]
    limits: Limits = state["limits"]
    try:
        state["admitted"] = await limits.enter(key.id, uuid4().hex)
    except (RateLimited, TooManyAtOnce) as error:
        state["admitted"] = error.details["admitted"]
        raise


async def leave(state: dict[str, Any]) -> None:
    """A request has ended, however it did."""
    admitted: Admitted | None = state.get("admitted")
    if admitted is not None and admitted.slot is not None:
        await state["limits"].leave(state["key_id"], admitted)


async def count_failure(scope: HTTPScope) -> None:
    """Count that a request came without a good key.

    Raises:
        TooManyFailures
    """
    client = scope["client"]
    if client is not None:
        limits: Limits = scope["state"]["limits"]
        await limits.count_failure(site_of(client[0]))


def site_of(address: str) -> str:
    """What is counted together: an IPv4 address, or an IPv6 network as one customer has it."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, SITE_BITS), strict=False))


def quota_headers(state: dict[str, Any]) -> list[tuple[bytes, bytes]]:
    """What is left to whoever sent a request, if it's limited."""
    admitted: Admitted | None = state.get("admitted")
    if admitted is None or not admitted.limit:
        return []
    policy = f'"{POLICY}";q={admitted.limit};w={WINDOW_SECONDS}'
    resets = whole_seconds(admitted.seconds_left)
    return [
        (b"ratelimit-policy", policy.encode()),
        (b"ratelimit", f'"{POLICY}";r={admitted.remaining};t={resets}'.encode()),
    ]


def retry_after(error: Exception) -> int | None:
    """When a request that was over a limit may come again, in seconds."""
    if isinstance(error, RateLimited | TooManyAtOnce | TooManyFailures):
        return whole_seconds(error.details["seconds_left"])
    return None
