"""Pages of tasks that may have killed a worker are fetched and processed one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from tests.article_page import PAGE
from worker.consume import PageReader
from worker.fetch.client import ConditionalResponse, Validators
from worker.pipeline.pool import Pool
from worker.schema import Page, Task
from worker.settings import PoolSettings

MAX_EVENTS = 100
TASKS = [Task(id=f"{n}", url=f"https://news{n}.example/") for n in range(5)]


class Web:
    """Politeness and fetcher of a web on which every URL is an article; counts the fetches at a time."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def get_if_changed(self, url: str, validators: Validators, **_: object) -> ConditionalResponse:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.01)
        self.now -= 1
        page = Page(
            url=url, body=PAGE.encode(), content_type="text/html", charset="utf-8", fetched_at=datetime.now(UTC)
        )
        return ConditionalResponse(page=page, validators=validators)

    async def admit(self, _: str) -> float:
        return 0.0


class Quarantine:
    """A quarantine for each task; counts those entered at a time."""

    def __init__(self) -> None:
        self.now = self.most = self.entered = 0

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[None]:
        self.now += 1
        self.entered += 1
        self.most = max(self.most, self.now)
        yield
        self.now -= 1


async def test_suspects_enter_the_quarantine_one_after_the_other() -> None:
    web: Any = Web()
    fetching, processing = Quarantine(), Quarantine()
    async with Pool(PoolSettings(processes=2)) as pool:
        reader = PageReader(web, web, pool, MAX_EVENTS)
        pages = await asyncio.gather(
            *(reader.read(it, fetch_quarantine=fetching(), process_quarantine=processing()) for it in TASKS)
        )
    assert [it.page.url for it in pages if it.page] == [it.url for it in TASKS]
    assert (fetching.most, processing.most, web.most) == (1, 1, 1)
    assert (fetching.entered, processing.entered) == (5, 5)


async def test_other_tasks_are_fetched_side_by_side() -> None:
    web: Any = Web()
    async with Pool(PoolSettings(processes=1)) as pool:
        await asyncio.gather(*(PageReader(web, web, pool, MAX_EVENTS).read(it) for it in TASKS))
    assert web.most == len(TASKS)


async def test_the_events_of_a_page_are_limited() -> None:
    web: Any = Web()
    async with Pool(PoolSettings(processes=1)) as pool:
        page = (await PageReader(web, web, pool, 100).read(TASKS[0])).page
        limited = (await PageReader(web, web, pool, 1).read(TASKS[0])).page
    assert page
    assert limited
    assert len(page.events) > 1
    assert [event.id for event in limited.events] == [page.events[0].id]
    assert limited.events_omitted == len(page.events) - 1
