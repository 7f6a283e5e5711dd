"""Who may do what: bearer tokens with scopes, kept in a file; and which hosts are answered to where there are none.

The file is TOML:

    [[token]]
    name = "dashboard"                      # stands in the log
    token = "…"                             # at least 16 characters; or sha256 = "…", 64 hex digits of its digest
    scopes = ["read"]                       # read, write

Without tokens everybody may do everything, so only this machine is to be served: what is bound to another address
refuses to start (`check_open`).  A request for a foreign host name is refused, since a page from elsewhere can make
a browser believe that its own name is this machine (DNS rebinding); and so is one that a proxy on this machine hands
on for somebody else.

The file is read again when it changes: a token that is no longer in it opens nothing, and its streams end.
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
FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP")
"""Where proxies say for whom they ask."""
LOOPBACK_NAMES: Final = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})


class ApiToken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One who may ask."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    token: Annotated[str, Meta(min_length=16)] | None = None
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")] | None = None
    scopes: Annotated[list[Scope], Meta(min_length=1)]

    @property
    def digest(self) -> bytes:
        """What a token given is compared with."""
        return bytes.fromhex(self.sha256) if self.sha256 else _digest(self.token or "")


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    token: list[ApiToken]


def load_tokens(path: str | None) -> tuple[ApiToken, ...]:
    """Read the file; UsageError says what is wrong with it, and shows no token."""
    if path is None:
        return ()
    try:
        found = msgspec.toml.decode(Path(path).read_bytes(), type=_File).token
    except OSError as e:
        raise UsageError(f"tokens file {path}: {e.strerror}") from None
    except (msgspec.DecodeError, ValueError, RecursionError) as e:
        raise UsageError(f"tokens file {path}: {e}") from None
    if wrong := [t.name for t in found if (t.token is None) == (t.sha256 is None)]:
        raise UsageError(f"tokens file {path}: {wrong[0]!r} needs either token or sha256")
    if not found:
        raise UsageError(f"tokens file {path} has none")
    return tuple(found)


def check_binding(host: str, tokens: Sequence[ApiToken], *, allowed: bool) -> None:
    """UsageError where anybody on a network could do anything, and nobody said that this is wanted."""
    if not tokens and not allowed and not is_loopback(host):
        raise UsageError(
            f"{host} can be reached from other machines, and there are no tokens: set COMMUNIQUE_GATEWAY_TOKENS to a "
            "file of them, bind to 127.0.0.1, or say COMMUNIQUE_GATEWAY_OPEN=true where something else keeps others out"
        )


def is_loopback(host: str) -> bool:
    """Tell whether an address to bind to is this machine's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() in LOOPBACK_NAMES


class TokensFile:
    """The tokens file, which may change while the gateway runs."""

    def __init__(self, path: str) -> None:
        """Take it as it is for known."""
        self._path = path
        self._seen = self._stamp()

    def changed(self) -> tuple[ApiToken, ...] | None:
        """Return the tokens where the file has changed; None where it has not, or is wrong: then the old ones hold."""
        stamp = self._stamp()
        if stamp == self._seen:
            return None
        self._seen = stamp
        try:
            tokens = load_tokens(self._path)
        except UsageError as e:
            log.error("tokens not reloaded", error=str(e))  # noqa: TRY400 - whoever wrote it needs no traceback
            return None
        log.info("tokens reloaded", names=[token.name for token in tokens])
        return tokens

    def _stamp(self) -> tuple[int, ...]:
        try:
            found = Path(self._path).stat()
        except OSError:
            return ()
        return found.st_ino, found.st_mtime_ns, found.st_size


class Auth:
    """Knows the tokens."""

    def __init__(self, tokens: Sequence[ApiToken], *, is_open: bool = False, origins: str | None = None) -> None:
        """Know these; with none, everybody may do everything: on this machine, or anywhere (`is_open`).

        Hosts of the `origins` allowed (`worker.gateway.middleware.cors`) are ours by any name.
        """
        self._tokens = [(token.digest, token) for token in tokens]
        self._is_open = is_open
        self._hosts = frozenset(urlsplit(origin).hostname or origin for origin in (origins or "").split())

    def replace(self, tokens: Sequence[ApiToken]) -> None:
        """Know these instead."""
        self._tokens = [(token.digest, token) for token in tokens]

    def admit(self, request: web.Request, token: ApiToken | None, scope: Scope | None) -> None:
        """Refuse who may not ask this; a `scope` of None needs no token."""
        if not self._tokens:
            self._check_host(request)
            if not self._is_open:
                _check_direct(request)
        elif scope is not None and token is None:
            raise ProblemError("unauthorised", headers={"WWW-Authenticate": 'Bearer realm="communique"'})
        elif scope is not None and token is not None and scope not in token.scopes:
            challenge = f'Bearer realm="communique", error="insufficient_scope", scope="{scope}"'
            raise ProblemError("forbidden", f"it lacks the scope {scope}", headers={"WWW-Authenticate": challenge})

    def known(self, request: web.Request) -> ApiToken | None:
        """Return the token that was given, where it is one of ours."""
        return self._known(_given(request)) if self._tokens else None

    def may_listen(self, request: web.Request) -> bool:
        """Tell whether who asked for a stream once may still have it."""
        token = self.known(request)
        return not self._tokens or (token is not None and "read" in token.scopes)

    def _check_host(self, request: web.Request) -> None:
        """Answer to addresses, to names that no public DNS gives out, and to those that are named as ours."""
        try:
            name = (request.url.host or "").rstrip(".").lower()
        except ValueError:
            raise ProblemError("bad_request", "it names no host", parameter="Host") from None
        if not _is_local(name) and self._hosts.isdisjoint({"*", name}):
            detail = "without tokens, only this machine is served, and who is named in COMMUNIQUE_GATEWAY_ORIGINS"
            raise ProblemError("wrong_host", f"{name[:100]!r}: {detail}", parameter="Host")

    def _known(self, given: str | None) -> ApiToken | None:
        """Compare with every token, in a time that tells nothing."""
        if given is None:
            return None
        digest, found = _digest(given), None
        for known, token in self._tokens:
            if hmac.compare_digest(known, digest):
                found = token
        return found


def _given(request: web.Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return request.query.get("access_token") if request.path == "/v1/stream" else None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def _check_direct(request: web.Request) -> None:
    """Refuse what a proxy hands on: to us it comes from this machine, whoever asked it."""
    for header in FORWARDED:
        for value in request.headers.getall(header, ()):
            if not all(is_loopback(address.strip()) for address in value.split(",")):
                detail = (
                    "it came through a proxy, and there are no tokens: set COMMUNIQUE_GATEWAY_TOKENS, or say "
                    "COMMUNIQUE_GATEWAY_OPEN=true where the proxy keeps others out"
                )
                raise ProblemError("forbidden", detail, parameter=header)


def _is_local(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return "." not in name or name.endswith(".localhost") or name in LOOPBACK_NAMES
    return True
