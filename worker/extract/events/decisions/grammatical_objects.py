"""The noun phrase on which a verb acts: object, subject of a passive, antecedent of a relative clause.

"imposed [sanctions]", "[the bill] was vetoed", "[the bill], which Oslo vetoed", "[the accord] signed last July", "[the
package] the cabinet plans to adopt".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.decisions.participles import (
    is_agentive_participle,
    is_reduced_relative,
    modified_noun,
    noun_before_comma,
)

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup


def acted_on(ctx: EventContext, group: VerbGroup) -> NounPhrase | None:
    """Return the noun phrase that is acted on: the object, or the subject of a passive; None if there is none."""
    if is_agentive_participle(ctx, group):
        return modified_noun(ctx, group)
    if group.passive:
        return ctx.clauses.subject(group)
    found = ctx.clauses.object(group) or antecedent_of_object_relative(ctx, group)
    if found is not None or not is_reduced_relative(ctx, group):
        return found
    return modified_noun(ctx, group) or noun_before_comma(ctx, group)


def antecedent_of_object_relative(ctx: EventContext, group: VerbGroup) -> NounPhrase | None:
    """Return the noun that a relative clause with its own subject modifies: "[the sanctions] (that) Oslo imposed"."""
    text = ctx.text
    subject = ctx.clauses.subject(group) if group.finite else None
    if subject is None or subject.last > group.first or subject.first <= text.sentence_range(group.head)[0]:
        return None
    at = subject.first - 1
    if text.lower[at] in ctx.doc.lexicon.relative:
        noun = ctx.clauses.noun_phrase(at - 1 - (text.words[at - 1] == ",")) if at > 1 else None
        return noun if noun is not None and not _opens_report(ctx, noun, at) else None
    noun = ctx.clauses.noun_phrase(at)
    is_name = text.tags[subject.head] in {"NNP", "PRP"} or text.tags[subject.first] in {"DT", "PRP$"}
    if noun is None or noun.last != subject.first or text.tags[noun.head] not in {"NN", "NNS"} or not is_name:
        return None
    return _name_of(ctx, noun) if not _opens_report(ctx, noun, at) else None


def _name_of(ctx: EventContext, noun: NounPhrase) -> NounPhrase:
    """Return the name to which a phrase is an apposition: "[Berg], a banker whom Oslo tapped"; else the phrase."""
    text = ctx.text
    if text.lower[noun.first] not in {"a", "an"} or text.words[noun.first - 1] != ",":
        return noun
    name = ctx.clauses.noun_phrase(noun.first - 2)
    return name if name is not None and text.tags[name.head] == "NNP" else noun


def _opens_report(ctx: EventContext, noun: NounPhrase, at: int) -> bool:
    """Return whether a clause after a noun is reported speech: "said [last month] that", "told [the nation] he"."""
    if ctx.clauses.is_time_expression(noun):
        return True
    verb = ctx.chunks.verb_group(noun.first - 1)
    cue = ctx.doc.lexicon.cues.get(ctx.text.lower[verb.head]) if verb is not None else None
    return cue is not None and cue.clause and ctx.text.lower[at] not in {"which", "who", "whom"}
