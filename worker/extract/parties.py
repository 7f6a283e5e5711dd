"""Which parties a noun phrase stands for in an event, and whether they act in a political or institutional role.

"The transport ministers of Estonia and Latvia" are two parties, each with its role; "Berg's talks" are Berg's; a
caption's "the two leaders" are whoever met last.  Who is who comes from `mentions`; what a head noun says about power
comes from the lexicon's `[actors]`.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from worker.extract.event_lexicon import words
from worker.schema import Actor, ActorType

if TYPE_CHECKING:
    from worker.extract.clauses import Clauses
    from worker.extract.document import Doc
    from worker.extract.event_lexicon import EventLexicon
    from worker.extract.phrases import NounPhrase

Grade = Literal[0, 1, 2]
POSSIBLE: Grade = 1
POLITICAL: Grade = 2
"""0: no political actor; 1: a name whose role the article does not give; 2: a political or institutional actor."""

_HOPS = 3
"""Of-phrases stacked on one head: "envoys of the ministry of fisheries of Iceland"."""
_OF = frozenset({"of", "from"})
_AFTER_HEAD = frozenset(
    {"of", "from", "for", "on", "in", "to", "at", "with", "against", "opposed", "and", "who", "that"}
)


class Parties:
    """The parties of one article, as events name them."""

    def __init__(self, doc: Doc, clauses: Clauses, lexicon: EventLexicon) -> None:
        self.doc, self.clauses, self.lexicon = doc, clauses, lexicon
        self._known: dict[tuple[int, int], Actor] = {}
        """Parties already resolved, by their tokens: a phrase is asked about many times."""

    # ------------------------------------------------------------ who
    def named(self, noun: NounPhrase | None) -> list[Actor]:
        """Return the parties of a phrase and of those coordinated with it, each once; empty for None."""
        if noun is None:
            return []
        found: dict[str, Actor] = {}
        for member in [*map(self._whole, self.clauses.coordinated(noun)), *self._included(noun), *self._after_of(noun)]:
            for actor in self.members(member):
                found.setdefault(actor.name.casefold(), actor)
        return list(found.values())

    def _whole(self, noun: NounPhrase) -> NounPhrase:
        """Return the office or body in whose of-phrase the noun stands: "[the envoys of the rebels] and Oslo met"."""
        at = noun.first - 1
        outer = self.clauses.noun(at - 1) if at > 0 and self.doc.text.lower[at] == "of" else None
        fits = outer is not None and outer.last == at and self._is_office(outer) and not self._is_country(noun)
        return outer if outer is not None and fits else noun

    def _after_of(self, noun: NounPhrase) -> list[NounPhrase]:
        """Return the parties joined behind an of-phrase: "officials of the port and [envoys] of Norway"."""
        of = self.clauses.noun(noun.last + 1) if self._is_office(noun) and self.word_after(noun) in _OF else None
        if of is None:
            return []
        single = not self._is_plural(noun) and self.grade(self._resolve(of.first, of.last)) == POLITICAL
        joined = [n for n in self.clauses.coordinated(of)[1:] if n.first > of.first]
        return [n for n in joined if self._is_office(n) or (single and self._is_name(n))]

    def _is_name(self, noun: NounPhrase) -> bool:
        return self.doc.text.tags[noun.head] == "NNP"

    def _included(self, noun: NounPhrase) -> list[NounPhrase]:
        """Return the phrases after "including": "leaders including A and B"."""
        text, at = (
            self.doc.text,
            noun.last + (noun.last < len(self.doc.text.words) and self.doc.text.words[noun.last] == ","),
        )
        if at >= len(text.words) or text.lower[at] not in words(self.lexicon.meeting.including):
            return []
        following = self.clauses.noun(at + 1)
        return self.clauses.coordinated(following) if following and following.first == at + 1 else []

    def members(self, noun: NounPhrase) -> list[Actor]:
        """Return the parties of one phrase: several where offices of several countries are named at once."""
        if self._is_plural(noun) and (countries := self._countries_of(noun)):
            return [self._office_of(country, noun) for country in countries]
        if several := self.doc.mentions.several(noun.head):
            return several
        actor = self.actor(noun)
        return [actor] if actor is not None else []

    def actor(self, noun: NounPhrase) -> Actor | None:
        """Return the party of a phrase with its of-phrases; None where it can be no party (a date, a measure)."""
        text = self.doc.text
        tag = text.tags[noun.head]
        if (
            self.clauses.is_time(noun)
            or tag in {"EX", "VBG"}
            or text.words[noun.head][0].isdigit()
            or text.lower[noun.head] in self.lexicon.nobody
        ):
            return None
        if tag in {"PRP", "WP"}:
            return self._pronoun(noun)
        return self._apposed(noun) or self._resolve(
            noun.first, self._of_end(noun) if self._is_office(noun) else noun.last
        )

    def _pronoun(self, noun: NounPhrase) -> Actor:
        """Resolve a pronoun; "it" and "they" that mean nobody who spoke mean the subject before them."""
        actor = self._resolve(noun.first, noun.last)
        word, main = self.doc.text.lower[noun.head], self.doc.lexicon
        if actor.type in {"person", "country", "organisation"} or word not in main.neuter | main.plural:
            return actor
        for verb in self.clauses.verbs_before(noun.first):
            subject = self.clauses.subject(verb)
            if subject is None or subject.first >= noun.first or self.doc.text.tags[subject.head] in {"PRP", "WP"}:
                continue
            found = self._resolve(subject.first, subject.last)
            if found.type != "person" and self.grade(found) == POLITICAL:
                return Actor(
                    name=found.name, mention=actor.mention, type=found.type, role=found.role, country=found.country
                )
        return actor

    def _apposed(self, noun: NounPhrase) -> Actor | None:
        """Return the name that stands in apposition to a phrase without one: "its ally, Norway,"."""
        text = self.doc.text
        end = self._of_end(noun) if self._is_office(noun) else noun.last
        if (
            (text.tags[noun.head] == "NNP" and not self._is_office(noun))
            or end + 1 >= len(text.words)
            or text.words[end] != ","
        ):
            return None
        name = self.clauses.noun(end + 1)
        if name is None or name.first != end + 1 or text.tags[name.head] != "NNP" or self.clauses.is_time(name):
            return None
        verb = self.doc.phrases.verb(name.last)
        actor = self._resolve(name.first, name.last)
        fits = actor.type == "person" or (actor.type == "country" and not self._is_office(noun))
        return actor if fits and (verb is None or not verb.finite) and self.word_after(name) != "and" else None

    def word_after(self, noun: NounPhrase) -> str:
        """Return the word after a phrase in lower case, "" at the end of the text."""
        return self.doc.text.lower[noun.last] if noun.last < len(self.doc.text.lower) else ""

    def possessor(self, noun: NounPhrase, before: int) -> Actor | None:
        """Return the owner inside a phrase, left of a token: "Oslo's", "his"; None where there is none."""
        text = self.doc.text
        for at in range(before - 1, noun.first - 1, -1):
            if text.tags[at] == "POS" and at > noun.first:
                return self._resolve(noun.first, at)
            if text.tags[at] in {"PRP$", "PRP"}:
                return self._resolve(at, at + 1)
        return None

    def modifiers(self, noun: NounPhrase, before: int) -> list[Actor]:
        """Return the parties among the words before a noun: "the EU decision", "Oslo-led talks"."""
        text, main, found = self.doc.text, self.doc.lexicon, []
        ahead = noun.first - 1
        hyphenated = ahead >= 0 and "-" in text.words[ahead] and text.tags[ahead] in {"VBN", "JJ"}
        for at in range(ahead if hyphenated else noun.first, before):
            word = text.words[at]
            name = word.split("-")[0]
            code = main.countries.get(name)
            if code or (name.isupper() and name.replace(".", "").isalpha() and len(name) > 1):
                kind: ActorType = "country" if code else "organisation"
                found.append(Actor(name=name, mention=text.span(at, at + 1), type=kind, country=code))
            elif "-" in word and (person := self.doc.mentions.person_at(at)) is not None:
                found.append(Actor(name=person.name, type="person", role=person.role, country=person.country))
        return found

    def _resolve(self, first: int, last: int) -> Actor:
        known = self._known.get((first, last))
        if known is None:
            known = self._known[first, last] = self.doc.mentions.resolve(first, last)
        return known

    # ------------------------------------------------------------ offices of countries
    def _is_plural(self, noun: NounPhrase) -> bool:
        word = self.doc.text.lower[noun.head]
        return self.doc.text.tags[noun.head] == "NNS" or _singular(word) in words(self.lexicon.actors.offices) - {word}

    def _is_office(self, noun: NounPhrase) -> bool:
        word = self.doc.text.lower[noun.head]
        offices = words(self.lexicon.actors.offices)
        return word in offices or _singular(word) in offices or word in words(self.lexicon.actors.bodies)

    def _countries_of(self, noun: NounPhrase) -> list[NounPhrase]:
        """Return the country phrases of "ministers of A, B and C", empty where the of-phrase names none."""
        text, at = self.doc.text, noun.last
        for _ in range(_HOPS):
            if at >= len(text.words) or text.lower[at] not in _OF:
                return []
            following = self.clauses.noun(at + 1)
            if following is None or following.first != at + 1:
                return []
            listed = [n for n in self.clauses.coordinated(following) if n.first >= following.first]
            countries = [n for n in listed if self._is_country(n)]
            if countries:
                return countries
            at = following.last
        return []

    def _is_country(self, noun: NounPhrase) -> bool:
        return self._resolve(noun.first, noun.last).type == "country"

    def _office_of(self, country: NounPhrase, office: NounPhrase) -> Actor:
        of = self._resolve(country.first, country.last)
        first = office.first + (self.doc.text.tags[office.first] == "DT")
        role = _singular(self.doc.text.slice(first, office.last))
        return Actor(name=of.name, mention=of.mention, type="country", role=role, country=of.country)

    def _of_end(self, noun: NounPhrase) -> int:
        text, end = self.doc.text, noun.last
        for _ in range(_HOPS):
            following = self.clauses.noun(end + 1) if end < len(text.words) and text.lower[end] in _OF else None
            if following is None or following.first != end + 1 or self.clauses.is_time(following):
                break
            end = following.last
        return end

    # ------------------------------------------------------------ in which role
    def grade(self, actor: Actor) -> Grade:
        """Tell whether a party acts in a political or institutional role."""
        if actor.type == "country":
            return 2
        if actor.type == "person" and actor.name.lower() not in words(self.lexicon.actors.bodies):
            return self._grade_of_person(actor)
        return self._grade_of_body(actor)

    def _grade_of_person(self, actor: Actor) -> Grade:
        told = (actor.role or "").lower()
        role = frozenset(told.replace("-", " ").replace(",", " ").split())
        if role & words(self.lexicon.actors.business) or any(b in told for b in words(self.lexicon.actors.business)):
            return 0
        if role & words(self.lexicon.actors.offices) or actor.name.split()[-1] in self._leaders:
            return 2
        return 0 if role & words(self.lexicon.actors.private) else 1

    def _grade_of_body(self, actor: Actor) -> Grade:
        lower, main = actor.name.lower(), self.doc.lexicon
        plain = lower.removeprefix("the ").replace(".", "")
        if plain in main.international or plain in main.acronyms or actor.name in main.seats:
            return 2
        head = _head(lower)
        if head in words(self.lexicon.actors.private) or plain in words(self.lexicon.actors.bare):
            return 0
        powers = words(self.lexicon.actors.bodies) | words(self.lexicon.actors.offices)
        if powers & {head, _singular(head), head + "s"}:
            return 2
        if lower.startswith("the ") and head.capitalize() in main.demonyms:
            return 2
        if actor.type == "unnamed" and powers & set(lower.split()):
            return 2  # "Norway's president …", the name not told apart
        return 1 if actor.type == "organisation" else 0

    def heads(self, actor: Actor) -> set[str]:
        """Return the head words of a party's name and role, in lower case."""
        return {_head(actor.name.lower()), _head((actor.role or "").lower())}

    def private(self, actor: Actor) -> bool:
        """Tell voters, kin, customers: whoever acts in no political role."""
        return _head(actor.name.lower()) in words(self.lexicon.actors.private)

    def sent(self, actor: Actor) -> bool:
        """Tell people who can be guests ("a delegation from Oslo") from money, messages and institutions."""
        head = _head(actor.name.lower())
        people = words(self.lexicon.actors.sent) | words(self.lexicon.actors.offices)
        return bool(people & {head, _singular(head)}) or (head.capitalize() in self.doc.lexicon.demonyms)

    @cached_property
    def _leaders(self) -> frozenset[str]:
        """Surnames that stand before "administration", "government", "campaign": their bearers are in politics."""
        text, heads = self.doc.text, words(self.lexicon.actors.led)
        found = set()
        for at in range(1, len(text.words)):
            if text.lower[at] in heads:
                before = at - 2 if text.tags[at - 1] == "POS" and at > 1 else at - 1
                if text.words[before][0].isupper():
                    found.add(text.words[before])
        return frozenset(found)


def _head(name: str) -> str:
    """Return the head of a phrase in lower case: "officials from Oslo" -> "officials"."""
    tokens = name.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split()
    cut = next((i for i, token in enumerate(tokens) if token in _AFTER_HEAD and i), len(tokens))
    return tokens[cut - 1].removesuffix("'s") if tokens else ""


def _singular(role: str) -> str:
    """Read "defense ministers" -> "defense minister"."""
    return role[:-1] if role.endswith("s") and not role.endswith("ss") else role
