"""Participants of a meeting noun: possessor, prepositional phrases, and the clause that contains it.

"[Berg]'s talks with [Ozola]", "the [Latvia]-[Estonia] summit", "[Berg] flew to Riga for talks".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.meetings.counterparts import frame_owner, opens_clause
from worker.extract.events.meetings.reader import is_plural_party
from worker.extract.events.meetings.speakers import speaker_on_occasion
from worker.extract.events.meetings.status import governing_noun
from worker.extract.events.political_role import POLITICAL
from worker.extract.events.trigger_parties import agent_parties, distinct_parties, subject_parties
from worker.extract.grammar.chunker import NounPhrase
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, Form

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import VerbGroup

_PAIR_WINDOW = 14
"""Tokens after the first party of "between" that are searched for "and"."""
_VISIT_WINDOW = 6
"""Tokens after a meeting noun that are searched for "by": "the visit to Latvia by Berg"."""
_ADVERBIAL_WINDOW = 4
"""Tokens of an adverbial before its noun: "After [months of secret] talks"."""


def has_proper_name(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether a meeting has a proper name: "the Baltic Dialogue"."""
    return ctx.text.words[noun.head][0].isupper() and noun.head > noun.first and ctx.text.tags[noun.head - 1] == "NNP"


def noun_participants(
    ctx: EventContext, noun: NounPhrase, form: Form, at: int, verb: VerbGroup | None, *, has_light_verb: bool
) -> tuple[list[Actor], str]:
    """Return (participants of a meeting noun, name of the construction that expresses them).

    The name becomes part of the event's rule.
    """
    counterparts, rule = _prepositional_participants(ctx, noun, form, verb if not has_light_verb else None)
    found = list(counterparts)
    owner = ctx.parties.possessor(noun, at)
    plural_possessor = ctx.word(noun.first) in ctx.doc.lexicon.plural
    if owner is not None and plural_possessor:  # "after their talks": those of the subject
        found += _clause_subject(ctx, noun, alone=False)
    elif owner is not None:
        found.insert(0, owner)
        rule = "possessor"
    elif verb is not None and verb.passive:
        found += agent_parties(ctx, verb.last)
    elif proposer := _owner_of_outer_noun(ctx, noun):
        found.insert(0, proposer)
    elif has_light_verb and verb is not None:
        guest = ctx.clauses.object(verb)
        guests = ctx.parties.parties_of(guest) if guest is not None and guest.last <= noun.first else []
        takes_part = rule != "noun between" or ctx.lemma(verb) in word_set(ctx.lexicon.meeting.presiding)
        found = [*(subject_parties(ctx, verb) if takes_part else []), *guests, *found]
        rule = "light verb"
    elif not _has_all(ctx, counterparts, rule) and (
        rule == "noun with"
        or form in {"visit", "press_conference"}
        or has_proper_name(ctx, noun)
        or is_indefinite(ctx, noun)
    ):
        speaker = speaker_on_occasion(ctx, noun) if form == "press_conference" else None
        found = [*([speaker] if speaker is not None else _clause_subject(ctx, noun)), *found]
    elif rule == "noun of" and form != "visit" and _is_occasion_of_clause(ctx, noun):
        whole = _clause_subject(ctx, noun, alone=False)  # "At a meeting of the union, Berg and Lind said"
        found = [*(whole or _clause_subject(ctx, noun)), *found]
    elif ctx.word(noun.first - 1) == "for":
        found = [*_main_clause_parties(ctx, noun), *found]
    elif not found and len(subjects := _clause_subject(ctx, noun, alone=False)) > 1:
        found = [
            a for a in subjects if a.name not in ctx.time_and_place.place_names
        ]  # "After talks in Oslo, A and B …"
    modifiers = ctx.parties.modifier_parties(after_possessor(ctx, noun, at), at)
    found = [*_verbless_headline_parties(ctx, noun), *found, *modifiers]
    return _able_to_take_part(ctx, found, counterparts), rule


