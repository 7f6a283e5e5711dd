"""Find the deciders of an act, beyond the constructions that the rules know.

A subject pronoun of a reported clause refers to the subject of the verb of reporting ("The ministry said it would ban
…"); a noun belongs to its owner or to the body before it ("Norway's withdrawal", "Monday's Commons vote"), or, as the
object of a verb, to the subject of the verb ("came to a decision").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from worker.extract.events.complements import skip_time
from worker.extract.events.decisions.act import NO_PARTIES, ActParties
from worker.extract.events.decisions.act_grammar import verb_classes
from worker.extract.events.decisions.act_patients import demonyms_of, institution_before, last_body, parties_beside
from worker.extract.events.decisions.noun_clauses import parallel_owner, predicate_start
from worker.extract.events.decisions.participles import is_agentive_participle
from worker.extract.events.trigger_parties import agent_parties, noun_parties, subject_parties
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.extract.lexicon.act_classes import ActClasses

_NEUTER_POSSESSIVES = frozenset({"its"})
_MAX_STEPS_TO_REPORT = 4
"""Words between a pronoun and the verb of reporting: "said [on Monday that] it"."""


def parties_of_verb(ctx: EventContext, classes: ActClasses, group: VerbGroup) -> ActParties:
    """Return the agent of a passive, else the subject; the source "unresolved" marks a subject that is no party."""
    if group.passive or is_agentive_participle(ctx, group):
        agents = agent_parties(ctx, group.last)
        if agents and any(actor.type != "unnamed" or ctx.roles.political_role(actor) for actor in agents):
            return ActParties(agents, "agent")  # not "by a wide margin"
        if agents and _is_institution(ctx, agents):
            return ActParties(agents, "agent")  # "by the league"
        return parties_beside(ctx, group, ctx.clauses.subject(group))
    subject = ctx.clauses.subject(group)
    if subject is None:
        return parties_beside(ctx, group, None)
    if ctx.text.tags[subject.head] == "PRP":
        return _parties_of_pronoun(ctx, classes, subject, group)
    found = subject_parties(ctx, group)
    if found and any(ctx.roles.political_role(actor) for actor in found):
        return ActParties(found, "subject", subject)
    if followers := _followers(ctx, subject):
        return ActParties(followers, "subject", subject)
    beside = parties_beside(ctx, group, subject)
    return beside if beside.parties else ActParties(found, "subject" if found else "unresolved", subject)


def _followers(ctx: EventContext, subject: NounPhrase) -> list[Actor]:
    """Return the party of people identified by a politician or body: "Berg's rivals", "his lawyers"; else empty.

    Their country is that of the politician or body.
    """
    owner = ctx.parties.possessor(subject, subject.head)
    if (
        owner is None
        or owner.country is None
        or ctx.text.lower[subject.head] not in word_set(ctx.lexicon.actors.followers)
    ):
        return []
    mention = ctx.text.span(subject.first, subject.last)
    return [Actor(name=mention.text, mention=mention, type="group", country=owner.country)]


def _is_institution(ctx: EventContext, agents: list[Actor]) -> bool:
    return not ctx.roles.head_words(agents[0]).isdisjoint(word_set(ctx.lexicon.actors.institutions))


def _parties_of_pronoun(ctx: EventContext, classes: ActClasses, pronoun: NounPhrase, group: VerbGroup) -> ActParties:
    word, words = ctx.text.lower[pronoun.head], classes.grammar_words
    if word in words["institution_pronouns"] | words["group_pronouns"] | words["speaker_pronouns"]:
        reporter = _reporting_subject(ctx, pronoun)
        found = noun_parties(ctx, reporter, group)
        if word in words["institution_pronouns"]:
            found = [actor for actor in found if actor.type != "person"]
        if found:
            return ActParties(found, "report", reporter)
    if word in words["speaker_pronouns"]:
        statement = ctx.statement_at(pronoun.head)
        speaker = statement.speaker if statement is not None else None
        return ActParties([speaker] if speaker is not None else [], "report", pronoun)
    if word in words["institution_pronouns"]:
        institution = _antecedent_institution(ctx, pronoun)
        return ActParties([institution], "institution", pronoun) if institution is not None else NO_PARTIES
    found = ctx.parties.parties_of(pronoun)
    if not found or found[0].name.lower() == word:  # no antecedent is known
        reporter = _reporting_subject(ctx, pronoun)
        found = noun_parties(ctx, reporter, group) or found
    return ActParties(found, "pronoun", pronoun)


def _antecedent_institution(ctx: EventContext, pronoun: NounPhrase) -> Actor | None:
    """Return the country or organisation that "it" refers to, or else the last political subject that is no person."""
    actor = ctx.doc.mentions.resolve(pronoun.first, pronoun.last)
    if actor.type in {"country", "organisation"}:
        return actor
    return last_body(ctx, pronoun.first)


def _reporting_subject(ctx: EventContext, pronoun: NounPhrase) -> NounPhrase | None:
    """Return the subject of the verb of reporting whose clause begins with the pronoun; None for other pronouns."""
    at, start = pronoun.first - 1, ctx.text.sentence_range(pronoun.head)[0]
    for _ in range(_MAX_STEPS_TO_REPORT):
        if at < start:
            return None
        verb = ctx.chunks.verb_group(at)
        if verb is not None:
            cue = ctx.doc.lexicon.cues.get(ctx.text.lower[verb.head])
            subject = ctx.clauses.subject(verb) if cue is not None and cue.clause else None
            return subject if subject is not None and ctx.text.tags[subject.head] != "PRP" else None
        noun = ctx.clauses.noun_phrase(at)
        if noun is not None and ctx.clauses.is_time_expression(noun):
            at = noun.first - 1
        elif ctx.text.tags[at] in {"RB", "IN", "SC"}:
            at -= 1
        else:
            return None
    return None


def parties_of_noun(ctx: EventContext, classes: ActClasses, noun: NounPhrase) -> ActParties:
    """Return the owner of a noun, the parties among its modifiers, after its preposition, or of the verb before it."""
    owner = _owner(ctx, noun) if not _is_owned_by_time(ctx, noun) else None
    if owner is not None and not _is_patient(ctx, classes, noun, owner):
        return ActParties([owner], "owner")
    for before in (
        ctx.parties.modifier_parties(noun, noun.head),
        institution_before(ctx, noun),
        demonyms_of(ctx, noun),
    ):
        if before and before != [owner] and ctx.word(noun.head - 1) != "official":
            return ActParties(before, "modifier")
    at = skip_time(ctx, noun.last)
    if ctx.word(at) in classes.grammar_words["noun_decider_prepositions"]:
        named = ctx.clauses.noun_phrase(at + 1)
        found = ctx.parties.parties_of(named) if not _denotes_troops(ctx, classes, named, at) else []
        if found:
            return ActParties(found, ctx.word(at))
    participle = ctx.chunks.verb_group(at)
    if participle is not None and is_agentive_participle(ctx, participle):
        return ActParties(agent_parties(ctx, participle.last), "by")  # "the plan put forward by Oslo"
    group = ctx.chunks.verb_group(noun.first - 1)
    if group is None and ctx.word(noun.first - 1) in classes.grammar_words["arrival_prepositions"]:
        group = ctx.chunks.verb_group(noun.first - 2)  # "came to the decision"
        arrival = group is not None and verb_classes(ctx, classes, group)
        group = group if arrival and "motion" in arrival else None
    if group is None or _opens_report(ctx, group, noun):
        return NO_PARTIES
    return ActParties(parties_of_verb(ctx, classes, group).parties, "verb")


def _is_patient(ctx: EventContext, classes: ActClasses, noun: NounPhrase, owner: Actor) -> bool:
    """Return whether the possessor of a noun is a person and its patient, not its agent: "Berg's arrest"."""
    is_listed = ctx.text.lower[noun.head] in classes.grammar_words["patient_nouns"]
    return is_listed and owner.type == "person" and ctx.word(noun.last) != "of"


def _denotes_troops(ctx: EventContext, classes: ActClasses, noun: NounPhrase | None, at: int) -> bool:
    """Return whether the of-phrase of a noun denotes troops, its patient: "the withdrawal of [5,000 troops]"."""
    if noun is None or ctx.word(at) != "of":
        return False
    return "troops" in classes.classes_of_object.get(ctx.text.lower[noun.head], ())


def _opens_report(ctx: EventContext, group: VerbGroup, noun: NounPhrase) -> bool:
    """Return whether a noun after a verb of speech is the subject of a clause: "said [the plans] were too dear"."""
    cue = ctx.doc.lexicon.cues.get(ctx.text.lower[group.head])
    is_definite = ctx.text.lower[noun.first] not in {"a", "an", "no", "any"}  # "said no decision had been made"
    return cue is not None and cue.clause and is_definite and predicate_start(ctx, noun) is not None


def _owner(ctx: EventContext, noun: NounPhrase) -> Actor | None:
    """Return the possessor of a noun, named without the noun: "the EU" for "the EU's adoption"."""
    owner = parallel_owner(ctx, noun) or ctx.parties.possessor(noun, noun.head)
    if owner is not None and owner.name.lower() in ctx.doc.lexicon.neuter | _NEUTER_POSSESSIVES:
        return last_body(ctx, noun.first) or owner  # "the council explained its choice"
    if (
        owner is None
        or owner.mention is None
        or "'s " not in owner.name.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    ):
        return owner
    name = owner.mention.text
    first = name.partition(" ")[0]
    plain = name[len(first) + 1 :] if ctx.text.tags[noun.first] == "DT" and first != name else name
    return msgspec.structs.replace(owner, name=plain, role=None)


def _is_owned_by_time(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether the possessor is a time: "Monday's vote", "last month's accord"."""
    at = next((i for i in range(noun.first, noun.head) if ctx.text.tags[i] == "POS"), -1)
    word = ctx.word(at - 1) if at > noun.first else ""
    return word in ctx.doc.lexicon.time_nouns or word.rstrip("s") in ctx.doc.lexicon.time_nouns
