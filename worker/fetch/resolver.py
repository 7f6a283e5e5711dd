"""Names to addresses, for every request that we make: private ones are refused, and what was checked is asked."""

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


class PrivateAddressError(OSError):
    """Every address of a name is private.  An OSError, because that is what aiohttp lets a resolver raise."""


class Resolver(AbstractResolver):
    """The system's resolver, its answers filtered: what is connected to is what was checked, so rebinding is no way in.

    Lookups have threads of their own: a name server that does not answer holds up no other work of the process.
    """

    def __init__(self, *, allow_private: bool, threads: int) -> None:
        """Look up to `threads` names up at a time."""
        self._allow_private = allow_private
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses that may be asked; PrivateAddressError where none may."""
        lookup = functools.partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, lookup)
        addresses = [(kind, str(where[0])) for kind, _, _, _, where in found]
        usable = [a for a in addresses if self._allow_private or is_public(a[1].partition("%")[0])]
        if not usable:
            raise PrivateAddressError(f"{host} is {', '.join(sorted({a for _, a in addresses})) or 'nowhere'}")
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
            for kind, address in usable
        ]

    async def close(self) -> None:
        """Wait for no name server."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def connector(*, allow_private: bool, threads: int, limit: int) -> TCPConnector:
    """Return connections to addresses that were checked, `limit` at a time (0: any number)."""
    resolver = Resolver(allow_private=allow_private, threads=threads)
    return TCPConnector(limit=limit, resolver=resolver, ttl_dns_cache=_DNS_CACHE_S)


def refuse_private_literal(host: str) -> None:
    """Check a host that is an address itself: aiohttp does not show those to its resolver.

    Permanent("private_address") for one that is not public.
    """
    try:
        public = is_public(ipaddress.ip_address(host))
    except ValueError:
        return  # a name
    if not public:
        raise Permanent("private_address", f"{host} is not an address of the public Internet")
