"""The subject of a list item: "The minister also: | • said the port would close", "The council today: | – warned …"."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.statements.phrase_kinds import TokenRange, is_time
from worker.extract.statements.source.postverbal_source import postverbal_source
from worker.extract.statements.source.preverbal_subject import preverbal_subject


def introduced_subject(doc: Document, verb: VerbGroup) -> TokenRange | None:
    """Return the subject of the line that introduces a list item, given the item's first verb; None for other verbs."""
    text, start = doc.text, doc.text.sentence_range(verb.head)[0]
    colon = text.layout.introductions.get(start, -1)
    if colon < 0 or any(text.tags[i] != "RB" for i in range(start, verb.first)):
        return None
    first = text.sentence_range(colon)[0]
    for at in range(colon - 1, first - 1, -1):
        before = doc.chunks.verb_group(at)
        if before is not None and before.finite:
            return preverbal_subject(doc, before, first)
    return _first_phrase(doc, first, colon)


def _first_phrase(doc: Document, first: int, colon: int) -> TokenRange | None:
    """Return the first noun phrase of a line without a verb that is neither a time nor governed by a preposition."""
    at = first
    while at < colon:
        phrase = doc.chunks.noun_phrase(at)
        governed = phrase is not None and phrase.first > first and doc.text.tags[phrase.first - 1] in {"IN", "TO"}
        if phrase is not None and not governed and not is_time(doc, phrase):
            described = doc.text.words[phrase.last] == ","
            return (postverbal_source(doc, at, colon) if described else None) or (phrase.first, phrase.last)
        at = phrase.last if phrase is not None else at + 1
    return None
