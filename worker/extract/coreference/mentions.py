"""Resolution of mentions: the actor that a phrase or pronoun refers to.

Actors are persons, organisations, countries and groups; their names always occur in the article.
"""

from __future__ import annotations

import msgspec

from worker.extract.coreference.countries import CountryFinder
from worker.extract.coreference.documents import issuer_range
from worker.extract.coreference.entities import Entity
from worker.extract.coreference.name_registry import NameRegistry
from worker.extract.coreference.person import Person
from worker.extract.coreference.phrase_resolution import PhraseResolver
from worker.extract.coreference.pronouns import PronounResolver
from worker.extract.coreference.resolver import CoreferenceResolver
from worker.extract.grammar.chunker import Chunks, NounPhrase
from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.lexicon.lexicon import Lexicon
from worker.schema import Actor


class MentionResolver:
    """Resolver of all phrases of one article.  `record_speaker` must be called in text order."""

    def __init__(self, text: AnnotatedText, chunks: Chunks, lexicon: Lexicon) -> None:
        self.text = text
        self.chunks = chunks
        self.lexicon = lexicon
        self.countries = CountryFinder(text, lexicon)
        self.registry = NameRegistry(text, chunks, lexicon, self.countries)
        self.names = self.registry.names
        self.resolver = CoreferenceResolver(self.registry)
        self.registry.index.infer_countries_of_servants()
        self.phrase_resolver = PhraseResolver(self.resolver, self.countries)
        self.pronouns = PronounResolver(self.phrase_resolver)

    def resolve(self, first: int, last: int) -> Actor:
        """Return the actor to which a non-empty token range refers; its mention is the range."""
        return self.resolve_with_person(first, last)[0]

    def resolve_disjoint(self, first: int, last: int, speaker: Person | None) -> Actor:
        """Return the actor of a phrase that cannot refer to the speaker: the object of the speaker's own verb."""
        word = self.text.lower[first]
        if (
            speaker is None
            or last - first > 1
            or word not in self.lexicon.pronouns
            or word.endswith(("self", "selves"))
        ):
            return self.resolve(first, last)
        return self.pronouns.resolve(first, last, word, exclude=speaker)[0]

    def resolve_members(self, token: int) -> list[Actor]:
        """Return the members of a plural pronoun's antecedent: "they" after "Tamm and Lunde".  Otherwise empty."""
        entity = self.resolver.antecedents.get(token)
        return [self.resolve(*part) for part in entity.resolved.members] if entity is not None else []

    def resolve_with_person(self, first: int, last: int) -> tuple[Actor, Person | None]:
        """Return the actor of a non-empty token range, and its person; None for other kinds of actors."""
        if last - first == 1 and self.text.lower[first] in self.lexicon.closed_classes.quantifiers:
            return self.pronouns.resolve(first, last, self.text.lower[first])
        if last - first == 1 and self.text.tags[first] == "PRP$":
            return self.pronouns.resolve(first, last, self.text.lower[first])
        head = self.phrase_resolver.first_noun_phrase(first, last)
        if head is None:
            return self.phrase_resolver.resolve(first, last)
        if last - head.last > 1 and self._is_conjunction_of_names(head.first, last):
            return self.phrase_resolver.joint_actor(first, last), None
        word = self.text.lower[head.head]
        if self.text.tags[head.head] in {"PRP", "PRP$", "WP"} or (last - first == 1 and word in self.lexicon.pronouns):
            named = self.registry.names_in(last - 1) if last > head.last else []
            if named and named[-1].kind in {"person", "unknown"}:
                return self.phrase_resolver.resolve_name(first, last, named[-1], head)  # "one of them, X"
            return self.pronouns.resolve(first, last, word)
        if word in self.lexicon.documents and (last <= head.last or self.text.tags[head.last] != "POS"):
            issuer = self._resolve_issuer(first, last, head)
            if issuer is not None:
                return issuer
        entity = self.resolver.antecedents.get(head.head)
        if entity is not None and entity.resolved.first != head.first and self._is_named_organisation(entity.resolved):
            return self.pronouns.actor_of(first, last, entity.resolved)
        return self.phrase_resolver.resolve(first, last)

    def _is_conjunction_of_names(self, first: int, last: int) -> bool:
        """Return whether a range consists of two or more names of one kind: "Tamm and Lunde"."""
        kinds, at, joined = set(), first, self.text.is_headline(first)  # "Tamm, Lunde urge calm"
        while at < last:
            phrase = self.chunks.noun_phrase(at)
            name = next((n for n in self.registry.names_in(at) if phrase is not None and n.last == phrase.last), None)
            if phrase is None or name is None:
                return False
            kinds.add(name.kind in {"person", "unknown"})
            at = phrase.last
            while at < last and self.text.lower[at] in {",", "and"}:
                joined = joined or self.text.lower[at] == "and"
                at += 1
        return joined and len(kinds) == 1 and self.text.lower[last - 1] not in {",", "and"}

    def _is_named_organisation(self, entity: Entity) -> bool:
        """Return whether an entity is an organisation with a name; any other entity is named as in the phrase."""
        return entity.kind != "group" and entity.person is None and self.text.words[entity.first][0].isupper()

    def _resolve_issuer(self, first: int, last: int, document: NounPhrase) -> tuple[Actor, Person | None] | None:
        """Return the owner of a document, which it speaks for: "Tamm's Facebook post", "the port authority report"."""
        issuer = issuer_range(self.registry, document)
        if issuer is None:
            earlier = self.resolver.antecedents.get(document.head)
            phrase = self.chunks.noun_phrase(earlier.resolved.last - 1) if earlier is not None else None
            if phrase is None or phrase is document or self.text.lower[phrase.head] not in self.lexicon.documents:
                return None
            issuer = issuer_range(self.registry, phrase)
        return self._resolve_owner(first, last, *issuer) if issuer is not None else None

    def _resolve_owner(self, first: int, last: int, owner: int, end: int) -> tuple[Actor, Person | None]:
        """Return the actor of tokens `owner` up to `end`, with the whole document phrase as its mention."""
        phrase = self.chunks.noun_phrase(owner)
        if end - owner == 1 and self.text.tags[owner] == "PRP$":
            actor, person = self.resolve_with_person(owner, end)
        elif phrase is not None and phrase.last > end and self.text.tags[end] != "POS":
            actor, person = self._body(owner, end), None
        else:
            actor, person = self.phrase_resolver.resolve(owner, end)
        return msgspec.structs.replace(actor, mention=self.text.span(first, last)), person

    def _body(self, first: int, last: int) -> Actor:
        """Return the body that is a modifier: "Ports Ministry" in "the Ports Ministry release"."""
        name = self.text.slice(first, last)
        known = self.registry.aliases.by_initials.get(name, name)
        country = self.countries.country_of_body(first, last)
        return self.phrase_resolver.non_person_actor(known, first, last, "organisation", country)

    def record_speaker(self, person: Person | None) -> None:
        """Record who spoke last; None for a speaker who is not a known person.  Call in text order."""
        self.registry.index.speakers.append(person)

    def is_ambiguous(self, first: int, last: int) -> bool:
        """Return whether a range contains a pronoun with a second antecedent that is nearly as salient."""
        return any(i in self.resolver.ambiguous for i in range(first, last))

    def person_at(self, token: int) -> Person | None:
        """Return the person whose name starts at a token; None if there is none."""
        return self.registry.person_at.get(token)
