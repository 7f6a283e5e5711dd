"""Verbal triggers of decisions: of choice ("decided to"), with the decision as complement, or of action ("vetoed")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.complements import skip_adjuncts, skip_time, skip_vote_count
from worker.extract.events.decisions.grammatical_objects import acted_on
from worker.extract.events.decisions.participles import is_agentive_participle, modified_noun
from worker.extract.events.decisions.reader import (
    contains_word_of,
    infinitive_span,
    is_hypothetical,
    is_meeting,
    last_meeting_participants,
    make_decision_candidate,
    matching_reading,
    object_of_relative_infinitive,
    object_span,
    political_actors,
    trigger_start,
    verb_deciders,
)
from worker.extract.events.decisions.status import is_demanded, is_governed_by_choice, status_of_act, status_of_choice
from worker.extract.events.event_coreference import EventCandidate
from worker.extract.events.modality import outcome_of
from worker.extract.events.trigger_parties import agent_parties
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, Category, Span

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.extract.lexicon.event_lexicon_file import DecisionVerbClass

_ADJUNCTS = frozenset({"IN", "SC", "RB", "CC", "VBG", "PUNCT"})
_VERB_WINDOW = 4
"""Tokens of a complement up to its verb: "whether to [appoint]"."""


def choice_candidate(ctx: EventContext, group: VerbGroup, kind: str) -> EventCandidate | None:
    """Return the candidate for "decided to", "voted against", "is considering".

    None for any other use of the verb.
    """
    if kind == "agreed" and (shared := _agreed_between_candidate(ctx, group)) is not None:
        return shared
    modality = ctx.modality(group)
    is_clause = group.finite or modality.governors or _is_participle_clause(ctx, group)
    if is_hypothetical(modality) or not is_clause or is_demanded(ctx, group):
        return None
    if group.passive:
        return _impersonal_candidate(ctx, group, kind)
    complement = _choice_complement(ctx, group, kind)
    if complement is None or is_meeting(ctx, complement):
        return None
    status = status_of_choice(ctx, group, modality, kind, complement)
    deciders = verb_deciders(ctx, group, person=kind == "voted" or _is_political_act(ctx, complement)) if status else []
    if status is None or not deciders:
        return None
    if kind == "proposed" and not _is_official_act(ctx, group, complement, deciders):
        return None
    chosen = ctx.chunks.verb_group(ctx.text.token_at(complement.start))
    if chosen is not None and ctx.lemma(chosen) in word_set(ctx.lexicon.decision.choice.stative):
        return None
    category = _category_of_choice(ctx, kind, complement)
    return make_decision_candidate(
        ctx, trigger_start(ctx, group), group.last, category, status, deciders, complement, f"{kind} to"
    )


def _is_political_act(ctx: EventContext, complement: Span) -> bool:
    """Return whether the complement can only be decided by politicians: "declined to [endorse anyone]"."""
    verb = ctx.chunks.verb_group(ctx.text.token_at(complement.start))
    return verb is not None and any(act.political for _, act, _ in ctx.lexicon.verb_readings.get(ctx.lemma(verb), ()))


def _category_of_choice(ctx: EventContext, kind: str, complement: Span) -> Category:
    """Return the category of the chosen act ("decided to appoint"), or else that of the choice."""
    if kind in {"agreed", "voted"}:
        return "agreement" if kind == "agreed" else "legislative"
    first = ctx.text.token_at(complement.start)
    verbs = (ctx.chunks.verb_group(at) for at in range(first, min(first + _VERB_WINDOW, len(ctx.text.words))))
    verb = next((v for v in verbs if v is not None), None)
    found = matching_reading(ctx, verb, ctx.lemma(verb), acted_on(ctx, verb)) if verb is not None else None
    return found[0].category if found is not None else "executive"


def _is_official_act(ctx: EventContext, group: VerbGroup, complement: Span, deciders: list[Actor]) -> bool:
    """Return whether a promise concerns an official act ("vowed to sign the bill", not "vowed to fight on").

    Plans of persons without power count only if their verb is one of action.
    """
    verb = ctx.chunks.verb_group(ctx.text.token_at(complement.start))
    if verb is None or not verb.infinitive:
        return True
    lemma, choice, d = ctx.lemma(verb), ctx.lexicon.decision.choice, ctx.lexicon.decision.deciders
    if lemma in word_set(choice.rhetorical):
        return False
    powers = word_set(d.executive, d.legislative) | word_set(d.court, d.campaign)
    has_power = any(a.type == "country" or powers & ctx.roles.head_words(a) for a in deciders)
    return has_power or ctx.lemma(group) not in word_set(choice.intention_verbs) or lemma in ctx.lexicon.verb_readings


def _agreed_between_candidate(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "the truce agreed last year between A and B".

    None for any other use of the verb.
    """
    at = skip_time(ctx, group.last)
    if ctx.word(at) not in word_set(ctx.lexicon.meeting.between, ctx.lexicon.meeting.by):
        return None
    target = modified_noun(ctx, group) if group.first == group.head else ctx.clauses.subject(group)
    deciders = political_actors(ctx, ctx.parties.parties_of(ctx.clauses.noun_phrase(at + 1)))
    if (
        target is None
        or not deciders
        or not contains_word_of(ctx, target, word_set(ctx.lexicon.decision.objects["deal"]))
    ):
        return None
    about = ctx.text.span(target.first, target.last)
    return make_decision_candidate(ctx, group.head, group.last, "agreement", "taken", deciders, about, "agreed between")


