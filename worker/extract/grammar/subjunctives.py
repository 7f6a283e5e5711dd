"""Base forms in mandative clauses: "demanded that the board [resign]", "essential that the port [stay] open".

A base form after a singular subject looks like a noun to the tagger, so the clause seems to have no verb.
"""

from __future__ import annotations

from collections.abc import Mapping

from worker.extract.grammar.past_or_participle import FINITE

_NOUNS = frozenset({"NN", "NNS", "NNP", "PRP"})
_CLAUSE_ENDS = frozenset({"SC", "WP"})
_MARKS = frozenset({".", ",", ";", ":", "!", "?", "—", "–"})
_MAX_CLAUSE = 20
"""Tokens of a mandative clause that are searched for its verb."""


def retag_subjunctives(
    tags: list[str],
    lower: list[str],
    sentences: list[tuple[int, int]],
    known: Mapping[str, list[str]],
    mandative: frozenset[str],
) -> None:
    """Retag the noun that is the verb of a mandative clause as VB, in place.

    `known`: the possible tags of each word of the training data.  `mandative`: verb forms, nouns and adjectives that
    govern a mandative clause.
    """
    for first, last in sentences:
        for at in range(first + 1, last - 2):
            if lower[at] == "that" and lower[at - 1] in mandative:
                verb = _verb_position(tags, lower, at + 1, last, known)
                if verb >= 0:
                    tags[verb] = "VB"


def _verb_position(tags: list[str], lower: list[str], first: int, last: int, known: Mapping[str, list[str]]) -> int:
    """Return the position of the noun that can be the clause's verb; -1 if there is none or the clause has a verb.

    A word that the training data knows as a verb is preferred to an unknown one.
    """
    fallback = -1
    for i in range(first + 1, min(last, first + _MAX_CLAUSE)):
        if tags[i] in FINITE or tags[i] in {"VB", "MD"}:
            return -1
        if tags[i] in _CLAUSE_ENDS or lower[i] in _MARKS:
            break
        if tags[i] not in {"NN", "JJ"} or tags[i - 1] not in _NOUNS:
            continue
        forms = known.get(lower[i])
        if forms is not None and "VB" in forms:
            return i if not _has_finite_verb(tags, lower, i + 1, last) else -1
        if forms is None and not lower[i].endswith(("s", "ing", "ed", "ly")):
            fallback = i
    return fallback if fallback >= 0 and not _has_finite_verb(tags, lower, fallback + 1, last) else -1


def _has_finite_verb(tags: list[str], lower: list[str], first: int, last: int) -> bool:
    """Return whether the clause goes on with a finite verb, so that the word before is part of its subject."""
    for i in range(first, last):
        if tags[i] in FINITE or tags[i] == "MD":
            return True
        if tags[i] in _CLAUSE_ENDS or lower[i] in _MARKS:
            return False
    return False
