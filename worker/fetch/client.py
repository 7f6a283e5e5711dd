"""HTTP client: returns a `Page` or raises a Failure with a short stable reason, and raises nothing else.

Reasons.  Permanent: `http_<4xx>` except those below, `not_html` and the like, `too_large`, `bad_encoding`, `bad_http`,
`bad_redirect`, `redirect_loop`, `too_many_redirects`, `private_address`, `bad_url`.  Transient: `http_408`, `http_425`,
`truncated`.  HostFailure: `http_<5xx>`, `http_429`, `timeout_connect`, `timeout_read`, `timeout_total`, `dns`, `tls`,
`connect`, `reset`, `slow`, `http` (any other error).
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

import aiohttp
import yarl
from msgspec import Struct
from msgspec.structs import replace

from worker.errors import HostFailure, NotYet, Permanent, Transient
from worker.fetch.body import BodyReceiver, ExpectedBody, read_body
from worker.fetch.decoding import ACCEPTED
from worker.fetch.failures import convert_errors
from worker.fetch.headers import parse_charset, parse_max_age, parse_media_type, parse_retry_after, sniff_media_type
from worker.fetch.meta_refresh import refresh_target
from worker.fetch.pacing import PacedClientRequest, Pacer, set_total_timeout
from worker.fetch.redirects import REDIRECTS, Redirect, RedirectChain, read_redirect
from worker.fetch.resolver import checked_connector, reject_private_literal
from worker.fetch.resource_types import FEED, HTML, ResourceType
from worker.fetch.response_head import MAX_FIELD_BYTES, MAX_HEADERS, filter_heads
from worker.schema import Page
from worker.telemetry.tracing import request_span
from worker.urls import host_of, normalise

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from contextlib import AbstractAsyncContextManager

    from worker.queue import Hosts
    from worker.settings import FetchSettings, Settings

    Admit = Callable[[str], Awaitable[float]]
    """Returns the delay that robots.txt sets (s), or raises a Failure if the URL may not be requested."""

AGENT: Final = "communique"
"""Product token: first word of the User-Agent, and the name for rules in robots.txt."""

MAX_DNS_THREADS: Final = 32
"""Largest number of concurrent DNS lookups of a worker."""
RETRYABLE_STATUSES: Final = frozenset({408, 425})
"""Client errors that are temporary (RFC 9110, 15.5.9; RFC 8470)."""
TOO_MANY_REQUESTS: Final = 429
"""The host demands fewer requests (RFC 6585, 4)."""


class Validators(Struct, frozen=True, kw_only=True):
    """Validators of a response, for a later conditional request (RFC 9110, 8.8); None if the server sent none."""

    etag: str | None = None
    last_modified: str | None = None


class ConditionalResponse(Struct, frozen=True, kw_only=True):
    """Response to a conditional request; `page` is None if the resource has not changed (304)."""

    page: Page | None
    validators: Validators
    """Validators for the next request."""
    moved_to: str | None = None
    """URL that replaces the requested one, as permanent redirects say (301, 308); None if there is none."""
    max_age_s: float | None = None
    """Seconds for which the response is fresh, as Cache-Control says; None if it does not."""


class Fetcher:
    """An HTTP session: `async with Fetcher(settings.fetch) as fetcher: page = await fetcher.get(url)`."""

    def __init__(
        self,
        settings: FetchSettings,
        *,
        pacer: Pacer | None = None,
        threads: int = 32,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`pacer`: None to send every request at once.  `threads`: largest number of concurrent DNS lookups.

        `now` returns an aware time.  Nothing is opened yet; `async with` opens the session.
        """
        self._settings = settings
        self._pacer = pacer
        self._threads = threads
        self._now = now
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        s = self._settings
        self._session = aiohttp.ClientSession(
            connector=filter_heads(
                checked_connector(allow_private=s.allow_private_addresses, threads=self._threads, limit=0)
            ),
            timeout=aiohttp.ClientTimeout(total=None, connect=s.connect_timeout_s, sock_read=s.read_timeout_s),
            headers={"User-Agent": user_agent(s.contact_url), "Accept-Encoding": ACCEPTED},
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            max_line_size=MAX_FIELD_BYTES,
            max_field_size=MAX_FIELD_BYTES,
            max_headers=MAX_HEADERS,
            trust_env=False,
            request_class=PacedClientRequest,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(
        self,
        url: str,
        *,
        resource_type: ResourceType = HTML,
        admit: Admit | None = None,
        max_bytes: int | None = None,
        redirects: int = 0,
    ) -> Page:
        """Return the page at `url`, following redirects; raises a Failure.

        `admit` is awaited with every URL before it is requested, redirect targets included; None admits all of them.
        `max_bytes` lowers the settings' limit on the decoded body.  `redirects`: number of redirects that led to `url`;
        a NotYet says at which URL to go on.
        """
        expected = ExpectedBody.of(resource_type, self._settings, max_bytes)
        response = await self._get(url, Validators(), expected, admit, redirects=redirects)
        if response.page is None:
            raise Permanent("http_304", "304 in response to an unconditional request")
        return response.page

    async def get_if_changed(
        self,
        url: str,
        validators: Validators,
        *,
        resource_type: ResourceType = FEED,
        admit: Admit | None = None,
        redirects: int = 0,
        receiver: BodyReceiver | None = None,
    ) -> ConditionalResponse:
        """Send a conditional request: like `get`, but without a page if the resource still matches `validators`.

        With a `receiver`, the body is passed to it while it arrives, and that of the page is b"".
        """
        expected = ExpectedBody.of(resource_type, self._settings, receiver=receiver)
        return await self._get(url, validators, expected, admit, redirects=redirects)

    async def _get(
        self, url: str, validators: Validators, expected: ExpectedBody, admit: Admit | None, *, redirects: int
    ) -> ConditionalResponse:
        deadline = asyncio.get_running_loop().time() + self._settings.total_timeout_s
        chain = RedirectChain(normalise(url), deadline, redirects)
        try:
            while isinstance(response := await self._request(chain, validators, expected, admit), Redirect):
                chain.redirect(response, self._settings.max_redirects)
        except NotYet as e:
            if chain.followed:
                e.redirected_to, e.redirects = chain.url, chain.followed
            raise
        page = response.page and replace(response.page, redirects=tuple(chain.seen[:-1]))
        return replace(response, page=page, moved_to=chain.moved_to)

    async def _request(
        self, chain: RedirectChain, validators: Validators, expected: ExpectedBody, admit: Admit | None
    ) -> ConditionalResponse | Redirect:
        """Request the current URL of a redirect chain; return the response, or where it redirects."""
        if self._session is None:
            raise RuntimeError("use `async with Fetcher(…)`")
        url = chain.url
        target = yarl.URL(url, encoded=True)
        if not self._settings.allow_private_addresses:
            reject_private_literal(target.raw_host or "")
        started_at = asyncio.get_running_loop().time()
        crawl_delay_s = await admit(url) if admit is not None else 0.0
        if self._pacer is not None and chain.followed:
            await self._pacer.check_not_paused(host_of(url))  # the queue knows only the host of the first URL
        chain.deadline += asyncio.get_running_loop().time() - started_at
        conditions = _conditions(validators)
        headers = {"Accept": expected.resource_type.accept, **conditions}
        with request_span(url, chain.followed) as http_span:
            async with self._pace(url, crawl_delay_s), self._limit_total(chain):
                with convert_errors(url):
                    async with self._session.get(target, headers=headers, allow_redirects=False) as response:
                        http_span.set({"http.response.status_code": response.status})
                        found = await self._read_response(url, response, conditions, expected)
                        return _follow_refresh(chain, found, expected.resource_type)
        raise AssertionError("unreachable: no context manager here suppresses an exception")

    def _pace(self, url: str, crawl_delay_s: float) -> AbstractAsyncContextManager[None]:
        return self._pacer.request(host_of(url), crawl_delay_s) if self._pacer else contextlib.nullcontext()

    @contextlib.asynccontextmanager
    async def _limit_total(self, chain: RedirectChain) -> AsyncIterator[None]:
        """Limit the time of a chain of redirects; waits for permits do not count."""
        try:
            async with asyncio.timeout_at(chain.deadline) as timeout:
                set_total_timeout(timeout)
                yield
                chain.deadline = timeout.when() or chain.deadline
        except TimeoutError:
            if not timeout.expired():
                raise
            raise HostFailure("timeout_total", f"not complete after {self._settings.total_timeout_s:g} s") from None

    async def _read_response(
        self, url: str, response: aiohttp.ClientResponse, conditions: Mapping[str, str], expected: ExpectedBody
    ) -> ConditionalResponse | Redirect:
        if response.status in REDIRECTS:
            return read_redirect(url, response)
        max_age_s = parse_max_age(_header_text(response.headers, "Cache-Control"))
        if response.status == 304 and conditions:  # noqa: PLR2004 - Not Modified
            known = Validators(etag=conditions.get("If-None-Match"), last_modified=conditions.get("If-Modified-Since"))
            return ConditionalResponse(page=None, validators=_validators(response.headers, known), max_age_s=max_age_s)
        _check_status(response, self._now())
        page = await self._read_page(url, response, expected)
        validators = _validators(response.headers, Validators())
        return ConditionalResponse(page=page, validators=validators, max_age_s=max_age_s)

    async def _read_page(self, url: str, response: aiohttp.ClientResponse, expected: ExpectedBody) -> Page:
        header = _header_text(response.headers, "Content-Type")
        declared = parse_media_type(header)
        if declared:
            _check_media_type(declared, expected.resource_type)
        if expected.receiver is not None:
            expected.receiver.begin(url, parse_charset(header))
        body = await read_body(response, expected)
        found = declared or sniff_media_type(body)
        _check_media_type(found, expected.resource_type)
        return Page(url=url, body=body, content_type=found, charset=parse_charset(header), fetched_at=self._now())


def _follow_refresh(
    chain: RedirectChain, response: ConditionalResponse | Redirect, resource_type: ResourceType
) -> ConditionalResponse | Redirect:
    """Return the redirect of a page that refreshes to another URL; only the first of a chain is followed."""
    if isinstance(response, Redirect) or response.page is None or resource_type is not HTML or chain.has_refreshed:
        return response
    target = refresh_target(response.page)
    if target is None or target in chain.seen:
        return response
    chain.has_refreshed = True
    return Redirect(target, is_permanent=False)


def open_fetcher(hosts: Hosts, settings: Settings) -> Fetcher:
    """Return a fetcher that sends each request only with a permit of its host."""
    pacer = Pacer(hosts, settings, jitter=random.random)
    return Fetcher(settings.fetch, pacer=pacer, threads=min(settings.worker.concurrency, MAX_DNS_THREADS))


def user_agent(contact_url: str) -> str:
    """Return the User-Agent of every request: product, version and contact URL."""
    try:
        version = importlib.metadata.version(AGENT)
    except importlib.metadata.PackageNotFoundError:  # run from a checkout that is not installed
        version = "0"
    return f"{AGENT}/{version} (+{contact_url})"


# ---------------------------------------------------------------- response head
def _conditions(validators: Validators) -> dict[str, str]:
    given = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in given.items() if value}


