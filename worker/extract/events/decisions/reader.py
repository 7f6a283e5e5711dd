"""Reading of decision triggers: deciders, objects and word readings, for verbs and nouns alike."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from worker.extract.events.complements import skip_time, skip_vote_count
from worker.extract.events.decisions.grammatical_objects import antecedent_of_object_relative
from worker.extract.events.decisions.participles import is_agentive_participle, is_reduced_relative
from worker.extract.events.event_coreference import EventCandidate
from worker.extract.events.political_role import POLITICAL, POSSIBLE
from worker.extract.events.trigger_parties import agent_parties, agreement_partners, distinct_parties, noun_parties
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, Category, DecisionStatus, Span

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.events.modality import VerbModality
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.extract.lexicon.event_lexicon_file import DecisionVerbClass

_AFTER_CLAUSE = frozenset({"PUNCT", "CC", "SC", "IN"})


def is_hypothetical(modality: VerbModality) -> bool:
    """Return whether a verb is conditional, habitual or possible, and so reports no decision."""
    return modality.conditional or modality.habitual or modality.modal == "perhaps"


def is_meeting(ctx: EventContext, complement: Span) -> bool:
    """Return whether a complement is a future meeting rather than a decision: "agreed to meet"."""
    first = ctx.text.token_at(complement.start)
    verb = ctx.chunks.verb_group(first)
    target = ctx.clauses.object(verb) if verb is not None else None
    if verb is not None and target is None and ctx.lemma(verb) in word_set(ctx.lexicon.meeting.anaphoric_verbs):
        return True  # "a meeting that they agreed to hold"
    heads = [phrase.head for phrase in (verb, target) if phrase is not None]
    return ctx.text.starts[first] in ctx.meeting_offsets or any(
        ctx.text.ends[at] in ctx.meeting_offsets for at in heads
    )


def is_yet_to(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether "yet" precedes an infinitive: "has yet to decide"."""
    return group.infinitive and ctx.word(group.first - 1) == "yet"


def trigger_start(ctx: EventContext, group: VerbGroup) -> int:
    """Return the first token of the trigger: the negation within the verb group, or else the main verb."""
    negations = ctx.doc.lexicon.negations
    first = next((i for i in range(group.first, group.head) if ctx.text.lower[i] in negations), group.head)
    contracted = first > group.first and ctx.text.starts[first] == ctx.text.ends[first - 1]
    return first - contracted  # "didn't"


def verb_deciders(ctx: EventContext, group: VerbGroup, *, person: bool = False) -> list[Actor]:
    """Return the political actors who decide: the agent of a passive, else the subject; empty if there is none."""
    if group.passive or is_agentive_participle(ctx, group):
        return political_actors(ctx, agent_parties(ctx, group.last), person=person)
    subject = ctx.clauses.subject(group)
    found = political_actors(ctx, noun_parties(ctx, subject, group), person=person)
    if not found and subject is not None and ctx.text.tags[subject.head] == "PRP":
        found = _pronoun_deciders(ctx, subject, group)
    return found


def _pronoun_deciders(ctx: EventContext, pronoun: NounPhrase, group: VerbGroup) -> list[Actor]:
    """Return the deciders that "they" or "we" refers to; empty if unknown.

    "They" are the participants of the last meeting.  "We" is the speaker, or outside quotations the authors of a
    communiqué.
    """
    word = ctx.text.lower[pronoun.head]
    if word == "they":
        return last_meeting_participants(ctx, pronoun.head)
    if word != "we":
        return []
    offset = ctx.text.starts[pronoun.head]
    for statement in ctx.doc.statements:
        if any(span.start <= offset < span.end for span in statement.content):
            return political_actors(ctx, [statement.speaker]) if statement.speaker else []
    mention = ctx.text.span(pronoun.first, pronoun.last)
    is_communique = (
        ctx.text.quotation_of[pronoun.head] < 0 and ctx.lexicon.choice_kinds.get(ctx.lemma(group)) == "agreed"
    )
    return [Actor(name=mention.text, mention=mention, type="group")] if is_communique else []


def political_actors(ctx: EventContext, parties: list[Actor], *, person: bool = False) -> list[Actor]:
    """Return the political actors; with `person`, also persons whose role, or even whose name, is unknown."""
    least = POSSIBLE if person else POLITICAL
    pronouns = ctx.doc.lexicon.masculine | ctx.doc.lexicon.feminine if person else ()
    return [a for a in parties if ctx.roles.political_role(a) >= least or a.name.lower() in pronouns]


def last_meeting_participants(ctx: EventContext, token: int) -> list[Actor]:
    """Return the participants of the meeting mentioned last before a token; empty if there is none."""
    offsets, meetings = ctx.meeting_mentions
    before = bisect_left(offsets, ctx.text.starts[token])
    return list(meetings[before - 1].participants) if before else []


