"""Resolution of a phrase by its own words: its name, office, organisation or group.

"Estonia's transport minister, Jaan Tamm" refers to Jaan Tamm, "the port authority" to an organisation, "two officials"
to a group.  Pronouns are resolved by `worker.extract.coreference.pronouns`, which resolves their antecedents here.
"""

from __future__ import annotations

from worker.extract.coreference.countries import CountryFinder
from worker.extract.coreference.names import Name
from worker.extract.coreference.person import Person
from worker.extract.coreference.person_nouns import singular_role
from worker.extract.coreference.resolver import CoreferenceResolver
from worker.extract.coreference.roles import is_role
from worker.extract.grammar.chunker import NounPhrase
from worker.schema import Actor, ActorType

_NOMINAL = frozenset({"CD", "DT", "JJ", "NN", "NNS", "NNP", "POS", "PRP$", "CC"})
"""Tags of the words of an of-phrase."""


class PhraseResolver:
    """Resolver of the noun phrases of one article; the names that it returns always occur in the article."""

    def __init__(self, resolver: CoreferenceResolver, countries: CountryFinder) -> None:
        self.resolver, self.countries, self.registry = resolver, countries, resolver.registry
        self.text, self.chunks, self.lexicon = resolver.text, resolver.chunks, resolver.lexicon

    def resolve(self, first: int, last: int) -> tuple[Actor, Person | None]:
        """Return the actor of a non-empty token range, and its person; None for other kinds of actors."""
        head = self.first_noun_phrase(first, last)
        if head is None:
            return self._verbatim_actor(first, last, "unnamed"), None
        if (official := self._official_of_named_body(head, first, last)) is not None:
            return official, None
        name = self._find_naming(head, first, last)
        if name is not None:
            return self.resolve_name(first, last, name, head)
        return self._resolve_common_noun(first, last, head)

    def _official_of_named_body(self, head: NounPhrase, first: int, last: int) -> Actor | None:
        """Return the actor of "a Bank of Latvia official", which the chunker splits at "of"; else None."""
        text, tail = self.text, self.chunks.noun_phrase(last - 1)
        if text.lower[head.last : head.last + 1] != ["of"] or tail is None or tail.first != head.last + 1:
            return None
        noun = singular_role(text.lower[tail.head]) if text.tags[tail.head] == "NNS" else text.lower[tail.head]
        named = text.words[head.head][0].isupper() and text.words[tail.first][0].isupper() and tail.head > tail.first
        if not named or tail.last != last or not text.words[tail.head].islower() or noun not in self.lexicon.roles:
            return None
        plural = text.tags[tail.head] == "NNS"
        return Actor(
            name=text.slice(first, last),
            mention=text.span(first, last),
            type="group" if plural else "unnamed",
            role=None if plural else text.slice(first + (text.tags[first] in {"DT", "CD"}), last),
            country=self.countries.country_of_body(head.head, last),
        )

    def first_noun_phrase(self, first: int, last: int) -> NounPhrase | None:
        """Return the first noun phrase of a token range; None if there is none."""
        for i in range(first, last):
            phrase = self.chunks.noun_phrase(i)
            if phrase is not None:
                return phrase
        return None

    def _find_naming(self, head: NounPhrase, first: int, last: int) -> Name | None:
        """Return the name of a phrase: its own, or that of an apposition or of-phrase in the range; else None."""
        apposed = self._find_apposed_name(first, last)
        if apposed is not None:
            return apposed
        named = self.registry.names_in(last - 1)[-1:]
        if named and named[0].last == last and named[0].outer_first == head.first and named[0].role_first >= 0:
            return named[0]  # "Bank of Latvia Governor Anna Ozola"
        own = [n for n in self.registry.names_in(head.first) if n.last == head.last or n.last >= last]
        if own:
            return own[-1]
        if self._is_first_of_two_offices(head, last):
            return self.registry.names_in(last - 1)[-1]
        for i in range(head.last, last):
            for name in self.registry.names_in(i):
                if first <= name.outer_first <= head.first and name.kind == "person" and name.role_first >= 0:
                    return name
                if i == head.last and name.first == i and name.kind == "organisation":
                    return name  # "The charity | Harbour Help"
        return None

    def _is_first_of_two_offices(self, head: NounPhrase, last: int) -> bool:
        """Return whether a named person holds two offices: "Vice President and Managing Editor Jaan Tamm"."""
        if self.text.lower[head.last : head.last + 1] != ["and"] or self.text.tags[head.first] == "DT":
            return False
        named = self.registry.names_in(last - 1)
        return (
            is_role(self.text, head, self.lexicon)
            and bool(named)
            and named[-1].last == last
            and named[-1].role_first == head.last + 1
        )

    def _find_apposed_name(self, first: int, last: int) -> Name | None:
        """Return the person's name in a final apposition: "the forum for Tallinn's president, Jaan Tamm,"."""
        end = last - 1 if self.text.words[last - 1] == "," else last
        for name in self.registry.names_in(end - 1):
            titled = name.kind == "person" and first < name.role_first < name.first
            if titled and name.last == end and self.text.words[name.first - 1] == ",":
                return name
        return None

    def resolve_name(self, first: int, last: int, name: Name, head: NounPhrase) -> tuple[Actor, Person | None]:
        """Return the actor of a name within a token range; `head` is the first noun phrase of the range."""
        person = self.registry.person_at.get(name.first)
        if name.last - name.first == 1:
            person = (
                self.registry.index.find_person(name.first, name.gender, self.registry.roles_before(name)) or person
            )
        if person is not None and (person.confirmed or name.kind in {"person", "unknown"}):
            return person.to_actor(self.text.span(first, last)), person
        words = " ".join(self.text.words[name.first : name.last])
        if name.kind == "country" or words in self.lexicon.countries:
            return self.non_person_actor(words, first, last, "country", self.lexicon.countries.get(words)), None
        if words in self.lexicon.demonyms and self.text.lower[name.last - 1].endswith("s"):
            return self._verbatim_actor(first, last, "group"), None
        if name.kind == "organisation" or words in self.lexicon.seats_of_power:
            return self._organisation_actor(first, last, name, head), None
        if self.text.tags[head.first] == "DT":
            return self._organisation_actor(first, last, name, head), None
        if words.isupper() or not self.registry.may_be_person(name):
            code = self.countries.country_of_body(name.first, name.last)
            return self.non_person_actor(words, first, last, "organisation", code), None
        person = self.registry.add_speaker(name)
        return person.to_actor(self.text.span(first, last)), person

    def _organisation_actor(self, first: int, last: int, name: Name, head: NounPhrase) -> Actor:
        """Return the actor of an organisation under its full name, with the country that it represents."""
        start = name.first if name.first >= head.last or self._has_descriptor(name, head) else head.first
        while start < name.first and (
            self.text.tags[start] in {"DT", "PRP$"}
            or (self.text.tags[start] == "JJ" and self.text.words[start][0].islower())
            or (self.text.words[start][0].islower() and self.text.lower[start] in self.lexicon.organisation_heads)
        ):
            start += 1
        end = self.registry.aliases.phrase_end(max(head.last, name.last), last)
        words = self.text.slice(start, end)
        aliases = self.registry.aliases
        full = aliases.by_initials.get(words) or aliases.by_head.get(words.lower(), words)
        code = self._country_of_organisation(start, end)
        if code is None and start > head.first:
            code = self.countries.country_of_group(head.first, end)  # "the state-run Arvanian news agency Wire"
        role = self.registry.organisation_roles.get(" ".join(self.text.lower[name.first : name.last]))
        return Actor(name=full, mention=self.text.span(first, last), type="organisation", role=role, country=code)

    def _has_descriptor(self, name: Name, head: NounPhrase) -> bool:
        """Return whether a common noun for an organisation precedes the name: "Investment bank Tamm & Lunde"."""
        before = name.first - 1
        is_noun = before >= head.first and self.text.words[before].islower() and self.text.tags[before] == "NN"
        return is_noun and self.text.lower[before] in self.lexicon.organisation_heads

    def _country_of_organisation(self, first: int, end: int) -> str | None:
        """Return the country of a public body, party or campaign: its own, else that of its politician."""
        country = self.countries.country_of_body(first, end)
        words = self.text.lower[first:end]
        if country is None and not self.registry.person_words.state_bodies.isdisjoint(words):
            country = self.registry.index.country_of_principal(words)
        return country

    def non_person_actor(self, name: str, first: int, last: int, kind: ActorType, country: str | None) -> Actor:
        """Return an actor that is not a person, with the tokens as its mention."""
        return Actor(name=name, mention=self.text.span(first, last), type=kind, country=country)

    def joint_actor(self, first: int, last: int) -> Actor:
        """Return the actor of several names joined by "and"."""
        return self._verbatim_actor(first, last, "group")

    def _verbatim_actor(self, first: int, last: int, kind: ActorType) -> Actor:
        """Return an actor that is named by the phrase as written."""
        country = self.countries.country_of_group(first, last)
        name, mention = self.text.slice(first, last), self.text.span(first, last)
        role = self._role_of_unnamed(first, last) if kind == "unnamed" else None
        return Actor(name=name, mention=mention, type=kind, role=role, country=country)

    def _role_of_unnamed(self, first: int, last: int) -> str | None:
        """Return the role that describes an unnamed person, without its determiner: "a ports official"; else None."""
        head = self.first_noun_phrase(first, last)
        if head is None or head.first != first or not is_role(self.text, head, self.lexicon):
            return None
        if self.text.lower[head.head] in self.lexicon.organisation_heads:
            return None  # "the regulator"
        start = head.first
        while start < head.head and (self.text.tags[start] in {"DT", "PRP$", "CD"} or self._is_quantifier(start)):
            start += 1
        end = head.last
        while end + 1 < last and self.text.lower[end] in {"of", "for"} and self.text.tags[end + 1] in _NOMINAL:
            end = next((i for i in range(end + 1, last) if self.text.tags[i] not in _NOMINAL), last)
        return self.text.slice(start, end)

    def _is_quantifier(self, token: int) -> bool:
        word = self.text.lower[token]
        return word in self.lexicon.closed_classes.quantifiers or word in {"a", "an", "another", "the"}

    def _resolve_common_noun(self, first: int, last: int, head: NounPhrase) -> tuple[Actor, Person | None]:
        """Return the actor of a phrase without a name: the holder of a role, an organisation, a group, or unnamed."""
        word = self.text.lower[head.head]
        code = self.lexicon.countries.get(" ".join(self.text.words[first:last]))
        if code is not None and self.text.tags[first] == "NNP":  # the first words of "a US announcement"
            return self.non_person_actor(self.text.slice(first, last), first, last, "country", code), None
        if is_role(self.text, head, self.lexicon):
            entity = self.resolver.antecedents.get(head.head)
            person = entity.resolved.person if entity is not None else None
            if person is not None:
                return person.to_actor(self.text.span(first, last)), person
            return self._verbatim_actor(first, last, "unnamed"), None
        if word in self.lexicon.organisation_heads:
            start = first + 1 if self.text.tags[first] == "DT" else first
            full = self.registry.aliases.by_head.get(word, "")
            if self.text.lower[first] == "the" and set(self.text.lower[start:last]) <= set(full.lower().split()):
                return self.non_person_actor(
                    full, first, last, "organisation", self.countries.country_of_name(full)
                ), None
            code = self._country_of_owner(head) or self._country_of_organisation(start, last)
            return self.non_person_actor(self.text.slice(start, last), first, last, "organisation", code), None
        if self.text.tags[head.head] == "NNS" or word in self.lexicon.groups:
            return self._verbatim_actor(first, last, "group"), None
        ending = self.text.lower[last - 1]  # of a part of a phrase: "the Supreme Court" of "the Supreme Court ban"
        body = not {word, ending}.isdisjoint(self.registry.person_words.body_nouns)
        body = body or ending in self.lexicon.organisation_heads or self.countries.is_institution(first, last)
        return self._verbatim_actor(first, last, "organisation" if body else "unnamed"), None

    def _country_of_owner(self, phrase: NounPhrase) -> str | None:
        """Return the country of the possessor of a body: "his government"; None for any other phrase."""
        owned = self.text.tags[phrase.first] == "PRP$"
        owner = self.resolver.antecedents.get(phrase.first) if owned else None
        return owner.resolved.person.country if owner is not None and owner.resolved.person is not None else None
