"""Look up verbs among the lexicon's cues."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.lexicon.cue_words import Cue
from worker.extract.statements.phrase_kinds import is_time

_FREQUENCY = frozenset(
    {"again", "repeatedly", "publicly", "jointly", "instead", "today", "yesterday", "separately", "also"}
)
"""Adverbs that may part a verb from its preposition: "called | again | for talks"."""


def cue_of_verb(doc: Document, verb: VerbGroup) -> Cue | None:
    """Return the lexicon's cue for a verb group; None if the verb is no cue.

    A verb with its particle ("called for") is looked up before the bare verb.  The bare verb is not looked up after a
    particle that changes its meaning ("called off", "gave up").
    """
    text, cues = doc.text, doc.lexicon.cues
    word = text.lower[verb.head]
    if word not in doc.lexicon.cue_forms:
        return None  # fast path for most verbs
    if verb.head + 1 < len(text.words):
        if f"{word} for" in cues:
            after = time_end(doc, verb.head + 1)
            delayed = cues.get(f"{word} {text.lower[after]}") if verb.head + 1 < after < len(text.words) else None
            if delayed is not None:
                return delayed  # "called on Monday | for"
        with_particle = cues.get(f"{word} {text.lower[verb.head + 1]}")
        if with_particle is not None:
            return with_particle
        if (
            verb.last > verb.head + 1
            and text.lower[verb.head + 1] in doc.lexicon.particles
            and not _is_prepositional_particle(doc, verb)
        ):
            return None  # "called off", "gave up": another verb
    return cues.get(word)


def time_end(doc: Document, at: int) -> int:
    """Return the end of the adverbial of time that starts at a token: "on Monday", "last week", "again"; else `at`."""
    text = doc.text
    if text.lower[at] in _FREQUENCY:
        return at + 1
    start = at + (text.tags[at] in {"IN", "RP"})
    phrase = doc.chunks.noun_phrase(start) if start < len(text.words) else None
    return phrase.last if phrase is not None and phrase.first == start and is_time(doc, phrase) else at


def _is_prepositional_particle(doc: Document, verb: VerbGroup) -> bool:
    """Return whether the particle starts the cue's preposition: "spoke out against", "hit back at"."""
    cue = doc.lexicon.cues.get(doc.text.lower[verb.head])
    particle = doc.text.lower[verb.head + 1]
    return cue is not None and (cue.inverts or any(p.partition(" ")[0] == particle for p in cue.prepositions))
