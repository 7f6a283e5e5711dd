"""The parties that pronouns refer to: "[it] will", "[they] agreed", and the "I" of a quotation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from worker.extract.events.political_role import POLITICAL
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor

if TYPE_CHECKING:
    from worker.extract.events.parties import PartyResolver
    from worker.extract.grammar.chunker import NounPhrase


def pronoun_actor(parties: PartyResolver, noun: NounPhrase) -> Actor | None:
    """Resolve a pronoun.

    "It" and "they" after a verb of speech refer to its subject, and without a known antecedent to the nearest
    political subject before them, if that is no person.  An "it" that refers to no political party is none.
    """
    actor = parties.resolve(noun.first, noun.last)
    word, main = parties.doc.text.lower[noun.head], parties.doc.lexicon
    if (speaker := _first_person_speaker(parties, noun)) is not None:
        return speaker
    if word in main.neuter | main.plural and (body := _reporting_body(parties, noun)) is not None:
        return msgspec.structs.replace(body, mention=actor.mention)
    if word in main.neuter:
        is_body = actor.type in {"country", "organisation"} and actor.name not in main.seats_of_power
        return actor if is_body and parties.roles.political_role(actor) == POLITICAL else None
    if actor.type in {"person", "country", "organisation"} or word not in main.neuter | main.plural:
        return actor
    for verb in parties.clauses.finite_verbs_before(noun.first):
        subject = parties.clauses.subject(verb)
        if subject is None or subject.first >= noun.first or parties.doc.text.tags[subject.head] in {"PRP", "WP"}:
            continue
        found = parties.resolve(subject.first, subject.last)
        if found.type != "person" and parties.roles.political_role(found) == POLITICAL:
            return Actor(
                name=found.name, mention=actor.mention, type=found.type, role=found.role, country=found.country
            )
    return actor


def _reporting_body(parties: PartyResolver, pronoun: NounPhrase) -> Actor | None:
    """Return the body whose report a pronoun opens: "[the EU] has said it will", "[the union] said that they"."""
    text = parties.doc.text
    at = pronoun.first - 1
    at -= at > 0 and text.lower[at] == "that"
    verb = parties.doc.chunks.verb_group(at)
    if verb is None or not verb.finite or text.lower[verb.head] not in parties.doc.lexicon.cues:
        return None
    subject = parties.clauses.subject(verb)
    if subject is None or text.tags[subject.head] in {"PRP", "WP"}:
        return None
    found = parties.resolve(
        subject.first, parties.offices.of_phrase_end(subject) if parties.offices.takes_of(subject) else subject.last
    )
    is_body = found.type != "person" and parties.roles.political_role(found) == POLITICAL
    return found if is_body and not _is_single_office(parties, subject) else None


def _is_single_office(parties: PartyResolver, noun: NounPhrase) -> bool:
    """Return whether a phrase denotes one office holder: "the finance minister", but not "the ministry"."""
    word = parties.doc.text.lower[noun.head]
    return word in word_set(parties.lexicon.actors.offices) and not parties.offices.is_plural(noun)


def _first_person_speaker(parties: PartyResolver, noun: NounPhrase) -> Actor | None:
    """Return the speaker of the statement that contains an "I" in quotation marks; None for other words."""
    text = parties.doc.text
    if text.words[noun.head] != "I" or text.quotation_of[noun.head] < 0:
        return None
    offset = text.starts[noun.head]
    containing = (s for s in parties.doc.statements if any(span.start <= offset < span.end for span in s.content))
    statement = next(containing, None)
    return statement.speaker if statement is not None else None
