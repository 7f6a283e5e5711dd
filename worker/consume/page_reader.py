"""Read the page of one task: fetch and process it, each timed as a stage."""

from __future__ import annotations

from worker.consume.stages import record_stage, stage
from worker.fetch.client import Fetcher
from worker.fetch.politeness import Politeness
from worker.pipeline.pool import Pool
from worker.pipeline.process_page import ProcessedPage, process_page
from worker.schema import Task


class PageReader:
    """Reads pages with the rate limits of their hosts; keeps no state between two tasks."""

    def __init__(self, politeness: Politeness, fetcher: Fetcher, pool: Pool) -> None:
        self._politeness = politeness
        self._fetcher = fetcher
        self._pool = pool

    async def read(self, task: Task) -> ProcessedPage:
        """Return the article and events of the task's page; raises a Failure if it cannot be fetched or processed."""
        with stage("fetch"):
            page = await self._fetcher.get(task.url, admit=self._politeness.admit)
        with stage("digest"):
            processed = await self._pool.run(process_page, page)
            for timing in processed.timings:
                record_stage(timing)
        return processed
