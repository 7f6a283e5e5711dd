"""Counterparts of a meeting noun outside its own phrase: in its relative clause or in the clause that it modifies.

"The talks that [Berg] held with [Ozola]", "a summit at which [Berg] met [Ozola]", "[Berg] told [Ozola] at a meeting",
"[Latvia] reached an agreement with [its creditors] after weeks of talks".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.political_role import POLITICAL
from worker.extract.events.trigger_parties import agent_parties, subject_parties, with_parties
from worker.extract.grammar.chunker import NounPhrase
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import VerbGroup
    from worker.schema import Actor

_RELATIVE_WINDOW = 12
"""Tokens after a noun that are searched for its relative clause."""
_VERB_WINDOW = 14
"""Tokens of a relative clause that are searched for its verb."""
_CLAUSE_WINDOW = 30
"""Tokens around a noun that are searched for the verb of its clause."""


def held_parties(ctx: EventContext, noun: NounPhrase) -> list[Actor]:
    """Return the parties of the relative clause whose object the noun is: "the talks [Berg] held with [Ozola]"."""
    verb = held_verb(ctx, noun)
    return [*subject_parties(ctx, verb), *with_parties(ctx, verb.last)] if verb is not None else []


def relative_clause_parties(ctx: EventContext, noun: NounPhrase, *, owned: bool) -> list[Actor]:
    """Return the parties of a relative clause whose occasion is the noun: "a summit at which [Berg] told [Ozola]".

    `owned`: whether parties are known; a pronoun as subject then denotes one of them.  A clause with "when" counts only
    with a verb of address; in "talks with Berg, when Ozola announced the deal" Ozola is no party.
    """
    opener, verb = _clause_of_occasion(ctx, noun)
    if verb is None or (opener == "when" and not addressees(ctx, verb)):
        return []
    subject = ctx.clauses.subject(verb)
    is_pronoun = subject is not None and ctx.text.tags[subject.head] == "PRP"
    return [*([] if owned and is_pronoun else subject_parties(ctx, verb)), *addressees(ctx, verb)]


def held_verb(ctx: EventContext, noun: NounPhrase) -> VerbGroup | None:
    """Return the verb of which the noun is the object: "a visit he [will make] to Oslo", "talks that Berg [held]"."""
    m = ctx.lexicon.meeting
    is_marked = ctx.word(noun.last) in word_set(m.object_relatives)
    at = noun.last + is_marked
    subject = ctx.clauses.noun_phrase(at)
    if subject is None or subject.first != at or subject.last <= noun.last:
        return None
    if not is_marked and opens_clause(ctx, noun):
        return None  # "After the talks Berg left"
    last = ctx.clauses.conjuncts(subject)[-1].last
    verb = ctx.chunks.verb_group(last)
    if verb is None or not verb.finite or verb.passive or verb.first != last:
        return None
    is_holding = ctx.lemma(verb) in ctx.lexicon.light_verb_lemmas - word_set(m.travel, m.departure)
    is_open = ctx.clauses.object(verb) is None and ctx.chunks.verb_group(verb.last) is None
    return verb if is_holding and is_open else None  # "said at talks that officials [began] leaving"


def opens_clause(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether the noun's prepositional phrase follows a comma, a conjunction or the start of the sentence."""
    at = noun.first - 1
    start = ctx.text.sentence_range(noun.head)[0]
    if at < start or ctx.text.tags[at] not in {"IN", "TO"}:
        return False
    return at == start or ctx.text.words[at - 1] == "," or ctx.text.tags[at - 1] in {"CC", "SC"}


def _clause_of_occasion(ctx: EventContext, noun: NounPhrase) -> tuple[str, VerbGroup | None]:
    """Return (relative word, verb) of a relative clause whose occasion is the noun: "talks in Oslo where he told"."""
    text, m = ctx.text, ctx.lexicon.meeting
    end = text.sentence_range(noun.head)[1]
    for at in range(noun.last, min(end, noun.last + _RELATIVE_WINDOW)):
        if (verb := ctx.chunks.verb_group(at)) is not None and verb.finite:
            break
        after_preposition = text.lower[at - 1] in word_set(m.relative_prepositions)
        if text.lower[at] in word_set(m.occasion_relatives) or (text.lower[at] == "which" and after_preposition):
            return text.lower[at], _first_finite(ctx, at + 1, min(end, at + _VERB_WINDOW))
    return "", None


def _first_finite(ctx: EventContext, first: int, end: int) -> VerbGroup | None:
    verbs = (verb for at in range(first, end) if (verb := ctx.chunks.verb_group(at)) is not None)
    return next((verb for verb in verbs if verb.finite), None)


