"""Find who decides where the subject of a verb is what is decided on.

The decider of a passive without an agent, or of a participle after a noun, is named in the phrase of what is decided on
("the committee's inquiry was opened", "EU tariffs imposed in May"), in the place ("was blocked in the senate"), as the
speaker ("the minister said a fund would be set up"), or as the last institution before ("Parliament debated the bill.
It was passed on Friday").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.decisions.act import NO_PARTIES, ActParties
from worker.extract.events.political_role import POLITICAL
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup

_PLACE_WINDOW = 12
"""Tokens after a verb that are searched for the institution in which something is decided."""
_VERBS_BEFORE = 4
"""Finite verbs before whose subjects may be the decider."""


def parties_beside(ctx: EventContext, group: VerbGroup, patient: NounPhrase | None) -> ActParties:
    """Return the decider that the patient, the place, the speaker or the text before names; `NO_PARTIES` if none."""
    if patient is not None and (owners := owners_of(ctx, patient)):
        return ActParties(owners, "patient", patient)
    if (seat := _seat_of_decision(ctx, group)) is not None:
        return ActParties([seat], "place", patient)
    is_announced = group.passive and group.modal >= 0  # "the minister said a fund would be set up"
    if is_announced and (speaker := _speaker(ctx, group.head)) is not None:
        return ActParties([speaker], "speaker", patient)
    body = last_body(ctx, group.first, _VERBS_BEFORE)
    return ActParties([body], "near", patient) if body is not None else NO_PARTIES


def owners_of(ctx: EventContext, noun: NounPhrase) -> list[Actor]:
    """Return the political owner or modifiers of a noun: "Oslo's", "EU" in "EU tariffs", "British plans"."""
    owner = ctx.parties.possessor(noun, noun.head)
    if owner is not None:
        return [owner] if _is_political(ctx, owner) else []
    found = ctx.parties.modifier_parties(noun, noun.head) or institution_before(ctx, noun) or demonyms_of(ctx, noun)
    return [actor for actor in found if _is_political(ctx, actor)]


def demonyms_of(ctx: EventContext, noun: NounPhrase) -> list[Actor]:
    """Return the countries whose adjectives modify a noun: "British plans"."""
    words, codes = ctx.text.words, ctx.doc.lexicon.demonyms
    return [
        Actor(name=words[at], mention=ctx.text.span(at, at + 1), type="country", country=codes[words[at]])
        for at in range(noun.first, noun.head)
        if words[at] in codes
    ]


def _is_political(ctx: EventContext, actor: Actor) -> bool:
    return ctx.roles.political_role(actor) == POLITICAL


def _seat_of_decision(ctx: EventContext, group: VerbGroup) -> Actor | None:
    """Return the institution in which something is decided: "was passed in [the senate]"; None if there is none."""
    phrases = ctx.clauses.prepositional_phrases(group.last, frozenset({"in", "at", "before"}), _PLACE_WINDOW)
    institutions = word_set(ctx.lexicon.actors.institutions)
    for _, noun in phrases:
        if ctx.text.lower[noun.head] in institutions:
            return next(iter(ctx.parties.parties_of(noun)), None)
    return None


def _speaker(ctx: EventContext, token: int) -> Actor | None:
    statement = ctx.statement_at(token)
    speaker = statement.speaker if statement is not None else None
    return speaker if speaker is not None and _is_political(ctx, speaker) else None


def last_body(ctx: EventContext, token: int, verbs: int = 3) -> Actor | None:
    """Return the last political subject that is no person, of up to `verbs` finite verbs before a token; else None.

    The sentence of the token and the one before are searched.
    """
    for verb in ctx.clauses.finite_verbs_before(token, verbs):
        subject = ctx.clauses.subject(verb)
        if subject is None or subject.first >= token or ctx.text.tags[subject.head] in {"PRP", "WP"}:
            continue
        found = ctx.parties.parties_of(subject)[:1]
        if found and found[0].type != "person" and _is_political(ctx, found[0]):
            return found[0]
    return None


def institution_before(ctx: EventContext, noun: NounPhrase) -> list[Actor]:
    """Return the institution among the modifiers: "the Commons vote", "a court ruling"."""
    text, powers = ctx.text, word_set(ctx.lexicon.actors.institutions) | word_set(ctx.lexicon.actors.offices)
    for at in range(noun.head - 1, noun.first - 1, -1):
        if text.lower[at] in powers:
            first = noun.first + (text.tags[noun.first] == "DT")
            while first < at and (text.tags[first] == "POS" or text.lower[first] in ctx.doc.lexicon.time_nouns):
                first += 1
            return [ctx.doc.mentions.resolve(first, at + 1)]
        if text.tags[at] not in {"NN", "NNP", "JJ"}:
            return []
    return []
