"""A worker whose pages are not parsed: `python -m tests.faults.plain_worker` is `communique consume` in all else.

Queue, pace, requests, retries, drain and settling are those of the real worker.  So a fault run spends the machine's
time on them, and a killed worker is back soon.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Self
from unittest.mock import patch

from worker.cli import main
from worker.pipeline.process_page import ProcessedPage
from worker.schema import Article, Page, task_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


class InlinePool:
    """In place of the pool of processes: the whole page is the text of its article."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def run(self, _: Callable[[Page], ProcessedPage], page: Page) -> ProcessedPage:
        """Return the article of a page, without events."""
        article = Article(id=task_id(page.url), url=page.url, text=page.body.decode())
        return ProcessedPage(article=article, events=[])

    @contextlib.asynccontextmanager
    async def alone(self) -> AsyncIterator[Callable[..., Awaitable[ProcessedPage]]]:
        """Yield `run`."""
        yield self.run


if __name__ == "__main__":
    with patch("worker.consume.Pool", InlinePool):
        sys.exit(main(["consume"]))
