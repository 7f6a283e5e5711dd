"""A page becomes an article and its events: the CPU work of one URL, in one call that pickles."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from worker import parse
from worker.pipeline.extract_events import extract_events
from worker.schema import Article, Event, Page


class StageTiming(Struct, frozen=True):
    """One of the two parts of the work, in Unix ns: it is done in another process than the one that tells of it."""

    stage: Literal["parse", "extract"]
    start_ns: int
    end_ns: int


class ProcessedPage(Struct, frozen=True, kw_only=True):
    """What one page came to."""

    article: Article
    events: list[Event]
    timings: tuple[StageTiming, ...] = ()


def process_page(page: Page, clock_ns: Callable[[], int] = time.time_ns) -> ProcessedPage:
    """Parse and extract; Permanent where the page is no article."""
    begun = clock_ns()
    article = parse.parse_article(page)
    parsed = clock_ns()
    events = extract_events(article)
    timings = (StageTiming("parse", begun, parsed), StageTiming("extract", parsed, clock_ns()))
    return ProcessedPage(article=article, events=events, timings=timings)
