"""Articles with nearly the same text: the copy names the original, and its events name those of the same evidence."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec.structs import replace

from worker.schema import KnownArticle, is_near, unpack_events, with_same_as

if TYPE_CHECKING:
    from collections.abc import Mapping

    from worker.pipeline.encode_page import EncodedPage
    from worker.schema import Reading


def find_original(
    page: EncodedPage, candidates: Mapping[str, Reading], known: KnownArticle | None
) -> KnownArticle | None:
    """Return the earliest of the candidates with nearly the same text; None if there is none.

    `known`: the last reading of the page itself, of a visit; an article that was first read after it is a copy of it.
    """
    if page.sketch is None:
        return None
    near = [
        KnownArticle(id=article, reading=reading)
        for article, reading in candidates.items()
        if article != page.article.id
        and is_near(reading.fingerprint, page.sketch.fingerprint)
        and (known is None or reading.read_at_ms < known.reading.read_at_ms)
    ]
    return min(near, key=lambda it: (it.reading.read_at_ms, it.id), default=None)


def name_original(page: EncodedPage, original: KnownArticle) -> EncodedPage:
    """Return the page with `same_as` of the article, and of each event whose evidence is in the original, too."""
    ids = _same_events(page, original)
    events = [with_same_as(event, ids[event.id]) if event.id in ids else event for event in page.events]
    return replace(page, article=with_same_as(page.article, original.id), events=events)


def _same_events(page: EncodedPage, original: KnownArticle) -> dict[str, str]:
    """Return id of an event -> id of the event of the same evidence; of several, in the order of the text."""
    by_evidence = defaultdict(list)
    for key in reversed(unpack_events(original.reading.events)):
        by_evidence[key.kind, key.evidence].append(key.id)
    return {key.id: found.pop() for key in page.keys if (found := by_evidence.get((key.kind, key.evidence)))}
