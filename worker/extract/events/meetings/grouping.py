"""Group the triggers of an article into meetings: the triggers of a group mention the same meeting.

A trigger without parties joins a meeting that it can refer to.  One that is certain enough but finds none is a meeting
of its own, so that "the talks" of unnamed parties are one event.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from worker.extract.events.event_coreference import EventCandidate, EventCluster, cluster_candidates, party_names
from worker.extract.events.meetings.noun_features import determiner_kind
from worker.extract.events.meetings.office_holders import with_holders
from worker.extract.events.plural_anaphora import may_hold
from worker.extract.events.political_role import singular_of
from worker.extract.grammar.punctuation import DASHES
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.events.meetings.trigger import MeetingTrigger
    from worker.extract.grammar.chunker import NounPhrase
    from worker.schema import Actor

_NEVER_COREFERENT = frozenset({"visit", "call", "press_conference"})
"""Forms that do not corefer with any other form."""
_PAIR = 2
"""Number of parties that two meetings must share to be the same."""
_NEAR_SENTENCES = 4
"""Sentences after a meeting in which a plural denotes its parties."""
_COMPLEMENTS = frozenset({"with", "between", "among", "of"})
"""Prepositions that introduce the parties of a meeting noun."""
_RENEWALS = frozenset({"again", "another", "further", "fresh"})
_MAX_WORDS = 3
"""Words of a plural that only refers to parties: "the two leaders"."""
_DEFINITE = ("the ", "both ", "these ", "those ", "all ", "their ")
_POINTING = frozenset({"definite", "demonstrative"})
"""Classes of determiners that refer to something known."""
_MARGIN_WITHOUT_PARTIES = 0.8
"""Log-odds above the threshold from which a trigger without parties is a meeting of its own."""
_GENERAL = frozenset({"meeting", "talks"})
"""Nouns for any encounter."""
_REPEAT_SENTENCES = 3
"""Sentences after a meeting in which a definite phrase with the same noun refers to it."""
_MAX_COMPARED = 24
"""Meetings without parties that are compared with a new trigger, so that the cost is linear."""


def group_meetings(
    ctx: EventContext, triggers: list[MeetingTrigger], threshold: float
) -> list[EventCluster[EventCandidate]]:
    """Return the meetings of which a trigger reaches the threshold, in text order.

    `triggers`: those selected, in text order; some are below the threshold and only further mentions.
    """
    score_of = {trigger.candidate: trigger.score for trigger in triggers}
    for trigger in triggers:
        trigger.candidate.parties = with_holders(ctx, trigger.candidate.parties)
        trigger.candidate.anaphoric = points_back(ctx, trigger)
    implied = {trigger.candidate for trigger in triggers if trigger.source == "clause" or is_bare(ctx, trigger)}
    clusters = cluster_candidates(
        list(score_of), partial(_is_same_meeting, ctx), partial(_can_refer_to, ctx, implied), partial(_are_apart, ctx)
    )
    joined = {candidate for cluster in clusters for candidate in cluster.members}
    alone = [c for c, score in score_of.items() if c not in joined and score >= threshold + _margin(c)]
    clusters += _without_parties(ctx, alone)
    certain = [k for k in clusters if max(score_of[c] for c in k.members) >= threshold]
    in_order = sorted(certain, key=lambda cluster: cluster.members[0].first)
    _name_plurals(ctx, in_order)
    return in_order


def _name_plurals(ctx: EventContext, clusters: list[EventCluster[EventCandidate]]) -> None:
    """Replace plurals for the parties of the meeting before by these: "Both sides will meet again in [Oslo]"."""
    known: EventCandidate | None = None
    for cluster in clusters:
        best = cluster.best
        plurals = [actor for actor in best.parties if _is_plural_for_parties(ctx, actor)]
        if not plurals or len(plurals) < len(best.parties):
            known = best if len(best.parties) >= _PAIR else known
        elif known is not None and _can_denote(ctx, best, plurals[0].name, known):
            best.parties = [replace(actor, mention=plurals[0].mention) for actor in known.parties]


def _can_denote(ctx: EventContext, new: EventCandidate, plural: str, known: EventCandidate) -> bool:
    """Return whether a plural can denote the parties of a meeting: near it, of the number and office that it states."""
    is_near = ctx.text.sentence_of[new.first] - ctx.text.sentence_of[known.first] <= _NEAR_SENTENCES
    is_pair = not {"both", "two"}.isdisjoint(plural.lower().split())
    office = singular_of(plural.rpartition(" ")[2].lower())
    fits = all(may_hold(actor, office) for actor in known.parties)
    return is_near and fits and (len(known.parties) == _PAIR or not is_pair)


def _is_plural_for_parties(ctx: EventContext, actor: Actor) -> bool:
    """Return whether a party is a plural without a name for parties known to the reader: "the two leaders"."""
    if actor.type not in {"group", "unnamed"} or not _is_definite_without_name(actor.name):
        return False
    actors, head = ctx.lexicon.actors, actor.name.rpartition(" ")[2].lower()
    return head in word_set(actors.side_nouns, actors.pairs) or singular_of(head) in word_set(actors.offices)


def points_back(ctx: EventContext, trigger: MeetingTrigger) -> bool:
    """Return whether a trigger may refer to a meeting reported elsewhere.

    It has no parties or none with a name ("the two sides"), or it is definite and its only parties are the subject of
    its clause: "after the talks, Berg …".
    """
    if not trigger.candidate.parties:
        return trigger.phrase is None or (
            determiner_kind(ctx, trigger.phrase, trigger.first) != "indefinite" or _is_apposition(ctx, trigger.phrase)
        )
    if _names_no_party(trigger.candidate):
        return trigger.phrase is None or determiner_kind(ctx, trigger.phrase, trigger.first) != "indefinite"
    if is_bare(ctx, trigger):
        return True
    is_clause_subject = trigger.phrase is not None and trigger.source == "clause"
    return (
        is_clause_subject
        and trigger.phrase is not None
        and determiner_kind(ctx, trigger.phrase, trigger.first) in _POINTING
    )


def is_bare(ctx: EventContext, trigger: MeetingTrigger) -> bool:
    """Return whether a trigger is a definite noun without modifiers and without parties of its own: "[the talks]"."""
    noun = trigger.phrase
    if noun is None or noun.head != noun.first + 1 or ctx.text.tags[noun.first] != "DT":
        return False
    is_pointing = determiner_kind(ctx, noun, trigger.first) in _POINTING
    return is_pointing and trigger.candidate.rule in {"noun", "light verb"} and ctx.word(noun.last) not in _COMPLEMENTS


def _is_apposition(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether an indefinite phrase repeats the noun before it: "her trip to Oslo — [a trip] that …"."""
    before = ctx.text.words[noun.first - 1] if noun.first > ctx.text.sentence_range(noun.head)[0] else ""
    return before == "," or before in DASHES


