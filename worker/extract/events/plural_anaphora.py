"""Resolve plural anaphora such as "the two leaders" and "both sides" to parties named before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.extract.grammar.chunker import NounPhrase
    from worker.extract.grammar.clauses import ClauseParser
    from worker.extract.lexicon.event_lexicon import EventLexicon
    from worker.schema import Actor, ActorType

_LIST_WINDOW = 40
"""Noun phrases before an anaphor that are searched for a list of its antecedents."""
_MENTION_WINDOW = 80
"""Tokens before the sentence of an anaphor that are searched for separately named antecedents."""
_CABINET = frozenset({"minister", "secretary", "chancellor", "premier"})
"""Offices that "the two ministers" may denote."""
_TITLES = _CABINET | frozenset({"president", "king", "queen", "governor", "mayor", "senator", "ambassador", "judge"})
"""Offices that the roles of their holders name; "leader" or "official" may denote the holder of any office."""


def counted_parties(noun: NounPhrase, clauses: ClauseParser, lexicon: EventLexicon) -> int:
    """Return the number of parties that a phrase states ("the two ministers", "both": 2); 0 if it states none."""
    text = clauses.text
    if text.tags[noun.head] != "NNS" or text.lower[noun.first] not in word_set(lexicon.actors.anaphoric_determiners):
        return 0
    number_at = noun.first + (text.lower[noun.first] not in word_set(lexicon.actors.both))
    if number_at == noun.first:
        return 2
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
    kind = _party_type(clauses.text.lower[noun.head], lexicon)
    if kind is None:
        return []
    office = clauses.text.lower[noun.head].removesuffix("s")
    number = clauses.chunks.noun_phrase_of[noun.first]
    before = [clauses.chunks.noun_phrases[i] for i in range(number - 1, max(-1, number - 1 - _LIST_WINDOW), -1)]
    for phrase in before:
        found = named(phrase)
        if len(found) == size and all((a.type == kind or a.role) and _may_hold(a, office) for a in found):
            return found
    latest: dict[str, Actor] = {}
    start = clauses.text.sentence_range(noun.first)[0]
    for phrase in (p for p in before if p.first >= start - _MENTION_WINDOW):
        found = [actor for actor in named(phrase) if actor.type == kind and _may_hold(actor, office)]
        latest |= {actor.name: actor for actor in found if actor.name not in latest}
        if len(latest) == size:
            return list(latest.values())[::-1]
    return []


def _may_hold(actor: Actor, office: str) -> bool:
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
    singular = head.removesuffix("s")
    return "person" if singular in word_set(lexicon.actors.offices, lexicon.actors.person_nouns) else None
