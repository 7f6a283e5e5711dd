"""Read the page of one task: fetch and process it, each timed as a stage."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from worker.consume.stages import record_stage, stage
from worker.fetch.client import Fetcher
from worker.fetch.politeness import Politeness
from worker.pipeline.pool import Pool
from worker.pipeline.process_page import ProcessedPage, process_page
from worker.schema import Page, Task


class PageReader:
    """Reads pages with the rate limits of their hosts; keeps no state between two tasks."""

    def __init__(self, politeness: Politeness, fetcher: Fetcher, pool: Pool) -> None:
        self._politeness = politeness
        self._fetcher = fetcher
        self._pool = pool

    async def read(self, task: Task, quarantine: AbstractAsyncContextManager[None] | None = None) -> ProcessedPage:
        """Return the article and events of the task's page; raises a Failure if it cannot be fetched or processed.

        `quarantine`: process the page alone, in this context; None: beside others.
        """
        with stage("fetch"):
            page = await self._fetcher.get(task.url, admit=self._politeness.admit)
        with stage("digest"):
            processed = await self._process(page, quarantine)
            for timing in processed.timings:
                record_stage(timing)
        return processed

    async def _process(self, page: Page, quarantine: AbstractAsyncContextManager[None] | None) -> ProcessedPage:
        if quarantine is None:
            return await self._pool.run(process_page, page)
        async with quarantine:
            return await self._pool.run_alone(process_page, page)
