"""Words credited by a phrase: "in the words of Hale, …", "in Hale's words, “…”", "“…,” in the words of Hale"."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.statements.candidate import StatementCandidate, is_in_content
from worker.extract.statements.patterns.according_to import content_around
from worker.extract.statements.phrase_kinds import TokenRange, is_animate
from worker.extract.statements.source.postverbal_source import postverbal_source

_OF_SOMEONE = ["in", "the", "words", "of"]


def match_words_of(
    doc: Document, first: int, last: int, candidates: list[StatementCandidate]
) -> StatementCandidate | None:
    """Return the attribution of "in the words of X" or "in X's words" in the sentence; None if there is none."""
    text = doc.text
    if "words" not in text.lower[first:last] or "in" not in text.lower[first:last]:
        return None
    for at in range(first, last - 3):
        if text.lower[at] != "in" or text.quotation_of[at] >= 0 or is_in_content(candidates, at):
            continue
        found = _of_someone(doc, at, last) or _possessed(doc, at, last)
        if found is None:
            continue
        source, end = found
        content = content_around(doc, at, end, (first, last), candidates)
        quotation = text.quotation_starting_at(end + 1) if content[0][0] < at and end + 1 < last else None
        if quotation is not None:
            quoted = (quotation.first, quotation.last)  # "It is, in Hale's words, | “a ruin”"
            content = [quoted] if text.words[end] == ":" else [content[0], quoted]
        if content[0][1] > content[0][0] and doc.chunks.has_finite_verb(*content[0]):
            return StatementCandidate(source=source, cue=_cue(at, source, end), content=content, rule="according_to")
    return None


def _of_someone(doc: Document, at: int, last: int) -> tuple[TokenRange, int] | None:
    """Return the source of "in the words of X" at a token with the end of the phrase."""
    start = at + len(_OF_SOMEONE)
    source = postverbal_source(doc, start, last) if doc.text.lower[at:start] == _OF_SOMEONE else None
    return (source, source[1]) if source is not None and is_animate(doc, source) else None


def _possessed(doc: Document, at: int, last: int) -> tuple[TokenRange, int] | None:
    """Return the source of "in X's words" or "in her words" at a token with the end of the phrase."""
    text, phrase = doc.text, doc.chunks.noun_phrase(at + 1)
    if phrase is None or phrase.first != at + 1 or text.lower[phrase.last - 1] != "words" or phrase.last >= last:
        return None
    if text.tags[phrase.first] == "PRP$":
        return (phrase.first, phrase.first + 1), phrase.last
    possessive = next((i for i in range(phrase.first, phrase.last) if text.tags[i] == "POS"), -1)
    return ((phrase.first, possessive), phrase.last) if possessive > 0 else None


def _cue(at: int, source: TokenRange, end: int) -> TokenRange:
    """Return the words of the phrase without its source: "in the words of", "words"."""
    return (at, source[0]) if source[1] == end else (end - 1, end)
