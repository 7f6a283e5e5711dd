"""DNS resolver for all outgoing connections: private addresses are rejected, and only checked ones are connected to."""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult

from worker.errors import Permanent
from worker.fetch.addresses import is_public

_DNS_CACHE_S: Final = 60
"""How long a resolved name is cached."""


class PrivateAddressError(OSError):
    """All addresses of a name are private.  An OSError, since aiohttp expects that from a resolver."""


class Resolver(AbstractResolver):
    """The system's resolver without private addresses.

    The connection uses the addresses that were checked, which prevents DNS rebinding.  Lookups have a thread pool of
    their own, so that an unresponsive name server does not delay other work in threads.
    """

    def __init__(self, *, allow_private: bool, threads: int) -> None:
        """`allow_private`: disables the check.  `threads`: largest number of concurrent lookups."""
        self._allow_private = allow_private
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of `host` that may be connected to; raises PrivateAddressError if there are none."""
        lookup = functools.partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM)
        infos = await asyncio.get_running_loop().run_in_executor(self._threads, lookup)
        addresses = [(family, str(sockaddr[0])) for family, _, _, _, sockaddr in infos]
        usable = [a for a in addresses if self._allow_private or is_public(a[1].partition("%")[0])]
        if not usable:
            raise PrivateAddressError(f"{host} is {', '.join(sorted({a for _, a in addresses})) or 'nowhere'}")
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)
            for family, address in usable
        ]

    async def close(self) -> None:
        """Cancel pending lookups, without waiting for name servers."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def checked_connector(*, allow_private: bool, threads: int, limit: int) -> TCPConnector:
    """Return a connector that only connects to checked addresses, with up to `limit` connections (0: unlimited)."""
    resolver = Resolver(allow_private=allow_private, threads=threads)
    return TCPConnector(limit=limit, resolver=resolver, ttl_dns_cache=_DNS_CACHE_S)


def reject_private_literal(host: str) -> None:
    """Raise Permanent("private_address") if `host` is a literal IP address that is not public.

    Literal addresses are checked here, because aiohttp does not pass them to its resolver.  Host names are accepted.
    """
    try:
        public = is_public(ipaddress.ip_address(host))
    except ValueError:
        return  # a name
    if not public:
        raise Permanent("private_address", f"{host} is not an address of the public Internet")
