"""Nominal triggers of decisions with a decider, and explicit absence of decisions.

"The court's ruling on the ban", "the council's refusal to pay", "no decision was taken".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.complements import skip_adjuncts, skip_time
from worker.extract.events.decisions.noun_clauses import parallel_owner, predicate_start
from worker.extract.events.decisions.reader import (
    infinitive_span,
    is_meeting,
    last_meeting_participants,
    make_decision_candidate,
    matching_reading,
    object_span,
    political_actors,
    trigger_start,
    verb_deciders,
)
from worker.extract.events.event_coreference import EventCandidate
from worker.extract.events.modality import outcome_of
from worker.extract.events.trigger_parties import agent_parties, subject_parties
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, DecisionStatus, Span

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup

_MAX_LIGHT_VERBS = 2
"""Maximum number of verb groups of a predicate without content of its own: "has yet | to be taken"."""


def decision_noun_candidate(ctx: EventContext, noun: NounPhrase) -> EventCandidate | None:
    """Return the candidate for a noun of decision with its decider; None for any other noun."""
    word = ctx.text.lower[noun.head]
    if _is_negated_noun(ctx, noun) and word in word_set(ctx.lexicon.decision.nouns.deniable):
        return _no_decision_candidate(ctx, noun)
    kind = ctx.lexicon.decision_nouns.get(word)
    if kind is None:
        return None
    if _is_hypothetical_noun(ctx, noun):
        return None
    policy = word in word_set(ctx.lexicon.decision.nouns.policy)
    if policy and _is_only_mentioned(ctx, noun):
        return None
    deciders = political_actors(ctx, _noun_deciders(ctx, noun), person=not policy)
    if not deciders or (policy and deciders[0].type == "person"):
        return None
    about = noun_complement(ctx, noun, kind)
    if about is not None and is_meeting(ctx, about):
        return None
    if about is None and word not in word_set(ctx.lexicon.decision.nouns.without_complement):
        return None
    status: DecisionStatus = "rejected" if ctx.word(noun.last) == "not" else kind
    category = ctx.lexicon.noun_categories.get(word, "executive")
    return make_decision_candidate(ctx, noun.head, noun.head + 1, category, status, deciders, about, "noun", noun=word)


def _is_hypothetical_noun(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether a decision is called for, feared, possible, or the object of another decision."""
    if any(outcome_of(ctx.lexicon, ctx.text.lower[at]) for at in range(noun.first, noun.head)):
        return True
    group = ctx.chunks.verb_group(noun.first - 1)
    if group is not None and (group.negated or group.modal >= 0):
        return True
    made = word_set(ctx.lexicon.decision.nouns.reporting_verbs)
    if group is not None and ctx.lemma(group) not in made and matching_reading(ctx, group, ctx.lemma(group), noun):
        return True
    before = noun.first - 1
    if ctx.word(before) not in word_set(ctx.lexicon.modality.intention_prepositions):
        return False
    group, frame = ctx.chunks.verb_group(before - 1), ctx.clauses.noun_phrase(before - 1)
    lemma = ctx.lemma(group) if group is not None else ctx.word(frame.head) if frame is not None else ""
    return outcome_of(ctx.lexicon, lemma, ctx.word(before)) == "proposed"


