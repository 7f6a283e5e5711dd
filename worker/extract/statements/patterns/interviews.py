"""Answers of an interview: "A: No, I will stay." and the paragraphs below a line that is a question.

The interviewee is named at the top of the article.  A label holds for the paragraphs up to the next label.
"""

from __future__ import annotations

from bisect import bisect_left

from worker.extract.document import Document
from worker.extract.statements.candidate import StatementCandidate
from worker.extract.statements.patterns.outlet_credits import is_outlet
from worker.extract.statements.phrase_kinds import TokenRange

_LABELLED = frozenset({"question", "answer", "turn"})
_MAX_ANSWER_PARAGRAPHS = 20
_MAX_PERSONS = 40
"""Persons among whom the interviewee is looked for."""


def match_interview_turn(doc: Document, first: int) -> StatementCandidate | None:
    """Return the answer whose first sentence starts at token `first`; None for any other sentence."""
    text = doc.text
    paragraph = text.paragraph_of[first]
    start, end = text.paragraphs[paragraph]
    if text.layout.kinds[paragraph] != "answer" or start != first:
        return None
    opening = _label_end(doc, paragraph)
    if opening >= end:
        return None
    cue = (opening - 1, opening) if opening > start else (start, start)
    content = [(opening, end), *following_paragraphs(doc, first)]
    return StatementCandidate(
        source=_interviewee(doc), cue=cue, content=content, rule="transcript", named_elsewhere=True
    )


def following_paragraphs(doc: Document, first: int) -> list[TokenRange]:
    """Return the paragraphs below a labelled line that belong to its speaker.

    They end at the next label; without one, or where a headline comes first, there are none.
    """
    text, found = doc.text, list[TokenRange]()
    number = text.paragraph_of[first] + 1
    inside = text.layout.kinds[number - 1] == "answer" and not _is_labelled(doc, number - 1)
    while number < len(text.paragraphs) and len(found) < _MAX_ANSWER_PARAGRAPHS:
        kind = text.layout.kinds[number]
        unlabelled = kind == "answer" and not _is_labelled(doc, number)
        if kind in _LABELLED and not unlabelled:
            return found
        if kind == "headline" or (inside and not unlabelled):
            return found if inside else []
        found.append(text.paragraphs[number])
        number += 1
    return found if inside else []


def _is_labelled(doc: Document, number: int) -> bool:
    return _label_end(doc, number) > doc.text.paragraphs[number][0]


def _label_end(doc: Document, number: int) -> int:
    """Return the token after the label of an answer, "A:" or "A."; the paragraph's first token if it has none."""
    words, (first, last) = doc.text.words, doc.text.paragraphs[number]
    if first + 1 < last and words[first + 1] == ":":
        return first + 2
    return first + 1 if words[first] == "A." else first


def _interviewee(doc: Document) -> TokenRange | None:
    """Return the name of the person whom the text before the first question names most often; None without any."""
    text, registry = doc.text, doc.mentions.registry
    number = next((n for n, kind in enumerate(text.layout.kinds) if kind == "question"), 0)
    end = text.paragraphs[number][0]
    most, found = 0, None
    for person in registry.persons[:_MAX_PERSONS]:
        times = bisect_left(person.occurrences, end)
        if times > most:
            at = person.occurrences[0]
            name = next((n for n in registry.names_in(at) if n.first == at), None)
            if name is not None and not is_outlet(doc, (name.first, name.last)):
                most, found = times, (name.first, name.last)
    return found
