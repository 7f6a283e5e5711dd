"""Features of a statement's act: the verb of speech, by its kind, and its tense."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.document import Document

if TYPE_CHECKING:
    from worker.extract.statements.candidate import StatementCandidate

_PAST_AUXILIARY = "had"
_TENSES = {"VBZ": "present", "VBP": "present", "VBG": "participle"}


def cue_features(doc: Document, candidate: StatementCandidate) -> list[str]:
    """Return the features of the cue: lemma, kind of verb, tense, and whether it is in a headline."""
    lemma = cue_lemma(doc, candidate)
    kinds = [kind for kind, listed in doc.lexicon.cue_kinds.items() if lemma in listed]
    return [
        f"lemma:{lemma}",
        *(f"cue-kind:{kind}" for kind in kinds),
        f"cue-tense:{_cue_tense(doc, candidate)}",
        f"headline:{'yes' if doc.text.is_headline(candidate.first) else 'no'}",
    ]


def cue_lemma(doc: Document, candidate: StatementCandidate) -> str:
    """Return the lemma of the cue; "none" where no word of it is a cue."""
    words = doc.text.lower[slice(*candidate.cue)]
    return next((doc.lexicon.cues[w].lemma for w in reversed(words) if w in doc.lexicon.cues), "none")


def _cue_tense(doc: Document, candidate: StatementCandidate) -> str:
    """Return the tense of the cue: "present", "past", "perfect", "past perfect", "participle"; "none" without a cue."""
    first, last = candidate.cue
    if first == last:
        return "none"
    auxiliary = doc.text.lower[first]
    if auxiliary == _PAST_AUXILIARY:
        return "past perfect"
    return "perfect" if auxiliary in doc.lexicon.have else _TENSES.get(doc.text.tags[last - 1], "past")
