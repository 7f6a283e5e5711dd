"""Exceptions of HTTP requests as failures, each with a short stable reason."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

import aiohttp

from worker.errors import Failure, HostFailure, Permanent
from worker.fetch.resolver import PrivateAddressError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def convert_errors(url: str) -> Iterator[None]:
    """Convert exceptions that a request to `url` raises in the block to a Failure."""
    try:
        yield
    except (aiohttp.ClientError, OSError, UnicodeError) as e:  # TimeoutError is an OSError
        raise _failure(url, e) from e


_FAILURES: Final[tuple[tuple[type[Exception], type[Failure], str], ...]] = (
    (aiohttp.ConnectionTimeoutError, HostFailure, "timeout_connect"),
    (aiohttp.SocketTimeoutError, HostFailure, "timeout_read"),
    (aiohttp.ClientConnectorDNSError, HostFailure, "dns"),
    (aiohttp.ClientSSLError, HostFailure, "tls"),
    (aiohttp.ClientConnectorCertificateError, HostFailure, "tls"),
    (aiohttp.ClientConnectorError, HostFailure, "connect"),
    (aiohttp.InvalidURL, Permanent, "bad_url"),
    (aiohttp.ClientResponseError, Permanent, "bad_http"),
    (aiohttp.ClientPayloadError, HostFailure, "reset"),
    (aiohttp.ClientConnectionError, HostFailure, "reset"),
    (OSError, HostFailure, "reset"),
)
"""Exception, failure class and reason; subclasses come before their base classes."""


def _failure(url: str, e: Exception) -> Failure:
    cause = e.os_error if isinstance(e, aiohttp.ClientConnectorError) else e
    if isinstance(cause, PrivateAddressError):
        return Permanent("private_address", f"{cause}, not on the public Internet")
    for exception_type, failure, reason in _FAILURES:
        if isinstance(e, exception_type):
            message = e.message if isinstance(e, aiohttp.ClientResponseError) else str(e)
            return failure(reason, f"{url}: {message or type(e).__name__}")
    return HostFailure("http", f"{url}: {type(e).__name__}: {e}")
