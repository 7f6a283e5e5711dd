"""Sentences and clauses of a statement's content, as its act is read from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.document import Document
from worker.extract.statements.phrase_kinds import TokenRange
from worker.extract.statements.source.preverbal_subject import preverbal_subject

if TYPE_CHECKING:
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup

_SENTENCES = 3
"""Number of sentences (or semicolon parts) of the content that are read."""
_CLAUSES = 4
"""Number of clauses whose features are read."""


def clauses_of_content(doc: Document, content: list[TokenRange]) -> list[tuple[NounPhrase | None, VerbGroup]]:
    """Return subject and verb of the first finite clauses of the content.

    A subordinate clause that opens a sentence is skipped.
    """
    found: list[tuple[NounPhrase | None, VerbGroup]] = []
    for first, last in content_sentences(doc, content):
        at = clause_end(doc, first, last) if doc.text.tags[first] in {"SC", "WP"} else first
        at = first if at >= last else at
        while at < last and len(found) < _CLAUSES:
            verb = doc.chunks.verb_group(at)
            if verb is not None and (verb.finite or at == first):
                found.append((clause_subject(doc, verb, first), verb))
            at = max(at + 1, verb.last if verb is not None else 0)
    return found


def content_sentences(doc: Document, content: list[TokenRange]) -> list[TokenRange]:
    """Return the sentences of the content as token ranges, without leading marks, conjunctions and "that"."""
    text, found = doc.text, []
    for first, last in content:
        start = first
        for at in range(first, last):
            if text.words[at] in {".", "!", "?", ";"} or at == last - 1:
                while start < at and (text.tags[start] in {"PUNCT", "CC"} or text.lower[start] == "that"):
                    start += 1
                found.append((start, at + 1))
                start = at + 1
                if len(found) == _SENTENCES:
                    return found
    return found


def clause_end(doc: Document, at: int, last: int) -> int:
    """Return the token after the next comma."""
    while at < last and doc.text.words[at] != ",":
        at += 1
    return at + 1


def clause_subject(doc: Document, verb: VerbGroup, first: int) -> NounPhrase | None:
    """Return the verb's subject, also where a quotation mark splits the verb group: "Oslo had “made a mistake”"."""
    text, at = doc.text, verb.first - 1
    if at > first and text.words[at] in doc.lexicon.quotation_marks:
        auxiliary = doc.chunks.verb_group(at - 1)
        verb = auxiliary if auxiliary is not None else verb
    source = preverbal_subject(doc, verb, first) if verb.first > first else None
    return doc.chunks.noun_phrase(source[0]) if source is not None else None
