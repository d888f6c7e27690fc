"""Which addresses are the internet's, and which lead inside, nowhere, or to many.

From IANA's registries of special-purpose IPv4 and IPv6 addresses (RFC 6890), of multicast
addresses and of the IPv6 address space. Spelt out, because what Python's ``is_global`` says
differs from release to release, and calls multicast global.
"""

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
)

Address = IPv4Address | IPv6Address

FORBIDDEN_V4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), what)
    for network, what in {
        "0.0.0.0/8": "this network",
        "10.0.0.0/8": "private",
        "100.64.0.0/10": "a carrier's own (CGNAT)",
        "127.0.0.0/8": "loopback",
        "169.254.0.0/16": "link-local",
        "172.16.0.0/12": "private",
        "192.0.0.0/24": "reserved for protocols",
        "192.0.2.0/24": "for documentation",
        "192.88.99.0/24": "a 6to4 relay",
        "192.168.0.0/16": "private",
        "198.18.0.0/15": "for benchmarks",
        "198.51.100.0/24": "for documentation",
        "203.0.113.0/24": "for documentation",
        "224.0.0.0/4": "multicast",
        "240.0.0.0/4": "reserved",
    }.items()
)

UNICAST_V6 = IPv6Network("2000::/3")
"""all that has been given out; whatever lies outside is local, multicast or reserved"""

FORBIDDEN_V6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), what)
    for network, what in {
        "::/128": "no address",
        "::1/128": "loopback",
        "::/96": "an IPv4 address in a form that is out of use",
        "64:ff9b:1::/48": "a network's own NAT64",
        "100::/64": "a black hole",
        "fc00::/7": "private",
        "fe80::/10": "link-local",
        "fec0::/10": "site-local",
        "ff00::/8": "multicast",
        "2001::/23": "reserved for protocols, Teredo among them",
        "2001:db8::/32": "for documentation",
        "2002::/16": "6to4",
        "3fff::/20": "for documentation",
    }.items()
)

NAT64 = IPv6Network("64:ff9b::/96")
"""in whose last 32 bits is the IPv4 address that is meant (RFC 6052)"""

V4_MASK = 0xFFFF_FFFF


def real_address(address: Address) -> Address:
    """The address that packets go to: the IPv4 one in a mapped or NAT64 address, else itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in NAT64:
            return IPv4Address(int(address) & V4_MASK)
    return address


def forbidden_because(address: Address) -> str | None:
    """What speaks against sending something to ``address``; None for the internet's."""
    real = real_address(address)
    if isinstance(real, IPv4Address):
        return next((what for network, what in FORBIDDEN_V4 if real in network), None)
    if getattr(real, "scope_id", None):
        return "link-local"
    named = next((what for network, what in FORBIDDEN_V6 if real in network), None)
    return named or (None if real in UNICAST_V6 else "reserved")
