"""Relative clauses whose antecedent is what is judged: "a decision that the opposition has described as vandalism"."""

from __future__ import annotations

from msgspec import Struct

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.grammar.punctuation import COMMA_AND_LONG_DASHES
from worker.extract.statements.cues import cue_of_verb
from worker.extract.statements.phrase_kinds import TokenRange, is_animate

_PRONOUNS = frozenset({"that", "which", "whom", "who"})


class RelativeObject(Struct, frozen=True, gc=False):
    """What is judged (a noun or its pronoun), who judges, and where the judgement begins."""

    antecedent: TokenRange
    source: TokenRange
    predicate: int


def relative_object(doc: Document, verb: VerbGroup, left_limit: int) -> RelativeObject | None:
    """Return the parts around a cue whose object is the antecedent of its clause; None where it has one after it."""
    if verb.passive or verb.infinitive or not _is_predicate(doc, verb):
        return None
    at = verb.first - 1
    who = doc.chunks.noun_phrase(at) if at > left_limit else None
    if (
        who is None
        or who.first <= left_limit
        or doc.text.tags[who.head] == "WP"
        or not is_animate(doc, (who.first, who.last))
    ):
        return None
    opener = who.first - 1
    pronoun = doc.text.lower[opener] in _PRONOUNS
    thing = doc.chunks.noun_phrase(opener - pronoun)
    if thing is not None and left_limit <= thing.first and _is_apposition(doc, thing.first):
        return RelativeObject((thing.first, thing.last), (who.first, who.last), verb.last)
    if pronoun and doc.text.tags[opener] == "WP":
        return RelativeObject((opener, who.first), (who.first, who.last), verb.last)
    return None


def _is_apposition(doc: Document, first: int) -> bool:
    """ ", a decision …": an indefinite noun phrase after a comma."""
    return doc.text.lower[first] in {"a", "an"} and first > 0 and doc.text.words[first - 1] in COMMA_AND_LONG_DASHES


def _is_predicate(doc: Document, verb: VerbGroup) -> bool:
    """Whether a cue is followed by what is said of its object, and not by the object."""
    text, at, cue = doc.text, verb.last, cue_of_verb(doc, verb)
    if cue is None or not cue.phrase or at + 1 >= len(text.words):
        return False
    if text.lower[at] == "as" or (text.lower[at] in {"of", "for"} and cue.act in {"accuse", "criticise", "praise"}):
        return True
    named = text.tags[at] in {"JJ", "RB", "VBN", "VBG"} or text.lower[at] in {"a", "an"} or text.quotation_of[at] >= 0
    return cue.predicative and named
