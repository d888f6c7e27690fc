"""URLs that users name: read strictly, and checked as far as that goes without asking DNS.

Whoever reads a URL leniently reads another one than the next reader. So only one spelling is
taken: ASCII without spaces and backslashes, no user-info, a host that is a name or an address as
it's usually written (no decimal, octal, hexadecimal or short form of one).
"""

import re
from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

import msgspec

from domain.errors import UrlForbidden
from domain.outbound.addresses import Address, forbidden_because, real_address

MAX_URL_CHARS = 2_000
MAX_HOST_CHARS = 253

PARTS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?]*)(.*)")
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
PORT = re.compile(r"[0-9]{1,5}")

DEFAULT_PORTS = {"https": 443, "http": 80}
MAX_PORT = 65_535

HINT = "Send the address of a server on the internet, such as https://example.com/hooks."
ALLOW_HINT = "Whoever runs this server can allow own networks and hosts with {setting}."


class WebUrl(msgspec.Struct, frozen=True):
    """A URL that was checked, in its parts."""

    text: str
    scheme: str
    host: str
    """in lower case; an IPv6 address without its brackets"""
    port: int
    target: str
    """path and query, as they were sent"""

    @property
    def literal(self) -> Address | None:
        """The host, if it's an address."""
        return _literal(self.host)

    @property
    def authority(self) -> str:
        """For the header Host: the port only where it isn't the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


class Allowance(msgspec.Struct, frozen=True):
    """What the operator allows beside the internet: own networks, and hosts by name."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    hosts: frozenset[str] = frozenset()

    def covers(self, host: str, address: Address | None) -> bool:
        """Whether the host, or its address, is among them."""
        if host in self.hosts:
            return True
        if address is None:
            return False
        return any(real_address(address) in network for network in self.networks)


NOTHING_MORE = Allowance()


def read_allowance(text: str) -> Allowance:
    """Networks (``10.0.0.0/8``, ``fd00::/8``), addresses and host names, separated by commas.

    Raises:
        ValueError: one of them is none; says which.
    """
    networks: list[IPv4Network | IPv6Network] = []
    hosts: set[str] = set()
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name = entry.lower().rstrip(".")
        if "://" in entry or "@" in entry:  # not repeated: it may hold a password
            raise ValueError("one of them is a URL")
        if "/" in entry or _literal(entry) is not None:
            networks.append(ip_network(entry))
        elif _is_name(name) and not NUMBER.fullmatch(name.rpartition(".")[2]):
            hosts.add(name)
        else:
            raise ValueError(f"{entry!r} is neither a network nor a host's name")
    return Allowance(tuple(networks), frozenset(hosts))


class UrlRules:
    """Decides which URLs, and which addresses behind them, may be asked."""

    setting = "ALLOW_PRIVATE_URLS"
    """which allows more"""

    def __init__(self, allowance: Allowance = NOTHING_MORE) -> None:
        self._allowance = allowance

    def check(self, text: str) -> WebUrl:
        """Read a URL and check all that can be checked without asking DNS.

        Raises:
            UrlForbidden
        """
        url = _read(text)
        literal = url.literal
        if self._allowance.covers(url.host, literal):
            return url
        if literal is not None:
            self._check_address(url.host, literal)
        elif "." not in url.host or url.host.endswith(".localhost"):
            raise self._local(f"{url.host!r} is a name inside of a network, not on the internet.")
        if url.scheme != "https":
            raise UrlForbidden(
                "The URL has to begin with https://.",
                hint="Webhooks and downloads go over TLS, so that nobody on the way reads or "
                "changes them.",
            )
        return url

    def check_addresses(self, host: str, addresses: Sequence[str]) -> list[Address]:
        """The addresses that a host was found at, if every one of them may be asked.

        Raises:
            UrlForbidden: one of them may not: whoever has such a name means no good, or a
                network of the operator's own.
        """
        found = [ip_address(address) for address in addresses]
        for address in found:
            if not self._allowance.covers(host, address):
                self._check_address(host, address)
        return found

    def _check_address(self, host: str, address: Address) -> None:
        reason = forbidden_because(address)
        if reason is not None:
            # which address isn't told: names of a network inside, and what is there, are
            # nobody's business who only knows how to name them
            where = host if host == str(address) else f"What {host} leads to"
            raise self._local(f"{where} is no address on the internet: it's {reason}.")

    def _local(self, message: str) -> UrlForbidden:
        return UrlForbidden(message, hint=ALLOW_HINT.format(setting=self.setting))


class SourceRules(UrlRules):
    """The same for what is read: pages that callers name, files that providers name.

    They are allowed apart from where messages are sent: whoever may ask for a video is shown what
    stands there.
    """

    setting = "ALLOW_PRIVATE_SOURCES"


def _read(text: str) -> WebUrl:
    if not 0 < len(text) <= MAX_URL_CHARS:
        raise _wrong(f"A URL has 1 to {MAX_URL_CHARS:,} characters; this has {len(text):,}.")
    if strange := _strange(text):
        raise _wrong(
            f"A URL can't contain {strange}.",
            "Write other characters as %20 and the like, and names in other scripts as xn--...",
        )
    parts = PARTS.fullmatch(text)
    if parts is None or parts[1].lower() not in DEFAULT_PORTS:
        raise _wrong("The URL has to begin with https://.")
    scheme, authority, target = parts[1].lower(), parts[2], parts[3]
    if "@" in authority:
        raise _wrong(
            "The URL contains a user name or a password.",
            "Leave out what stands before the @; webhooks are signed instead.",
        )
    host, port = _host_and_port(authority, scheme)
    return WebUrl(text, scheme, host, port, target if target.startswith("/") else f"/{target}")


def _host_and_port(authority: str, scheme: str) -> tuple[str, int]:
    if authority.startswith("["):
        inside, bracket, rest = authority[1:].partition("]")
        address = _literal(inside)
        if not bracket or not isinstance(address, IPv6Address) or "%" in inside:
            raise _wrong(f"{authority!r} is no IPv6 address.")
        host, colon, port = str(address), rest[:1], rest[1:]
        if rest and colon != ":":
            raise _wrong(f"{authority!r} is no IPv6 address.")
    else:
        name, colon, port = authority.partition(":")
        host = _host(name)
    if not colon:
        return host, DEFAULT_PORTS[scheme]
    if not PORT.fullmatch(port) or not 0 < int(port) <= MAX_PORT:
        raise _wrong(f"{port!r} is no port: those are numbers from 1 to {MAX_PORT}.")
    return host, int(port)


def _host(name: str) -> str:
    host = name.lower().removesuffix(".")
    if not _is_name(host):
        raise _wrong(f"{name!r} is no host's name.")
    if NUMBER.fullmatch(host.rpartition(".")[2]) and not isinstance(_literal(host), IPv4Address):
        raise _wrong(
            f"{name!r} is no host's name.",
            "Write an IPv4 address as four numbers without leading zeros, such as 192.0.2.7.",
        )
    return host


def _is_name(host: str) -> bool:
    labels = host.split(".")
    return len(host) <= MAX_HOST_CHARS and all(LABEL.fullmatch(label) for label in labels)


def _literal(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _strange(text: str) -> str:
    """The first character that a URL can't have, in words."""
    for character in text:
        if not "!" <= character <= "~":
            return "spaces" if character == " " else f"the character {character!a}"
        if character in "\\#":
            return "a backslash" if character == "\\" else "a fragment (#...)"
    return ""


def _wrong(message: str, hint: str = HINT) -> UrlForbidden:
    return UrlForbidden(message, hint=hint)