def _impersonal_candidate(ctx: EventContext, group: VerbGroup, kind: str) -> EventCandidate | None:
    """Return the candidate for "it was agreed that"; else None.

    Without an agent, the deciders are the participants of the last meeting.
    """
    subject = ctx.clauses.subject(group)
    is_impersonal = subject is not None and ctx.text.lower[subject.head] == "it"
    if kind not in {"agreed", "taken"} or ctx.word(group.last) not in {"that", "to"} or not is_impersonal:
        return None
    deciders = political_actors(ctx, agent_parties(ctx, group.last)) or last_meeting_participants(ctx, group.head)
    about = ctx.topics.clause_span(group.last + 1)
    if not deciders or about is None:
        return None
    return make_decision_candidate(ctx, group.head, group.last, "agreement", "taken", deciders, about, "it was agreed")


def _choice_complement(ctx: EventContext, group: VerbGroup, kind: str) -> Span | None:
    """Return the span of the chosen act; None if the complement is not a decision ("decided the election")."""
    at = skip_adjuncts(ctx, skip_vote_count(ctx, group.last))
    word = ctx.word(at)
    if kind == "voted" and is_ballot(ctx, at):
        return None
    if (
        kind in {"taken", "agreed", "voted"}
        and word in {"on", "against", "for", "to", "in"}
        and ctx.text.tags[at] in {"IN", "TO"}
    ):
        following = ctx.chunks.verb_group(at)
        if following is None:
            in_favour = ctx.word(at + 1) in word_set(ctx.lexicon.decision.choice.favour_nouns)
            return ctx.topics.clause_span(at + (3 if in_favour and ctx.word(at + 2) == "of" else 1))
    following = ctx.chunks.verb_group(at + (word == "not"))
    if following is not None and following.infinitive:
        span = infinitive_span(ctx, following, kind)
        return (object_of_relative_infinitive(ctx, group, following) or span) if span is not None else None
    if kind in {"pending", "proposed"} and following is not None and ctx.text.tags[following.head] == "VBG":
        return ctx.topics.clause_span(following.head)
    if word == "that" and kind != "pending":
        return ctx.topics.clause_span(at + 1)
    if word == "whether":
        return ctx.topics.clause_span(at)
    return _noun_phrase_complement(ctx, group, kind, at)


def is_ballot(ctx: EventContext, at: int) -> bool:
    """Return whether a vote is one of electors ("voted for Hale", "voted in the primary"), not on a measure."""
    if ctx.word(at) not in {"for", "against", "in"}:
        return False
    if ctx.word(at) == "in":
        return ctx.word(at + 1) not in word_set(ctx.lexicon.decision.choice.favour_nouns)
    target = ctx.clauses.noun_phrase(at + 1)
    is_pronoun = target is not None and ctx.text.tags[target.head] == "PRP"
    return is_pronoun or any(actor.type == "person" for actor in ctx.parties.parties_of(target))


def _noun_phrase_complement(ctx: EventContext, group: VerbGroup, kind: str, at: int) -> Span | None:
    target = ctx.clauses.object(group)
    if target is None or kind in {"taken", "voted", "rejected", "announced"}:
        return _question_complement(ctx, at, kind)
    is_empty = ctx.text.lower[target.first] in word_set(ctx.lexicon.decision.choice.empty_objects)
    if is_empty or ctx.text.tags[target.head] == "PRP":
        return None
    if kind == "pending" and ctx.text.lower[target.head] not in ctx.lexicon.stance_objects:
        return None
    if kind == "proposed" and ctx.lemma(group) not in word_set(ctx.lexicon.decision.choice.object_taking):
        return None
    return object_span(ctx, target, group)


def _question_complement(ctx: EventContext, at: int, kind: str) -> Span | None:
    """Return the span of the question in "decided whether …", "decide how …"; None for any other complement."""
    return ctx.topics.clause_span(at) if kind == "taken" and ctx.word(at) in ctx.doc.lexicon.wh_openers else None


