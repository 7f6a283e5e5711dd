"""Acts that report no decision: conditional, possible, repeated or demanded acts, and those in question.

They are excluded before their features are computed.  A reading of a rule has passed the checks of the rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.complements import skip_adjuncts
from worker.extract.events.decisions.act_grammar import clause_opener, is_caused, is_prenominal, tense_of
from worker.extract.events.decisions.other_senses import has_other_sense
from worker.extract.events.decisions.reader import is_hypothetical
from worker.extract.events.decisions.status import is_demanded, is_governed_by_choice
from worker.extract.events.decisions.verbs import is_ballot
from worker.extract.events.trigger_parties import is_outlet_party, is_question, last_word
from worker.extract.lexicon.act_classes import verb_lemmas
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.extract.events.decisions.act import Act
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import VerbGroup
    from worker.extract.lexicon.act_classes import ActClasses
    from worker.schema import Actor

_INVERSION_WINDOW = 8
"""Tokens between the "had" that opens a condition and its participle: "Had [the council] approved it, …"."""


def is_excluded_act(ctx: EventContext, classes: ActClasses, act: Act) -> bool:
    """Return whether an act reports no decision; acts that a rule has found get only the checks that no rule makes."""
    if act.verb is not None and (_is_inverted_condition(ctx, act.verb) or _is_generic(ctx, act)):
        return True
    if act.verb is not None and (is_prenominal(ctx, act.verb) or is_caused(ctx, act.verb)):
        return True
    if act.verb is not None and (_is_asked_of_another(ctx, classes, act.verb) or _cancels_meeting(ctx, act)):
        return True
    if _are_parties_texts(classes, act) or ("endorse" not in act.classes and _are_parties_outlets(ctx, classes, act)):
        return True
    if _is_opinion(ctx, classes, act) or (act.verb is not None and _introduces_list(ctx, act.verb)):
        return True
    if has_other_sense(ctx, classes, act):
        return True
    if act.reading is not None:
        return False
    if act.verb is not None and (_is_word_or_feeling(ctx, classes, act, act.verb) or _is_choice_of(ctx, act.verb)):
        return True
    if is_question(ctx, act.head) or _is_meeting(ctx, act):
        return True
    group = act.verb or (ctx.chunks.verb_group(act.noun.first - 1) if act.noun is not None else None)
    return group is not None and _is_unreal(ctx, classes, group)


def _are_parties_texts(classes: ActClasses, act: Act) -> bool:
    """Return whether all parties are texts, which make no decisions: "the Bill will remove the fee"."""
    texts = classes.grammar_words["text_nouns"]
    parties = _parties(act)
    heads = [last_word(actor.name.lower()) for actor in parties if actor.type != "person"]
    return bool(heads) and len(heads) == len(parties) and all(head in texts for head in heads)


def _parties(act: Act) -> Sequence[Actor]:
    """Return the parties of the rule's reading, or those of the act if no rule matches."""
    return act.reading.parties if act.reading is not None else act.who.parties


def _are_parties_outlets(ctx: EventContext, classes: ActClasses, act: Act) -> bool:
    """Return whether all parties are news outlets; their only decisions are endorsements."""
    parties = _parties(act)
    nouns = classes.grammar_words["outlet_nouns"]
    return bool(parties) and all(
        is_outlet_party(ctx, actor) or last_word(actor.name.lower()) in nouns for actor in parties
    )


def _is_asked_of_another(ctx: EventContext, classes: ActClasses, group: VerbGroup) -> bool:
    """Return whether the act is requested of another party: "urged Berg to sign".  Only "urged" may be an event."""
    if not group.infinitive or group.passive:
        return False
    before = ctx.clauses.finite_verb_before(group)
    if before is None or before.passive:
        return False
    lemma = ctx.lemma(before)
    if lemma not in word_set(ctx.lexicon.modality.object_control) or lemma in classes.grammar_words["causative_verbs"]:
        return False
    target = ctx.clauses.object(before)
    return target is not None and before.last <= target.first and target.last <= group.first


def _cancels_meeting(ctx: EventContext, act: Act) -> bool:
    """Return whether the act postpones or cancels a visit, talks or a call, which is reported as a cancelled meeting.

    The postponement of a conference is a decision of its host.
    """
    if {"postpone", "cancel"}.isdisjoint(act.classes):
        return False
    target, m = ctx.clauses.noun_phrase(act.last), ctx.lexicon.meeting
    return target is not None and ctx.text.lower[target.head] in word_set(m.visit_nouns, m.talks_nouns, m.call_nouns)


