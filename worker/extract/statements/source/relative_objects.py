"""Relative clauses whose object is their antecedent: "a decision that the opposition has described as vandalism"."""

from __future__ import annotations

from msgspec import Struct

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.grammar.punctuation import COMMA_AND_LONG_DASHES
from worker.extract.statements.cues import cue_of_verb
from worker.extract.statements.phrase_kinds import TokenRange, is_animate

_PRONOUNS = frozenset({"that", "which", "whom", "who"})
"""Relative pronouns."""


class RelativeObject(Struct, frozen=True, gc=False):
    """An antecedent (a noun phrase or only its pronoun), the source, and the first token of the predicate about it."""

    antecedent: TokenRange
    source: TokenRange
    predicate: int


def relative_object(doc: Document, verb: VerbGroup, left_limit: int) -> RelativeObject | None:
    """Return the parts around a cue whose object is the antecedent of its clause.

    None where the object follows the cue.
    """
    if verb.passive or verb.infinitive or not _is_predicate(doc, verb):
        return None
    at = verb.first - 1
    subject = doc.chunks.noun_phrase(at) if at > left_limit else None
    if (
        subject is None
        or subject.first <= left_limit
        or doc.text.tags[subject.head] == "WP"
        or not is_animate(doc, (subject.first, subject.last))
    ):
        return None
    opener = subject.first - 1
    pronoun = doc.text.lower[opener] in _PRONOUNS
    antecedent = doc.chunks.noun_phrase(opener - pronoun)
    if antecedent is not None and left_limit <= antecedent.first and _is_apposition(doc, antecedent.first):
        return RelativeObject((antecedent.first, antecedent.last), (subject.first, subject.last), verb.last)
    if pronoun and doc.text.tags[opener] == "WP":
        return RelativeObject((opener, subject.first), (subject.first, subject.last), verb.last)
    return None


def _is_apposition(doc: Document, first: int) -> bool:
    """Return whether an indefinite noun phrase after a comma or dash starts here: ", a decision …"."""
    return doc.text.lower[first] in {"a", "an"} and first > 0 and doc.text.words[first - 1] in COMMA_AND_LONG_DASHES


def _is_predicate(doc: Document, verb: VerbGroup) -> bool:
    """Return whether a predicate about the object follows the cue, not the object itself.

    "described | as vandalism".
    """
    text, at, cue = doc.text, verb.last, cue_of_verb(doc, verb)
    if cue is None or not cue.phrase or at + 1 >= len(text.words):
        return False
    if text.lower[at] == "as" or (text.lower[at] in {"of", "for"} and cue.act in {"accuse", "criticise", "praise"}):
        return True
    named = text.tags[at] in {"JJ", "RB", "VBN", "VBG"} or text.lower[at] in {"a", "an"} or text.quotation_of[at] >= 0
    return cue.predicative and named
