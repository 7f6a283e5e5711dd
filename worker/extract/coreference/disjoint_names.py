"""Persons to whom "he" or "she" cannot refer, as the clause of the pronoun names them."""

from __future__ import annotations

from collections.abc import Mapping

from worker.extract.coreference.person import Person
from worker.extract.grammar.chunker import Chunks
from worker.extract.grammar.punctuation import CLAUSE_BOUNDARIES
from worker.extract.grammar.sentences import AnnotatedText


def named_after_subject(
    text: AnnotatedText, chunks: Chunks, person_at: Mapping[int, Person], pronoun: int
) -> list[Person]:
    """Return the persons that the rest of the clause names after a pronoun that is its subject.

    "[He] insisted that he trusted Tamm" is not Tamm; "When [he] left, Tamm wept" leaves it open: none.
    """
    verb = chunks.verb_group(pronoun + 1) if pronoun + 1 < len(text.words) else None
    if verb is None or not verb.finite or (pronoun and text.tags[pronoun - 1] in {"SC", "WP"}):
        return []
    named, last = [], text.sentence_range(pronoun)[1]
    for at in range(verb.last, last):
        if text.words[at] in CLAUSE_BOUNDARIES or text.tags[at] == "WP" or text.quotation_of[at] >= 0:
            break
        if at in person_at:
            named.append(person_at[at])
    return named