def contains_word_of(ctx: EventContext, noun: NounPhrase, word_class: frozenset[str]) -> bool:
    """Return whether a phrase, with a following of- or as-phrase, contains a word of a class."""
    text, last = ctx.text, noun.last
    if last < len(text.words) and text.lower[last] == "of" and (following := ctx.clauses.noun_phrase(last + 1)):
        last = following.last
    if last < len(text.words) and text.lower[last] == "as" and (office := ctx.clauses.noun_phrase(last + 1)):
        last = office.last  # "named X as his deputy"
    owned = text.tags[noun.head] != "NNP" and "POS" in text.tags[noun.first : noun.head]  # "Berg's accusations"
    if "person" in word_class and not owned and any(a.type == "person" for a in ctx.parties.phrase_parties(noun)[:1]):
        return True
    name = ctx.clauses.noun_phrase(last) if last < len(text.words) and text.tags[noun.head] == "NNP" else None
    if name is not None and name.first == last:
        last = name.last  # "named X prime minister"
    has_amount = "million" in word_class and any(map(_is_amount, text.words[noun.first : last]))
    return has_amount or any(text.lower[i] in word_class for i in range(noun.first, last))


_CURRENCY_SIGNS = frozenset("$\N{POUND SIGN}\N{EURO SIGN}\N{YEN SIGN}\N{INDIAN RUPEE SIGN}")
_MAGNITUDES = ("bn", "mn", "tn")


def _is_amount(word: str) -> bool:
    """Return whether a word is an amount of money: "$5m", "R4bn", "Rs400"."""
    if not _CURRENCY_SIGNS.isdisjoint(word):
        return True
    has_digit = any(c.isdigit() for c in word)
    return has_digit and (word.lower().endswith(_MAGNITUDES) or (word[0].isupper() and word[-1].isdigit()))


def infinitive_span(ctx: EventContext, following: VerbGroup, kind: str) -> Span | None:
    """Return the span of a chosen act, from its verb; None for an act of speech that is refused or agreed to."""
    lemma = ctx.lexicon.lemma(ctx.text.lower[following.head])
    if kind in {"rejected", "agreed"} and lemma in word_set(ctx.lexicon.decision.choice.speech_verbs):
        return None
    return ctx.topics.clause_span(following.head)


def matching_reading(
    ctx: EventContext, group: VerbGroup, lemma: str, target: NounPhrase | None
) -> tuple[DecisionVerbClass, int] | None:
    """Return the reading of a verb that particles and object match: (verb class, token after the particles).

    None if no reading matches.
    """
    for particles, act, needs in ctx.lexicon.verb_readings.get(lemma, ()):
        last = group.head + 1 + len(particles)
        if tuple(ctx.text.lower[group.head + 1 : last]) != particles or _is_other_particle(ctx, last):
            continue
        at = last + (ctx.word(last) == "to")
        noun = target or (ctx.clauses.noun_phrase(at) if at < len(ctx.text.words) else None)
        if noun is not None and ctx.text.tags[noun.head] == "PRP" and not act.political:
            continue
        if noun is not None and ctx.text.lower[noun.first] in word_set(ctx.lexicon.decision.choice.empty_objects):
            continue
        if act.negated_only and not (group.negated and group.modal >= 0):
            continue
        if act.future_only and group.modal < 0:
            continue
        if act.intransitive or (noun is not None and (not needs or contains_word_of(ctx, noun, needs))):
            return act, max(last, group.last)
    return None


def _is_other_particle(ctx: EventContext, at: int) -> bool:
    """Return whether a token is a particle that makes another verb: "ruled out" is not "ruled"."""
    if at >= len(ctx.text.tags) or ctx.word(at) not in ctx.doc.lexicon.particles:
        return False
    return ctx.text.tags[at] in {"RP", "RB"}


def object_of_relative_infinitive(ctx: EventContext, group: VerbGroup, infinitive: VerbGroup) -> Span | None:
    """Return the antecedent that is the object of a relative infinitive: "[the package] the cabinet plans to adopt".

    None if the infinitive has an object of its own.
    """
    after = skip_time(ctx, infinitive.last)
    ends = after >= ctx.text.sentence_range(infinitive.head)[1] or ctx.text.tags[after] in _AFTER_CLAUSE
    noun = antecedent_of_object_relative(ctx, group) if ends else None
    return object_span(ctx, noun, group) if noun is not None else None


