"""The names of parties beside a phrase without a name: "its ally, [Norway],", "[the Lind Group], a union that …"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.grammar.punctuation import COMMA_AND_DASHES

if TYPE_CHECKING:
    from worker.extract.events.parties import PartyResolver
    from worker.extract.grammar.chunker import NounPhrase
    from worker.schema import Actor


def apposed_name(parties: PartyResolver, noun: NounPhrase) -> Actor | None:
    """Return the name in apposition to a phrase without a name: "its ally, [Norway],"; None if there is none."""
    text = parties.doc.text
    end = parties.offices.post_phrase_end(noun) if parties.offices.is_office(noun) else noun.last
    if (
        (text.tags[noun.head] == "NNP" and not parties.offices.is_office(noun))
        or end + 1 >= len(text.words)
        or text.words[end] != ","
    ):
        return None
    name = parties.clauses.noun_phrase(end + 1)
    if name is not None and text.tags[name.head] == "NN" and parties.offices.is_office(name) and name.first == end + 1:
        return apposed_name(parties, name) if name.last > noun.last else None  # "his ally, the president, Ana Berg"
    if (
        name is None
        or name.first != end + 1
        or text.tags[name.head] != "NNP"
        or parties.clauses.is_time_expression(name)
    ):
        return None
    verb = parties.doc.chunks.verb_group(name.last)
    actor = parties.resolve(name.first, name.last)
    is_name_of = actor.type == "person" or (actor.type == "country" and not parties.offices.is_office(noun))
    return (
        actor
        if is_name_of and (verb is None or not verb.finite) and parties.offices.word_after(name) != "and"
        else None
    )


def listed_names(parties: PartyResolver, noun: NounPhrase) -> list[Actor]:
    """Return the persons listed in an apposition to a group: "two members of Congress, [Berg] and [Lepp],".

    Empty if the list does not end with a comma or dash, or does not consist of persons.
    """
    text = parties.doc.text
    end = parties.offices.of_phrase_end(noun)
    while end < len(text.words) and text.lower[end] in {"from", "in", "on"}:
        place = parties.clauses.noun_phrase(end + 1)
        if place is None or place.first != end + 1:
            break
        end = place.last
    if end + 1 >= len(text.words) or text.words[end] not in COMMA_AND_DASHES:
        return []
    name = parties.clauses.noun_phrase(end + 1)
    if name is None or name.first != end + 1 or text.tags[name.head] != "NNP":
        return []
    names = [n for n in parties.clauses.conjuncts(name) if n.first >= name.first]
    last = names[-1].last
    if last >= len(text.words) or text.words[last] not in COMMA_AND_DASHES:
        return []
    found = [parties.resolve(n.first, n.last) for n in names]
    return found if all(actor.type == "person" for actor in found) else []


def name_before(parties: PartyResolver, noun: NounPhrase) -> Actor | None:
    """Return the name to which a phrase is an apposition: "[the Lind Group], a union that …"; else None.

    The phrase is indefinite, or closed by a comma, as "the group" after "For Berg, the group" is no apposition.
    """
    text = parties.doc.text
    if noun.first < 2 or text.words[noun.first - 1] != "," or text.tags[noun.head] not in {"NN", "NNS"}:  # noqa: PLR2004
        return None
    name = parties.clauses.noun_phrase(noun.first - 2)
    end = parties.offices.post_phrase_end(noun)
    is_closed = end < len(text.words) and (text.words[end] == "," or text.tags[end] == "WP")
    is_apposition = text.tags[noun.first] == "DT" and (text.lower[noun.first] in {"a", "an"} or is_closed)
    if name is None or not is_apposition or text.tags[name.head] != "NNP" or parties.clauses.is_time_expression(name):
        return None
    is_object = name.first > 0 and text.tags[name.first - 1] in {"IN", "TO", "SC", "CC"}
    actor = parties.resolve(name.first, name.last)
    is_indefinite = text.lower[noun.first] in {"a", "an"}  # "the board of the Lind Group, a union that"
    return actor if (is_indefinite or not is_object) and actor.type in {"person", "organisation"} else None
