"""Documents and their issuers: "Tamm's Facebook post", "a port authority release", "figures published by the bank".

A document speaks for its issuer, and "the release" for that of the release mentioned before.
"""

from __future__ import annotations

from worker.extract.coreference.name_registry import NameRegistry
from worker.extract.grammar.chunker import NounPhrase

_PREPOSITIONS = frozenset({"by", "from"})


def issuer_range(registry: NameRegistry, phrase: NounPhrase) -> tuple[int, int] | None:
    """Return the tokens that name the issuer of a document; None if the text does not name it beside the document."""
    if registry.text.words[phrase.head][0].isupper() and phrase.head > phrase.first:
        return None  # "the Baltic Post" is a newspaper
    return _possessor(registry, phrase) or _compound(registry, phrase) or _complement(registry, phrase)


def _possessor(registry: NameRegistry, phrase: NounPhrase) -> tuple[int, int] | None:
    """Return the owner in "Tamm's post" or "his letter", but not the time in "last week's report"."""
    text = registry.text
    if text.tags[phrase.first] == "PRP$":
        return phrase.first, phrase.first + 1
    for i in range(phrase.head - 1, phrase.first, -1):
        if text.tags[i] == "POS":
            timed = text.lower[i - 1] in registry.lexicon.time_nouns
            return None if timed else (phrase.first, i)
    return None


def _compound(registry: NameRegistry, phrase: NounPhrase) -> tuple[int, int] | None:
    """Return the body in "the Ports Ministry news release" or "a cabinet statement"."""
    text, lexicon = registry.text, registry.lexicon
    first, end = phrase.first, phrase.head
    while first < end and (
        text.tags[first] == "DT" or (text.tags[first] in {"JJ", "CD"} and text.words[first][0].islower())
    ):
        first += 1
    while (
        end > first
        and text.words[end - 1][0].islower()
        and (
            text.lower[end - 1] in lexicon.media_nouns
            or text.lower[end - 1] in registry.person_words.media_modifiers
            or text.lower[end - 1] not in lexicon.organisation_heads
        )
    ):
        end -= 1
    if end == first or text.lower[end - 1] in lexicon.time_nouns or text.lower[end - 1] in lexicon.documents:
        return None
    named = text.words[end - 1][0].isupper() and text.tags[end - 1] == "NNP"
    return (first, end) if named or text.lower[end - 1] in lexicon.organisation_heads else None


def _complement(registry: NameRegistry, phrase: NounPhrase) -> tuple[int, int] | None:
    """Return the issuer after a document: "by the bank", "released by the bank", "from his office", "in the Times"."""
    text, at = registry.text, phrase.last
    size = len(text.words)
    if at + 1 < size and text.tags[at] in {"VBN", "VBD"} and text.lower[at + 1] == "by":
        at += 1
    if at + 1 >= size:
        return None
    following = registry.chunks.noun_phrase(at + 1)
    if following is None or following.first != at + 1:
        return None
    published = text.lower[at] == "in" and text.lower[phrase.head] in registry.person_words.media_documents
    if text.lower[at] in _PREPOSITIONS or (published and _is_medium(registry, following)):
        return following.first, registry.aliases.phrase_end(following.last, text.sentence_range(at)[1])
    return None


def _is_medium(registry: NameRegistry, phrase: NounPhrase) -> bool:
    """Return whether a phrase is a name and no place or person."""
    names = registry.names_in_phrase.get(registry.chunks.noun_phrase_of[phrase.first], [])
    if not names or names[-1].last != phrase.last or names[-1].kind in {"country", "person"}:
        return False
    return registry.text.lower[phrase.head] not in registry.lexicon.time_nouns
