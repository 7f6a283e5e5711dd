"""Page to article and events: the CPU work of one URL, in one call whose arguments and result can be pickled."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from worker import parse
from worker.pipeline.event_limit import limit_events
from worker.pipeline.extract_events import extract_events
from worker.schema import Article, Event, Page


class StageTiming(Struct, frozen=True):
    """Start and end of one stage in Unix ns; it is recorded in another process than the one that ran the stage."""

    stage: Literal["parse", "extract"]
    start_ns: int
    end_ns: int


class ProcessedPage(Struct, frozen=True, kw_only=True):
    """The article and the events of one page."""

    article: Article
    events: list[Event]
    timings: tuple[StageTiming, ...] = ()
    """The stages in the order in which they ran."""


def process_page(
    page: Page, clock_ns: Callable[[], int] = time.time_ns, *, max_events: int = sys.maxsize
) -> ProcessedPage:
    """Parse the page and extract the events; raises Permanent if the page is not an article.

    `clock_ns` returns Unix ns.  Only the first `max_events` events are returned; the article has the number of others.
    """
    begun = clock_ns()
    article = replace(parse.parse_article(page), source=page.source, requested_url=page.requested_url)
    parsed = clock_ns()
    events, omitted = limit_events(extract_events(article), max_events)
    timings = (StageTiming("parse", begun, parsed), StageTiming("extract", parsed, clock_ns()))
    return ProcessedPage(article=replace(article, events_omitted=omitted), events=events, timings=timings)
