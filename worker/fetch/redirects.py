"""Redirects: their targets, and the bounds of a chain of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urljoin

from worker.errors import Permanent
from worker.fetch.headers import escape_bytes
from worker.urls import normalise

if TYPE_CHECKING:
    import aiohttp

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
"""Statuses of a response that redirects (RFC 9110, 15.4)."""
_PERMANENT: Final = frozenset({301, 308})
"""Statuses that say that the new URL replaces the old one."""


class Redirect(NamedTuple):
    """A response that redirects."""

    url: str
    """The URL to request instead."""
    is_permanent: bool
    """Whether it replaces the requested one for later requests, too."""


class RedirectChain:
    """A chain of redirects."""

    def __init__(self, url: str, deadline: float, redirects: int = 0) -> None:
        """`deadline`: time of the event loop's clock at which the whole chain must be complete.

        `redirects`: number of redirects followed before, to get to `url`.
        """
        self.url = self._first = url
        self.deadline = deadline
        self.seen = [url]
        """URLs requested so far, in order."""
        self.has_refreshed = False
        """Whether one of the pages redirected, instead of the response."""
        self._before = redirects
        self.moved_to: str | None = None
        """URL that replaces the first one: the last that only permanent redirects lead to; None if there is none."""

    @property
    def followed(self) -> int:
        """Number of redirects followed in this chain, without those before it."""
        return len(self.seen) - 1

    def redirect(self, redirect: Redirect, most: int) -> None:
        """Follow a redirect; raise Permanent for a loop and for more than `most` redirects."""
        target = redirect.url
        if target in self.seen:
            raise Permanent("redirect_loop", f"{self.url} redirects back to {target}")
        if self._before + self.followed >= most:
            raise Permanent("too_many_redirects", f"more than {most}, the last to {target}")
        if redirect.is_permanent and not self._before and self.url == (self.moved_to or self._first):
            self.moved_to = target
        self.url = target
        self.seen.append(target)


def read_redirect(url: str, response: aiohttp.ClientResponse) -> Redirect:
    """Return where a response to `url` redirects; raise Permanent("bad_redirect") if it names no URL."""
    location = response.headers.get("Location")
    if not location:
        raise Permanent("bad_redirect", f"{response.status} without a Location")
    try:
        return Redirect(normalise(urljoin(url, escape_bytes(location))), response.status in _PERMANENT)
    except (Permanent, ValueError) as e:
        why = e.detail if isinstance(e, Permanent) else f"{location[:200]!r}: {e}"
        raise Permanent("bad_redirect", f"{response.status} to {why}") from None
