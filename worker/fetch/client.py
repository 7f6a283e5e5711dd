"""A URL asked for over HTTP: a `Page`, or a Failure whose reason is a short stable code.  Nothing else comes out.

Reasons.  Permanent: `http_<4xx>`, `not_html` and the like, `too_large`, `bad_encoding`, `bad_http`, `bad_redirect`,
`redirect_loop`, `too_many_redirects`, `private_address`, `bad_url`.  Transient: `http_<5xx>`, `http_408`, `http_425`,
`http_429`, `timeout_connect`, `timeout_read`, `timeout_total`, `dns`, `tls`, `connect`, `reset`, `truncated`.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urljoin

import aiohttp
import yarl
from msgspec import Struct

from worker.errors import Permanent, Transient
from worker.fetch.decoding import ACCEPTED, Decoder
from worker.fetch.headers import charset, media_type, retry_after_s, sniff
from worker.fetch.resolver import PrivateAddressError, connector, refuse_private_literal
from worker.schema import Page
from worker.telemetry.tracing import request_span
from worker.urls import normal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from worker.settings import FetchSettings

    Admit = Callable[[str], Awaitable[None]]

AGENT: Final = "communique"
"""Product token: first word of the User-Agent, and the name that robots.txt files call us by."""

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
RETRYABLE_STATUSES: Final = frozenset({408, 425, 429})
"""The client errors that are about this moment, not about the URL (RFC 9110, 15.5.9; RFC 8470; RFC 6585)."""


class ResourceType(Struct, frozen=True, kw_only=True):
    """What sort of answer is wanted."""

    accept: str
    """The Accept header."""
    media_types: frozenset[str] | None
    """Media types taken; None takes any."""
    reason: str
    """Of the Permanent for any other type."""
    truncate: bool = False
    """Take the first bytes of a body over the limit instead of refusing it."""


HTML: Final = ResourceType(
    accept="text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
    media_types=frozenset({"text/html", "application/xhtml+xml"}),
    reason="not_html",
)
FEED: Final = ResourceType(
    accept="application/atom+xml,application/rss+xml,application/feed+json,application/xml;q=0.9,text/xml;q=0.9,*/*;q=0.1",
    # Feeds are sent under every one of these names; parse.feed says what a body really is.
    media_types=frozenset(
        f"application/{t}" for t in ("atom+xml", "rss+xml", "rdf+xml", "xml", "feed+json", "json", "octet-stream")
    )
    | {"text/xml", "text/html", "text/plain", "text/rss", "text/rss+xml", "text/atom+xml"},
    reason="not_a_feed",
)
ROBOTS: Final = ResourceType(accept="text/plain,*/*;q=0.1", media_types=None, reason="not_text", truncate=True)


class Validators(Struct, frozen=True, kw_only=True):
    """What a server gave to ask "changed since?" with (RFC 9110, 8.8); None where it gave none."""

    etag: str | None = None
    last_modified: str | None = None


class ConditionalResponse(Struct, frozen=True, kw_only=True):
    """Answer to a conditional request; `page` is None where nothing has changed since `validators` were given."""

    page: Page | None
    validators: Validators


class Fetcher:
    """One HTTP session: `async with Fetcher(settings.fetch) as fetcher: page = await fetcher.get(url)`."""

    def __init__(
        self,
        settings: FetchSettings,
        *,
        threads: int = 32,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Make an unopened session; `threads` resolve host names."""
        self._settings = settings
        self._threads = threads
        self._now = now
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        s = self._settings
        self._session = aiohttp.ClientSession(
            connector=connector(allow_private=s.allow_private_addresses, threads=self._threads, limit=0),
            timeout=aiohttp.ClientTimeout(total=None, connect=s.connect_timeout_s, sock_read=s.read_timeout_s),
            headers={"User-Agent": user_agent(s.contact_url), "Accept-Encoding": ACCEPTED},
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(
        self, url: str, *, resource_type: ResourceType = HTML, admit: Admit | None = None, max_bytes: int | None = None
    ) -> Page:
        """Return what `url` answers, redirects followed.

        `admit` is awaited with every redirect's target before it is asked, and may raise (robots.txt, delays); the
        first URL is the caller's to admit.  `max_bytes` lowers the limit of the settings on the decoded body.
        """
        answer = await self._get(url, Validators(), resource_type, admit, max_bytes)
        if answer.page is None:
            raise Permanent("http_304", "nothing was asked that could be unmodified")
        return answer.page

    async def get_if_changed(
        self, url: str, validators: Validators, *, resource_type: ResourceType = FEED, admit: Admit | None = None
    ) -> ConditionalResponse:
        """Ask as `get` does, but for a body only if it has changed since `validators` were given."""
        return await self._get(url, validators, resource_type, admit, None)

    async def _get(
        self, url: str, validators: Validators, resource_type: ResourceType, admit: Admit | None, max_bytes: int | None
    ) -> ConditionalResponse:
        limit = min(max_bytes or self._settings.max_body_bytes, self._settings.max_body_bytes)
        try:
            async with asyncio.timeout(self._settings.total_timeout_s):
                return await self._follow(normal(url), validators, resource_type, admit, limit)
        except TimeoutError:
            raise Transient("timeout_total", f"no end after {self._settings.total_timeout_s:g} s") from None

    async def _follow(
        self, url: str, validators: Validators, resource_type: ResourceType, admit: Admit | None, max_bytes: int
    ) -> ConditionalResponse:
        """Ask hop after hop; every one is checked like the first."""
        seen = {url}
        while isinstance(answer := await self._ask(url, validators, resource_type, max_bytes, hop=len(seen) - 1), str):
            if answer in seen:
                raise Permanent("redirect_loop", f"{url} leads back to {answer}")
            if len(seen) > self._settings.max_redirects:
                raise Permanent("too_many_redirects", f"more than {self._settings.max_redirects}, the last to {answer}")
            url = answer
            seen.add(url)
            if admit is not None:
                await admit(url)
        return answer

    async def _ask(
        self, url: str, validators: Validators, resource_type: ResourceType, max_bytes: int, *, hop: int
    ) -> ConditionalResponse | str:
        """Make one request, after so many redirects: the answer, or the normal URL that it redirects to."""
        if self._session is None:
            raise RuntimeError("use `async with Fetcher(…)`")
        target = yarl.URL(url, encoded=True)
        if not self._settings.allow_private_addresses:
            refuse_private_literal(target.raw_host or "")
        conditions = _conditions(validators)
        headers = {"Accept": resource_type.accept, **conditions}
        with request_span(url, hop) as it, only_failures(url):
            async with self._session.get(target, headers=headers, allow_redirects=False) as response:
                it.set({"http.response.status_code": response.status})
                if response.status in REDIRECTS:
                    return _location(url, response)
                if response.status == 304 and conditions:  # noqa: PLR2004 - Not Modified
                    return ConditionalResponse(page=None, validators=_validators(response.headers, validators))
                _check_status(response, self._now())
                page = await self._page(url, response, resource_type, max_bytes)
                return ConditionalResponse(page=page, validators=_validators(response.headers, Validators()))
        raise AssertionError("unreachable: only_failures swallows nothing")

    async def _page(
        self, url: str, response: aiohttp.ClientResponse, resource_type: ResourceType, max_bytes: int
    ) -> Page:
        header = _text(response.headers, "Content-Type")
        declared = media_type(header)
        if declared:
            _check_media_type(declared, resource_type)
        body = await self._body(response, max_bytes, truncate=resource_type.truncate)
        found = declared or sniff(body)
        _check_media_type(found, resource_type)
        return Page(url=url, body=body, content_type=found, charset=charset(header), fetched_at=self._now())

    async def _body(self, response: aiohttp.ClientResponse, max_bytes: int, *, truncate: bool) -> bytes:
        """Read and decode while counting, so that no server decides how much memory is taken."""
        s = self._settings
        if not truncate and (response.content_length or 0) > s.max_wire_bytes:
            raise Permanent(
                "too_large", f"announces {response.content_length} bytes, at most {s.max_wire_bytes} are taken"
            )
        decoder = Decoder(response.headers.get("Content-Encoding", ""), s.max_body_bytes if truncate else max_bytes)
        wire_bytes = 0
        async for chunk in response.content.iter_any():
            wire_bytes += len(chunk)
            if wire_bytes > s.max_wire_bytes:
                raise Permanent("too_large", f"more than {s.max_wire_bytes} bytes sent")
            decoder.feed(chunk)
            if truncate and decoder.size_bytes >= max_bytes:
                return decoder.first(max_bytes)
        return decoder.finish()


def user_agent(contact_url: str) -> str:
    """Return the one honest name that every request carries."""
    try:
        version = importlib.metadata.version(AGENT)
    except importlib.metadata.PackageNotFoundError:  # run from a checkout that was never installed
        version = "0"
    return f"{AGENT}/{version} (+{contact_url})"


# ---------------------------------------------------------------- what an answer's head says
def _conditions(validators: Validators) -> dict[str, str]:
    given = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in given.items() if value}


