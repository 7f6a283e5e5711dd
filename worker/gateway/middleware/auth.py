"""Authentication and authorisation: bearer tokens with scopes, read from a file; Host checks where there are none.

The file is TOML:

    [[token]]
    name = "dashboard"                      # appears in the log
    token = "…"                             # at least 16 characters; or sha256 = "…", 64 hex digits of its digest
    scopes = ["read"]                       # read, write

Without tokens every request is authorised, so the gateway only serves its own machine: it refuses to start when bound
to another address (`check_binding`).  It also rejects requests with a foreign host name, because a web page can make
the browser resolve its own name to this machine (DNS rebinding), and requests that a proxy on this machine forwards
for other clients.

The file is reloaded when it changes.  A token that was removed is no longer accepted, and its live streams end.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal
from urllib.parse import urlsplit

import msgspec
import structlog
from msgspec import Meta, Struct

from worker.errors import UsageError
from worker.gateway.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

log = structlog.get_logger()

Scope = Literal["read", "write"]
FORWARDED_HEADERS: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP")
"""Headers in which proxies name the client of a forwarded request."""
LOOPBACK_NAMES: Final = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})


class ApiToken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of the tokens file: a bearer token, as text or as a digest, and its scopes."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    token: Annotated[str, Meta(min_length=16)] | None = None
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")] | None = None
    scopes: Annotated[list[Scope], Meta(min_length=1)]

    @property
    def digest(self) -> bytes:
        """SHA-256 of the token; requests are compared by digest."""
        return bytes.fromhex(self.sha256) if self.sha256 else _digest(self.token or "")


class _TokensDocument(Struct, frozen=True, forbid_unknown_fields=True):
    token: list[ApiToken]


def load_tokens(path: str | None) -> tuple[ApiToken, ...]:
    """Read the tokens file; () if `path` is None.

    Raises UsageError with the reason if the file is unreadable, invalid or without tokens; the message contains no
    token.
    """
    if path is None:
        return ()
    try:
        tokens = msgspec.toml.decode(Path(path).read_bytes(), type=_TokensDocument).token
    except OSError as e:
        raise UsageError(f"tokens file {path}: {e.strerror}") from None
    except (msgspec.DecodeError, ValueError, RecursionError) as e:
        raise UsageError(f"tokens file {path}: {e}") from None
    if wrong := [t.name for t in tokens if (t.token is None) == (t.sha256 is None)]:
        raise UsageError(f"tokens file {path}: {wrong[0]!r} needs either token or sha256")
    if not tokens:
        raise UsageError(f"tokens file {path} contains no token")
    return tuple(tokens)


def check_binding(host: str, tokens: Sequence[ApiToken], *, allowed: bool) -> None:
    """Raise UsageError if `host` is reachable from other machines, there are no tokens, and that is not `allowed`."""
    if not tokens and not allowed and not is_loopback(host):
        raise UsageError(
            f"{host} can be reached from other machines, and there are no tokens: set COMMUNIQUE_GATEWAY_TOKENS to a "
            "file of tokens, bind to 127.0.0.1, or set COMMUNIQUE_GATEWAY_OPEN=true if access is restricted elsewhere"
        )


def is_loopback(host: str) -> bool:
    """Tell whether an address or host name is a loopback address of this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() in LOOPBACK_NAMES


class TokensFile:
    """Detects changes of the tokens file while the gateway runs."""

    def __init__(self, path: str) -> None:
        """`path`: the tokens file.  Its present version is noted but not read; only later changes are reported."""
        self._path = path
        self._last_stamp = self._stamp()

    def reload_if_changed(self) -> tuple[ApiToken, ...] | None:
        """Return the tokens if the file has changed since the last call.

        None if it has not changed or is invalid; then the previous tokens stay in force, and the error is logged.
        """
        stamp = self._stamp()
        if stamp == self._last_stamp:
            return None
        self._last_stamp = stamp
        try:
            tokens = load_tokens(self._path)
        except UsageError as e:
            log.error("tokens not reloaded", error=str(e))  # noqa: TRY400 - an operator's mistake, no traceback needed
            return None
        log.info("tokens reloaded", names=[token.name for token in tokens])
        return tokens

    def _stamp(self) -> tuple[int, ...]:
        """Return inode, mtime and size, which identify a version of the file; () if it does not exist."""
        try:
            found = Path(self._path).stat()
        except OSError:
            return ()
        return found.st_ino, found.st_mtime_ns, found.st_size


