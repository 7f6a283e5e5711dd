"""What a noun phrase is: somebody who can speak or be told, a time, a place to speak.

"The envoy" and "the union" can speak and be told, "last week" is a time, "a news conference" a place to speak.
"""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar import time_phrases
from worker.extract.grammar.chunker import NounPhrase

TokenRange = tuple[int, int]
"""Tokens, half open."""


def is_time(doc: Document, phrase: NounPhrase) -> bool:
    """ "Friday", "last week", "two days ago": an adverbial, not a subject."""
    return time_phrases.is_time_expression(doc.text, phrase.first, phrase.last, phrase.head, doc.lexicon)


def text_is_venue(doc: Document, phrase: NounPhrase) -> bool:
    """Is the phrase a place to speak ("an interview", "Twitter") or a time ("Monday")?"""
    return doc.text.lower[phrase.head] in doc.lexicon.venues or is_time(doc, phrase)


def is_party(doc: Document, phrase: NounPhrase) -> bool:
    """Is the phrase somebody to be told, asked, accused or praised, and not a thing or a deed?"""
    word, tag = doc.text.lower[phrase.head], doc.text.tags[phrase.head]
    if tag == "NNS" and any(_means_somebody(doc, one) for one in _singulars(word)):
        return True
    return tag == "NNP" or (tag == "PRP" and word != "it") or _means_somebody(doc, word)


def _singulars(word: str) -> tuple[str, str]:
    """What a regular plural may be the plural of: "firms", "agencies"."""
    return word.removesuffix("s"), word.removesuffix("ies") + "y"


def _means_somebody(doc: Document, word: str) -> bool:
    lexicon = doc.lexicon
    people = (lexicon.roles, lexicon.groups, lexicon.organisation_heads, lexicon.gender_of, lexicon.indefinite)
    return any(word in words for words in people)


def animate(doc: Document, source: TokenRange) -> bool:
    """Can the phrase speak: a name, a person, a body, a group, or a document?"""
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
    return _means_somebody(doc, word) or word in doc.lexicon.documents or _counts_somebody(doc, phrase, source[1])


def _counts_somebody(doc: Document, phrase: NounPhrase, last: int) -> bool:
    """Whether the phrase is a number of people: "a slew of officials", "a quarter of voters"."""
    text = doc.text
    if text.lower[phrase.first] not in {"a", "an"} or phrase.last + 1 >= last or text.lower[phrase.last] != "of":
        return False
    people = doc.chunks.noun_phrase(phrase.last + 1)
    return people is not None and text.tags[people.head] == "NNS" and is_party(doc, people)