def _validators(headers: Mapping[str, str], otherwise: Validators) -> Validators:
    return Validators(
        etag=_text(headers, "ETag") or otherwise.etag,
        last_modified=_text(headers, "Last-Modified") or otherwise.last_modified,
    )


def _text(headers: Mapping[str, str], name: str) -> str:
    """Return a header that is text, "" for none: aiohttp hands on as lone surrogates what is not UTF-8."""
    value = headers.get(name, "")
    return "" if any("\ud800" <= char <= "\udfff" for char in value) else value


def _location(url: str, response: aiohttp.ClientResponse) -> str:
    location = response.headers.get("Location")
    if not location:
        raise Permanent("bad_redirect", f"{response.status} without a Location")
    try:
        return normal(urljoin(url, location))
    except (Permanent, ValueError) as e:
        why = e.detail if isinstance(e, Permanent) else f"{location[:200]!r}: {e}"
        raise Permanent("bad_redirect", f"{response.status} to {why}") from None


def _check_status(response: aiohttp.ClientResponse, now: datetime) -> None:
    status = response.status
    if 200 <= status < 300:  # noqa: PLR2004 - success
        return
    reason, detail = f"http_{status}", response.reason or ""
    if status in RETRYABLE_STATUSES or 500 <= status < 600:  # noqa: PLR2004 - server errors
        raise Transient(reason, detail, retry_after_s(response.headers.get("Retry-After"), now))
    raise Permanent(reason, detail)


