"""Whom "the two leaders" and "both sides" mean: as many parties, named together before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.extract.grammar.chunker import NounPhrase
    from worker.extract.grammar.clauses import ClauseParser
    from worker.extract.lexicon.event_lexicon import EventLexicon
    from worker.schema import Actor, ActorType

_BACK = 40
"""Noun phrases before a collective among which a list of its members is looked for; an article names them close by."""
_NEAR = 80
"""Tokens before its sentence in which single people are."""


def counted_parties(noun: NounPhrase, clauses: ClauseParser, lexicon: EventLexicon) -> int:
    """Return how many parties a phrase counts ("the two ministers": 2); 0 where it counts none."""
    text = clauses.text
    if text.tags[noun.head] != "NNS" or text.lower[noun.first] not in word_set(lexicon.actors.anaphoric_determiners):
        return 0
    counted = noun.first + (text.lower[noun.first] not in word_set(lexicon.actors.both))
    if counted == noun.first:
        return 2
    return lexicon.calendar.numbers.get(text.lower[counted], 0) if counted < noun.head else 0


def antecedents(
    noun: NounPhrase,
    size: int,
    clauses: ClauseParser,
    named: Callable[[NounPhrase], list[Actor]],
    lexicon: EventLexicon,
) -> list[Actor]:
    """Return the parties last named together before a phrase, as many as it counts; empty where there are none.

    Together are those of one list ("A and B", "the ministers of A and B"), or else those of their kind that were named
    last ("A met B").
    """
    kind = _party_type(clauses.text.lower[noun.head], lexicon)
    if kind is None:
        return []
    number = clauses.chunks.noun_phrase_of[noun.first]
    before = [clauses.chunks.noun_phrases[i] for i in range(number - 1, max(-1, number - 1 - _BACK), -1)]
    for phrase in before:
        found = named(phrase)
        if len(found) == size and all(actor.type == kind or actor.role for actor in found):
            return found
    latest: dict[str, Actor] = {}
    start = clauses.text.sentence_range(noun.first)[0]
    for phrase in (p for p in before if p.first >= start - _NEAR):
        latest |= {actor.name: actor for actor in named(phrase) if actor.type == kind and actor.name not in latest}
        if len(latest) == size:
            return list(latest.values())[::-1]
    return []


def _party_type(head: str, lexicon: EventLexicon) -> ActorType | None:
    """Return the type of party that a plural counts: people by their office, countries; None for any other."""
    if head in word_set(lexicon.actors.country_nouns):
        return "country"
    singular = head.removesuffix("s")
    return "person" if singular in word_set(lexicon.actors.offices) | word_set(lexicon.actors.person_nouns) else None
