"""A producer for code with an asyncio event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, Self, TypedDict, Unpack

from msgspec import Struct

from worker import urls
from worker.errors import Permanent
from worker.queue import QueueFull, UrlQueue
from worker.schema import Task, article_id
from worker.settings import Settings

if TYPE_CHECKING:
    from types import TracebackType

BATCH_SIZE: Final = 500
"""URLs enqueued in one round trip."""
FULL_QUEUE_TIMEOUT_S: Final = 60.0
"""How long a producer waits by default while the queue is full."""
MAX_SOURCE_LENGTH: Final = 100
"""Most characters of the name of a source, as in the sources file."""
_FULL_PAUSE_S: Final = 0.5
"""Pause between two attempts while the queue is full."""


class PutResult(Struct, frozen=True, kw_only=True):
    """What became of one URL."""

    url: str
    """The URL as given."""
    outcome: Literal["new", "seen", "refused"]
    """`new`: enqueued.  `seen`: enqueued before, within `COMMUNIQUE_SEEN_TTL_S`.  `refused`: not a valid URL."""
    canonical_url: str | None = None
    """The URL that is fetched; None if it is refused."""
    article_id: str | None = None
    """Id that the article will have, unless its page redirects or declares another canonical URL; None if refused."""
    detail: str = ""
    """Why it is refused."""


class ProducerOptions(TypedDict, total=False):
    """Options of a producer."""

    source: str | None
    """Name under which the URLs appear in the articles, in logs and in metrics; 1 to 100 characters."""
    settings: Settings | None
    """None for those of the environment, which have to be the same as those of the workers (key prefix, delays, limit
    of the backlog)."""
    full_timeout_s: float
    """How long to wait while the queue is full (default 60 s): 0 to raise QueueFull at once, math.inf without limit."""
    now: Callable[[], datetime]
    """A clock, aware; for tests."""
    sleep: Callable[[float], Awaitable[None]]
    """Instead of `asyncio.sleep`, for tests."""


class Producer:
    """A connection to the queue that enqueues URLs; use it with `async with`.

    It may be shared by the tasks of one event loop.
    """

    def __init__(self, redis_url: str, **options: Unpack[ProducerOptions]) -> None:
        """Nothing is connected yet.

        Raises UsageError for a malformed Redis URL or an invalid setting, ValueError for a source that is too long.
        """
        self._source = options.get("source")
        if self._source is not None and not 1 <= len(self._source) <= MAX_SOURCE_LENGTH:
            raise ValueError(f"source has {len(self._source)} characters, not 1 to {MAX_SOURCE_LENGTH}")
        self._full_timeout_s = options.get("full_timeout_s", FULL_QUEUE_TIMEOUT_S)
        self._now = options.get("now", lambda: datetime.now(UTC))
        self._sleep = options.get("sleep", asyncio.sleep)
        self._queue = UrlQueue(redis_url, options.get("settings") or Settings.from_env(os.environ))

    async def __aenter__(self) -> Self:
        """Connect.  Raises UsageError if the server is unsupported, redis.exceptions.ConnectionError if it is down."""
        await self._queue.__aenter__()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self._queue.__aexit__(exc_type, exc, tb)

    async def put(self, url: str, *, again: bool = False) -> PutResult:
        """Enqueue one URL; see `put_many`."""
        return (await self._put_batch([url], again=again))[0]

    async def put_many(self, given: Iterable[str], *, again: bool = False) -> list[PutResult]:
        """Enqueue URLs in batches; return their results in order.

        `again`: visit pages that were read before, to publish what has changed; none is `seen` because of that.

        Raises QueueFull if the queue stays full for `full_timeout_s`; its `put` is the number of URLs enqueued by this
        call, and putting all of them again later does no harm.  Redis that is unavailable is retried for a while; then
        redis-py's error is raised.
        """
        return [result async for result in self.put_each(given, again=again)]

    async def put_each(
        self, given: Iterable[str] | AsyncIterable[str], *, again: bool = False
    ) -> AsyncIterator[PutResult]:
        """Enqueue URLs in batches, and yield the results of each batch before the next one is read: for long inputs.

        An asynchronous input is enqueued as soon as BATCH_SIZE URLs have arrived, or it ends.  Raises as `put_many`.
        """
        put, batch = 0, list[str]()
        async for url in _iterate(given):
            batch.append(url)
            if len(batch) < BATCH_SIZE:
                continue
            for result in await self._put_batch(batch, put, again=again):
                put += result.outcome == "new"
                yield result
            batch.clear()
        for result in await self._put_batch(batch, put, again=again):
            yield result

    async def _put_batch(self, given: list[str], put_before: int = 0, *, again: bool) -> list[PutResult]:
        """Enqueue one batch; `put_before` is the number of URLs that this call has enqueued before."""
        results = [_canonical_result(url) for url in given]
        waiting = [n for n, result in enumerate(results) if result.canonical_url is not None]
        deadline = asyncio.get_running_loop().time() + self._full_timeout_s
        while waiting:
            try:
                accepted: list[bool | None] = list(
                    await self._queue.put_many([self._task(results[n], again=again) for n in waiting])
                )
            except QueueFull as full:
                accepted = list(full.accepted)
                if asyncio.get_running_loop().time() >= deadline:
                    new = sum(it.outcome == "new" for it in results) - len(waiting) + accepted.count(True)
                    raise QueueFull(full.waiting, put=put_before + new) from None
                await self._sleep(_FULL_PAUSE_S)
            for n, is_new in zip(waiting, accepted, strict=True):
                if is_new is False:
                    results[n] = _seen(results[n])
            waiting = [n for n, is_new in zip(waiting, accepted, strict=True) if is_new is None]
        return results

    def _task(self, result: PutResult, *, again: bool) -> Task:
        url, now = result.canonical_url or "", self._now()
        return Task.visit(url, now, source=self._source) if again else Task.of(url, source=self._source, put_at=now)


def _canonical_result(url: str) -> PutResult:
    """Return the result of a URL that will be enqueued, or of one that is refused."""
    try:
        canonical_url = urls.canonicalise(url)
    except Permanent as e:
        return PutResult(url=url, outcome="refused", detail=e.detail)
    return PutResult(url=url, outcome="new", canonical_url=canonical_url, article_id=article_id(canonical_url))


def _seen(result: PutResult) -> PutResult:
    return PutResult(url=result.url, outcome="seen", canonical_url=result.canonical_url, article_id=result.article_id)


async def _iterate(given: Iterable[str] | AsyncIterable[str]) -> AsyncIterator[str]:
    if isinstance(given, AsyncIterable):
        async for url in given:
            yield url
        return
    if isinstance(given, str):
        raise TypeError("put_many takes several URLs; for one, use put")
    for url in given:
        yield url