def object_span(ctx: EventContext, noun: NounPhrase, verb: VerbGroup) -> Span:
    """Return the span of an object with its modifiers, up to the end of its clause or the following verb."""
    before = verb.first if noun.last <= verb.first else None
    if (planned := _planned_act(ctx, noun)) is not None:
        return planned
    first = noun.first
    if before is not None:
        first = _first_conjunct(ctx, noun)
        following = ctx.clauses.noun_phrase(noun.last)
        if following is not None and following.first == noun.last:
            before = noun.last  # "the sanctions | Oslo imposed"
        openers = ctx.doc.lexicon.relative | {","}
        before = next((i for i in range(noun.last, before) if ctx.text.lower[i] in openers), before)
    whole = ctx.topics.clause_span(noun.first, before) or ctx.text.span(noun.first, noun.last)
    begin = ctx.text.token_at(whole.start)
    return _trim_object(ctx, whole, min(first, begin) if before is not None else begin, noun.last)


def _planned_act(ctx: EventContext, noun: NounPhrase) -> Span | None:
    """Return the act of a plan after an intervening time: "announced plans Sunday to [raise fares]"; else None."""
    after = ctx.time_and_place.times.adverbial_end(noun.last) if noun.last < len(ctx.text.words) else noun.last
    verb = ctx.chunks.verb_group(after)
    is_plan = ctx.lexicon.decision_nouns.get(ctx.text.lower[noun.head]) == "proposed"
    is_apart = is_plan and after > noun.last and verb is not None and verb.infinitive
    return ctx.topics.clause_span(verb.head) if is_apart and verb is not None else None


def _first_conjunct(ctx: EventContext, noun: NounPhrase) -> int:
    """Return the first token of a coordinated subject: "[the borders and other limits] were lifted"."""
    first = ctx.clauses.conjuncts(noun)[0].first
    is_governed = first > 0 and (
        ctx.text.tags[first - 1] in {"IN", "TO", "SC"} or ctx.chunks.verb_group(first - 1) is not None
    )
    return noun.first if is_governed else first


def _trim_object(ctx: EventContext, whole: Span, first: int, least: int) -> Span:
    """Return the span from token `first`, without a vote count at its end; tokens before `least` are kept."""
    last = ctx.text.token_at(whole.end - 1) + 1
    vote_count = next((i for i in range(least, last - 1) if skip_vote_count(ctx, i) > i and ctx.word(i) == "by"), last)
    return ctx.text.span(first, vote_count)


def _category_by_decider(ctx: EventContext, category: Category, deciders: list[Actor]) -> Category:
    """Return the category adjusted to the first decider, by its head words.

    Courts give "court", also for enforcement; to executive and legislative acts campaigns give "campaign", and bodies
    that are executive or legislative their own category.  Other categories stay.
    """
    if category not in {"executive", "legislative", "enforcement"} or not deciders:
        return category
    d = ctx.lexicon.decision.deciders
    heads = ctx.roles.head_words(deciders[0])
    if heads & word_set(d.court):
        return "court"
    if category == "enforcement":
        return category
    if heads & word_set(d.campaign):
        return "campaign" if category == "executive" else category
    if heads & word_set(d.executive) and deciders[0].type != "person":
        return "executive"
    return "legislative" if heads & word_set(d.legislative) and deciders[0].type != "person" else category


def _is_modifier(ctx: EventContext, token: int) -> bool:
    """Return whether a token is a participle that modifies the noun before it."""
    verb = ctx.chunks.verb_group(token)
    return verb is not None and (is_agentive_participle(ctx, verb) or is_reduced_relative(ctx, verb))


def make_decision_candidate(  # noqa: PLR0917 - the fields of the candidate
    ctx: EventContext,
    first: int,
    last: int,
    category: Category,
    status: DecisionStatus,
    deciders: list[Actor],
    about: Span | None,
    rule: str,
    noun: str = "",
) -> EventCandidate:
    """Return the candidate of a trigger with its time; the decider adjusts the category."""
    when = ctx.time_and_place.find_time_of_decision(first, last, status)
    if when is not None and when.start < ctx.text.starts[first] and _is_modifier(ctx, first):
        when = None  # "said [on Monday] that the levy imposed by Oslo"
    category = _category_by_decider(ctx, category, deciders)
    if status != "rejected" and (not noun or noun in word_set(ctx.lexicon.decision.objects["deal"])):
        deciders = [*deciders, *agreement_partners(ctx, last, agrees=bool(noun) or category == "agreement")]
    return EventCandidate(
        first=first,
        last=last,
        kind=category,
        status=status,
        parties=distinct_parties(deciders),
        when=ctx.time_and_place.time_span(when),
        day=ctx.time_and_place.resolve_day(when, ctx.time_and_place.side_of_decision(when, first, status)),
        about=about,
        rule=rule,
        noun=noun,
    )
