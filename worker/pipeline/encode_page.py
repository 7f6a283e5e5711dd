"""Page to encoded article and events, so that the publishing process neither decodes nor encodes them."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import datetime

from msgspec import Struct

from worker.pipeline.process_page import ProcessedPage, StageTiming, process_page
from worker.pipeline.text_sketch import TextSketch, sketch_text
from worker.schema import (
    EncodedRecord,
    EventKey,
    KnownArticle,
    Page,
    encode_record,
    key_of_event,
    publication_id,
    unpack_events,
)
from worker.urls import fold, lead_to


class EncodedPage(Struct, frozen=True, kw_only=True):
    """The article and events of one page, as they are published."""

    url: str
    """Canonical URL of the article."""
    publication: str
    """Id of the publication (`publication_id`)."""
    folded_publication: str
    """Its id by the folded URL of the article."""
    addresses: list[str]
    """Folded addresses that lead to the article, that of the article first (`lead_to`)."""
    article: EncodedRecord
    events: list[EncodedRecord]
    """In text order, without those that the known reading has, which are published already."""
    keys: list[EventKey]
    """All events of the page."""
    revision: int = 0
    text_hash: bytes
    sketch: TextSketch | None = None
    """Sketch of the text; None if it is too short, or unchanged."""
    published_at: datetime | None = None
    is_unchanged: bool = False
    """Whether title and text are those of the known reading; then there are no events."""
    events_omitted: int = 0
    """Number of events beyond the limit, which are not published."""
    timings: tuple[StageTiming, ...] = ()
    """The stages in the order in which they ran."""

    def count_kinds(self) -> Counter[str]:
        """Return the number of events of each kind."""
        return Counter(event.kind for event in self.events)


def process_and_encode(page: Page, *, max_events: int = sys.maxsize, known: KnownArticle | None = None) -> EncodedPage:
    """Parse the page, extract and encode the events; see `process_page`."""
    return encode_page(page, process_page(page, max_events=max_events, known=known), known)


def encode_page(page: Page, processed: ProcessedPage, known: KnownArticle | None = None) -> EncodedPage:
    """Encode the article and the events of a page; of a revision, only the events that `known` does not have."""
    article = processed.article
    is_same = known is not None and known.id == article.id
    published = {key.id for key in unpack_events(known.reading.events)} if known and is_same else set()
    return EncodedPage(
        url=article.url,
        publication=publication_id(article.url, article.text),
        folded_publication=publication_id(fold(article.url), article.text),
        addresses=lead_to(page.url, article.url, page.redirects),
        article=encode_record(article),
        events=[encode_record(event) for event in processed.events if event.id not in published],
        keys=[key_of_event(event) for event in processed.events],
        revision=article.revision,
        text_hash=processed.text_hash,
        sketch=None if processed.is_unchanged else sketch_text(article.text),
        published_at=article.published_at,
        is_unchanged=processed.is_unchanged,
        events_omitted=article.events_omitted,
        timings=processed.timings,
    )