def addressees(ctx: EventContext, verb: VerbGroup) -> list[Actor]:
    """Return the parties to whom a verb of address is directed: "told [Ozola] that", "pleaded with [Ozola]"."""
    if not verb.passive and ctx.word(verb.last) in word_set(ctx.lexicon.meeting.with_):
        return with_parties(ctx, verb.last)
    if verb.passive or ctx.lemma(verb) not in word_set(ctx.lexicon.meeting.addressing):
        return []
    is_participle = ctx.chunks.verb_group(verb.last) is not None  # "told [visiting] officials"
    target = ctx.clauses.noun_phrase(verb.last + 1) if is_participle else ctx.clauses.object(verb)
    return ctx.parties.parties_of(target) if target is not None and target.first <= verb.last + 1 else []


def main_clause_parties(ctx: EventContext, noun: NounPhrase) -> list[Actor]:
    """Return the counterparts in the clause that the noun modifies as an adverbial; empty if it is no adverbial.

    They are the object of a verb of address ("told [Ozola] at a meeting") or the partner of an agreement or a quarrel
    ("agreed with [Ozola] in talks").
    """
    is_adverbial = ctx.word(noun.first - 1) in word_set(ctx.lexicon.meeting.adverbial_prepositions)
    if not is_adverbial and not _is_measured(ctx, noun):
        return []
    verb = _verb_of_adverbial(ctx, noun)
    if verb is None:
        return []
    return addressees(ctx, verb) or _partners_before(ctx, verb, noun)


def _is_measured(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether the noun is part of an adverbial of measure: "after [four weeks of] talks"."""
    measure = ctx.clauses.noun_phrase(noun.first - 2) if ctx.word(noun.first - 1) == "of" else None
    return (
        measure is not None
        and ctx.text.lower[measure.head] in word_set(ctx.lexicon.meeting.partitive_nouns)
        and ctx.word(measure.first - 1) in word_set(ctx.lexicon.meeting.adverbial_prepositions)
    )


def _verb_of_adverbial(ctx: EventContext, noun: NounPhrase) -> VerbGroup | None:
    """Return the verb that an adverbial modifies: the one before it, at the start of a sentence the one after it."""
    start, end = ctx.text.sentence_range(noun.head)
    before = ctx.chunks.last_finite(max(start, noun.first - _CLAUSE_WINDOW), noun.first)
    return before or _first_finite(ctx, noun.last, min(end, noun.last + _CLAUSE_WINDOW))


def _partners_before(ctx: EventContext, verb: VerbGroup, noun: NounPhrase) -> list[Actor]:
    """Return the parties after "with" between a verb and its adverbial: "a deal with [its creditors] after talks"."""
    if verb.first > noun.first:
        return []
    found = ctx.clauses.prepositional_phrases(
        verb.last, word_set(ctx.lexicon.meeting.with_), max(0, noun.first - verb.last)
    )
    return ctx.parties.parties_of(found[0][1]) if found else []


def frame_owner(ctx: EventContext, noun: NounPhrase) -> Actor | None:
    """Return the possessor of a noun that a meeting modifies: "[Berg]'s remarks at the talks", "[her] exit from"."""
    if ctx.word(noun.first - 1) not in word_set(ctx.lexicon.meeting.frame_prepositions):
        return None
    frame = ctx.clauses.noun_phrase(noun.first - 2)
    if frame is None or frame.last != noun.first - 1:
        return None
    if frame.first > 0 and ctx.text.tags[frame.first - 1] == "POS":
        owner = ctx.clauses.noun_phrase(frame.first - 1)
        frame = NounPhrase(owner.first, frame.last, frame.head) if owner is not None else frame
    return ctx.parties.possessor(frame, frame.head)


def hosting_agents(ctx: EventContext, noun: NounPhrase) -> list[Actor]:
    """Return the agents of a participle of hosting: "a dinner hosted by [Berg]", "talks chaired by [Ozola]"."""
    verb = ctx.chunks.verb_group(noun.last)
    if verb is None or verb.finite or ctx.text.tags[verb.head] != "VBN" or ctx.word(verb.last) != "by":
        return []
    return agent_parties(ctx, verb.last) if ctx.lemma(verb) in word_set(ctx.lexicon.meeting.presiding) else []


def with_groups_beside(ctx: EventContext, parties: list[Actor]) -> list[Actor]:
    """Return the parties that can take part; groups only beside a political party: "Oslo and [its creditors]"."""
    able = [a for a in parties if ctx.roles.political_role(a) or a.type == "person"]
    if not any(ctx.roles.political_role(a) == POLITICAL for a in able):
        return able
    audiences = word_set(ctx.lexicon.meeting.audiences)
    return [
        a
        for a in parties
        if a in able or (a.type in {"group", "unnamed"} and audiences.isdisjoint(ctx.roles.head_words(a)))
    ]