def _is_occasion_of_clause(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether "at" and the noun modify a clause, unlike "the rates agreed [at] the meeting of ministers"."""
    before = ctx.chunks.verb_group(noun.first - 2)
    return ctx.word(noun.first - 1) == "at" and (before is None or before.finite)


def after_possessor(ctx: EventContext, noun: NounPhrase, at: int) -> NounPhrase:
    """Return the part of a phrase after its possessor: "[news conference]" of "the FBI director's news conference"."""
    first = next((i + 1 for i in range(at - 1, noun.first, -1) if ctx.text.tags[i] == "POS"), noun.first)
    return noun if first == noun.first else NounPhrase(first, noun.last, noun.head)


def is_of_other_noun(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether the meeting is only the subject matter of another noun: "a video of the meeting"."""
    outer = ctx.clauses.noun_phrase(noun.first - 2) if ctx.word(noun.first - 1) == "of" else None
    if outer is None:
        return False
    m = ctx.lexicon.meeting
    return ctx.text.lower[outer.head] not in word_set(m.partitive_nouns, m.phase_nouns, m.sideline_nouns)


def _owner_of_outer_noun(ctx: EventContext, noun: NounPhrase) -> Actor | None:
    """Return the possessor of a noun that the meeting complements or modifies: "[Berg]'s invitation to talks"."""
    frame = governing_noun(ctx, noun)
    if frame is not None and ctx.text.lower[frame.head] in word_set(ctx.lexicon.meeting.record_nouns):
        return None  # "his account of the talks"
    owner = ctx.parties.possessor(frame, frame.head) if frame is not None else None
    return owner or frame_owner(ctx, noun)


def _has_all(ctx: EventContext, counterparts: list[Actor], rule: str) -> bool:
    """Return whether a phrase names all parties: "a meeting of [the ministers]", "talks between [A and B]"."""
    if rule == "noun between" and len(counterparts) > 1:
        return True
    return rule in {"noun of", "noun between", "noun involving"} and is_plural_party(ctx, counterparts)


def _verbless_headline_parties(ctx: EventContext, noun: NounPhrase) -> list[Actor]:
    """Return the parties that open a headline without a verb: "[Norway and Latvia] in fishing talks"."""
    first, last = ctx.text.sentence_range(noun.head)
    if not ctx.text.is_headline(noun.head) or ctx.word(noun.first - 1) not in {"in", "for"} or noun.first - 1 <= first:
        return []
    between = range(first, noun.first)
    if any(ctx.text.tags[i] == "PUNCT" and ctx.text.words[i] != "," for i in between):
        return []
    if any(ctx.chunks.verb_group_of[i] >= 0 for i in range(first, last)):
        return []
    return ctx.parties.parties_of(ctx.clauses.noun_phrase(first))


def _able_to_take_part(ctx: EventContext, parties: list[Actor], counterparts: list[Actor]) -> list[Actor]:
    """Return the parties that can take part: political ones, persons, and groups that meet a political one.

    `counterparts`: the parties after "with" and "between", which are the only groups considered.
    """
    political = any(ctx.roles.political_role(a) == POLITICAL for a in parties)
    named = [a for a in parties if ctx.roles.political_role(a) or a.type == "person"]
    groups = [a for a in counterparts if political and a not in named and _can_be_counterpart(ctx, a)]
    return distinct_parties([*named, *groups])


def _can_be_counterpart(ctx: EventContext, actor: Actor) -> bool:
    """Return whether a group with a described name is no audience: "several creditor banks", not "reporters"."""
    is_audience = not word_set(ctx.lexicon.meeting.audiences).isdisjoint(ctx.roles.head_words(actor))
    return actor.type in {"group", "unnamed"} and " " in actor.name and not is_audience


def _prepositional_participants(
    ctx: EventContext, noun: NounPhrase, form: Form, own: VerbGroup | None
) -> tuple[list[Actor], str]:
    """Return (parties after "with", "between", "of" and "by", name of the construction).

    The prepositions follow the noun or its predicate.
    """
    m = ctx.lexicon.meeting
    found = _participle_participants(ctx, noun)
    rule = "noun involving" if found else "noun"
    for prepositions, name in ((m.with_, "with"), (m.between, "between"), (m.of, "of"), (m.by, "by")):
        if (name == "of" and form in {"visit", "call"}) or (name == "by" and form != "visit"):
            continue
        starts = (noun.last, own.last) if own and name not in {"of", "by"} else (noun.last,)
        for start in starts:
            reach = 12 if name not in {"of", "by"} else _VISIT_WINDOW if name == "by" else 1
            listed = ctx.clauses.prepositional_phrases(start, word_set(prepositions), reach)[:1]
            if listed and not _is_of_other_meeting(ctx, start, listed[0][0]):
                named = ctx.parties.parties_of(listed[0][1])
                found += named if name != "between" or len(named) > 1 else [*named, *_second_of_pair(ctx, listed[0][1])]
                rule = f"noun {name}"
                break
    return found, rule


def _is_of_other_meeting(ctx: EventContext, start: int, preposition: int) -> bool:
    """Return whether a preposition belongs to another meeting noun: "his visit was followed by [talks] with Ozola"."""
    return not ctx.lexicon.meeting_class_heads.isdisjoint(ctx.text.lower[start:preposition])


def _second_of_pair(ctx: EventContext, first: NounPhrase) -> list[Actor]:
    """Return the second party of "between", after a modifier: "between a mission led by Berg and [creditors]"."""
    end = min(ctx.text.sentence_range(first.head)[1], first.last + _PAIR_WINDOW)
    for at in range(first.last, end - 1):
        verb = ctx.chunks.verb_group(at)
        if verb is not None and verb.finite:
            return []
        following = ctx.clauses.noun_phrase(at + 1) if ctx.text.lower[at] == "and" else None
        if following is not None and following.first == at + 1:
            return ctx.parties.phrase_parties(following)
    return []


def _participle_participants(ctx: EventContext, noun: NounPhrase) -> list[Actor]:
    """Return the parties after a participle: "talks in Oslo involving A and B"."""
    for at in range(noun.last, min(ctx.text.sentence_range(noun.head)[1] - 1, noun.last + 6)):
        if ctx.text.lower[at] in word_set(ctx.lexicon.meeting.participant_participles):
            following = ctx.clauses.noun_phrase(at + 1)
            return ctx.parties.parties_of(following) if following and following.first == at + 1 else []
        verb = ctx.chunks.verb_group(at)
        if verb is not None and verb.finite:
            return []
    return []


def is_indefinite(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether a phrase begins with the indefinite article."""
    return ctx.text.lower[noun.first] in {"a", "an"}


def _main_clause_parties(ctx: EventContext, noun: NounPhrase) -> list[Actor]:
    """Return the parties of the subject and object of the verb before "for talks": "[Berg] met [Ozola] for talks".

    Empty if that verb is neither a light verb nor a verb of meeting.
    """
    start = ctx.text.sentence_range(noun.head)[0]
    for at in range(noun.first - 1, max(start, noun.first - 16) - 1, -1):
        group = ctx.chunks.verb_group(at)
        if group is None:
            continue
        lemma = ctx.lemma(group)
        if lemma not in ctx.lexicon.light_verb_lemmas and lemma not in ctx.lexicon.meeting_frames:
            return []
        target = ctx.clauses.object(group)
        return [*subject_parties(ctx, group), *(ctx.parties.parties_of(target) if target else [])]
    return []


def _clause_subject(ctx: EventContext, noun: NounPhrase, *, alone: bool = True) -> list[Actor]:
    """Return the subject of the clause that contains the noun in an adverbial: "After a meeting with X, [Y] left".

    `alone`: only the first party of the subject.
    """
    if is_of_other_noun(ctx, noun):
        return []
    if noun.first == 0 or ctx.text.tags[noun.first - 1] not in {"IN", "TO"} or ctx.word(noun.first - 1) == "about":
        return []
    is_opening = ctx.text.sentence_range(noun.head)[0] >= noun.first - _ADVERBIAL_WINDOW
    if not alone and not is_opening and ctx.word(noun.first) not in ctx.doc.lexicon.plural:
        return []
    start, end = ctx.text.sentence_range(noun.head)
    verbs = [v for i in range(start, end) if (v := ctx.chunks.verb_group(i)) is not None and v.first == i and v.finite]
    before = [v for v in verbs if v.last <= noun.first]
    after = [v for v in verbs if v.first >= noun.last]
    ordered = [*after[:1], *before[-1:]] if opens_clause(ctx, noun) else [*before[-1:], *verbs[:1]]
    group = next(iter(ordered), None)
    found = subject_parties(ctx, group) if group and not has_dummy_subject(ctx, group) else []
    return found[:1] if alone else found


def has_dummy_subject(ctx: EventContext, verb: VerbGroup) -> bool:
    """Return whether a verb is a copula with "it" as its subject: "it [was] the first summit"."""
    subject = ctx.clauses.subject(verb) if ctx.text.lower[verb.head] in ctx.doc.lexicon.be else None
    return subject is not None and ctx.text.lower[subject.head] == "it"
