"""Handlers of /v1/articles: articles with their events, and URLs to enqueue."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Raw, Struct

from worker.errors import Permanent
from worker.gateway.middleware.compression import body_response
from worker.gateway.models import EnqueueRequest, EnqueueResponse, EnqueueResult
from worker.gateway.problems import ProblemError
from worker.gateway.query import parse_int, reject_unknown
from worker.queue import QueueFull
from worker.schema import MAX_REVISION, Article, Task, article_id
from worker.urls import canonicalise

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aiohttp import web

    from worker.gateway.api.lookup import PublicationLookup
    from worker.queue import UrlQueue

BODY_TIMEOUT_S: Final = 30.0
"""Time within which a request body must arrive."""
MAX_ECHOED_CHARS: Final = 200
"""Characters of a refused URL that the response repeats."""


class _RawArticle(Struct, frozen=True, kw_only=True):
    """Encodes as `models.ArticleWithEvents`, with the JSON of each event as it was published."""

    article: Article
    events: list[Raw]


class ArticleHandlers:
    """Handlers for articles."""

    def __init__(self, lookup: PublicationLookup, queue: UrlQueue, clock: Callable[[], datetime]) -> None:
        """`lookup`: finds articles.  `queue`: receives new tasks.  `clock`: returns their time of creation, aware."""
        self._lookup = lookup
        self._queue = queue
        self._clock = clock

    async def get_by_id(self, request: web.Request) -> web.Response:
        """Handle GET /v1/articles/{id}."""
        reject_unknown(request, {"revision"})
        return await self._article_response(request, request.match_info["id"])

    async def get_by_url(self, request: web.Request) -> web.Response:
        """Handle GET /v1/articles, which selects the article by `url`."""
        reject_unknown(request, {"url", "revision"})
        try:
            return await self._article_response(request, article_id(canonicalise(request.query["url"])))
        except KeyError:
            raise ProblemError("bad_parameter", "the parameter is required", parameter="url") from None
        except Permanent as e:
            raise ProblemError("bad_parameter", e.detail, parameter="url") from None

    async def _article_response(self, request: web.Request, wanted_id: str) -> web.Response:
        revision = parse_int(request, "revision", 0, MAX_REVISION, 0) if "revision" in request.query else None
        found = await self._lookup.find_article(wanted_id, revision)
        if found is None:
            what = "the article" if revision is None else f"revision {revision} of the article"
            raise ProblemError("not_found", f"{what} is not among the newest ones, which are indexed")
        article, items = found
        events = [Raw(item.data) for item in items]
        return body_response(msgspec.json.encode(_RawArticle(article=article, events=events)))

    # ------------------------------------------------------------ enqueueing
    async def enqueue(self, request: web.Request) -> web.Response:
        """Handle POST /v1/articles: enqueue each URL unless it was enqueued before or is refused.

        Responds 202 if at least one URL is valid, 422 if all are refused, 503 if the queue is full.
        """
        reject_unknown(request, ())
        urls = (await _read_request(request)).urls
        refusals = [self._refusal(url) for url in urls]
        tasks = [self._task(url) for url, refused in zip(urls, refusals, strict=True) if refused is None]
        try:
            is_new = iter(await self._queue.put_many(tasks))
        except QueueFull as full:
            raise ProblemError("queue_full", str(full), headers={"Retry-After": "60"}) from None
        results = [refused or _accepted(url, new=next(is_new)) for url, refused in zip(urls, refusals, strict=True)]
        if not tasks:
            reasons = "; ".join(sorted({result.detail for result in results}))[:500]
            raise ProblemError("refused", reasons, parameter="urls", results=results)
        counts = {word: sum(r.outcome == word for r in results) for word in ("put", "seen", "refused")}
        return body_response(msgspec.json.encode(EnqueueResponse(**counts, results=results)), status=202)

    @staticmethod
    def _refusal(url: str) -> EnqueueResult | None:
        """Return the result "refused" and its reason for a URL that has no canonical form; None for any other URL."""
        try:
            canonicalise(url)
        except Permanent as e:
            echoed = url[:MAX_ECHOED_CHARS].encode("utf-8", "replace").decode()
            return EnqueueResult(url=echoed, outcome="refused", reason=e.reason, detail=e.detail)
        return None

    def _task(self, url: str) -> Task:
        address = canonicalise(url)
        return Task.of(address, put_at=self._clock())


def _accepted(url: str, *, new: bool) -> EnqueueResult:
    return EnqueueResult(url=url, outcome="put" if new else "seen", article=article_id(canonicalise(url)))


async def _read_request(request: web.Request) -> EnqueueRequest:
    """Receive and validate the body; ProblemError for a wrong media type, a timeout or invalid JSON."""
    if request.content_type != "application/json":
        detail = f"{request.content_type[:100]!r} is not application/json"
        raise ProblemError("wrong_type", detail, parameter="Content-Type")
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            body = await request.read()
    except TimeoutError:
        raise ProblemError("too_late", headers={"Connection": "close"}) from None
    try:
        return msgspec.json.decode(body, type=EnqueueRequest)
    except (msgspec.DecodeError, UnicodeDecodeError) as e:
        raise ProblemError("bad_body", str(e)) from None
