"""A worker that does not parse pages: `python -m tests.faults.plain_worker` is otherwise `communique consume`.

Queue, pacing, requests, retries, drain and settling are those of the real worker.  So a fault run spends its CPU time
on them, and a killed worker restarts quickly.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import TYPE_CHECKING, Any, Self
from unittest.mock import patch

from tests.faults.plan import MUTANT
from tests.queue.mutated_scripts import mutated_scripts
from worker.cli import main
from worker.schema import Article, Event, Meeting, Page, Span, task_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Sequence


class InlinePool:
    """Replaces the pool of processes: runs each call in the process of the worker."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Return the result of a call."""
        return function(*args, **kwargs)

    @contextlib.asynccontextmanager
    async def alone(self) -> AsyncIterator[Callable[..., Any]]:
        """Yield `run`."""
        yield self.run


def whole_page(page: Page) -> Article:
    """Return an article with the whole page as its text."""
    return Article(id=task_id(page.url), url=page.url, text=page.body.decode())


def one_event(article: Article) -> list[Event]:
    """Return an invented meeting."""
    span = Span(start=0, end=1, text=article.text[:1])
    return [
        Meeting(
            id=article.id, url=article.url, form="talks", status="held", participants=[], sentence=span, cue=span,
            confidence=1.0, rule="meet",
        )
    ]  # fmt: skip


def change_scripts(changes: Iterable[Sequence[str]]) -> None:
    """Replace texts of the scripts: name of the script, right text, wrong text."""
    for change in changes:
        for home, name, mutant in mutated_scripts(*change):
            setattr(home, name, mutant)


if __name__ == "__main__":
    change_scripts(json.loads(os.environ.get(MUTANT, "[]")))
    with (
        patch("worker.consume.Pool", InlinePool),
        patch("worker.parse.parse_article", whole_page),
        patch("worker.pipeline.process_page.extract_events", one_event),
    ):
        sys.exit(main(["consume"]))