def _validators(headers: Mapping[str, str], otherwise: Validators) -> Validators:
    return Validators(
        etag=_header_text(headers, "ETag") or otherwise.etag,
        last_modified=_header_text(headers, "Last-Modified") or otherwise.last_modified,
    )


def _header_text(headers: Mapping[str, str], name: str) -> str:
    """Return a header's value; "" if it is missing or not UTF-8 (which aiohttp represents as lone surrogates)."""
    value = headers.get(name, "")
    return "" if any("\ud800" <= char <= "\udfff" for char in value) else value


def _check_status(response: aiohttp.ClientResponse, now: datetime) -> None:
    status = response.status
    if 200 <= status < 300:  # noqa: PLR2004 - success
        return
    reason, detail = f"http_{status}", response.reason or ""
    if status == TOO_MANY_REQUESTS or 500 <= status < 600:  # noqa: PLR2004 - server errors
        raise HostFailure(reason, detail, parse_retry_after(response.headers.get("Retry-After"), now) or 0.0)
    if status in RETRYABLE_STATUSES:
        raise Transient(reason, detail)
    raise Permanent(reason, detail)


def _check_media_type(found: str, resource_type: ResourceType) -> None:
    if resource_type.media_types is not None and found not in resource_type.media_types:
        raise Permanent(resource_type.reason, f"content type is {found[:100]!r}")
