"""Articles: one with its events, by id or address; and new addresses to be read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Raw, Struct

from worker.errors import Permanent
from worker.gateway.middleware.compression import body
from worker.gateway.models import EnqueueRequest, EnqueueResponse, EnqueueResult
from worker.gateway.problems import ProblemError
from worker.gateway.query import reject_unknown
from worker.queue import QueueFull
from worker.schema import Article, Task, article_id
from worker.urls import canonical

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aiohttp import web

    from worker.gateway.api.lookup import Lookup
    from worker.queue import UrlQueue

BODY_S: Final = 30.0
"""How long a body may take to come."""
SHOWN: Final = 200
"""Characters of an address that cannot be read which are shown again."""


class _Answer(Struct, frozen=True, kw_only=True):
    """`answers.ArticleAnswer` with events as they were published."""

    article: Article
    events: list[Raw]


class ArticleHandlers:
    """Answers for articles."""

    def __init__(self, lookup: Lookup, queue: UrlQueue, clock: Callable[[], datetime]) -> None:
        """Stamp tasks with an aware clock."""
        self._lookup = lookup
        self._queue = queue
        self._clock = clock

    async def by_id(self, request: web.Request) -> web.Response:
        """Answer GET /v1/articles/{id}."""
        reject_unknown(request, ())
        return await self._answer(request.match_info["id"])

    async def by_url(self, request: web.Request) -> web.Response:
        """Answer GET /v1/articles, which asks by `url`."""
        reject_unknown(request, {"url"})
        try:
            return await self._answer(article_id(canonical(request.query["url"])))
        except KeyError:
            raise ProblemError("bad_parameter", "it is missing", parameter="url") from None
        except Permanent as e:
            raise ProblemError("bad_parameter", e.detail, parameter="url") from None

    async def _answer(self, wanted: str) -> web.Response:
        found = await self._lookup.article(wanted)
        if found is None:
            raise ProblemError("not_found", "no such article, or not among the newest that are looked through")
        article, items = found
        events = [Raw(item.data) for item in items]
        return body(msgspec.json.encode(_Answer(article=article, events=events)))

    # ------------------------------------------------------------ in
    async def put(self, request: web.Request) -> web.Response:
        """Answer POST /v1/articles: each address is enqueued, was before, or is refused with a reason."""
        reject_unknown(request, ())
        given = (await _read(request)).urls
        results = [self._refused(url) for url in given]
        tasks = [self._task(url) for url, refused in zip(given, results, strict=True) if refused is None]
        try:
            new = iter(await self._queue.put_many(tasks))
        except QueueFull as full:
            raise ProblemError("queue_full", str(full), headers={"Retry-After": "60"}) from None
        done = [refused or _put(url, new=next(new)) for url, refused in zip(given, results, strict=True)]
        if not tasks:
            raise ProblemError(
                "refused", "; ".join(sorted({r.detail for r in done}))[:500], parameter="urls", results=done
            )
        counts = {word: sum(r.outcome == word for r in done) for word in ("put", "seen", "refused")}
        return body(msgspec.json.encode(EnqueueResponse(**counts, results=done)), status=202)

    @staticmethod
    def _refused(url: str) -> EnqueueResult | None:
        try:
            canonical(url)
        except Permanent as e:
            shown = url[:SHOWN].encode("utf-8", "replace").decode()
            return EnqueueResult(url=shown, outcome="refused", reason=e.reason, detail=e.detail)
        return None

    def _task(self, url: str) -> Task:
        address = canonical(url)
        return Task.of(address, put_at=self._clock())


def _put(url: str, *, new: bool) -> EnqueueResult:
    return EnqueueResult(url=url, outcome="put" if new else "seen", article=article_id(canonical(url)))


async def _read(request: web.Request) -> EnqueueRequest:
    if request.content_type != "application/json":
        raise ProblemError(
            "wrong_type", f"{request.content_type[:100]!r} is not application/json", parameter="Content-Type"
        )
    try:
        async with asyncio.timeout(BODY_S):
            given = await request.read()
    except TimeoutError:
        raise ProblemError("too_late", headers={"Connection": "close"}) from None
    try:
        return msgspec.json.decode(given, type=EnqueueRequest)
    except (msgspec.DecodeError, UnicodeDecodeError) as e:
        raise ProblemError("bad_body", str(e)) from None
