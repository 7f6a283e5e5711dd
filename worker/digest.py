"""A page becomes an article and its events: the CPU work of one URL, in one call that pickles."""

from __future__ import annotations

from msgspec import Struct

from worker import extract, parse
from worker.schema import Article, Event, Page


class Digest(Struct, frozen=True, kw_only=True):
    """What one page came to."""

    article: Article
    events: list[Event]


def digest(page: Page) -> Digest:
    """Parse and extract; Permanent where the page is no article."""
    article = parse.parse_article(page)
    return Digest(article=article, events=extract.extract(article))
