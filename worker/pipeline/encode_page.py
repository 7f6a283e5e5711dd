"""Page to encoded article and events, so that the publishing process neither decodes nor encodes them."""

from __future__ import annotations

import sys
from collections import Counter

from msgspec import Struct

from worker.pipeline.process_page import ProcessedPage, StageTiming, process_page
from worker.schema import EncodedRecord, Page, encode_record, publication_id
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
    """In text order."""
    events_omitted: int = 0
    """Number of events beyond the limit, which are not published."""
    timings: tuple[StageTiming, ...] = ()
    """The stages in the order in which they ran."""

    def count_kinds(self) -> Counter[str]:
        """Return the number of events of each kind."""
        return Counter(event.kind for event in self.events)


def process_and_encode(page: Page, *, max_events: int = sys.maxsize) -> EncodedPage:
    """Parse the page, extract and encode the events; see `process_page`."""
    return encode_page(page, process_page(page, max_events=max_events))


def encode_page(page: Page, processed: ProcessedPage) -> EncodedPage:
    """Encode the article and the events of a page."""
    article = processed.article
    return EncodedPage(
        url=article.url,
        publication=publication_id(article.url, article.text),
        folded_publication=publication_id(fold(article.url), article.text),
        addresses=lead_to(page.url, article.url, page.redirects),
        article=encode_record(article),
        events=[encode_record(event) for event in processed.events],
        events_omitted=article.events_omitted,
        timings=processed.timings,
    )
