"""Offices and institutions among the noun phrases, and the extent of their prepositional phrases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.political_role import singular_of
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.document import Document
    from worker.extract.grammar.chunker import NounPhrase
    from worker.extract.grammar.clauses import ClauseParser
    from worker.extract.lexicon.event_lexicon import EventLexicon

_MAX_OF_PHRASES = 3
"""Maximum number of nested of-phrases: "envoys of the ministry of fisheries of Iceland"."""


class OfficePhrases:
    """Reader of the phrases of offices of one article."""

    def __init__(self, doc: Document, clauses: ClauseParser, lexicon: EventLexicon) -> None:
        self.doc, self.clauses, self.lexicon = doc, clauses, lexicon

    def is_plural(self, noun: NounPhrase) -> bool:
        """Return whether a phrase denotes several office holders."""
        word = self.doc.text.lower[noun.head]
        if self.doc.text.tags[noun.head] == "NNS":
            return True
        singular = singular_of(word)
        return singular != word and singular in word_set(self.lexicon.actors.offices)

    def is_office(self, noun: NounPhrase) -> bool:
        """Return whether the head of a phrase is an office or an institution."""
        word = self.doc.text.lower[noun.head]
        offices = word_set(self.lexicon.actors.offices)
        return word in offices or singular_of(word) in offices or word in word_set(self.lexicon.actors.institutions)

    def takes_of(self, noun: NounPhrase) -> bool:
        """Return whether the of-phrase of a noun belongs to the party: an office, an institution, members, a part."""
        return self.is_office(noun) or self.doc.text.lower[noun.head] in word_set(self.lexicon.actors.members)

    def post_phrase_end(self, noun: NounPhrase) -> int:
        """Return the end of an office with its prepositional phrases: "the envoy for Syria", "spokesman for the UN"."""
        text, end = self.doc.text, noun.last
        for _ in range(_MAX_OF_PHRASES):
            is_joined = end < len(text.words) and text.lower[end] in word_set(self.lexicon.actors.office_prepositions)
            following = self.clauses.noun_phrase(end + 1) if is_joined else None
            if following is None or following.first != end + 1 or self.clauses.is_time_expression(following):
                break
            end = following.last
        return end

    def of_phrase_end(self, noun: NounPhrase) -> int:
        """Return the end of a phrase with its of-phrases: "the ministry of fisheries of Iceland"."""
        text, end = self.doc.text, noun.last
        for _ in range(_MAX_OF_PHRASES):
            following = (
                self.clauses.noun_phrase(end + 1)
                if end < len(text.words) and text.lower[end] in word_set(self.lexicon.actors.origin_prepositions)
                else None
            )
            if following is None or following.first != end + 1 or self.clauses.is_time_expression(following):
                break
            end = following.last
        return end

    def word_after(self, noun: NounPhrase) -> str:
        """Return the word after a phrase in lower case; "" at the end of the text."""
        return self.doc.text.lower[noun.last] if noun.last < len(self.doc.text.lower) else ""
