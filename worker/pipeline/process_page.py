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
from worker.schema import MAX_REVISION, Article, Event, KnownArticle, Page, text_hash


class StageTiming(Struct, frozen=True):
    """Start and end of one stage in Unix ns; it is recorded in another process than the one that ran the stage."""

    stage: Literal["parse", "extract"]
    start_ns: int
    end_ns: int


class ProcessedPage(Struct, frozen=True, kw_only=True):
    """The article and the events of one page."""

    article: Article
    events: list[Event]
    text_hash: bytes
    """`schema.text_hash` of the article."""
    is_unchanged: bool = False
    """Whether title and text are those of the known reading; then the events were not extracted."""
    timings: tuple[StageTiming, ...] = ()
    """The stages in the order in which they ran."""


def process_page(
    page: Page,
    clock_ns: Callable[[], int] = time.time_ns,
    *,
    max_events: int = sys.maxsize,
    known: KnownArticle | None = None,
) -> ProcessedPage:
    """Parse the page and extract the events; raises Permanent if the page is not an article.

    `clock_ns` returns Unix ns.  Only the first `max_events` events are returned; the article has the number of others.
    `known`: the last reading of the page.  If it was of the same article, this is the next revision; if the text is the
    same, too, no events are extracted.
    """
    begun = clock_ns()
    article = replace(parse.parse_article(page), source=page.source, requested_url=page.requested_url)
    hashed, parsed = text_hash(article.title, article.text), clock_ns()
    parsing = StageTiming("parse", begun, parsed)
    if known is not None and known.id == article.id:
        if known.reading.text_hash == hashed:
            article = replace(article, revision=known.reading.revision)
            return ProcessedPage(article=article, events=[], text_hash=hashed, is_unchanged=True, timings=(parsing,))
        article = replace(article, revision=min(known.reading.revision + 1, MAX_REVISION))
    events, omitted = limit_events(extract_events(article), max_events)
    return ProcessedPage(
        article=replace(article, events_omitted=omitted),
        events=events,
        text_hash=hashed,
        timings=(parsing, StageTiming("extract", parsed, clock_ns())),
    )
