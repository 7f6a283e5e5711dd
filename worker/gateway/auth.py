"""Who may do what: bearer tokens with scopes, kept in a file; and which hosts are answered to where there are none.

The file is TOML:

    [[token]]
    name = "dashboard"                      # stands in the log
    token = "…"                             # at least 16 characters; or sha256 = "…", 64 hex digits of its digest
    scopes = ["read"]                       # read, write

Without tokens everybody may do everything, so only this machine is to be served: what is bound to another address
refuses to start (`check_open`), and a request for a foreign host name is refused, since a page from elsewhere can make
a browser believe that its own name is this machine (DNS rebinding).
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from worker.errors import UsageError
from worker.gateway.problems import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

Scope = Literal["read", "write"]
LOOPBACK_NAMES: Final = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})


class Token(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
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
    token: list[Token]


def load_tokens(path: str | None) -> tuple[Token, ...]:
    """Read the file; UsageError says what is wrong with it, and shows no token."""
    if path is None:
        return ()
    try:
        found = msgspec.toml.decode(Path(path).read_bytes(), type=_File).token
    except OSError as e:
        raise UsageError(f"tokens file {path}: {e.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as e:
        raise UsageError(f"tokens file {path}: {e}") from None
    if wrong := [t.name for t in found if (t.token is None) == (t.sha256 is None)]:
        raise UsageError(f"tokens file {path}: {wrong[0]!r} needs either token or sha256")
    if not found:
        raise UsageError(f"tokens file {path} has none")
    return tuple(found)


def check_open(host: str, tokens: Sequence[Token], *, allowed: bool) -> None:
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


class Auth:
    """Knows the tokens."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        """Know these; with none, everybody may do everything."""
        self._tokens = [(token.digest, token) for token in tokens]

    def admit(self, request: web.Request, scope: Scope | None) -> str | None:
        """Return the name of who asks (None: anybody), or refuse; a `scope` of None needs no token."""
        if not self._tokens:
            _check_host(request)
            return None
        token = self._known(_given(request))
        if token is None and scope is not None:
            raise Refusal("unauthorised", headers={"WWW-Authenticate": 'Bearer realm="communique"'})
        if token is not None and scope is not None and scope not in token.scopes:
            challenge = f'Bearer realm="communique", error="insufficient_scope", scope="{scope}"'
            raise Refusal("forbidden", f"it lacks the scope {scope}", headers={"WWW-Authenticate": challenge})
        return token.name if token else None

    def _known(self, given: str | None) -> Token | None:
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


def _check_host(request: web.Request) -> None:
    """Answer to addresses, and to names that no public DNS gives out."""
    name = (request.url.host or "").rstrip(".").lower()
    try:
        ipaddress.ip_address(name)
    except ValueError:
        if "." in name and not name.endswith(".localhost") and name not in LOOPBACK_NAMES:
            raise Refusal("wrong_host", f"{name[:100]!r}: without tokens, only this machine is served") from None
