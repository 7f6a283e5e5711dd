"""Which IP addresses are public."""

from __future__ import annotations

import ipaddress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

_SPECIAL_IPV4: Final = (
    IPv4Network("192.0.0.0/24"),  # IETF protocols (RFC 6890); `ipaddress` knows only parts of it
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, deprecated (RFC 7526)
)

_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
"""RFC 4291, 2.4: every other IPv6 address is local, multicast, reserved or contains an IPv4 address."""

_NAT64: Final = IPv6Network("64:ff9b::/96")
"""Prefix of the addresses that a DNS64 resolver synthesises (RFC 6052); the last 32 bits are the IPv4 address."""

_SPECIAL_IPV6: Final = tuple(
    IPv6Network(n)
    for n in (
        "2001::/23",  # IETF protocols, Teredo among them (RFC 2928, 4380)
        "2001:db8::/32",  # documentation (RFC 3849)
        "3fff::/20",  # documentation (RFC 9637)
    )
)


def is_public(address: str | IPv4Address | IPv6Address) -> bool:
    """Return whether an address is globally routable unicast, according to IANA's special-purpose registries.

    False for private, loopback, link-local, carrier-grade NAT, multicast, reserved, documentation and unspecified
    addresses.  IPv4-mapped, 6to4 and NAT64 addresses are classified by the IPv4 address that they contain.  Raises
    ValueError where `address` is not an address.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, IPv4Address):
        return ip.is_global and not ip.is_multicast and not any(ip in network for network in _SPECIAL_IPV4)
    embedded = _embedded_ipv4(ip)
    if embedded is not None:
        return is_public(embedded)
    return ip in _GLOBAL_UNICAST and not any(ip in network for network in _SPECIAL_IPV6)


def _embedded_ipv4(ip: IPv6Address) -> IPv4Address | None:
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour
