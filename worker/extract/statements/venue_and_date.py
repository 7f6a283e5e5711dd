"""Where and when a statement was made.

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
"""Tokens after the cue, or from the start of the sentence, that are searched."""


def statement_venue(doc: Document, first: int, last: int) -> TokenRange | None:
    """Return the first noun phrase right after the cue that is a venue or news outlet; None if there is none.

    "in an interview with …", "to LBC radio", "on Twitter".  The search starts at token `first` and stops at `last`,
    after a few tokens, or at a quotation, colon or semicolon.
    """
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
    """Return the nouns of the phrase before its last one: "agency" of "the agency Baltic Wire"."""
    tags = {"NN", "NNP"} if doc.text.tags[phrase.head] == "NNP" else {"NN"}
    return [doc.text.lower[i] for i in range(phrase.first, phrase.head) if doc.text.tags[i] in tags]


def statement_date(doc: Document, candidate: StatementCandidate) -> date | None:
    """Return the day that the sentence gives for the cue, resolved against the date of publication; else None.

    "said on Monday that …", "On Monday X said …", "X on Monday said …": the expression directly follows the cue, opens
    the sentence or precedes the cue, outside source and content.  Also None if the date of publication is unknown or
    the language has no event lexicon.
    """
    lexicon = load_event_lexicon(doc.lexicon.language)
    if doc.article.published_at is None or lexicon is None:
        return None
    first, last = doc.text.sentence_range(candidate.cue[0])
    after = candidate.source[1] if candidate.source and candidate.source[0] >= candidate.cue[1] else candidate.cue[1]
    before = candidate.source[1] if candidate.source and candidate.source[1] <= candidate.cue[0] else candidate.cue[0]
    spans = (
        (after, min(last, after + _NEAR)),
        (first, min(candidate.cue[0], first + _NEAR)),
        (before, min(candidate.cue[0], before + _NEAR)),
    )
    for start, end in spans:
        run_end = _run_end(doc, candidate, start, end)
        if start >= run_end:
            continue
        found = lexicon.dates.find(doc.text.string, doc.text.starts[start], doc.text.ends[run_end - 1])
        published = doc.article.local_published_at() if found else None
        if published is not None:
            return resolve_date(found[0], published.date(), "past")
    return None


def _run_end(doc: Document, candidate: StatementCandidate, first: int, last: int) -> int:
    """Return the end of the run of tokens from `first` that are in no source, content, quotation or verb group."""
    at = first
    while (
        at < last
        and not candidate.content_includes(at)
        and doc.text.quotation_of[at] < 0
        and doc.chunks.verb_group_of[at] < 0
    ):
        if candidate.source and candidate.source[0] <= at < candidate.source[1]:
            break
        at += 1
    return at