def _is_only_mentioned(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether a plan is no event of its own, as the object of a verb that does not report plans.

    "Compared Oslo's plans", but not "announced Oslo's plans".
    """
    group = ctx.chunks.verb_group(noun.first - 1)
    return group is not None and ctx.lemma(group) not in word_set(ctx.lexicon.decision.nouns.reporting_verbs)


def _noun_deciders(ctx: EventContext, noun: NounPhrase) -> list[Actor]:
    """Return the deciders of a noun: its possessor, its modifiers, or the parties after "by", "from" and "of"."""
    owner = parallel_owner(ctx, noun) or ctx.parties.possessor(noun, noun.head)
    if owner is not None:
        return [owner]
    if before := ctx.parties.modifier_parties(noun, noun.head):
        return before
    at = skip_time(ctx, noun.last)
    of = () if ctx.text.lower[noun.head] in word_set(ctx.lexicon.decision.nouns.objective_genitive) else ("of",)
    if ctx.word(at) in {"by", "from", *of}:
        return ctx.parties.parties_of(ctx.clauses.noun_phrase(at + 1))
    return []


def noun_complement(ctx: EventContext, noun: NounPhrase, kind: str = "", owner: str = "") -> Span | None:
    """Return the span after the noun, its date and decider: "the decision last May by Oslo to […]"; else None.

    `owner`: the construction that names the decider, see `ActParties.source`; "" before it is known.
    """
    at = skip_time(ctx, noun.last)
    is_owned = owner in {"owner", "modifier"} or _has_possessor(ctx, noun)
    if ctx.word(at) == "of" and (is_owned or owner not in {"", "of"}):
        return ctx.topics.clause_span(at + 1, predicate_start(ctx, noun))  # "his veto of the bill"
    if ctx.word(at) == "from" and is_owned and not ctx.time_and_place.is_time_at(at):
        return ctx.topics.clause_span(at + 1, predicate_start(ctx, noun))  # "Norway's withdrawal from the pact"
    if ctx.word(at) in {"by", "of", "from"}:
        named = ctx.clauses.noun_phrase(at + 1)
        at = skip_time(ctx, ctx.clauses.conjuncts(named)[-1].last) if named is not None else at
    at += ctx.word(at) == "not"
    at = skip_adjuncts(ctx, _after_light_predicate(ctx, at))
    if ctx.word(at) not in word_set(ctx.lexicon.decision.nouns.complement_openers):
        return None
    verb = ctx.chunks.verb_group(at)
    if verb is not None and verb.infinitive and kind == "rejected":
        return infinitive_span(ctx, verb, kind)
    if kind == "proposed" and not (verb is not None and verb.infinitive) and ctx.word(at) != "that":
        return None
    following = ctx.clauses.noun_phrase(at + 1) if at + 1 < len(ctx.text.words) else None
    if following is not None and (
        ctx.clauses.is_time_expression(following) or ctx.time_and_place.can_be_place(following)
    ):
        return None
    if ctx.topics.extent.opens_adjunct(at, noun.head):
        return None
    own = predicate_start(ctx, noun)
    return ctx.topics.clause_span(at + (ctx.word(at) != "whether"), own if own is not None and own > at else None)


def _after_light_predicate(ctx: EventContext, at: int) -> int:
    """Return the token after a passive that only reports the noun: "a decision [has yet to be taken] on"; else `at`."""
    made = word_set(ctx.lexicon.decision.nouns.reporting_verbs)
    end = at
    for _ in range(_MAX_LIGHT_VERBS):
        verb = ctx.chunks.verb_group(end + (ctx.word(end) == "yet"))
        if verb is None:
            break
        end = verb.last
        if verb.passive and ctx.lemma(verb) in made:
            return end
    return at


def _has_possessor(ctx: EventContext, noun: NounPhrase) -> bool:
    return ctx.parties.possessor(noun, noun.head) is not None or bool(ctx.parties.modifier_parties(noun, noun.head))


def _is_negated_noun(ctx: EventContext, noun: NounPhrase) -> bool:
    return ctx.word(noun.first) in ctx.doc.lexicon.negations or ctx.word(noun.first - 1) == "without"


def _no_decision_candidate(ctx: EventContext, noun: NounPhrase) -> EventCandidate | None:
    """Return the candidate for a negated noun: "no decision was reported", "Oslo has no plans to".

    None if no decider is found, or if the complement of the noun is a meeting or a rhetorical act.
    """
    before = _governing_verb(ctx, noun)
    deciders = political_actors(ctx, _noun_deciders(ctx, noun)) or (
        political_actors(ctx, subject_parties(ctx, before)) if before else []
    )
    if not deciders:
        deciders = last_meeting_participants(ctx, noun.head) or _reporting_body(ctx, noun) if before is None else []
    if not deciders:
        return None
    about = noun_complement(ctx, noun)
    verb = ctx.chunks.verb_group(ctx.text.token_at(about.start)) if about is not None else None
    if verb is not None and ctx.lemma(verb) in word_set(ctx.lexicon.decision.choice.rhetorical):
        return None
    if about is not None and is_meeting(ctx, about):
        return None
    return make_decision_candidate(
        ctx,
        noun.first,
        noun.head + 1,
        "executive",
        "not_taken",
        deciders,
        about,
        "no decision",
        noun="decision",
    )


def _governing_verb(ctx: EventContext, noun: NounPhrase) -> VerbGroup | None:
    """Return the verb before the noun: "[made] no decision", "[parted] without a decision"; else None."""
    without = ctx.word(noun.first - 1) == "without"
    return ctx.chunks.verb_group(noun.first - 1 - without)


def _reporting_body(ctx: EventContext, noun: NounPhrase) -> list[Actor]:
    """Return the political body that is the speaker of the statement around the noun; empty if there is none.

    "No decision has been made, [the government] said".
    """
    offset = ctx.text.starts[noun.head]
    for statement in ctx.doc.statements:
        if any(span.start <= offset < span.end for span in statement.content):
            speaker = statement.speaker
            return political_actors(ctx, [speaker]) if speaker is not None and speaker.type != "person" else []
    return []


def left_open_candidate(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "has not confirmed whether"; None without an indirect question or a decider."""
    if group.modal >= 0 or ctx.word(group.last) not in ctx.doc.lexicon.wh_openers:
        return None
    deciders, about = verb_deciders(ctx, group), ctx.topics.clause_span(group.last)
    if not deciders:
        return None
    return make_decision_candidate(
        ctx, trigger_start(ctx, group), group.last, "executive", "not_taken", deciders, about, "left open"
    )


def not_discussed_candidate(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "the permit is not being discussed"; else None.

    The decider is the agent, or else the country named in the sentence.
    """
    never = any(ctx.text.lower[i] == "never" for i in range(group.first, group.head))
    if not (group.negated and group.passive) or group.modal >= 0 or never:
        return None
    place = ctx.time_and_place.find_place(group.head, group.last) or _country_of_clause(ctx, group)
    deciders = political_actors(ctx, agent_parties(ctx, group.last)) or (
        political_actors(ctx, ctx.parties.parties_of(place)) if place else []
    )
    if not deciders:
        return None
    target = ctx.clauses.subject(group)
    about = object_span(ctx, target, group) if target else None
    return make_decision_candidate(
        ctx, group.first, group.last, "executive", "not_taken", deciders, about, "not discussed"
    )


def _country_of_clause(ctx: EventContext, group: VerbGroup) -> NounPhrase | None:
    """Return the country after "in" before the verb: "In [Norway], as you know, this is not …"; else None."""
    start = ctx.text.sentence_range(group.head)[0]
    for at in range(group.first - 1, max(start, group.first - 24) - 1, -1):
        noun = ctx.clauses.noun_phrase(at + 1)
        if (
            ctx.word(at) == "in"
            and noun is not None
            and ctx.text.slice(noun.first, noun.last) in ctx.doc.lexicon.countries
        ):
            return noun
    return None
