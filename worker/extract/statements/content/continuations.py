"""Quotations across sentences and paragraphs: whose words one goes on with.

"Hale shook her head. | “I was told otherwise.”": the second sentence is hers; so is a paragraph that opens with a mark
where the one before was left open.
"""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.punctuation import LONG_DASHES, SENTENCE_FINAL
from worker.extract.statements.candidate import StatementCandidate
from worker.extract.statements.phrase_kinds import TokenRange
from worker.extract.statements.source.controlled_subject import main_clause_subject

_SPEECH = 5
"""Words from which a quotation without a cue is speech and no title or scare quote."""
_ASKED = LONG_DASHES | SENTENCE_FINAL - {"."}
"""Marks at the end of a quotation whose speaker may stand in the next sentence."""
_NEAR = 5
"""Finds before in which the paragraphs of a long quotation may stand already."""


def preceding_quotation_start(doc: Document, first: int, latest: list[StatementCandidate]) -> int:
    """Where a quotation begins that ends the sentence before with "?" or "!", so that "X asked." may belong to it."""
    text = doc.text
    if first == 0 or text.quotation_of[first - 1] < 0 or text.paragraph_of[first - 1] != text.paragraph_of[first]:
        return first
    quotation = text.quotations[text.quotation_of[first - 1]]
    marked = text.words[quotation.inner[1] - 1] in _ASKED
    free = not any(candidate.content_includes(first - 1) for candidate in latest)
    return quotation.first if marked and free and quotation.last == first else first


def prepend_open_paragraphs(doc: Document, candidate: StatementCandidate, candidates: list[StatementCandidate]) -> None:
    """Give a quotation the paragraphs that it began with, each left open, where nobody else has said them."""
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
    """Return whose words a sentence goes on with, if it is nothing but a quotation, and what is new.

    A quotation is added to one that was left off; after reported speech it is a statement of its own.
    """
    text = doc.text
    end = last
    while end > first and text.quotation_of[end - 1] < 0:
        end -= 1
    if text.quotation_of[first] < 0 or any(
        text.quotation_of[i] < 0 and doc.chunks.verb_group_of[i] >= 0 for i in range(first, last)
    ):
        return [], []
    leading = [candidate for candidate in latest if _leads_to(doc, candidate, first, last)]
    for candidate in leading:
        if any(text.quotation_of[i] >= 0 for piece in candidate.content for i in (piece[0], piece[1] - 1)):
            candidate.content.append((first, end))
            return [candidate], []
    if leading and not leading[-1].thought and leading[-1].source is not None:
        new = StatementCandidate(
            source=leading[-1].source, cue=leading[-1].cue, content=[(first, end)], rule="continuation"
        )
        return [new], [new]
    free = _free(doc, first, end)
    return ([free], [free]) if free else ([], [])


def _free(doc: Document, first: int, end: int) -> StatementCandidate | None:
    """Speech after a sentence that only tells what the speaker does: 'Hale shook her head. "I was told otherwise."'"""
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
    if doc.text.tags[source[0]] == "PRP":
        return doc.text.lower[source[0]] in {"he", "she"}
    return any(doc.mentions.person_at(i) is not None for i in range(*source))


def _leads_to(doc: Document, candidate: StatementCandidate, first: int, last: int) -> bool:
    """Is it in the same paragraph, left open at the paragraph's end, or followed by a paragraph of one quotation?"""
    text = doc.text
    same = text.paragraph_of[candidate.last - 1] == text.paragraph_of[first]
    reopened = (
        text.quotations[text.quotation_of[first]].continues and text.quotation_of[candidate.content[-1][1] - 1] >= 0
    )
    return same or reopened or _is_next(doc, candidate, first, last)


def _is_next(doc: Document, candidate: StatementCandidate, first: int, last: int) -> bool:
    """Is a sentence with its quotation a paragraph of its own, right after the one that says who speaks?"""
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
    return end >= text.paragraph_range(end - 1)[1] - 1  # else whose words they are is said where they end