def _names_no_party(candidate: EventCandidate) -> bool:
    """Return whether all parties are definite plurals without a name ("the two leaders"), and place and time open."""
    if candidate.place is not None or candidate.when is not None:
        return False
    return all(
        actor.type in {"group", "unnamed"} and actor.country is None and _is_definite_without_name(actor.name)
        for actor in candidate.parties
    )


def _is_definite_without_name(name: str) -> bool:
    is_plain = name[1:].islower() and name.count(" ") < _MAX_WORDS and name.replace(" ", "").isalpha()
    return is_plain and name.lower().startswith(_DEFINITE)


def _margin(candidate: EventCandidate) -> float:
    return 0.0 if candidate.parties else _MARGIN_WITHOUT_PARTIES


def _without_parties(ctx: EventContext, candidates: list[EventCandidate]) -> list[EventCluster[EventCandidate]]:
    """Return the meetings of candidates without parties: one for all that can be the same."""
    clusters: list[EventCluster[EventCandidate]] = []
    for candidate in candidates:
        near = (
            k
            for k in clusters[-_MAX_COMPARED:]
            if all(_is_compatible(ctx, old, candidate) for old in k.members[:_MAX_COMPARED])
        )
        cluster = next(near, None)
        if cluster is None:
            clusters.append(EventCluster(members=[candidate]))
        else:
            cluster.members.append(candidate)
    return clusters


def _is_same_meeting(ctx: EventContext, old: EventCandidate, new: EventCandidate) -> bool:
    """Return whether two candidates with parties mention the same meeting."""
    a, b = party_names(old), party_names(new)
    if a & b and _is_purpose_of_visit(ctx, old, new):
        return True
    if not _is_compatible(ctx, old, new):
        return False
    shared = len(a & b)
    if shared >= _PAIR:
        return True
    alike = old.kind == new.kind and (
        _can_follow(old.status, new.status) or not (old.explicit_status and new.explicit_status)
    )
    if shared and shared == min(len(a), len(b)) and alike:
        return True
    place = old.place and new.place and old.place.text == new.place.text
    return bool(place and old.kind == new.kind == "summit")


def _are_apart(ctx: EventContext, old: EventCandidate, new: EventCandidate) -> bool:
    """Return whether two meetings of one party are different: with other partners, or the later one renews talks."""
    return _have_other_partners(old, new) or _is_renewed(ctx, old, new)


def _is_renewed(ctx: EventContext, old: EventCandidate, new: EventCandidate) -> bool:
    """Return whether a plan follows a meeting that was held: "met in Oslo and will meet [again] in May"."""
    if old.status != "held" or new.status not in {"planned", "proposed"} or old.first > new.first:
        return False
    noun = ctx.chunks.noun_phrase(new.first) if new.noun else None
    first = noun.first if noun is not None else new.first
    return not _RENEWALS.isdisjoint(ctx.text.lower[first : new.last + 2])


