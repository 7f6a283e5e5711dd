"""Read the page of one task: fetch and process it, each timed as a stage."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager

from msgspec.structs import replace

from worker.consume.stages import record_stage, stage
from worker.fetch.client import Fetcher
from worker.fetch.politeness import Politeness
from worker.pipeline.encode_page import EncodedPage, process_and_encode
from worker.pipeline.pool import Pool
from worker.schema import Page, Task


class PageReader:
    """Reads pages within the rate limits of their hosts; keeps no state between two tasks."""

    def __init__(self, politeness: Politeness, fetcher: Fetcher, pool: Pool, max_events: int) -> None:
        """`max_events`: limit of events per page; the article records how many were omitted."""
        self._politeness = politeness
        self._fetcher = fetcher
        self._pool = pool
        self._max_events = max_events
        self._suspect_fetch = asyncio.Lock()

    async def read(
        self,
        task: Task,
        *,
        fetch_quarantine: AbstractAsyncContextManager[None] | None = None,
        process_quarantine: AbstractAsyncContextManager[None] | None = None,
    ) -> EncodedPage:
        """Return the article and events of the task's page; raises a Failure if it cannot be fetched or processed.

        `fetch_quarantine`: fetch the page in this context, and no other page with such a context at the same time.
        `process_quarantine`: process it in this context, and no other page at the same time.
        """
        with stage("fetch"):
            page = await self._fetch(task, fetch_quarantine)
        page = replace(page, requested_url=task.url, source=task.source)
        with stage("digest"):
            processed = await self._process(page, process_quarantine)
            for timing in processed.timings:
                record_stage(timing)
        return processed

    async def _fetch(self, task: Task, quarantine: AbstractAsyncContextManager[None] | None) -> Page:
        if quarantine is None:
            return await self._get(task)
        async with self._suspect_fetch, quarantine:
            return await self._get(task)

    async def _get(self, task: Task) -> Page:
        url = task.redirected_to or task.url
        return await self._fetcher.get(url, admit=self._politeness.admit, redirects=task.redirects)

    async def _process(self, page: Page, quarantine: AbstractAsyncContextManager[None] | None) -> EncodedPage:
        if quarantine is None:
            return await self._pool.run(process_and_encode, page, max_events=self._max_events)
        async with self._pool.alone() as run_alone, quarantine:
            processed: EncodedPage = await run_alone(process_and_encode, page, max_events=self._max_events)
            return processed
