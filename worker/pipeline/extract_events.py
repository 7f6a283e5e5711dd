"""From an article to its coded events: extraction, then CAMEO and PLOVER codes."""

from __future__ import annotations

from msgspec.structs import replace

from worker.coding.event_codes import assign_codes
from worker.extract import extract
from worker.schema import Article, Event


def extract_events(article: Article) -> list[Event]:
    """Return the article's events in text order, with their codes; none if its language is not supported.

    Deterministic; never raises, whatever the text.
    """
    return [
        replace(event, title=article.title, site=article.site, revision=article.revision)
        for event in assign_codes(extract(article))
    ]
