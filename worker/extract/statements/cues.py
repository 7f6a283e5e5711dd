"""The lookup of a verb among the lexicon's cues."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.lexicon.lexicon import Cue


def cue_of(doc: Document, verb: VerbGroup) -> Cue | None:
    """Return the cue that a verb group is, its particle considered first."""
    text, cues = doc.text, doc.lexicon.cues
    word = text.lower[verb.head]
    if verb.head + 1 < len(text.words):
        with_particle = cues.get(f"{word} {text.lower[verb.head + 1]}")
        if with_particle is not None:
            return with_particle
        if (
            verb.last > verb.head + 1
            and text.lower[verb.head + 1] in doc.lexicon.particles
            and not _speaks_up(doc, verb)
        ):
            return None  # "called off", "gave up": another verb
    return cues.get(word)


def _speaks_up(doc: Document, verb: VerbGroup) -> bool:
    """Tell "spoke out against" and "hit back at", where the particle is the preposition's."""
    cue = doc.lexicon.cues.get(doc.text.lower[verb.head])
    particle = doc.text.lower[verb.head + 1]
    return cue is not None and (cue.inverts or any(p.partition(" ")[0] == particle for p in cue.prepositions))
