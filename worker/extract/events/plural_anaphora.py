"""Resolve plural anaphora such as "the two leaders" and "both sides" to parties named before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.political_role import singular_of
from worker.extract.grammar.chunker import NounPhrase
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.extract.grammar.clauses import ClauseParser
    from worker.extract.grammar.sentences import AnnotatedText
    from worker.extract.lexicon.event_lexicon import EventLexicon
    from worker.schema import ActorType

_LIST_WINDOW = 40
"""Noun phrases before an anaphor that are searched for a list of its antecedents."""
_MENTION_WINDOW = 80
"""Tokens before the sentence of an anaphor that are searched for separately named antecedents."""
_PAIR = 2
_CABINET = frozenset({"minister", "secretary", "chancellor", "premier"})
"""Offices that "the two ministers" may denote."""
_SIDES = frozenset({"country", "organisation", "person"})
"""Types of parties that "both sides" may denote."""
_TITLES = _CABINET | frozenset({"president", "king", "queen", "governor", "mayor", "senator", "ambassador", "judge"})
"""Offices that the roles of their holders name; "leader" or "official" may denote the holder of any office."""


def counted_parties(noun: NounPhrase, clauses: ClauseParser, lexicon: EventLexicon) -> int:
    """Return the number of parties that a phrase states ("the two ministers", "both", "the pair": 2); 0 if none."""
    text = clauses.text
    if text.lower[noun.head] in word_set(lexicon.actors.pairs):
        is_pair = text.lower[noun.first] == "the" and text.lower[noun.last : noun.last + 1] != ["of"]
        return _PAIR if is_pair and noun.head == noun.first + 1 else 0
    if text.tags[noun.head] != "NNS" or text.lower[noun.first] not in word_set(lexicon.actors.anaphoric_determiners):
        return 0
    number_at = noun.first + (text.lower[noun.first] not in word_set(lexicon.actors.both))
    if number_at == noun.first:
        return _PAIR
    return lexicon.calendar.numbers.get(text.lower[number_at], 0) if number_at < noun.head else 0


def antecedents(
    noun: NounPhrase,
    size: int,
    clauses: ClauseParser,
    named: Callable[[NounPhrase], list[Actor]],
    lexicon: EventLexicon,
) -> list[Actor]:
    """Return the `size` antecedents of a plural phrase; empty if none are found.

    The nearest list of that size before the phrase is preferred ("A and B", "the ministers of A and B"), otherwise the
    parties of the right type that were named last ("A met B"), without those of another office: an envoy is none of
    "the two presidents".  `named` returns the parties of a noun phrase.
    """
    head = clauses.text.lower[noun.head]
    kind = _party_type(head, lexicon)
    if head in word_set(lexicon.actors.side_nouns):
        return _sides(noun, size, clauses, named)
    if kind is None:
        return []
    office = clauses.text.lower[noun.head].removesuffix("s")
    before = _phrases_before(noun, clauses)
    for phrase in before:
        found = named(phrase)
        if len(found) == size and all((a.type == kind or a.role) and may_hold(a, office) for a in found):
            return found
    latest: dict[str, Actor] = {}
    start = clauses.text.sentence_range(noun.first)[0]
    for phrase in (p for p in before if p.first >= start - _MENTION_WINDOW):
        found = [actor for actor in named(phrase) if actor.type == kind and may_hold(actor, office)]
        latest |= {actor.name: actor for actor in found if actor.name not in latest}
        if len(latest) == size:
            return list(latest.values())[::-1]
    return []


def _phrases_before(noun: NounPhrase, clauses: ClauseParser) -> list[NounPhrase]:
    """Return the phrases before an anaphor that are searched for its antecedents, nearest first."""
    number = clauses.chunks.noun_phrase_of[noun.first]
    return [clauses.chunks.noun_phrases[i] for i in range(number - 1, max(-1, number - 1 - _LIST_WINDOW), -1)]


def _sides(
    noun: NounPhrase, size: int, clauses: ClauseParser, named: Callable[[NounPhrase], list[Actor]]
) -> list[Actor]:
    """Return the parties that "both sides" denotes: the nearest list of that size, or the only countries before it.

    Countries named one by one count if no third one is among them: "Latvia warned Norway. The two sides …".
    """
    before = _phrases_before(noun, clauses)
    start = clauses.text.sentence_range(noun.first)[0]
    countries: dict[str, Actor] = {}
    for phrase in before:
        found = named(phrase)
        if len(found) == size and all(actor.type in _SIDES for actor in found):
            return found
        if phrase.first >= start - _MENTION_WINDOW:
            countries |= {a.name: a for a in found if a.type == "country" and a.name not in countries}
    return list(countries.values())[::-1] if len(countries) == size else []


def owners_of_office(noun: NounPhrase, clauses: ClauseParser) -> NounPhrase | None:
    """Return the countries of a plural office: "ministers of [both countries]", "[both countries]' ministers"."""
    tags, last = clauses.text.tags, noun.last
    possessive = next((at for at in range(noun.first + 1, noun.head) if tags[at] == "POS"), -1)
    if possessive > 0:
        return NounPhrase(noun.first, possessive, possessive - 1)
    return clauses.noun_phrase(last + 1) if clauses.text.lower[last : last + 1] == ["of"] else None


def offices_of(office: NounPhrase, owners: NounPhrase, countries: list[Actor], text: AnnotatedText) -> list[Actor]:
    """Return the office of each of the countries that the owners of an office denote."""
    first = owners.last + 1 if owners.last < office.last else office.first + (text.tags[office.first] == "DT")
    role = singular_of(text.slice(first, office.last))
    mention = text.span(office.first, max(office.last, owners.last))
    return [
        Actor(name=country.name, mention=mention, type="country", role=role, country=country.country)
        for country in countries
        if country.type == "country"
    ]


def may_hold(actor: Actor, office: str) -> bool:
    """Return whether a party may hold an office: its role names the office or a counterpart, or nothing is known."""
    if office not in _TITLES or actor.role is None:
        return True
    words = actor.role.lower().split()
    alike = _CABINET if office in _CABINET else frozenset({office})
    return "counterpart" in words or not alike.isdisjoint(words)


def _party_type(head: str, lexicon: EventLexicon) -> ActorType | None:
    """Return the type of party that a plural noun denotes: "person" for offices, "country"; None for any other noun."""
    if head in word_set(lexicon.actors.country_nouns):
        return "country"
    if head in word_set(lexicon.actors.pairs):
        return "person"
    singular = head.removesuffix("s")
    return "person" if singular in word_set(lexicon.actors.offices, lexicon.actors.person_nouns) else None
