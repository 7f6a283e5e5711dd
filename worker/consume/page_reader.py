"""Read the page of one task: fetch and process it, each timed as a stage."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from msgspec import Struct
from msgspec.structs import replace

from worker.consume.stages import record_stage, stage
from worker.fetch.client import ConditionalResponse, Fetcher, Validators
from worker.fetch.politeness import Politeness
from worker.fetch.resource_types import HTML
from worker.pipeline.encode_page import EncodedPage, process_and_encode
from worker.pipeline.pool import Pool
from worker.schema import KnownArticle, Page, Reading, Task, article_id, is_near, short_hash

FindReading = Callable[[str], Awaitable[Reading | None]]
"""Returns the last reading of the page of an article, by the id of the article; None if there is none."""


class ReadPage(Struct, frozen=True, kw_only=True):
    """The page of a task as it was read."""

    page: EncodedPage | None
    """None if the server says that the page has not changed (304), or its body is that of the known reading."""
    known: KnownArticle | None
    """The last reading, with which the page was compared; None for a first reading."""
    validators: Validators
    """Validators of the response."""
    body_hash: bytes

    @property
    def is_unchanged(self) -> bool:
        """Whether title and text are those of the known reading."""
        return self.page is None or self.page.is_unchanged


async def _find_none(_: str) -> Reading | None:
    return None


class PageReader:
    """Reads pages within the rate limits of their hosts; keeps no state between two tasks."""

    def __init__(
        self,
        politeness: Politeness,
        fetcher: Fetcher,
        pool: Pool,
        max_events: int,
        find_reading: FindReading = _find_none,
    ) -> None:
        """`max_events`: limit of events per page; the article records how many were omitted."""
        self._politeness = politeness
        self._fetcher = fetcher
        self._pool = pool
        self._max_events = max_events
        self._find_reading = find_reading
        self._suspect_fetch = asyncio.Lock()

    async def find_known(self, task: Task) -> KnownArticle | None:
        """Return the last reading of the page of a visit; None for a first reading, and if it is not remembered."""
        if task.visit_at is None:
            return None
        return await self._find_known(task.article or article_id(task.url), task.url)

    async def read(
        self,
        task: Task,
        known: KnownArticle | None = None,
        *,
        fetch_quarantine: AbstractAsyncContextManager[None] | None = None,
        process_quarantine: AbstractAsyncContextManager[None] | None = None,
    ) -> ReadPage:
        """Return the article and events of the task's page; raises a Failure if it cannot be fetched or processed.

        `known`: the last reading of the page; the request is then conditional, and what has not changed is not
        processed.
        `fetch_quarantine`: fetch the page in this context, and no other page with such a context at the same time.
        `process_quarantine`: process it in this context, and no other page at the same time.
        """
        with stage("fetch"):
            response = await self._fetch(task, known, fetch_quarantine)
        body_hash = short_hash(response.page.body) if response.page else b""
        if response.page is None or (known and known.reading.body_hash == body_hash):
            return ReadPage(page=None, known=known, validators=response.validators, body_hash=body_hash)
        page = replace(response.page, requested_url=task.url, source=task.source)
        with stage("digest"):
            processed = await self._process(page, known, process_quarantine)
            if task.visit_at and known is None and (known := await self._find_processed(processed, task)):
                processed = await self._process(page, known, process_quarantine)
            for timing in processed.timings:
                record_stage(timing)
        if known and known.id != processed.article.id:
            known = None  # the address leads to another article now
        return ReadPage(page=processed, known=known, validators=response.validators, body_hash=body_hash)

    async def _find_known(self, article: str, *addresses: str, fingerprint: int = 0) -> KnownArticle | None:
        """Return the last reading of an article if its page has one of the addresses, or nearly the same text.

        Some sites give all pages the same canonical URL, so the reading may be of another page.
        """
        reading = await self._find_reading(article)
        if reading is None:
            return None
        is_of_page = reading.page in {short_hash(url) for url in addresses}
        if not is_of_page and not is_near(reading.fingerprint, fingerprint):
            return None
        return KnownArticle(id=article, reading=reading)

    async def _find_processed(self, page: EncodedPage, task: Task) -> KnownArticle | None:
        fingerprint = page.sketch.fingerprint if page.sketch else 0
        return await self._find_known(page.article.id, page.url, task.url, fingerprint=fingerprint)

    async def _fetch(
        self, task: Task, known: KnownArticle | None, quarantine: AbstractAsyncContextManager[None] | None
    ) -> ConditionalResponse:
        if quarantine is None:
            return await self._get(task, known)
        async with self._suspect_fetch, quarantine:
            return await self._get(task, known)

    async def _get(self, task: Task, known: KnownArticle | None) -> ConditionalResponse:
        url = task.redirected_to or task.url
        validators = Validators()
        if known:
            validators = Validators(etag=known.reading.etag, last_modified=known.reading.last_modified)
        return await self._fetcher.get_if_changed(
            url, validators, resource_type=HTML, admit=self._politeness.admit, redirects=task.redirects
        )

    async def _process(
        self, page: Page, known: KnownArticle | None, quarantine: AbstractAsyncContextManager[None] | None
    ) -> EncodedPage:
        if quarantine is None:
            return await self._pool.run(process_and_encode, page, max_events=self._max_events, known=known)
        async with self._pool.alone() as run_alone, quarantine:
            processed: EncodedPage = await run_alone(process_and_encode, page, max_events=self._max_events, known=known)
            return processed
