"""Quotations that continue across sentences and paragraphs.

"Hale shook her head. | “I was told otherwise.”": the source of the quotation is Hale.  A paragraph that opens with a
quotation mark continues the paragraph before if its quotation was not closed.
"""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.punctuation import LONG_DASHES, SENTENCE_FINAL
from worker.extract.statements.candidate import StatementCandidate
from worker.extract.statements.phrase_kinds import TokenRange
from worker.extract.statements.source.controlled_subject import main_clause_subject

_SPEECH = 5
"""Words from which a quotation without a cue is speech rather than a title or scare quotes."""
_OPEN_ENDS = LONG_DASHES | SENTENCE_FINAL - {"."}
"""Final marks of a quotation whose reporting clause may be the next sentence."""
_NEAR = 5
"""Number of preceding candidates that may already contain the earlier paragraphs of a long quotation."""


def preceding_quotation_start(doc: Document, first: int, latest: list[StatementCandidate]) -> int:
    """Return the start of a quotation just before the sentence that ends with "?", "!" or a dash; else `first`.

    The reporting clause of such a quotation may be the sentence itself: "“Why?” | X asked."
    """
    text = doc.text
    if first == 0 or text.quotation_of[first - 1] < 0 or text.paragraph_of[first - 1] != text.paragraph_of[first]:
        return first
    quotation = text.quotations[text.quotation_of[first - 1]]
    is_open_ended = text.words[quotation.inner[1] - 1] in _OPEN_ENDS
    is_unattributed = not any(candidate.content_includes(first - 1) for candidate in latest)
    return quotation.first if is_open_ended and is_unattributed and quotation.last == first else first


def prepend_open_paragraphs(doc: Document, candidate: StatementCandidate, candidates: list[StatementCandidate]) -> None:
    """Prepend the earlier paragraphs of a multi-paragraph quotation to the candidate's content.

    Each of them was left open; the first one that another candidate contains ends the search.
    """
    text = doc.text
    number = text.quotation_of[candidate.content[0][0]]
    while number > 0 and text.quotations[number].continues:
        number -= 1
        before = text.quotations[number]
        if any(other.content_includes(before.first) for other in candidates[-_NEAR:]):
            return
        candidate.content.insert(0, (before.first, before.last))


def continue_quotation(
    doc: Document, latest: list[StatementCandidate], first: int, last: int
) -> tuple[list[StatementCandidate], list[StatementCandidate]]:
    """Process a sentence that consists of a quotation only: return the candidates that it continues, and the new ones.

    An interrupted quotation gets the sentence appended; after reported speech the sentence becomes a candidate with the
    same source and cue.  Both lists are empty if words outside the quotation form a clause.
    """
    text = doc.text
    end = last
    while end > first and text.quotation_of[end - 1] < 0:
        end -= 1
    if text.quotation_of[first] < 0 or any(
        text.quotation_of[i] < 0 and doc.chunks.verb_group_of[i] >= 0 for i in range(first, last)
    ):
        return [], []
    leading = [candidate for candidate in latest if _can_continue(doc, candidate, first, last)]
    for candidate in leading:
        if any(text.quotation_of[i] >= 0 for span in candidate.content for i in (span[0], span[1] - 1)):
            candidate.content.append((first, end))
            return [candidate], []
    if leading and not leading[-1].thought and leading[-1].source is not None:
        new = StatementCandidate(
            source=leading[-1].source, cue=leading[-1].cue, content=[(first, end)], rule="continuation"
        )
        return [new], [new]
    uncued = _free_quotation(doc, first, end)
    return ([uncued], [uncued]) if uncued else ([], [])


def _free_quotation(doc: Document, first: int, end: int) -> StatementCandidate | None:
    """Return a quotation without a cue, with the subject of the sentence before as its source.

    'Hale shook her head. | "I was told otherwise."'  None if that subject is no person.
    """
    text = doc.text
    if first == 0 or text.paragraph_of[first - 1] != text.paragraph_of[first]:
        return None
    words = sum(word[0].isalnum() for word in text.words[first:end])
    if words < _SPEECH or not doc.chunks.has_finite_verb(first, end):
        return None
    before, after = text.sentence_range(first - 1)
    source = main_clause_subject(doc, after, before)
    if source is None or text.quotation_of[source[0]] >= 0 or not _is_person(doc, source):
        return None
    return StatementCandidate(source=source, cue=(first, first), content=[(first, end)], rule="free_quotation")


def _is_person(doc: Document, source: TokenRange) -> bool:
    """Return whether the source is a person's name or "he" or "she"."""
    if doc.text.tags[source[0]] == "PRP":
        return doc.text.lower[source[0]] in {"he", "she"}
    return any(doc.mentions.person_at(i) is not None for i in range(*source))


def _can_continue(doc: Document, candidate: StatementCandidate, first: int, last: int) -> bool:
    """Return whether the sentence can continue the candidate's quotation.

    It is in the same paragraph, reopens a quotation left open, or is the next paragraph and nothing but a quotation.
    """
    text = doc.text
    same_paragraph = text.paragraph_of[candidate.last - 1] == text.paragraph_of[first]
    reopened = (
        text.quotations[text.quotation_of[first]].continues and text.quotation_of[candidate.content[-1][1] - 1] >= 0
    )
    return same_paragraph or reopened or _is_next_paragraph(doc, candidate, first, last)


def _is_next_paragraph(doc: Document, candidate: StatementCandidate, first: int, last: int) -> bool:
    """Return whether the sentence is the next paragraph and its quotation is followed by no attribution of its own."""
    text = doc.text
    number = text.quotation_of[first]
    alone = text.paragraph_range(first) == (first, last) and text.quotations[number].last >= last - 1
    if not alone or text.paragraph_of[first] != text.paragraph_of[candidate.last - 1] + 1:
        return False
    while not text.quotations[number].closed and number + 1 < len(text.quotations):
        number += 1
        if not text.quotations[number].continues:
            return True
    end = text.quotations[number].last
    return end >= text.paragraph_range(end - 1)[1] - 1  # otherwise an attribution follows it