def _introduces_list(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether a verb of choice has its complements in the items of a list: "decided on Monday to: • open …"."""
    introductions = ctx.text.layout.introductions
    if not introductions or ctx.lemma(group) not in ctx.lexicon.choice_kinds:
        return False
    return ctx.text.sentence_range(group.head)[1] - 1 in introductions.values() and ctx.clauses.object(group) is None


def _is_choice_of(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether the verb depends on one of choice, which is the event: "refused to sign"."""
    modality = ctx.modality(group)
    return bool(modality.governors) and is_governed_by_choice(ctx, modality)


def _is_word_or_feeling(ctx: EventContext, classes: ActClasses, act: Act, group: VerbGroup) -> bool:
    """Return whether the object or complement of a verb makes it a word, a vote of electors or an idiom.

    "Rejected the claim", "vowed to fight on", "will vote for Berg", "passed the time".
    """
    target, lower = ctx.clauses.object(group), ctx.text.lower
    kinds = ("any", *classes.classes_of_object.get(lower[target.head], ())) if target is not None else ()
    if "speech" in kinds and not {"refuse", "veto"}.isdisjoint(act.classes) and "decision" not in kinds:
        return True
    needed = classes.needed_objects.get(act.lemma)
    if needed is not None and not group.passive and needed.isdisjoint(kinds):
        return True
    speech = word_set(ctx.lexicon.decision.choice.speech_verbs)
    if group.negated and "announce" in act.classes and act.lemma in speech:
        return True  # "could neither confirm nor deny"
    kind, choice = ctx.lexicon.choice_kinds.get(act.lemma), ctx.lexicon.decision.choice
    if kind is None:
        return False
    at = skip_adjuncts(ctx, act.last)
    chosen = ctx.chunks.verb_group(at)
    if chosen is not None and chosen.infinitive:
        empty = word_set(choice.rhetorical) | word_set(choice.stative)
        if kind in {"rejected", "agreed"}:
            empty |= speech
        if ctx.lemma(chosen) in empty:
            return True
    return kind == "voted" and is_ballot(ctx, at)


def _is_generic(ctx: EventContext, act: Act) -> bool:
    """Return whether a quotation says of a kind of people what they do: "Politicians refuse to act"."""
    group, text = act.verb, ctx.text
    if group is None or text.quotation_of[act.head] < 0 or text.tags[group.first] not in {"VBP", "VB"}:
        return False
    subject = ctx.clauses.subject(group)
    return subject is not None and subject.last - subject.first == 1 and text.tags[subject.head] == "NNS"


def _is_opinion(ctx: EventContext, classes: ActClasses, act: Act) -> bool:
    """Return whether a verb of doubt or prediction governs the clause: "doubt that the bank will cut rates"."""
    before = ctx.clauses.finite_verb_before(act.verb) if act.verb is not None and act.verb.finite else None
    if before is None or before.passive or ctx.word(before.last) not in {"that", "whether"}:
        return False
    lemma = verb_lemmas(ctx.doc.lexicon.language).get(ctx.text.lower[before.head], "")
    return lemma in classes.grammar_words["opinion_verbs"]


def _is_meeting(ctx: EventContext, act: Act) -> bool:
    """Return whether the act is the mention of a meeting, which is an event of its own."""
    return ctx.text.starts[act.head] in ctx.meeting_offsets or ctx.text.ends[act.head] in ctx.meeting_offsets


def _is_unreal(ctx: EventContext, classes: ActClasses, group: VerbGroup) -> bool:
    modality = ctx.modality(group)
    if is_hypothetical(modality) or modality.modal == "obliged" or is_demanded(ctx, group):
        return True
    if modality.outcome == "denied" and modality.governor is None:
        return True  # "denied that it had approved the deal"
    if tense_of(ctx, classes, group).startswith("wouldhave") or _is_inverted_condition(ctx, group):
        return True
    return clause_opener(ctx, classes, group) in classes.grammar_words["unreal_openers"]


def _is_inverted_condition(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether the verb is the participle of a condition without "if": "Had the council approved the plan, …"."""
    text, start = ctx.text, ctx.text.sentence_range(group.head)[0]
    openers = (at for at in range(max(start, group.first - _INVERSION_WINDOW), group.first))
    is_bare = group.first == group.head and text.tags[group.head] in {"VBN", "VBD"}
    return is_bare and any(
        text.lower[at] == "had"
        and (at == start or text.words[at - 1] == ",")
        and not any(ctx.chunks.verb_group_of[i] >= 0 for i in range(at + 1, group.first))
        for at in openers
    )
