"""Ids of meetings and decisions, and the statement that reports an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.schema import hash_id

if TYPE_CHECKING:
    from worker.extract.document import Document
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


def reporting_statement(doc: Document, members: list[EventCandidate]) -> str | None:
    """Return the id of the statement whose content contains the first mention of an event.

    None if some mention is outside all statements: then the article itself reports the event.
    """
    reported = [_enclosing_statement(doc, c.first) for c in members]
    return reported[0] if all(reported) else None


def _enclosing_statement(doc: Document, token: int) -> str | None:
    offset = doc.text.starts[token]
    for statement in doc.statements:
        if any(span.start <= offset < span.end for span in statement.content):
            return statement.id
    return None
