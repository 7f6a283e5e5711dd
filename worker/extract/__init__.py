"""Extracts events from articles; `extract` is the interface.  Pure: equal articles give equal events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.document import Extractor, read_document
from worker.extract.events.decisions import decisions
from worker.extract.events.meetings import meetings
from worker.extract.lexicon.lexicon import load_lexicon
from worker.extract.statements.statements import extract_statements

if TYPE_CHECKING:
    from worker.extract.lexicon.lexicon import Lexicon
    from worker.schema import Article, Event

EXTRACTORS: tuple[Extractor, ...] = (extract_statements, meetings, decisions)
"""One per kind of event, in this order: meetings refer to statements, decisions to both."""

_FEW = 30


def extract(article: Article) -> list[Event]:
    """Return the article's events, without codes, in text order; none if its language is not supported.

    Never raises, whatever the text.
    """
    words = _words(article)
    if words is None:
        return []
    doc = read_document(article, words)
    events = [event for extractor in EXTRACTORS for event in extractor(doc)]
    return sorted(events, key=lambda event: (event.sentence.start, event.cue.start if event.cue else 0))


def is_readable(article: Article) -> bool:
    """Tell whether there are words for the article's language, so that events can be looked for."""
    return _words(article) is not None


def _words(article: Article) -> Lexicon | None:
    """Return the lexicon of the article's language; where none is told, English if the text looks like it."""
    words = load_lexicon((article.language or "en").partition("-")[0].lower())
    unlike = words is not None and article.language is None and not _is_written_in(article.text, words)
    return None if unlike else words


def _is_written_in(text: str, lexicon: Lexicon) -> bool:
    """Tell whether every thirtieth word or more of the beginning is of the commonest; a shorter text may be."""
    words = [word.strip(".,;:!?\"'“”‘’()") for word in text[:2000].lower().split()]
    common = sum(word in lexicon.closed_classes.commonest for word in words)
    return len(words) < _FEW or _FEW * common >= len(words)
