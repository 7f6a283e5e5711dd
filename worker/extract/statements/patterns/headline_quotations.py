"""Headlines that quote without naming the speaker: "Port 'must close by May'", whose first lines name it."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.punctuation import SENTENCE_FINAL
from worker.extract.statements.candidate import StatementCandidate

_MAX_HEADLINE = 16
"""Maximum number of tokens of a headline."""
_MIN_QUOTED = 2
"""Quoted words from which a headline quotes rather than marks a word."""
_SHARED = 2
"""Words that headline and statement share at least."""
_STEM = 5
"""Letters by which two forms of a word are equal."""
_AUXILIARY = 2
"""Letters of "is" and "be", which two sentences may share by chance; acronyms are as short."""
_PARAGRAPHS = 4
"""Number of paragraphs in which the statement is sought."""


def match_headline_quotation(doc: Document, candidates: list[StatementCandidate]) -> StatementCandidate | None:
    """Return the headline as words of the speaker of the first statement that says the same; None if there is none."""
    text = doc.text
    if len(text.paragraphs) < _SHARED:
        return None
    first, last = text.paragraphs[0]
    if last - first > _MAX_HEADLINE or text.words[last - 1] in SENTENCE_FINAL or ":" in text.words[first:last]:
        return None
    quoted = [i for i in range(first, last) if text.quotation_of[i] >= 0 and text.words[i][0].isalnum()]
    tells = len(quoted) >= _MIN_QUOTED and any(doc.chunks.verb_group_of[i] >= 0 for i in quoted)
    if not quoted or any(text.paragraph_of[c.cue[0]] == 0 for c in candidates[:_PARAGRAPHS]):
        return None
    stems = _stems(doc, first, last)
    judged = {_stem(text.lower[i]) for i in quoted if text.tags[i] in {"JJ", "VBN"}}  # "Ministers 'naive' over fees"
    for candidate in candidates:
        if text.paragraph_of[candidate.cue[0]] > _PARAGRAPHS:
            return None
        told = set().union(*(_stems(doc, *span) for span in candidate.content))
        says_it = tells or (len(quoted) == 1 and bool(judged & told))
        if says_it and candidate.source is not None and not candidate.thought and len(stems & told) >= _SHARED:
            return StatementCandidate(
                source=candidate.source,
                cue=(first, first),
                content=[(first, last)],
                rule="headline_quotation",
                named_elsewhere=True,
            )
    return None


def _stems(doc: Document, first: int, last: int) -> set[str]:
    """Return the beginnings of the nouns, verbs and adjectives in a token range."""
    text = doc.text
    return {
        _stem(text.lower[i])
        for i in range(first, last)
        if text.tags[i][:2] in {"NN", "VB", "JJ"} and (len(text.words[i]) > _AUXILIARY or text.words[i].isupper())
    }


def _stem(word: str) -> str:
    """Return the beginning of a word, without the "s" of its plural."""
    return word.removesuffix("s")[:_STEM]
