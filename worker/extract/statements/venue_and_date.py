"""The occasion of a statement: where and when it was said.

"Told [a news conference] [on Friday] that …", "wrote [on Facebook]", "said [in an interview with Baltic Wire] that …".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.dates import resolve_date
from worker.extract.document import Document
from worker.extract.grammar.chunker import NounPhrase
from worker.extract.lexicon.event_lexicon import load_event_lexicon
from worker.extract.statements.phrase_kinds import TokenRange

if TYPE_CHECKING:
    from datetime import date

    from worker.extract.statements.candidate import StatementCandidate

_NEAR = 8
"""Tokens after a cue in which its occasion stands."""


def venue_of(doc: Document, first: int, last: int) -> TokenRange | None:
    """Where it was said, in the words right after the cue: "in an interview with …", "to LBC radio", "on Twitter"."""
    text = doc.text
    for at in range(first, min(last, first + _NEAR)):
        if text.quotation_of[at] >= 0 or text.words[at] in {":", ";"}:
            return None
        phrase = doc.chunks.noun_phrase(at)
        if phrase is None or phrase.first != at:
            continue
        words = {text.lower[phrase.head], *_nouns_before_name(doc, phrase)}
        if (
            words & doc.lexicon.venues
            or words & doc.lexicon.outlet_heads
            or text.slice(phrase.first, phrase.last).lower() in doc.lexicon.outlets
        ):
            return phrase.first, phrase.last
    return None


def _nouns_before_name(doc: Document, phrase: NounPhrase) -> list[str]:
    """The nouns before the last one of "the agency Baltic Wire", "Radio Tejo"."""
    tags = {"NN", "NNP"} if doc.text.tags[phrase.head] == "NNP" else {"NN"}
    return [doc.text.lower[i] for i in range(phrase.first, phrase.head) if doc.text.tags[i] in tags]


def said_on(doc: Document, find: StatementCandidate) -> date | None:
    """Return the day that the sentence gives for the cue: "said on Monday that …", "On Monday X said …".

    The words must stand right after the cue, or open the sentence, and be no part of source or content.
    """
    published = doc.article.published_there()
    lexicon = load_event_lexicon(doc.lexicon.language)
    if published is None or lexicon is None:
        return None
    first, last = doc.text.sentence_range(find.cue[0])
    after = find.source[1] if find.source and find.source[0] >= find.cue[1] else find.cue[1]
    for start, end in ((after, min(last, after + _NEAR)), (first, min(find.cue[0], first + _NEAR))):
        free = _free(doc, find, start, end)
        stretch = (doc.text.starts[start], doc.text.ends[free - 1]) if start < free else (0, 0)
        found = lexicon.dates.find(doc.text.string, *stretch)
        if found:
            return resolve_date(found[0], published.date(), "past")
    return None


def _free(doc: Document, find: StatementCandidate, first: int, last: int) -> int:
    """Where the words after a token stop being neither source nor content nor in a quotation nor of another verb."""
    at = first
    while at < last and not find.covers(at) and doc.text.quotation_of[at] < 0 and doc.chunks.verb_group_of[at] < 0:
        if find.source and find.source[0] <= at < find.source[1]:
            break
        at += 1
    return at