def _is_participle_clause(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether the verb is a present participle after a comma: an act of the main subject, no gerund."""
    first = group.first - 1
    return ctx.text.tags[group.first] == "VBG" and first > 0 and ctx.text.words[first] == ","


def action_candidate(ctx: EventContext, group: VerbGroup, lemma: str) -> EventCandidate | None:
    """Return the candidate for "imposed sanctions", "was vetoed by the president".

    None for any other use of the verb.
    """
    modality = ctx.modality(group)
    if is_hypothetical(modality) or modality.modal in {"obliged", "would"} or is_governed_by_choice(ctx, modality):
        return None
    if is_demanded(ctx, group):
        return None
    is_clause = (
        group.finite or modality.governors or is_agentive_participle(ctx, group) or _is_participle_clause(ctx, group)
    )
    if (
        not (is_clause or _is_past_tense(ctx, group))
        or _is_generic_relative(ctx, group)
        or _elaborates_main_clause(ctx, group)
    ):
        return None
    target = acted_on(ctx, group)
    if target is not None and _is_meeting_mention(ctx, target):
        return None
    found = matching_reading(ctx, group, lemma, target)
    status = status_of_act(ctx, group, modality, found[0]) if found else None
    if found is None or status is None:
        return None
    act, last = found
    after = ctx.clauses.noun_phrase(last) if target is None and last < len(ctx.text.words) else None
    if after is not None and _is_meeting_mention(ctx, after):
        return None  # "pulled out of talks"
    deciders = verb_deciders(ctx, group, person=act.political)
    if not deciders or _lacks_agreement(ctx, group, deciders):
        return None
    if target is not None and group.last <= target.first < last:
        target = ctx.clauses.noun_phrase(last + (ctx.word(last) == "to"))  # "gave the green light to [the pipeline]"
    about = object_span(ctx, target, group) if target else _action_complement(ctx, last, act)
    if target is not None and about is not None and _is_proposal_of_meeting(ctx, target, about):
        return None
    return make_decision_candidate(
        ctx, trigger_start(ctx, group), last, act.category, status, deciders, about, f"act {act.category}"
    )


def _is_proposal_of_meeting(ctx: EventContext, target: NounPhrase, about: Span) -> bool:
    """Return whether the object proposes a meeting, which has its own status: "rejected a proposal for talks"."""
    is_proposal = outcome_of(ctx.lexicon, ctx.text.lower[target.head]) == "proposed"
    return is_proposal and any(about.start <= at <= about.end for at in ctx.meeting_offsets | ctx.summit_offsets)


def _lacks_agreement(ctx: EventContext, group: VerbGroup, deciders: list[Actor]) -> bool:
    """Return whether a bare verb form is not finite because its decider is a single person: "calls to break up"."""
    is_bare = group.finite and group.first == group.head and ctx.text.tags[group.head] in {"VB", "VBP"}
    return is_bare and len(deciders) == 1 and deciders[0].type == "person"


def _action_complement(ctx: EventContext, last: int, act: DecisionVerbClass) -> Span | None:
    """Return the span after an action without object; None after an intransitive verb with an adverbial only."""
    chosen = skip_adjuncts(ctx, last)
    if chosen > last and ctx.text.tags[chosen] in {"TO", "SC"}:
        return ctx.topics.clause_span(chosen + (ctx.text.tags[chosen] == "TO"))  # "promised Sunday to [end the toll]"
    at = skip_time(ctx, last) if act.intransitive else last
    if at >= ctx.text.sentence_range(last - 1)[1]:
        return None
    if act.intransitive and act.category == "personnel":
        return (
            ctx.topics.clause_span(at)
            if ctx.word(at) in word_set(ctx.lexicon.decision.choice.resignation_prepositions)
            else None
        )
    named = (
        ctx.word(at) in ctx.doc.lexicon.closed_classes.decision_complement_openers or ctx.text.tags[at] not in _ADJUNCTS
    )
    return ctx.topics.clause_span(at) if named or not act.intransitive else None


def _is_meeting_mention(ctx: EventContext, target: NounPhrase) -> bool:
    """Return whether the object is a mention of a meeting, whose status covers the act."""
    return ctx.text.ends[target.head] in ctx.meeting_offsets


def _is_past_tense(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether a bare participle is a past tense since a that-clause depends on it."""
    is_bare = group.first == group.head and ctx.text.tags[group.head] == "VBN"
    follows_noun = ctx.clauses.noun_phrase(group.first - 1) is not None
    return is_bare and follows_noun and ctx.word(skip_adjuncts(ctx, group.last)) == "that"


def _elaborates_main_clause(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether a participle details the act of its main clause: "imposed sanctions, [freezing] assets"."""
    main = ctx.clauses.main_verb(group) if _is_participle_clause(ctx, group) else None
    return main is not None and ctx.lemma(main) in ctx.lexicon.verb_readings


def _is_generic_relative(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether a relative clause in the present only describes its noun: "the countries that sell arms"."""
    is_relative = ctx.word(group.first - 1) in ctx.doc.lexicon.relative
    return is_relative and group.first == group.head and ctx.text.tags[group.head] in {"VBP", "VBZ"}
