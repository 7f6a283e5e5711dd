"""Who is who in one article: whom a phrase or pronoun stands for, in the article's own words.

People, organisations, countries and groups; never a name that the article does not contain.
"""

from __future__ import annotations

import msgspec

from worker.extract.countries import Countries
from worker.extract.discourse import QUANTITIES, Discourse
from worker.extract.entities import Entity
from worker.extract.lexicon import Lexicon
from worker.extract.names import Name, is_role
from worker.extract.people import People, Person
from worker.extract.phrases import NounPhrase, Phrases
from worker.extract.pronouns import Pronouns
from worker.extract.text import Text
from worker.schema import Actor, ActorType


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
        self.pronouns = Pronouns(self.people, self.discourse, self.worded)

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
        if last - first == 1 and self.text.lower[first] in QUANTITIES:
            return self.pronouns.resolve(first, last, self.text.lower[first])
        if last - first == 1 and self.text.tags[first] == "PRP$":
            return self.pronouns.resolve(first, last, self.text.lower[first])
        head = self._head(first, last)
        if head is None:
            return self._as_worded(first, last, "unnamed"), None
        word = self.text.lower[head.head]
        if self.text.tags[head.head] in {"PRP", "PRP$", "WP"} or (last - first == 1 and word in self.lexicon.pronouns):
            named = self.people.names_in(last - 1) if last > head.last else []
            if named and named[-1].kind in {"person", "unknown"}:
                return self._named(first, last, named[-1], head)  # "one of them, X"
            return self.pronouns.resolve(first, last, word)
        if self.text.lower[last - 1] in self.lexicon.documents:
            issuer = self._issuer(first, last)
            if issuer is not None:
                return issuer
        entity = self.discourse.meant.get(head.head)
        if entity is not None and entity.itself.first != head.first and self._is_named_body(entity.itself):
            return self.pronouns.stands_for(first, last, entity.itself)
        return self.worded(first, last)

    def worded(self, first: int, last: int) -> tuple[Actor, Person | None]:
        """Resolve a phrase by its own words alone, as what a pronoun stands for is."""
        head = self._head(first, last)
        if head is None:
            return self._as_worded(first, last, "unnamed"), None
        name = self._name_of(head, first, last)
        if name is not None:
            return self._named(first, last, name, head)
        return self._nominal(first, last, head)

    def _is_named_body(self, entity: Entity) -> bool:
        """Whether an entity is a body that has a name; a group and a body without one stay as they are worded."""
        return entity.kind != "group" and entity.person is None and self.text.words[entity.first][0].isupper()

    def _issuer(self, first: int, last: int) -> tuple[Actor, Person | None] | None:
        """ "Tamm's Facebook post", "the port authority report": a document speaks for the party it belongs to."""
        before = last - 2
        if before >= first and self.text.tags[before] == "NNP":
            names = [n for n in self.people.names_in(before) if n.last == last or n.last == last - 1]
            words = self.text.words[names[-1].first : last - 1] if names else [self.text.words[before]]
            name = " ".join(words)
            known = self.people.bodies.by_initials.get(name, name)
            if name.lower() in self.lexicon.outlets | self.lexicon.acronyms or words[0].isupper():
                return self._plain(known, first, last, "organisation", None), None
        for i in range(first + 1, last - 1):
            if self.text.tags[i] == "POS":
                return self._speaks_for(first, last, first, i)
        if self.text.tags[first] == "PRP$":
            return self._speaks_for(first, last, first, first + 1)
        by = self.phrases.noun(last + 1) if last < len(self.text.words) and self.text.lower[last] == "by" else None
        return self._speaks_for(first, last, by.first, by.last) if by is not None else None

    def _speaks_for(self, first: int, last: int, owner: int, end: int) -> tuple[Actor, Person | None]:
        possessive = end - owner == 1 and self.text.tags[owner] == "PRP$"
        actor, person = self.lookup(owner, end) if possessive else self.worded(owner, end)
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

    def _head(self, first: int, last: int) -> NounPhrase | None:
        for i in range(first, last):
            phrase = self.phrases.noun(i)
            if phrase is not None:
                return phrase
        return None

    def _name_of(self, head: NounPhrase, first: int, last: int) -> Name | None:
        """The name that the phrase stands for: its own, or that of an apposition or of-phrase inside the range."""
        apposed = self._apposed(first, last)
        if apposed is not None:
            return apposed
        own = [n for n in self.people.names_in(head.first) if n.last == head.last or n.last >= last]
        if own:
            return own[-1]
        for i in range(head.last, last):
            for name in self.people.names_in(i):
                if first <= name.outer_first <= head.first and name.kind == "person" and name.role_first >= 0:
                    return name
        return None

    def _apposed(self, first: int, last: int) -> Name | None:
        """The person whom words end in an apposition with: "the forum for Tallinn's president, Jaan Tamm,"."""
        end = last - 1 if self.text.words[last - 1] == "," else last
        for name in self.people.names_in(end - 1):
            titled = name.kind == "person" and first < name.role_first < name.first
            if titled and name.last == end and self.text.words[name.first - 1] == ",":
                return name
        return None

    def _named(self, first: int, last: int, name: Name, head: NounPhrase) -> tuple[Actor, Person | None]:
        person = self.people.at.get(name.first)
        if name.last - name.first == 1:
            person = self.people.bearer(name.first, name.gender, self.people.titles_of(name)) or person
        if person is not None and (person.sure or name.kind in {"person", "unknown"}):
            return person.actor(self.text.span(first, last)), person
        words = " ".join(self.text.words[name.first : name.last])
        if name.kind == "country" or words in self.lexicon.countries:
            return self._plain(words, first, last, "country", self.lexicon.countries.get(words)), None
        if words in self.lexicon.demonyms and self.text.lower[name.last - 1].endswith("s"):
            return self._as_worded(first, last, "group"), None
        if name.kind == "organisation" or words in self.lexicon.seats:
            return self._organisation(first, last, name, head), None
        if self.text.tags[head.first] == "DT":
            return self._organisation(first, last, name, head), None
        if words.isupper():
            return self._plain(words, first, last, "organisation", None), None
        stranger = self.people.introduce(name)
        return stranger.actor(self.text.span(first, last)), stranger

    def _organisation(self, first: int, last: int, name: Name, head: NounPhrase) -> Actor:
        start = head.first
        while start < name.first and (
            self.text.tags[start] in {"DT", "PRP$"}
            or (self.text.tags[start] == "JJ" and self.text.words[start][0].islower())
            or (self.text.words[start][0].islower() and self.text.lower[start] in self.lexicon.organisation_heads)
        ):
            start += 1
        end = self.people.bodies.of_end(head.last, last)
        words = self.text.slice(start, end)
        bodies = self.people.bodies
        full = bodies.by_initials.get(words) or bodies.by_head.get(words.lower(), words)
        code = self._country_of_body(start, head.last, end)
        return self._plain(full, first, last, "organisation", code)

    def _country_of_body(self, first: int, last: int, end: int) -> str | None:
        """The country of a state's body, party or campaign: the one that its name names, or its politician's."""
        words = self.text.lower[first:end]
        if " ".join(words) in self.lexicon.international:
            return None
        seat = " ".join(self.text.words[first:end]) in self.lexicon.seats
        heads = {self.text.lower[last - 1], self.text.lower[first], words[-1]}
        if not seat and heads.isdisjoint(self.people.words.of_states):
            return None
        return self.countries.within(first, end) or self.people.country_of_principal(words)

    def _plain(self, name: str, first: int, last: int, kind: ActorType, country: str | None) -> Actor:
        return Actor(name=name, mention=self.text.span(first, last), type=kind, country=country)

    def _as_worded(self, first: int, last: int, kind: ActorType) -> Actor:
        country = self.countries.within(first, last) if self._is_office(first, last) else None
        country = country or self.countries.of_state(self.text.lower[first:last])
        return Actor(name=self.text.slice(first, last), mention=self.text.span(first, last), type=kind, country=country)

    def _is_office(self, first: int, last: int) -> bool:
        serving = self.people.words.serving
        return any(w in self.lexicon.offices or w in serving for w in self.text.lower[first:last])

    def _nominal(self, first: int, last: int, head: NounPhrase) -> tuple[Actor, Person | None]:
        """A phrase without a name: a role that somebody in the article has, a body, a group, or somebody unnamed."""
        word = self.text.lower[head.head]
        if is_role(self.text, head, self.lexicon):
            entity = self.discourse.meant.get(head.head)
            person = entity.itself.person if entity is not None else None
            if person is not None:
                return person.actor(self.text.span(first, last)), person
            return self._as_worded(first, last, "unnamed"), None
        if word in self.lexicon.organisation_heads:
            start = first + 1 if self.text.tags[first] == "DT" else first
            full = self.people.bodies.by_head.get(word, "")
            if self.text.lower[first] == "the" and set(self.text.lower[start:last]) <= set(full.lower().split()):
                return self._plain(full, first, last, "organisation", self.countries.within_words(full)), None
            code = self._country_of_body(start, head.last, last)
            code = code or self.countries.of_state(self.text.lower[start:last])
            return self._plain(self.text.slice(start, last), first, last, "organisation", code), None
        plural = self.text.tags[head.head] == "NNS" or word in self.lexicon.groups
        return self._as_worded(first, last, "group" if plural else "unnamed"), None
