"""IP addresses: which of them are the public Internet."""

from __future__ import annotations

import ipaddress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

_SPECIAL_IPV4: Final = (
    IPv4Network("192.0.0.0/24"),  # IETF protocols (RFC 6890); the library knows only parts of it
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, deprecated (RFC 7526)
)

_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
"""RFC 4291, 2.4: everything else of IPv6 is local, multicast, reserved or a way to write an IPv4 address."""

_NAT64: Final = IPv6Network("64:ff9b::/96")
"""RFC 6052: what a DNS64 resolver on an IPv6-only network answers; the IPv4 address is in the last 32 bits."""

_SPECIAL_IPV6: Final = tuple(
    IPv6Network(n)
    for n in (
        "2001::/23",  # IETF protocols, Teredo among them (RFC 2928, 4380)
        "2001:db8::/32",  # documentation (RFC 3849)
        "3fff::/20",  # documentation (RFC 9637)
    )
)


def is_public(address: str | IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is globally routable unicast, by IANA's special-purpose registries.

    False for private, loopback, link-local, carrier-grade NAT, multicast, reserved, documentation and unspecified
    addresses.  IPv4-mapped, 6to4 and NAT64 forms are judged by the IPv4 address inside.  ValueError: not an address.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, IPv4Address):
        return ip.is_global and not ip.is_multicast and not any(ip in network for network in _SPECIAL_IPV4)
    inner = _ipv4_inside(ip)
    if inner is not None:
        return is_public(inner)
    return ip in _GLOBAL_UNICAST and not any(ip in network for network in _SPECIAL_IPV6)


def _ipv4_inside(ip: IPv6Address) -> IPv4Address | None:
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour
