"""Whom a pronoun stands for.

Pronouns go to the last speaker whose gender fits, which is right far more often than the last person named; so speakers
are to be reported (`heard`) in text order.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Protocol

import msgspec

from worker.extract.people import People, Person, latest
from worker.schema import Actor

_FAR = 400
"""Tokens within which a pronoun looks for whom it means."""
_NEAR = 4
"""Paragraphs within which a speaker is still meant by a pronoun."""
_PERSONS = 12
_BODIES = 6
"""Speakers asked whether the pronoun means them."""


class Lookup(Protocol):
    """Resolves a phrase, with the person behind it where there is one."""

    def __call__(self, first: int, last: int) -> tuple[Actor, Person | None]:
        """Resolve the tokens `first` up to `last`."""


class Pronouns:
    """Resolves the pronouns of one article."""

    def __init__(self, people: People, lookup: Lookup) -> None:
        self.people, self.lookup = people, lookup
        self.text, self.phrases, self.lexicon = people.text, people.phrases, people.lexicon
        self._speakers: list[tuple[int, Person | None, Actor]] = []

    def heard(self, token: int, actor: Actor, person: Person | None) -> None:
        """Remember that the actor speaks at a token; call in text order."""
        self._speakers.append((token, person, actor))
        self.people.speakers.append(person)

    def resolve(self, first: int, last: int, word: str, but: Person | None = None) -> tuple[Actor, Person | None]:
        """Return whom the pronoun `word` at the tokens means, never `but`; itself, unnamed, where nobody can tell."""
        gender = (
            "masculine" if word in self.lexicon.masculine else "feminine" if word in self.lexicon.feminine else None
        )
        if gender is not None:
            person = self._antecedent(first, gender, but)
            if person is not None:
                person.gender = person.gender or gender
                return person.actor(self.text.span(first, last)), person
        elif word in {"who", "which", "that", "whose"}:
            return self._relative(first, last)
        elif word in self.lexicon.plural or word in self.lexicon.neuter:
            return self._body(first, last, plural=word in self.lexicon.plural)
        return self._unknown(first, last), None

    def _antecedent(self, token: int, gender: str, but: Person | None) -> Person | None:
        """Somebody named as a subject earlier in the sentence, else the last speaker, else the last person named."""
        sentence = max(self.text.sentence(token)[0], token - _FAR)
        here = self._subject_between(sentence, token, gender, but)
        if here is not None:
            return here
        for at, person, _ in self._heard_before(token, _PERSONS):
            if person is not None and person is not but and person.gender in {None, gender} and self._near(at, token):
                return person
        paragraph = max(self.text.paragraph(token)[0], token - _FAR)
        return (
            self._subject_between(paragraph, token, gender, but)
            or self._named_between(sentence, token, gender, but)
            or latest(self._known(token, gender, but), token)
        )

    def _known(self, token: int, gender: str, but: Person | None) -> list[Person]:
        named = (p for p in self.people.everyone if p.sure and p.seen[0] < token and p is not but)
        return [p for p in named if p.gender in {None, gender}]

    def _heard_before(self, token: int, count: int) -> list[tuple[int, Person | None, Actor]]:
        """Return the last speakers up to a token, the latest first; later extractors ask after all have spoken."""
        end = bisect_right(self._speakers, token, key=lambda speaker: speaker[0])
        return self._speakers[max(0, end - count) : end][::-1]

    def _near(self, at: int, token: int) -> bool:
        return self.text.paragraph_of[token] - self.text.paragraph_of[at] <= _NEAR

    def _subject_between(self, first: int, token: int, gender: str, but: Person | None) -> Person | None:
        """The first person of fitting gender who stands as a subject between two tokens, outside quotations."""
        i = first
        while i < token:
            phrase = self.phrases.noun(i)
            if phrase is None:
                i += 1
                continue
            i = phrase.last
            if self.text.quoted[phrase.first] >= 0 or (
                phrase.first and self.text.tags[phrase.first - 1] in {"IN", "TO"}
            ):
                continue
            for name in self.people.names_in(phrase.first):
                person = self.people.at.get(name.first)
                if person is None or person is but or name.last != phrase.last:
                    continue
                if person.sure and person.gender in {None, gender}:
                    return person
        return None

    def _named_between(self, first: int, token: int, gender: str, but: Person | None) -> Person | None:
        """The last person known to be of the gender who is named between two tokens."""
        for i in range(token - 1, first - 1, -1):
            person = self.people.at.get(i)
            if person is not None and person is not but and person.gender == gender and self.text.quoted[i] < 0:
                return person
        return None

    def _relative(self, first: int, last: int) -> tuple[Actor, Person | None]:
        """ "who": the noun phrase before it, a comma and of-phrases between them stepped over."""
        at = first - 1
        while at > 0 and self.text.words[at] in {",", "(", ")", "—", "–", "-"}:
            at -= 1
        before = self.phrases.noun(at)
        if before is None:
            return self._unknown(first, last), None
        described = self.people.described_at.get(before.head)
        if described is not None:
            return described.actor(self.text.span(first, last)), described
        while before.first > 1 and self.text.lower[before.first - 1] in {"of", "for", "from", "at", "in", "to", "on"}:
            earlier = self.phrases.noun(before.first - 2)
            if earlier is None:
                break
            before = earlier
        actor, person = self.lookup(before.first, max(before.last, at + 1) if before.last <= at else before.last)
        return msgspec.structs.replace(actor, mention=self.text.span(first, last)), person

    def _body(self, first: int, last: int, *, plural: bool) -> tuple[Actor, Person | None]:
        """ "they" and "it": the last group or body that spoke."""
        wanted = {"group", "organisation", "unnamed"} if plural else {"organisation", "country"}
        for at, person, actor in self._heard_before(first, _BODIES):
            if person is None and actor.type in wanted and self._near(at, first):
                return msgspec.structs.replace(actor, mention=self.text.span(first, last)), None
        return self._unknown(first, last), None

    def _unknown(self, first: int, last: int) -> Actor:
        mention = self.text.span(first, last)
        return Actor(name=mention.text, mention=mention, type="unnamed")
