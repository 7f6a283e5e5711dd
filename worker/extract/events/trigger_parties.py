"""Parties of a trigger: its subject, its with-phrase and its agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.schema import Actor

_WITH_WINDOW = 16
_IDENTITY_WINDOW = 24
"""Tokens of a relative clause that identifies its antecedent."""
_BY_WINDOW = 10
"""Tokens after a verb that are searched for its with-phrase and for its agent."""


def subject_parties(ctx: EventContext, group: VerbGroup) -> list[Actor]:
    """Return the parties of a verb's subject; for "her decision to meet", the owner of the noun."""
    noun = ctx.clauses.subject(group)
    owner = None
    is_office = noun is not None and ctx.text.lower[noun.head] in word_set(ctx.lexicon.actors.offices)
    if noun is not None and group.infinitive and not is_office and ctx.text.tags[noun.head] in {"NN", "NNS"}:
        owner = ctx.parties.possessor(noun, noun.head)
    if owner is not None:
        return [owner]
    return noun_parties(ctx, noun, group)


def noun_parties(ctx: EventContext, noun: NounPhrase | None, group: VerbGroup) -> list[Actor]:
    """Return the parties of a subject noun phrase with its conjuncts; empty for None.

    Before a relative pronoun only the last conjunct counts: "the senate and [the secretary] who had resigned".
    """
    relative = ctx.text.tags[group.first - 1 : group.first] == ["WP"]
    if noun is not None and relative and ctx.text.lower[group.first - 1] == "who":
        noun = _holder_of(ctx, noun)
    if noun is not None and relative and (named := _identified_parties(ctx, noun, group)):
        return named
    if noun is not None and relative and ctx.text.tags[noun.head] in {"NN", "NNP"}:
        return ctx.parties.phrase_parties(noun)
    return ctx.parties.parties_of(noun)


def _holder_of(ctx: EventContext, noun: NounPhrase) -> NounPhrase:
    """Return the person modified by the phrase before "who": "[the owner] of the ferry who resigned"; else the noun."""
    at = noun.first - 1
    outer = ctx.clauses.noun_phrase(at - 1) if at > 0 and ctx.text.lower[at] in {"of", "at", "for"} else None
    if outer is None or outer.last != at:
        return noun
    word = ctx.text.lower[outer.head]
    is_person = word in word_set(ctx.lexicon.actors.offices) or word in ctx.doc.lexicon.roles
    return outer if is_person else noun


def _identified_parties(ctx: EventContext, noun: NounPhrase, group: VerbGroup) -> list[Actor]:
    """Return the parties with which a sentence identifies a plural: "those who voted for it were [Oslo] and [Riga]"."""
    if ctx.text.tags[noun.head] not in {"NNS", "DT"}:
        return []
    end = min(ctx.text.sentence_range(group.head)[1], group.last + _IDENTITY_WINDOW)
    for at in range(group.last, end):
        verb = ctx.chunks.verb_group(at)
        if verb is None or not verb.finite or at != verb.first:
            continue
        identifies = ctx.word(verb.head) in ctx.doc.lexicon.be
        is_identity = identifies or ctx.lemma(verb) in word_set(ctx.lexicon.actors.identifying_verbs)
        named = ctx.clauses.noun_phrase(verb.last) if is_identity else None
        found = ctx.parties.parties_of(named) if named is not None and named.first == verb.last else []
        return found if all(actor.type in {"person", "organisation", "country"} for actor in found) else []
    return []


def with_parties(ctx: EventContext, at: int) -> list[Actor]:
    """Return the parties of the first with-phrase after a token; empty if there is none."""
    found = ctx.clauses.prepositional_phrases(at, word_set(ctx.lexicon.meeting.with_), _WITH_WINDOW)
    return ctx.parties.parties_of(found[0][1]) if found else []


def agreement_partners(ctx: EventContext, at: int, *, agrees: bool) -> list[Actor]:
    """Return the parties with which an agreement is reached: "signed a deal with [Oslo] on fishing"; empty if none.

    `agrees`: whether the verb is one of agreement; any other verb needs an agreement as object.
    """
    found = ctx.clauses.prepositional_phrases(at, word_set(ctx.lexicon.meeting.with_), _WITH_WINDOW)
    between = range(at, found[0][0]) if found else range(0)
    occasion_prepositions = word_set(ctx.lexicon.extent.occasion_prepositions)
    if any(ctx.word(i) in occasion_prepositions and not ctx.time_and_place.is_time_at(i) for i in between):
        return []  # "announced a deal at talks with …"
    deals = word_set(ctx.lexicon.decision.objects["deal"])
    is_deal = any(ctx.word(i) in deals for i in between)
    is_direct = agrees and not any(ctx.chunks.noun_phrase_of[i] >= 0 for i in between)
    if not found or not (is_deal or is_direct) or any(ctx.chunks.verb_group(i) is not None for i in between):
        return []  # "agreed all products with …"
    partners = ctx.parties.parties_of(found[0][1])
    return [a for a in partners if ctx.roles.political_role(a) or a.type == "group"]


def agent_parties(ctx: EventContext, at: int) -> list[Actor]:
    """Return the parties of the first by-phrase after a token; empty if there is none."""
    found = ctx.clauses.prepositional_phrases(at, word_set(ctx.lexicon.meeting.by), _BY_WINDOW)
    return ctx.parties.parties_of(found[0][1]) if found else []


def distinct_parties(parties: list[Actor]) -> list[Actor]:
    """Return the parties in order, without those whose name occurred before; case and the article are ignored."""
    kept: dict[str, Actor] = {}
    for actor in parties:
        kept.setdefault(actor.name.casefold().removeprefix("the "), actor)
    return list(kept.values())


def is_question(ctx: EventContext, at: int) -> bool:
    """Return whether the sentence of a token is a question; questions report no events."""
    return ctx.text.words[ctx.text.sentence_range(at)[1] - 1] == "?"


def is_outlet_party(ctx: EventContext, actor: Actor) -> bool:
    """Return whether a party is a news outlet."""
    if actor.type == "person":
        return False
    name, main, last = actor.name, ctx.doc.lexicon, last_word(actor.name)
    is_head = last.lower() in main.outlet_heads and last.lower() not in word_set(ctx.lexicon.actors.institutions)
    return name.lower() in main.outlets or (is_head and last[:1].isupper())


def last_word(name: str) -> str:
    """Return the last word of a name."""
    return name.rpartition(" ")[2]
