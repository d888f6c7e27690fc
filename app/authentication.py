"""Who asks: by a key, or without one from this machine itself (``AUTH=local``).

A page in a browser, and a proxy on this machine, reach loopback too. The page's name is in Host
even if its DNS says 127.0.0.1 (rebinding); the proxy adds a header that tells of the client. So a
request without a key is served only if its peer and its Host are loopback and no such header is
there. The header's presence is enough: what it says may have become the peer by then.
"""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Any, Literal

import msgspec
import structlog
from litestar import Request
from litestar.types import HTTPScope

from domain.access import Key, Keys, Scope
from domain.access.model import granted
from domain.errors import DomainError, KeyInvalid, KeyMissing, ScopeMissing
from domain.jobs.model import LOCAL_ACCOUNT

log = structlog.get_logger("app.authentication")

FORWARDING_HEADERS = frozenset(
    {
        b"cf-connecting-ip",
        b"forwarded",
        b"true-client-ip",
        b"via",
        b"x-client-ip",
        b"x-cluster-client-ip",
        b"x-real-ip",
    }
)
"""what proxies add to a request, together with everything that begins as follows"""
FORWARDING_PREFIX = b"x-forwarded"

CHALLENGE = 'Bearer realm="faceless"'


class Visitor(msgspec.Struct, frozen=True):
    """Whoever sent a request."""

    account_id: str
    scopes: frozenset[Scope]
    key: Key | None


LOCAL_VISITOR = Visitor(LOCAL_ACCOUNT, frozenset(Scope), None)
"""somebody at this machine, who could read the database as well"""


def needs(scope: Scope, **options: Any) -> dict[str, Any]:
    """Say beside a route, as ``**needs(...)``, what a key must be for; with other ``opt`` of it."""
    security = [{"bearer": [scope.value]}, {"header": [scope.value]}]
    return {"opt": {"scope": scope, **options}, "security": security}


OPEN: dict[str, Any] = {"opt": {"open": True}}
"""the same for a route that anybody may ask"""


class Authentication:
    """Decides for each request who it is from."""

    def __init__(self, auth: Literal["local", "required"], keys: Keys) -> None:
        self._serves_local = auth == "local"
        self._keys = keys

    async def identify(self, scope: HTTPScope) -> Visitor:
        """Who sent a request.

        Raises:
            KeyMissing, KeyInvalid
        """
        token = presented_key(scope["headers"])
        if token is not None:
            key = await self._keys.check(token)
            try:
                await self._keys.note_use(key)
            except DomainError as error:  # a full disk is no reason to refuse whoever only reads
                log.warning("a key's use isn't noted", key=key.id, why=error.message)
            return Visitor(key.account_id, granted(key.scopes), key)
        if not self._serves_local:
            raise KeyMissing("This server serves nobody without a key (AUTH=required).")
        if (reason := why_not_local(scope)) is not None:
            raise KeyMissing(f"Without a key only this machine itself is served: {reason}.")
        return LOCAL_VISITOR


async def authenticate(request: Request[Any, Any, Any]) -> Visitor | None:
    """Check that whoever sent a request may; None where anybody may.

    Raises:
        KeyMissing, KeyInvalid, ScopeMissing
    """
    route = request.route_handler.opt
    if route.get("open") or request.method == "OPTIONS":  # which tells the methods, no more
        return None
    state = request.scope["state"]
    authentication: Authentication = state["authentication"]
    visitor = await authentication.identify(request.scope)
    # one that doesn't say what it needs is for those who may everything
    needed: Scope = route.get("scope", Scope.ADMIN)
    state["account_id"] = visitor.account_id
    if visitor.key is not None:
        state["key"], state["key_id"] = visitor.key, visitor.key.id
        if needed not in visitor.scopes:
            raise ScopeMissing(
                f"The key {visitor.key.id} ({visitor.key.name}) has no scope {needed}.",
                hint=f"Make one that has: `faceless keys create --name NAME --scope {needed}`.",
                scope=needed.value,
            )
    return visitor


def presented_key(headers: Any) -> str | None:
    """The key in ``Authorization: Bearer`` or ``X-API-Key``; None if neither is there.

    Raises:
        KeyInvalid: there are two, and they differ.
    """
    found = set()
    for name, value in headers:
        if name == b"authorization":
            scheme, _, token = value.strip().partition(b" ")
            if scheme.lower() == b"bearer":
                found.add(token.strip())
        elif name == b"x-api-key":
            found.add(value.strip())
    if len(found) > 1:
        raise KeyInvalid("The request carries two different keys.")
    return found.pop().decode("latin-1") if found else None


def why_not_local(scope: HTTPScope) -> str | None:
    """Why a request may be from elsewhere than from this machine; None if it can't be."""
    client = scope["client"]
    if client is None or not is_loopback(client[0]):
        return f"this came from {client[0] if client else 'a peer without an address'}"
    hosts = []
    for name, value in scope["headers"]:
        if name == b"host":
            hosts.append(value)
        elif name in FORWARDING_HEADERS or name.startswith(FORWARDING_PREFIX):
            return f"this came through a proxy ({name.decode('latin-1').title()})"
    if len(hosts) != 1 or not is_loopback(host_name(hosts[0].decode("latin-1"))):
        return "this was sent to another Host than 127.0.0.1, [::1] or localhost"
    return None


def host_name(host: str) -> str:
    """The name or address in a Host header (RFC 9110, 7.2); empty if it isn't one."""
    if host.startswith("["):
        name, bracket, port = host[1:].partition("]")
        port = port.removeprefix(":") if port.startswith(":") or not port else "?"
        return name if bracket and (port.isdecimal() or not port) else ""
    name, colon, port = host.partition(":")
    return name if not colon or (port.isdecimal() and port.isascii()) else ""


@lru_cache(maxsize=256)
def is_loopback(name: str) -> bool:
    """Whether an address, or the one name that is safe to trust, means this machine."""
    if name.lower() == "localhost":
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback


def challenge_for(error: Exception) -> Mapping[str, str]:
    """The ``WWW-Authenticate`` of a refusal (RFC 6750, 3)."""
    if isinstance(error, KeyMissing):
        return {"WWW-Authenticate": CHALLENGE}
    if isinstance(error, KeyInvalid):
        return {"WWW-Authenticate": f'{CHALLENGE}, error="invalid_token"'}
    if isinstance(error, ScopeMissing):
        scope = error.details["scope"]
        value = f'{CHALLENGE}, error="insufficient_scope", scope="{scope}"'
        return {"WWW-Authenticate": value}
    return {}