def _have_other_partners(old: EventCandidate, new: EventCandidate) -> bool:
    """Return whether two meetings of one party are with different partners: "met Berg", then "met Ozola"."""
    if old.kind != new.kind or min(len(old.parties), len(new.parties)) < _PAIR:
        return False
    a, b = party_names(old), party_names(new)
    further = [[p for p in c.parties if p.name.casefold() not in a & b] for c in (old, new)]
    return all(further) and not any(_can_be_same(one, other) for one in further[0] for other in further[1])


def _can_be_same(one: Actor, other: Actor) -> bool:
    """Return whether two parties can be one: one is unnamed, they have a country or the last word in common."""
    if "unnamed" in {one.type, other.type} or "group" in {one.type, other.type}:
        return True
    if one.country is not None and one.country == other.country and one.type != other.type:
        return True
    return one.name.casefold().split()[-1] == other.name.casefold().split()[-1]


def _can_follow(old: str, new: str) -> bool:
    """Return whether one meeting can have the two statuses in one report: the same, or a plan that is cancelled."""
    return old == new or (new == "cancelled" and old in {"planned", "proposed"})


def _is_purpose_of_visit(ctx: EventContext, old: EventCandidate, new: EventCandidate) -> bool:
    """Return whether the later candidate is the purpose of a visit: "flew to Oslo for talks with X"."""
    gathering = {old.kind, new.kind} == {"talks", "summit"}  # "gathered in Oslo for a summit"
    if not (gathering or (old.kind == "visit" and new.kind != "visit")) or old.last > new.first:
        return False
    apart = ctx.text.sentence_range(old.first) != ctx.text.sentence_range(new.first)
    return not apart and not ctx.chunks.has_finite_verb(old.last, new.first + 1)


def _can_refer_to(ctx: EventContext, implied: set[EventCandidate], old: EventCandidate, new: EventCandidate) -> bool:
    """Return whether the anaphoric candidate `new` can refer to the meeting of `old`.

    Their fields must be compatible, and `new` must name no parties or at least one of the parties of `old`.  Other
    parties are allowed if they come from the subject of its clause (`new` is in `implied`) and its noun repeats that of
    `old`: "Oslo and Riga held talks. Berg scuttled [the talks]".
    """
    named = set() if _names_no_party(new) else party_names(new)
    if not _is_compatible(ctx, old, new):
        return False
    if not named or named & party_names(old) or not old.parties:
        return True
    return new in implied and _repeats(ctx, old, new)


def _repeats(ctx: EventContext, old: EventCandidate, new: EventCandidate) -> bool:
    """Return whether a noun repeats a meeting of several parties: on the same day, or soon after it in the text."""
    if len(old.parties) < _PAIR or old.kind != new.kind:
        return False
    if old.day is not None and old.day == new.day:
        return True
    apart = ctx.text.sentence_of[new.first] - ctx.text.sentence_of[old.first]
    alike = old.noun == new.noun or new.noun in _GENERAL
    return alike and 0 <= apart <= _REPEAT_SENTENCES


def _is_compatible(ctx: EventContext, old: EventCandidate, new: EventCandidate) -> bool:
    if (old.day and new.day and old.day != new.day) or not _are_compatible_forms(ctx, old, new):
        return False
    months = _months(ctx, old), _months(ctx, new)
    if all(months) and months[0].isdisjoint(months[1]):
        return False
    if old.place and new.place and not new.anaphoric and not _can_be_same_place(ctx, old.place.text, new.place.text):
        return False
    return (old.status == "denied") == (new.status == "denied") or new.anaphoric


def _months(ctx: EventContext, candidate: EventCandidate) -> set[int]:
    """Return the months that the time of a candidate names: {7} for "July 10"; empty without one."""
    words = candidate.when.text.lower().split() if candidate.when is not None else []
    months = ctx.lexicon.calendar.months
    return {months[word.rstrip(".,")] for word in words if word.rstrip(".,") in months}


def _are_compatible_forms(ctx: EventContext, old: EventCandidate, new: EventCandidate) -> bool:
    """Return whether two forms can denote one meeting: "spoke on the phone", then "the conversation"."""
    if old.kind == new.kind or (old.kind not in _NEVER_COREFERENT and new.kind not in _NEVER_COREFERENT):
        return True
    return old.kind == "call" and new.anaphoric and new.noun in word_set(ctx.lexicon.meeting.referring_to_call)


def _can_be_same_place(ctx: EventContext, one: str, other: str) -> bool:
    """Return whether two names can denote one place: "Mexico" and "Mexico City", a country and its capital."""
    main = ctx.doc.lexicon
    codes = [main.countries.get(name) or main.seats_of_power.get(name) for name in (one, other)]
    return one in other or other in one or (codes[0] is not None and codes[0] == codes[1])
