"""Subjects that are a coordination: "the mayor, the port | and the union | said"."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import NounPhrase
from worker.extract.statements.phrase_kinds import is_time

_MAX_MEMBERS = 8
"""Maximum number of members of a list before its last two."""


def coordinated_start(doc: Document, conjunction: int, left_limit: int) -> int | None:
    """Return the start of the coordination "X, Y and Z"; None where it depends on a verb or preposition."""
    at = conjunction - 1
    if doc.text.words[at] == ",":
        at -= 1
    outer = doc.chunks.noun_phrase(at)
    if outer is None or outer.first < left_limit or outer.last <= at:
        return None
    before = outer.first - 1
    if before < left_limit or _shares_preposition(doc, outer, conjunction + 1):
        return outer.first
    if doc.text.lower[before] == "of" and before > left_limit and doc.text.tags[before - 1] == "NNS":
        return outer.first  # "the cities of Blackpool and Hull"
    governed = doc.text.lower[before] in doc.lexicon.closed_classes.noun_modifier_prepositions
    noun = doc.chunks.noun_phrase(before - 1) if governed and before > left_limit else None
    is_object = noun is not None and doc.chunks.verb_group(noun.first - 1) is not None
    if noun is not None and noun.first >= left_limit and not is_object and not is_time(doc, noun):
        if doc.text.lower[noun.head] in doc.lexicon.body_heads:
            return outer.first  # "the Centre for | Tide and Storm Research"
        return outer.first if doc.text.tags[noun.head] in {"NN", "NNS"} else None  # "courts in | Oslo and Riga"
    if doc.chunks.verb_group(before) is not None or doc.text.tags[before] in {"IN", "TO"}:
        return None
    return _list_start(doc, outer.first, left_limit)


def _list_start(doc: Document, first: int, left_limit: int) -> int:
    """Return the start of a list whose last but one member starts at `first`: "Norland, | Arvania and Belm".

    The list opens its clause: after a preposition it is an adverbial ("In Oslo, | Arvania and Belm").
    """
    text, start = doc.text, first
    for _ in range(_MAX_MEMBERS):
        member = doc.chunks.noun_phrase(start - 2) if start - 2 >= left_limit and text.words[start - 1] == "," else None
        if (
            member is None
            or member.last != start - 1
            or text.tags[member.head] in {"CD", "PRP"}
            or is_time(doc, member)
        ):
            break
        start = member.first
    opens = start == text.sentence_range(first)[0] or text.tags[start - 1] in {"SC", "CC"}
    return start if opens else first


def _shares_preposition(doc: Document, outer: NounPhrase, first: int) -> bool:
    """Return whether a bare noun after "and" shares the preposition and is no subject.

    "in the fraud | and trust case".
    """
    text, bare = doc.text, doc.chunks.noun_phrase(first)
    if bare is None or bare.first != first or text.tags[first] != "NN" or text.tags[outer.head] != "NN":
        return False
    word = text.lower[bare.head]
    people = word in doc.lexicon.organisation_heads or word in doc.lexicon.roles
    return text.tags[outer.first - 1] == "IN" and text.words[first].islower() and not people
