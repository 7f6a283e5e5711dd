"""Extract events from an article.  `extract` is the entry point.

Pure: the same article always gives the same events.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec.structs import replace

from worker.extract.document import Extractor, read_document
from worker.extract.events.decisions.decisions import decision_reasons, extract_decisions
from worker.extract.events.meetings.meetings import extract_meetings, meeting_reasons
from worker.extract.lexicon.lexicon import load_lexicon
from worker.extract.statements.statements import extract_statements
from worker.extract.written_names import written_names
from worker.schema import hash_id

if TYPE_CHECKING:
    from worker.extract.lexicon.lexicon import Lexicon
    from worker.schema import Article, Event, Kind

EXTRACTORS: dict[Kind, Extractor] = {
    "statement": extract_statements,
    "meeting": extract_meetings,
    "decision": extract_decisions,
}
"""One extractor per kind of event, in order of dependence: meetings refer to statements, decisions to both."""

_MIN_WORDS = 30
"""Words below which a text is too short to judge its language."""
_MAX_WORDS_PER_COMMON_WORD = 30
"""Every thirtieth word of a text, or more, is among the commonest words of its language."""


def extract(article: Article) -> list[Event]:
    """Return the article's events, without codes, in text order; none if its language is unsupported.

    Does not raise on any text.
    """
    words = _lexicon_of(article)
    if words is None:
        return []
    doc = read_document(article, words)
    events = [event for extractor in EXTRACTORS.values() for event in extractor(doc)]
    doc.shared.clear()  # breaks the reference cycle with the document, so that both are freed on return
    events = written_names(events, doc.text, words)
    in_order = sorted(events, key=lambda event: (event.sentence.start, event.cue.start if event.cue else 0))
    return _with_unique_ids(in_order)


def _with_unique_ids(events: list[Event]) -> list[Event]:
    """Return the events with different ids: two of one sentence may have the same words as evidence.

    The first in the text keeps its id.
    """
    seen: Counter[str] = Counter()
    unique = []
    for event in events:
        count = seen[event.id]
        seen[event.id] += 1
        unique.append(replace(event, id=hash_id(event.id, str(count))) if count else event)
    return unique


def explain_scores(article: Article) -> dict[str, list[str]]:
    """Return id of a scored event -> the features that raise its score most, the strongest first."""
    words = _lexicon_of(article)
    if words is None:
        return {}
    doc = read_document(article, words)
    for extractor in (extract_statements, extract_meetings):
        list(extractor(doc))  # fills the statements and meetings of the document
    return {**meeting_reasons(doc), **decision_reasons(doc)}


def is_language_supported(article: Article) -> bool:
    """Return whether the article's language is supported: a lexicon exists for it.

    An article without a language is treated as English if its text looks like English.
    """
    return _lexicon_of(article) is not None


def _lexicon_of(article: Article) -> Lexicon | None:
    """Return the lexicon of the article's language; None if the language is unsupported.

    Without a language, the English lexicon is returned if the text looks like English.
    """
    words = load_lexicon((article.language or "en").partition("-")[0].lower())
    unlike = words is not None and article.language is None and not _is_written_in(article.text, words)
    return None if unlike else words


def _is_written_in(text: str, lexicon: Lexicon) -> bool:
    """Return whether at least one in thirty words at the start of the text is among the language's commonest words.

    The first 2,000 characters are counted.  Texts of fewer than 30 words are accepted.
    """
    words = [word.strip(".,;:!?\"'“”‘’()") for word in text[:2000].lower().split()]
    common = sum(word in lexicon.closed_classes.most_frequent for word in words)
    return len(words) < _MIN_WORDS or _MAX_WORDS_PER_COMMON_WORD * common >= len(words)
