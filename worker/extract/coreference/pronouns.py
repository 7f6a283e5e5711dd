"""Whom a pronoun stands for: the discourse knows the personal ones, the words before a relative one say it.

"“No,” [he] said" means whoever the discourse says; "the envoy to Riga, [who] resigned, said" the envoy; "[I] think" the
author of an opinion piece.
"""

from __future__ import annotations

from functools import cached_property

import msgspec

from worker.extract.coreference.entities import Entity
from worker.extract.coreference.first_person import find_author
from worker.extract.coreference.person import Person
from worker.extract.coreference.phrase_resolution import PhraseResolver
from worker.extract.grammar.punctuation import TYPESET_DASHES
from worker.schema import Actor

_BEFORE_RELATIVE = TYPESET_DASHES | {",", "-", "(", ")"}
"""Marks between a noun and its relative pronoun."""


class PronounResolver:
    """Resolves the pronouns of one article."""

    def __init__(self, phrase_resolver: PhraseResolver) -> None:
        self.phrase_resolver, self.resolver, self.registry = (
            phrase_resolver,
            phrase_resolver.resolver,
            phrase_resolver.registry,
        )
        self.text, self.chunks, self.lexicon = phrase_resolver.text, phrase_resolver.chunks, phrase_resolver.lexicon

    def resolve(self, first: int, last: int, word: str, exclude: Person | None = None) -> tuple[Actor, Person | None]:
        """Return whom the pronoun `word` at the tokens means, never `but`; itself, unnamed, where nobody can tell."""
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
        """Whoever says "I" outside quotations."""
        return find_author(self.registry)

    def actor_of(self, first: int, last: int, entity: Entity) -> tuple[Actor, Person | None]:
        """Return the party that an entity is, meant by some tokens."""
        if entity.person is not None:
            return entity.person.to_actor(self.text.span(first, last)), entity.person
        if entity.members:
            mention = self.text.span(first, last)
            return Actor(name=self.text.slice(entity.first, entity.last), mention=mention, type="group"), None
        actor, person = self.phrase_resolver.resolve(entity.first, entity.last)
        return msgspec.structs.replace(actor, mention=self.text.span(first, last)), person

    def _resolve_relative(self, first: int, last: int) -> tuple[Actor, Person | None]:
        """ "who": the noun phrase before it, a comma and of-phrases between them stepped over."""
        at = first - 1
        while at > 0 and self.text.words[at] in _BEFORE_RELATIVE:
            at -= 1
        before = self.chunks.noun_phrase(at)
        if before is None:
            return self._unresolved(first, last), None
        described = self.registry.role_holder_at.get(before.head)
        if described is not None:
            return described.to_actor(self.text.span(first, last)), described
        while (
            before.first > 1
            and self.text.lower[before.first - 1] in self.lexicon.closed_classes.antecedent_prepositions
        ):
            earlier = self.chunks.noun_phrase(before.first - 2)
            if earlier is None:
                break
            before = earlier
        actor, person = self.phrase_resolver.resolve(
            before.first, max(before.last, at + 1) if before.last <= at else before.last
        )
        return msgspec.structs.replace(actor, mention=self.text.span(first, last)), person

    def _unresolved(self, first: int, last: int) -> Actor:
        mention = self.text.span(first, last)
        return Actor(name=mention.text, mention=mention, type="unnamed")
