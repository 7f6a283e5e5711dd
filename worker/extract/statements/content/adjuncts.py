"""Adverbials, asides and recipients between a cue and its content: "said | on Monday | in Oslo | that …"."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import NounPhrase
from worker.extract.grammar.punctuation import COMMA_AND_DASHES

_ADJUNCT_JOINTS = COMMA_AND_DASHES | {"and", "("}
"""Tokens that may join a further adverbial: "said on Monday and, to applause, …"."""


def is_bare_time(doc: Document, phrase: NounPhrase) -> bool:
    """Return whether the phrase is a time and nothing else: "Monday", "last week", but not "the deal last summer"."""
    text, times = doc.text, doc.lexicon.time_nouns
    other_nouns = (
        text.tags[i] in {"NN", "NNS", "NNP"} and text.lower[i] not in times for i in range(phrase.first, phrase.head)
    )
    return text.lower[phrase.head] in times and not any(other_nouns)


def adjunct_end(doc: Document, at: int, limit: int) -> int | None:
    """Return the end of the adverbial or recipient that starts at a token; None if something else starts."""
    text = doc.text
    if text.tags[at] in {"IN", "TO", "SC"} and at + 1 < limit:
        phrase = doc.chunks.noun_phrase(at + 1)
        if phrase is not None and phrase.first == at + 1:
            return phrase.last
        verb = doc.chunks.verb_group(at + 1)
        return verb.last if verb is not None and text.tags[verb.head] == "VBG" else None
    if text.tags[at] == "RB":
        return at + 1
    phrase = doc.chunks.noun_phrase(at)
    if phrase is not None and phrase.first == at:
        return phrase.last
    if text.words[at] in _ADJUNCT_JOINTS and at + 1 < limit:
        return aside_end(doc, at, limit) or _place_end(doc, at, limit)
    return None


def _place_end(doc: Document, at: int, limit: int) -> int | None:
    """Return the end of the second name of a place after a comma: "a rally in Salem, | Oregon | on Monday that …"."""
    text, place = doc.text, doc.chunks.noun_phrase(at + 1)
    if place is None or place.first != at + 1 or text.words[at] != "," or place.last >= limit:
        return None
    named = text.tags[place.head] == "NNP" and text.tags[at - 1] == "NNP"
    return place.last if named and (text.tags[place.last] == "IN" or text.lower[place.last] == "that") else None


def aside_end(doc: Document, at: int, limit: int) -> int | None:
    """Return the end of a short aside between commas, dashes or brackets ("said, to applause, that").

    None if there is none.
    """
    closing = {"(": ")"}.get(doc.text.words[at], doc.text.words[at])
    if doc.text.words[at] == "and":
        phrase = doc.chunks.noun_phrase(at + 1)
        return phrase.last if phrase is not None and phrase.first == at + 1 else None
    for i in range(at + 1, min(limit, at + 14)):
        if doc.text.words[i] == closing:
            return i + 1
        if doc.chunks.verb_group_of[i] >= 0 and doc.chunks.verb_groups[doc.chunks.verb_group_of[i]].finite:
            return None
    return None
