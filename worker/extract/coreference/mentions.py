"""Who is who in one article: whom a phrase or pronoun stands for, in the article's own words.

People, organisations, countries and groups; never a name that the article does not contain.
"""

from __future__ import annotations

import msgspec

from worker.extract.coreference.countries import Countries
from worker.extract.coreference.entities import Entity
from worker.extract.coreference.name_registry import People
from worker.extract.coreference.person import Person
from worker.extract.coreference.phrase_resolution import Denotations
from worker.extract.coreference.pronouns import Pronouns
from worker.extract.coreference.resolver import Discourse
from worker.extract.grammar.chunker import Phrases
from worker.extract.grammar.sentences import Text
from worker.extract.lexicon.lexicon import Lexicon
from worker.schema import Actor


class Mentions:
    """The article's parties.  `resolve` answers for any phrase, `heard` remembers who spoke."""

    def __init__(self, text: Text, phrases: Phrases, lexicon: Lexicon) -> None:
        self.text = text
        self.phrases = phrases
        self.lexicon = lexicon
        self.countries = Countries(text, lexicon)
        self.people = People(text, phrases, lexicon, self.countries)
        self.names = self.people.names
        self.discourse = Discourse(self.people)
        self.people.settle()
        self.denotations = Denotations(self.discourse, self.countries)
        self.pronouns = Pronouns(self.denotations)

    def resolve(self, first: int, last: int) -> Actor:
        """Return the party that the tokens stand for; its mention is those tokens.  Not for an empty range."""
        return self.lookup(first, last)[0]

    def other(self, first: int, last: int, speaker: Person | None) -> Actor:
        """Resolve a phrase that cannot mean the speaker: the object of his or her own verb."""
        word = self.text.lower[first]
        if (
            speaker is None
            or last - first > 1
            or word not in self.lexicon.pronouns
            or word.endswith(("self", "selves"))
        ):
            return self.resolve(first, last)
        return self.pronouns.resolve(first, last, word, but=speaker)[0]

    def several(self, token: int) -> list[Actor]:
        """Return the parties that a plural pronoun means one by one: "they" after "Tamm and Lunde"; else none."""
        entity = self.discourse.meant.get(token)
        return [self.resolve(*part) for part in entity.itself.parts] if entity is not None else []

    def lookup(self, first: int, last: int) -> tuple[Actor, Person | None]:
        """Resolve a phrase, and return the person behind it where there is one."""
        if last - first == 1 and self.text.lower[first] in self.lexicon.closed.quantities:
            return self.pronouns.resolve(first, last, self.text.lower[first])
        if last - first == 1 and self.text.tags[first] == "PRP$":
            return self.pronouns.resolve(first, last, self.text.lower[first])
        head = self.denotations.head(first, last)
        if head is None:
            return self.denotations.of(first, last)
        word = self.text.lower[head.head]
        if self.text.tags[head.head] in {"PRP", "PRP$", "WP"} or (last - first == 1 and word in self.lexicon.pronouns):
            named = self.people.names_in(last - 1) if last > head.last else []
            if named and named[-1].kind in {"person", "unknown"}:
                return self.denotations.named(first, last, named[-1], head)  # "one of them, X"
            return self.pronouns.resolve(first, last, word)
        if self.text.lower[last - 1] in self.lexicon.documents:
            issuer = self._issuer(first, last)
            if issuer is not None:
                return issuer
        entity = self.discourse.meant.get(head.head)
        if entity is not None and entity.itself.first != head.first and self._is_named_body(entity.itself):
            return self.pronouns.stands_for(first, last, entity.itself)
        return self.denotations.of(first, last)

    def _is_named_body(self, entity: Entity) -> bool:
        """Whether an entity is a body that has a name; a group and a body without one stay as they are worded."""
        return entity.kind != "group" and entity.person is None and self.text.words[entity.first][0].isupper()

    def _issuer(self, first: int, last: int) -> tuple[Actor, Person | None] | None:
        """ "Tamm's Facebook post", "the port authority report": a document speaks for the party it belongs to."""
        before = last - 2
        if before >= first and self.text.tags[before] == "NNP":
            names = [n for n in self.people.names_in(before) if n.first <= before and n.last in {last - 1, last}]
            words = self.text.words[names[-1].first : last - 1] if names else [self.text.words[before]]
            name = " ".join(words)
            known = self.people.bodies.by_initials.get(name, name)
            if name.lower() in self.lexicon.outlets | self.lexicon.acronyms or words[0].isupper():
                return self.denotations.plain(known, first, last, "organisation", None), None
        for i in range(first + 1, last - 1):
            if self.text.tags[i] == "POS":
                return self._speaks_for(first, last, first, i)
        if self.text.tags[first] == "PRP$":
            return self._speaks_for(first, last, first, first + 1)
        by = self.phrases.noun(last + 1) if last < len(self.text.words) and self.text.lower[last] == "by" else None
        return self._speaks_for(first, last, by.first, by.last) if by is not None else None

    def _speaks_for(self, first: int, last: int, owner: int, end: int) -> tuple[Actor, Person | None]:
        possessive = end - owner == 1 and self.text.tags[owner] == "PRP$"
        actor, person = self.lookup(owner, end) if possessive else self.denotations.of(owner, end)
        return msgspec.structs.replace(actor, mention=self.text.span(first, last)), person

    def heard(self, person: Person | None) -> None:
        """Remember who spoke last, None for whoever is no person known; call in text order."""
        self.people.speakers.append(person)

    def doubtful(self, first: int, last: int) -> bool:
        """Whether a phrase is a pronoun that somebody else is nearly as likely to be meant by."""
        return any(i in self.discourse.doubtful for i in range(first, last))

    def person_at(self, token: int) -> Person | None:
        """Return the person whose name begins at a token."""
        return self.people.at.get(token)
