"""Classify noun phrases: time ("last week"), venue ("a news conference"), party ("the union"), animate source."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar import time_phrases
from worker.extract.grammar.chunker import NounPhrase

TokenRange = tuple[int, int]
"""Token indices, half open: [first, last)."""


def is_time(doc: Document, phrase: NounPhrase) -> bool:
    """Return whether the phrase is an adverbial of time ("Friday", "last week", "two days ago") and no subject."""
    return time_phrases.is_time_expression(doc.text, phrase.first, phrase.last, phrase.head, doc.lexicon)


def is_venue_or_time(doc: Document, phrase: NounPhrase) -> bool:
    """Return whether the phrase is a place to speak ("an interview", "Twitter") or a time ("Monday")."""
    return doc.text.lower[phrase.head] in doc.lexicon.venues or is_time(doc, phrase)


def is_party(doc: Document, phrase: NounPhrase) -> bool:
    """Return whether the phrase is a person, group or organisation, which can be told, asked, accused or praised.

    Pronouns count except "it"; things and deeds do not.
    """
    word, tag = doc.text.lower[phrase.head], doc.text.tags[phrase.head]
    if tag == "NNS" and any(_is_party_noun(doc, one) for one in _singulars(word)):
        return True
    return tag == "NNP" or (tag == "PRP" and word != "it") or _is_party_noun(doc, word)


def _singulars(word: str) -> tuple[str, str]:
    """Return the possible singulars of a regular plural: "firms", "agencies"."""
    return word.removesuffix("s"), word.removesuffix("ies") + "y"


def _is_party_noun(doc: Document, word: str) -> bool:
    """Return whether the lexicon lists the noun as a role, group, organisation, person word or indefinite pronoun."""
    lexicon = doc.lexicon
    people = (lexicon.roles, lexicon.groups, lexicon.organisation_heads, lexicon.gender_of, lexicon.indefinite)
    return any(word in words for words in people)


def is_animate(doc: Document, source: TokenRange) -> bool:
    """Return whether the source can speak: a name, a plural, a person, group, organisation or document.

    "It" and question words cannot; leading prepositions are skipped ("around 40 percent of voters").
    """
    text = doc.text
    phrase = doc.chunks.noun_phrase(source[0])
    while phrase is not None and text.tags[phrase.first] == "IN":
        phrase = doc.chunks.noun_phrase(phrase.last)
    if phrase is None:
        return False
    word, tag = text.lower[phrase.head], text.tags[phrase.head]
    if tag in {"NNP", "NNS", "CD", "JJ", "DT"}:
        return True
    if tag in {"PRP", "WP"}:
        return word not in {"it", "when", "where", "what", "how", "why"}
    return _is_party_noun(doc, word) or word in doc.lexicon.documents or _is_number_of_people(doc, phrase, source[1])


def _is_number_of_people(doc: Document, phrase: NounPhrase, last: int) -> bool:
    """Return whether the phrase counts people: "a slew of officials", "a quarter of voters"."""
    text = doc.text
    if text.lower[phrase.first] not in {"a", "an"} or phrase.last + 1 >= last or text.lower[phrase.last] != "of":
        return False
    people = doc.chunks.noun_phrase(phrase.last + 1)
    return people is not None and text.tags[people.head] == "NNS" and is_party(doc, people)