def _check_media_type(found: str, resource_type: ResourceType) -> None:
    if resource_type.media_types is not None and found not in resource_type.media_types:
        raise Permanent(resource_type.reason, f"content type is {found[:100]!r}")


# ---------------------------------------------------------------- what can go wrong on the way
@contextlib.contextmanager
def only_failures(url: str) -> Iterator[None]:
    """Tell every exception of a request in our own words."""
    try:
        yield
    except (aiohttp.ClientError, OSError, UnicodeError) as e:  # TimeoutError is an OSError
        raise _failure(url, e) from e


_FAILURES: Final[tuple[tuple[type[Exception], type[Permanent | Transient], str], ...]] = (
    (aiohttp.ConnectionTimeoutError, Transient, "timeout_connect"),
    (aiohttp.SocketTimeoutError, Transient, "timeout_read"),
    (aiohttp.ClientConnectorDNSError, Transient, "dns"),
    (aiohttp.ClientSSLError, Transient, "tls"),
    (aiohttp.ClientConnectorCertificateError, Transient, "tls"),
    (aiohttp.ClientConnectorError, Transient, "connect"),
    (aiohttp.InvalidURL, Permanent, "bad_url"),
    (aiohttp.ClientResponseError, Permanent, "bad_http"),
    (aiohttp.ClientPayloadError, Transient, "reset"),
    (aiohttp.ClientConnectionError, Transient, "reset"),
    (OSError, Transient, "reset"),
)
"""Most special first."""


def _failure(url: str, e: Exception) -> Permanent | Transient:
    cause = e.os_error if isinstance(e, aiohttp.ClientConnectorError) else e
    if isinstance(cause, PrivateAddressError):
        return Permanent("private_address", f"{cause}, not on the public Internet")
    for exception_type, failure, reason in _FAILURES:
        if isinstance(e, exception_type):
            return failure(reason, f"{url}: {str(e) or type(e).__name__}")
    return Transient("http", f"{url}: {type(e).__name__}: {e}")
