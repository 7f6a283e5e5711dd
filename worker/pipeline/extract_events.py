"""From an article to its coded events: extraction, then CAMEO and PLOVER codes."""

from __future__ import annotations

from worker.coding.event_codes import assign_codes
from worker.extract import extract
from worker.schema import Article, Event


def extract_events(article: Article) -> list[Event]:
    """Return the article's events with their codes in text order; none if its language is not supported.

    Deterministic; never raises, whatever the text.
    """
    return assign_codes(extract(article))
