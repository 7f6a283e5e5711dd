"""Find the object of a decision: the object, complement or clause of a verb, the complement of a noun.

The clause of a verb of report may precede it ("The toll will rise, the ministry announced").  A noun that denotes a
result is its own object ("the [accord with Latvia]").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.complements import skip_adjuncts, skip_time, skip_vote_count
from worker.extract.events.decisions.noun_clauses import predicate_start
from worker.extract.events.decisions.nouns import noun_complement
from worker.extract.events.decisions.participles import is_agentive_participle
from worker.extract.events.decisions.reader import object_of_relative_infinitive, object_span
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.events.decisions.act import Act
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.schema import Span

_RESULTS = frozenset({"sign", "legislate", "plan"})
"""Classes of nouns that denote the result of a decision: "accord", "bill", "proposal"."""
_NEXT_PHRASE = frozenset({"DT", "PRP", "PRP$", "NNP"})
"""Tags of the first word of another phrase right after a noun: "under the proposal | the toll would rise"."""
_RESIGNING = frozenset({"resign"})


def object_of_act(ctx: EventContext, act: Act) -> Span | None:
    """Return the span of the object of a decision; None if the text does not name it."""
    if act.verb is not None:
        return _object_of_verb(ctx, act, act.verb)
    return _object_of_noun(ctx, act, act.noun) if act.noun is not None else None


# ---------------------------------------------------------------- verbs
def _object_of_verb(ctx: EventContext, act: Act, group: VerbGroup) -> Span | None:
    """Return the chosen act ("to ban imports"), the object, or else the prepositional complement; else None."""
    at = skip_adjuncts(ctx, skip_vote_count(ctx, act.last))
    verb = ctx.chunks.verb_group(at + (ctx.word(at) == "not"))
    if at > act.last and act.object is not None and is_agentive_participle(ctx, group):
        return object_span(ctx, act.object, group)  # "the fund set up by Oslo last year aims to […]"
    if verb is not None and at >= act.last and verb.infinitive:
        return object_of_relative_infinitive(ctx, group, verb) or ctx.topics.clause_span(verb.head)
    if ctx.word(at) in {"that", "whether"}:
        return ctx.topics.clause_span(at + (ctx.word(at) == "that" and not _is_determiner(ctx, at)))
    target = act.object or _modified_patient(ctx, act, group)
    if target is not None:
        return object_span(ctx, target, group)
    if (said := _reported_clause(ctx, act)) is not None:
        return said
    if at >= ctx.text.sentence_range(act.head)[1]:
        return None
    if verb is not None and ctx.text.tags[verb.head] == "VBG":
        return ctx.topics.clause_span(verb.head)
    return _late_object(ctx, act) or _complement_at(ctx, act, at)


def _is_determiner(ctx: EventContext, at: int) -> bool:
    """Return whether "that" belongs to a noun: "rejected [that idea]"."""
    own = ctx.clauses.noun_phrase(at)
    if own is not None and own.first == at and own.last > at + 1:
        return True
    noun = ctx.clauses.noun_phrase(at + 1) if ctx.word(at) == "that" else None
    if noun is None or noun.first != at + 1 or ctx.text.tags[noun.head] != "NN" or noun.last - noun.first > 1:
        return False
    verb = ctx.chunks.verb_group(noun.last)
    return verb is None or not verb.finite


def _modified_patient(ctx: EventContext, act: Act, group: VerbGroup) -> NounPhrase | None:
    """Return the noun that a participle modifies, if that noun names the decider: "[EU tariffs] imposed on Chile"."""
    is_bare = group.first == group.head and ctx.text.tags[group.head] in {"VBN", "VBD"}
    return act.who.phrase if is_bare and act.who.source == "patient" else None


def _reported_clause(ctx: EventContext, act: Act) -> Span | None:
    """Return the clause before a verb of report: "[The toll will rise], the ministry announced"; None without one."""
    statement = ctx.statements_by_cue.get(act.head)
    content = statement.content[0] if statement is not None and statement.content else None
    first = ctx.text.sentence_range(act.head)[0]
    if content is None or not ctx.text.starts[first] <= content.start < ctx.text.starts[act.head]:
        return None
    begin, end = ctx.text.token_at(content.start), ctx.text.token_at(content.end - 1) + 1
    marks = ctx.doc.lexicon.quotation_marks
    while begin < end and ctx.text.words[begin] in marks:
        begin += 1
    while begin < end and (ctx.text.words[end - 1] in marks or ctx.text.tags[end - 1] == "PUNCT"):
        end -= 1
    return ctx.text.span(begin, end) if begin < end else None


def _late_object(ctx: EventContext, act: Act) -> Span | None:
    """Return the object or clause after a time: "announced [last week] a levy", "announced on Friday it would"."""
    at = skip_time(ctx, act.last)
    noun = ctx.clauses.noun_phrase(at) if act.last < at < ctx.text.sentence_range(act.head)[1] else None
    if noun is None or noun.first != at or ctx.clauses.is_time_expression(noun):
        return None
    verb = ctx.chunks.verb_group(noun.last)
    if verb is not None and verb.finite and ctx.text.tags[noun.head] != "PRP":
        return None
    return ctx.topics.clause_span(at)


def _complement_at(ctx: EventContext, act: Act, at: int) -> Span | None:
    """Return the complement at a token: "looked into [the matter]", "agreed on [how to vote]"; None for an adjunct."""
    noun = ctx.clauses.noun_phrase(at)
    is_object = noun is not None and noun.first == at == act.last and not ctx.clauses.is_time_expression(noun)
    if is_object or ctx.word(at) in ctx.doc.lexicon.wh_openers:
        return ctx.topics.clause_span(at)
    choice, extent = ctx.lexicon.decision.choice, ctx.topics.extent
    if ctx.word(at) == "in" and ctx.word(at + 1) in word_set(choice.favour_nouns) and ctx.word(at + 2) == "of":
        return ctx.topics.clause_span(at + 3)
    known = choice.resignation_prepositions if _RESIGNING.intersection(act.classes) else choice.object_prepositions
    if ctx.word(at) not in word_set(known) or ctx.text.tags[at] not in {"IN", "TO"} or ctx.word(at + 1) == "by":
        return None
    if ctx.time_and_place.is_time_at(at) or extent.opens_adjunct(at, act.head):
        return None
    return ctx.topics.clause_span(at + 1)


def gerund_after(ctx: EventContext, act: Act) -> Span | None:
    """Return the span of the gerund right after a verb: "ruled out [sending troops]"; None if there is none."""
    verb = ctx.chunks.verb_group(act.last)
    is_gerund = verb is not None and ctx.text.tags[verb.head] == "VBG"
    return ctx.topics.clause_span(verb.head) if verb is not None and is_gerund else None


# ---------------------------------------------------------------- nouns
def _object_of_noun(ctx: EventContext, act: Act, noun: NounPhrase) -> Span | None:
    """Return the complement of a noun, or the noun itself if it denotes the result."""
    is_result = not _RESULTS.isdisjoint(act.classes) and ctx.text.lower[noun.head] not in word_set(
        ctx.lexicon.decision.nouns.anaphoric
    )
    about = noun_complement(ctx, noun, owner=act.who.source)
    if about is not None:
        return about
    if is_result:
        apart = noun.last < len(ctx.text.tags) and ctx.text.tags[noun.last] in _NEXT_PHRASE
        return ctx.topics.clause_span(noun.first, noun.last if apart else predicate_start(ctx, noun))
    verb = ctx.chunks.verb_group(skip_time(ctx, noun.last))
    is_gerund = verb is not None and ctx.text.tags[verb.head] == "VBG"
    is_list = verb is not None and ctx.word(verb.head) in word_set(ctx.lexicon.extent.inclusion)
    return ctx.topics.clause_span(verb.head) if verb is not None and is_gerund and not is_list else None
