"""Positions of times relative to the other phrases of their sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.grammar.punctuation import COMMA_AND_DASHES

if TYPE_CHECKING:
    from worker.extract.dates import TimeExpression
    from worker.extract.document import Document
    from worker.extract.grammar.clauses import ClauseParser
    from worker.extract.grammar.sentences import AnnotatedText

_BEFORE_NOUN = frozenset({"DT", "JJ", "PRP$", "POS"})
_PREPOSITIONS = frozenset({"IN", "SC"})
_AFTER_NOUN = frozenset({"IN", "SC", "PUNCT", "CC"})


def is_nominal_gerund(text: AnnotatedText, at: int) -> bool:
    """Return whether a form in -ing is a noun: "a [ruling]", "of [understanding]", "a pact on [fishing]"."""
    if text.tags[at] != "VBG" or at == 0:
        return False
    has_object = at + 1 < len(text.tags) and text.tags[at + 1] not in _AFTER_NOUN
    return text.tags[at - 1] in _BEFORE_NOUN or (text.tags[at - 1] in _PREPOSITIONS and not has_object)


class TimePositions:
    """Finder of what is before, after and around the times of one article."""

    def __init__(self, doc: Document, clauses: ClauseParser) -> None:
        self.doc, self.clauses = doc, clauses

    def before_preposition(self, at: int) -> int:
        """Return the token before a time and its preposition."""
        return at - 1 - (at > 0 and self.doc.text.tags[at - 1] in {"IN", "TO"})

    def is_attribute_of_other(self, when: TimeExpression, trigger: int) -> bool:
        """Return whether the time modifies a noun other than the trigger: "before [Friday]'s vote"."""
        text = self.doc.text
        last = text.token_at(when.end - 1) + 1
        noun = self.clauses.noun_phrase(last - 1)
        possessive = last < len(text.tags) and text.tags[last] == "POS"
        if possessive and (noun is None or noun.last <= last + 1):
            noun = self.doc.chunks.noun_phrase(last + 1)
        is_noun = noun is not None and noun.head >= last and text.tags[noun.head] in {"NN", "NNS", "NNP"}
        return noun is not None and (possessive or is_noun) and not noun.first <= trigger < noun.last

    def has_finite_verb_between(self, first: int, last: int, trigger: int) -> bool:
        """Return whether a finite verb besides "be" and the trigger is between two tokens, relative clauses aside."""
        text, chunks = self.doc.text, self.doc.chunks
        own = chunks.verb_group_of[trigger] if trigger < len(text.words) else -1
        found, closed = False, False
        for at in range(min(last, len(text.words)) - 1, first - 1, -1):
            number = chunks.verb_group_of[at]
            if text.words[at] in COMMA_AND_DASHES:
                closed = True
            elif number >= 0 and number != own and at == chunks.verb_groups[number].first:
                verb = chunks.verb_groups[number]
                is_relative = at > first and text.tags[at - 1] == "WP"
                is_copula = text.lower[verb.head] in self.doc.lexicon.be and not is_relative
                found |= verb.finite and not is_copula and not (is_relative and closed)
        return found
