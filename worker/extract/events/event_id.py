"""Ids of meetings and decisions, and the statement that reports an event."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from worker.schema import hash_id

if TYPE_CHECKING:
    from worker.extract.document import Document
    from worker.extract.events.event_context import EventContext
    from worker.extract.events.event_coreference import EventCandidate
    from worker.schema import Kind


def event_id(doc: Document, kind: Kind, first: int, last: int) -> str:
    """Return the id of the event whose trigger is the tokens from `first` up to but excluding `last`.

    A hash of the canonical URL, the kind, and the words of sentence and trigger.  Paragraphs added elsewhere in the
    article do not change it.
    """
    start, end = doc.text.sentence_range(first)
    normalised = (" ".join(w for w in doc.text.lower[a:b] if w[0].isalnum()) for a, b in ((start, end), (first, last)))
    return hash_id(kind, doc.article.url, *normalised)


def reporting_statement(ctx: EventContext, members: list[EventCandidate]) -> str | None:
    """Return the id of the statement whose content contains the first mention of an event.

    None if some mention is outside all statements: then the article itself reports the event.
    """
    reported = [ctx.statement_ids[c.first] for c in members]
    return reported[0] if all(reported) else None


def enclosing_statement_ids(doc: Document) -> list[str | None]:
    """Return for each token the id of the first statement whose content contains it; None outside all content."""
    ids: list[str | None] = [None] * len(doc.text.words)
    for statement in reversed(doc.statements):
        for span in statement.content:
            first, last = (bisect_left(doc.text.starts, offset) for offset in (span.start, span.end))
            ids[first:last] = [statement.id] * (last - first)
    return ids
