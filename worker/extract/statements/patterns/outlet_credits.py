"""The chain of report: which outlets are credited for a statement, outermost last.

"…, said X, quoted by Reuters and Lusa" · "…, notes Reuters" · "…, reported AFP, quoted by Lusa" · "as reported by AP" ·
"X said …, according to local media".
"""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.statements.phrase_kinds import TokenRange

_JOINTS = frozenset({",", "and", "&"})


def is_outlet(doc: Document, source: TokenRange) -> bool:
    """Is the phrase the name of a news outlet: a listed one, or one whose last word says so ("the Daily Post")?"""
    first, last = source
    text = doc.text
    start = first + 1 if text.tags[first] == "DT" and last - first > 1 else first
    name = text.slice(start, last).lower()
    if name in doc.lexicon.outlets or text.lower[last - 1] in doc.lexicon.media_nouns:
        return True
    named = text.words[last - 1][0].isupper() and last - start > 1
    if named and text.lower[last - 1] in doc.lexicon.outlet_heads:
        return True
    before = _name_start(doc, start, last) - 1
    return named and before >= start and text.lower[before] in doc.lexicon.outlet_heads  # "the agency Baltic Wire"


def _name_start(doc: Document, first: int, last: int) -> int:
    """Where the capitalised words that end a phrase begin."""
    at = last
    while at > first and doc.text.words[at - 1][0].isupper():
        at -= 1
    return at


def outlet_name(doc: Document, first: int, last: int) -> str:
    """Return an outlet's name without its article, or without the noun before it ("the agency")."""
    start = _name_start(doc, first, last)
    if first < start < last and doc.text.lower[start - 1] in doc.lexicon.outlet_heads:
        return doc.text.slice(start, last)
    return doc.text.slice(first + 1 if doc.text.tags[first] == "DT" and last - first > 1 else first, last)


def credited_outlets(doc: Document, at: int, last: int) -> list[str]:
    """Outlets credited between two tokens, in the order in which they stand."""
    found: list[str] = []
    while at < last:
        if doc.text.quotation_of[at] < 0 and _credits(doc, at):
            at = _outlets_at(doc, at + 1, last, found)
        else:
            at += 1
    return found


def _credits(doc: Document, at: int) -> bool:
    """ "reported", "quoted by", "according to"."""
    return doc.text.lower[at] in doc.lexicon.credit_verbs or doc.text.lower[at : at + 2] == ["according", "to"]


def interviewing_outlet(doc: Document, first: int, last: int) -> list[str]:
    """The outlet that the words were given to: "in an interview with Channel Nine"."""
    text = doc.text
    for at in range(first, last - 2):
        if text.quotation_of[at] < 0 and text.lower[at] in doc.lexicon.interview_nouns and text.tags[at + 1] == "IN":
            phrase = doc.chunks.noun_phrase(at + 2)
            if phrase is not None and is_outlet(doc, (phrase.first, phrase.last)):
                return [outlet_name(doc, phrase.first, phrase.last)]
    return []


def _outlets_at(doc: Document, at: int, last: int, found: list[str]) -> int:
    """Add the outlets named from a token on ("by Reuters and BTA"); return where to read on."""
    if at < last and doc.text.lower[at] in {"by", "to"}:
        at += 1
    while at < last:
        phrase = doc.chunks.noun_phrase(at)
        if phrase is None or phrase.first != at or not is_outlet(doc, (phrase.first, phrase.last)):
            return at
        found.append(outlet_name(doc, at, phrase.last))
        at = phrase.last
        if at >= last or doc.text.lower[at] not in _JOINTS or doc.chunks.noun_phrase(at + 1) is None:
            return at
        at += 1
    return at