class Auth:
    """Authenticates requests by bearer token and authorises them by scope."""

    def __init__(self, tokens: Sequence[ApiToken], *, is_open: bool = False, origins: str | None = None) -> None:
        """`tokens`: those accepted; without any, every request that comes directly from this machine is authorised.

        `is_open`: then requests forwarded by a proxy are authorised as well.  `origins`: as for `CorsPolicy`; their
        hosts are accepted as names of this gateway, and "*" accepts any name.
        """
        self._tokens = [(token.digest, token) for token in tokens]
        self._is_open = is_open
        self._hosts = frozenset(urlsplit(origin).hostname or origin for origin in (origins or "").split())

    def replace_tokens(self, tokens: Sequence[ApiToken]) -> None:
        """Accept only `tokens` from now on."""
        self._tokens = [(token.digest, token) for token in tokens]

    def authorise(self, request: web.Request, token: ApiToken | None, scope: Scope | None) -> None:
        """Raise ProblemError unless `token`, the result of `authenticate`, has `scope`; None: the route needs no token.

        If no tokens are configured, the Host must name this gateway instead, and no proxy may forward the request
        unless `is_open`.
        """
        if not self._tokens:
            self._check_host(request)
            if not self._is_open:
                _reject_forwarded(request)
        elif scope is not None and token is None:
            raise ProblemError("unauthorised", headers={"WWW-Authenticate": 'Bearer realm="communique"'})
        elif scope is not None and token is not None and scope not in token.scopes:
            challenge = f'Bearer realm="communique", error="insufficient_scope", scope="{scope}"'
            detail = f"the token lacks the scope {scope}"
            raise ProblemError("forbidden", detail, headers={"WWW-Authenticate": challenge})

    def authenticate(self, request: web.Request) -> ApiToken | None:
        """Return the token of the request; None if it carries none or an unknown one."""
        return self._find(_bearer_token(request)) if self._tokens else None

    def may_stream(self, request: web.Request) -> bool:
        """Tell whether the request that opened a live stream would still be authorised."""
        token = self.authenticate(request)
        return not self._tokens or (token is not None and "read" in token.scopes)

    def _check_host(self, request: web.Request) -> None:
        """Raise ProblemError unless the Host is an IP address, a name that is not public, or the host of an origin."""
        try:
            name = (request.url.host or "").rstrip(".").lower()
        except ValueError:
            raise ProblemError("bad_request", "the Host header is invalid", parameter="Host") from None
        if not _is_local(name) and self._hosts.isdisjoint({"*", name}):
            detail = "without tokens, only local names and the hosts in COMMUNIQUE_GATEWAY_ORIGINS are served"
            raise ProblemError("wrong_host", f"{name[:100]!r}: {detail}", parameter="Host")

    def _find(self, bearer: str | None) -> ApiToken | None:
        """Return the token that equals `bearer`; None if there is none.

        Every token is compared in constant time, so that the time taken reveals nothing about the tokens.
        """
        if bearer is None:
            return None
        digest, found = _digest(bearer), None
        for known, token in self._tokens:
            if hmac.compare_digest(known, digest):
                found = token
        return found


def _bearer_token(request: web.Request) -> str | None:
    """Return the token of the Authorization header, or of `access_token` in the query of a live stream."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return request.query.get("access_token") if request.path == "/v1/stream" else None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def _reject_forwarded(request: web.Request) -> None:
    """Raise ProblemError if a proxy on this machine forwards the request for a client on another machine."""
    for header in FORWARDED_HEADERS:
        for value in request.headers.getall(header, ()):
            if not all(is_loopback(address.strip()) for address in value.split(",")):
                detail = (
                    "the request came through a proxy, and there are no tokens: set COMMUNIQUE_GATEWAY_TOKENS, or set "
                    "COMMUNIQUE_GATEWAY_OPEN=true if the proxy restricts access"
                )
                raise ProblemError("forbidden", detail, parameter=header)


def _is_local(name: str) -> bool:
    """Tell whether a Host is an IP address or a name that public DNS does not resolve."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return "." not in name or name.endswith(".localhost") or name in LOOPBACK_NAMES
    return True
