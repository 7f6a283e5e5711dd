"""Resolution of pronouns: personal ones by salience, relative ones by position, "I" by the author.

"“No,” [he] said": the most salient compatible entity; "the envoy to Riga, [who] resigned, said": the envoy; "[I]
think":
the author of an opinion piece.
"""

from __future__ import annotations

from functools import cached_property

import msgspec

from worker.extract.coreference.entities import Entity
from worker.extract.coreference.first_person import find_author
from worker.extract.coreference.person import Person
from worker.extract.coreference.phrase_resolution import PhraseResolver
from worker.extract.coreference.roles import is_role
from worker.extract.grammar.chunker import NounPhrase
from worker.extract.grammar.punctuation import TYPESET_DASHES
from worker.schema import Actor

_MAX_APPOSITIONS = 3
"""Appositions between a person and "who"."""
_BEFORE_RELATIVE = TYPESET_DASHES | {",", "-", "(", ")"}
"""Marks between an antecedent and its relative pronoun."""


class PronounResolver:
    """Resolver of the pronouns of one article."""

    def __init__(self, phrase_resolver: PhraseResolver) -> None:
        self.phrase_resolver, self.resolver, self.registry = (
            phrase_resolver,
            phrase_resolver.resolver,
            phrase_resolver.registry,
        )
        self.text, self.chunks, self.lexicon = phrase_resolver.text, phrase_resolver.chunks, phrase_resolver.lexicon

    def resolve(self, first: int, last: int, word: str, exclude: Person | None = None) -> tuple[Actor, Person | None]:
        """Return the actor of the pronoun `word` at a token range, never `exclude`.

        An unresolved pronoun becomes an actor of type "unnamed" named by the pronoun itself.
        """
        if word in {"who", "which", "that", "whose"}:
            return self._resolve_relative(first, last)
        if (
            word in self.lexicon.closed_classes.first_singular_pronouns
            and self.text.quotation_of[first] < 0
            and self.author is not None
        ):
            return self.author.to_actor(self.text.span(first, last)), self.author
        entity = self.resolver.antecedents.get(first)
        if entity is None or (exclude is not None and entity.resolved.person is exclude):
            return self._unresolved(first, last), None
        return self.actor_of(first, last, entity.resolved)

    @cached_property
    def author(self) -> Person | None:
        """The person that "I" outside quotations refers to; None if unknown."""
        return find_author(self.registry)

    def actor_of(self, first: int, last: int, entity: Entity) -> tuple[Actor, Person | None]:
        """Return an entity as an actor whose mention is the token range."""
        if entity.person is not None:
            return entity.person.to_actor(self.text.span(first, last)), entity.person
        if entity.members:
            mention = self.text.span(first, last)
            contiguous = entity.first == entity.members[0][0]
            name = self.text.slice(entity.first, entity.last) if contiguous else mention.text
            return Actor(name=name, mention=mention, type="group"), None
        actor, person = self.phrase_resolver.resolve(entity.first, entity.last)
        return msgspec.structs.replace(actor, mention=self.text.span(first, last)), person

    def _resolve_relative(self, first: int, last: int) -> tuple[Actor, Person | None]:
        """Return the antecedent of a relative pronoun: the noun phrase before it, commas and of-phrases skipped.

        "Who" refers to a person: "Ida Lunde, 24, from Riga, who …", "a letter from Ida Lunde, who …".
        """
        at = first - 1
        while at > 0 and self.text.words[at] in _BEFORE_RELATIVE:
            at -= 1
        before = self.chunks.noun_phrase(at)
        if before is None:
            return self._unresolved(first, last), None
        described = self.registry.roles.holder_at.get(before.head)
        if described is not None:
            return described.to_actor(self.text.span(first, last)), described
        human = self.text.lower[first] == "who"
        while (
            before.first > 1
            and self.text.lower[before.first - 1] in self.lexicon.closed_classes.antecedent_prepositions
        ):
            earlier = self.chunks.noun_phrase(before.first - 2)
            if earlier is None or (human and self._is_human(before) and not self._is_human(earlier)):
                break
            before = earlier
        before = self._skip_ages(before) if human else before
        actor, person = self.phrase_resolver.resolve(
            before.first, max(before.last, at + 1) if before.last <= at else before.last
        )
        return msgspec.structs.replace(actor, mention=self.text.span(first, last)), person

    def _is_human(self, phrase: NounPhrase) -> bool:
        """Return whether a phrase ends in a person's name, a role or a group."""
        named = self.registry.names_in(phrase.first)
        if named and named[-1].last == phrase.last:
            return named[-1].first in self.registry.person_at
        return is_role(self.text, phrase, self.lexicon) or self.text.lower[phrase.head] in self.lexicon.groups

    def _skip_ages(self, phrase: NounPhrase) -> NounPhrase:
        """Return the person before an age or place in an apposition: "Ida Lunde, 24, from Riga"."""
        for _ in range(_MAX_APPOSITIONS):
            comma = phrase.first - 1
            if self.text.lower[comma] in self.lexicon.closed_classes.antecedent_prepositions:
                comma -= 1
            if self._is_human(phrase) or comma < 1 or self.text.words[comma] != ",":
                break
            earlier = self.chunks.noun_phrase(comma - 1)
            if earlier is None:
                break
            phrase = earlier
        return phrase

    def _unresolved(self, first: int, last: int) -> Actor:
        mention = self.text.span(first, last)
        return Actor(name=mention.text, mention=mention, type="unnamed")
