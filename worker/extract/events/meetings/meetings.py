"""Extract meetings: talks, visits, calls, summits and press conferences that were held, planned, proposed or refused.

Two kinds of trigger.  A verb ("met", "hosted", "flew to") has its parties as subject, object and in a with-phrase.  A
noun ("talks", "summit", "visit") has them as possessor, as modifiers, after "with", "between" and "of", and as subject
of a light verb ("held talks").  All verbs and nouns of encounter are scored; those that denote one act exclude each
other, and those that mention one meeting are one event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from worker.extract.events.event_context import EventContext, event_context
from worker.extract.events.event_coreference import EventCandidate, EventCluster
from worker.extract.events.event_id import event_id, reporting_statement
from worker.extract.events.headline_coreference import merge_headlines
from worker.extract.events.meetings.exclusions import is_excluded_meeting
from worker.extract.events.meetings.grouping import group_meetings
from worker.extract.events.meetings.trigger import MeetingTrigger
from worker.extract.events.meetings.trigger_features import TriggerFeatures
from worker.extract.events.meetings.triggers import meeting_triggers
from worker.extract.events.political_role import POLITICAL
from worker.extract.events.scoring import EventScorer, load_scorer, select_best
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, Form, Meeting, MeetingStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worker.extract.document import Document

_PAIR = 2
"""Participants of a meeting."""
SAME_ACT_CHARS = 8
"""Distance in characters below which two triggers denote one act: "held [meetings] and [talks]"."""
_MARGIN_OF_MENTIONS = 0.4
"""Log-odds below the threshold down to which a trigger is a further mention of a meeting."""
_MOST_WITHOUT_PARTICIPANTS = 0.65
"""Highest confidence of a meeting of which no mention names a participant: its parties are unknown or guessed."""
_REASONS = 6
"""Number of features that explain the score of a meeting."""


def extract_meetings(doc: Document) -> Iterable[Meeting]:
    """Return the meetings of an article in text order, one event each; also adds them to `doc.meetings`."""
    ctx, scorer = event_context(doc), load_scorer(doc.lexicon.language, "meeting")
    if ctx is None or scorer is None:
        return []
    triggers = _selected(ctx, scorer)
    score_of = {trigger.candidate: trigger.score for trigger in triggers}
    for cluster in merge_headlines(ctx, group_meetings(ctx, triggers, scorer.threshold)):
        confidence = scorer.confidence(max(score_of[candidate] for candidate in cluster.members))
        if not _participants(cluster):
            confidence = min(confidence, _MOST_WITHOUT_PARTICIPANTS)
        doc.meetings.append(_make_event(ctx, cluster, confidence))
    return doc.meetings


def meeting_reasons(doc: Document) -> dict[str, list[str]]:
    """Return id of a meeting -> the strongest features of its most certain mention, strongest first."""
    ctx, scorer = event_context(doc), load_scorer(doc.lexicon.language, "meeting")
    if ctx is None or scorer is None:
        return {}
    triggers = _selected(ctx, scorer)
    trigger_of = {trigger.candidate: trigger for trigger in triggers}
    reasons: dict[str, list[str]] = {}
    for cluster in merge_headlines(ctx, group_meetings(ctx, triggers, scorer.threshold)):
        surest = max((trigger_of[candidate] for candidate in cluster.members), key=lambda trigger: trigger.score)
        name = event_id(doc, "meeting", cluster.best.first, cluster.best.last)
        reasons.setdefault(name, scorer.strongest(surest.features, _REASONS))
    return reasons


def admissible_triggers(ctx: EventContext) -> list[MeetingTrigger]:
    """Return the possible triggers of an article that the definition does not exclude, in text order."""
    return [trigger for trigger in meeting_triggers(ctx) if not is_excluded_meeting(ctx, trigger)]


def _selected(ctx: EventContext, scorer: EventScorer) -> list[MeetingTrigger]:
    """Return the triggers that mention a meeting, in text order."""
    triggers, features = admissible_triggers(ctx), TriggerFeatures(ctx)
    for trigger in triggers:
        trigger.features = features.of(trigger)
        trigger.score = scorer.score(trigger.features)
    return select_best(triggers, scorer.threshold - _MARGIN_OF_MENTIONS, ctx.text.starts, ctx.text.ends, SAME_ACT_CHARS)


def _make_event(ctx: EventContext, cluster: EventCluster[EventCandidate], confidence: float) -> Meeting:
    """Return the event of a cluster: fields of its best candidate, missing ones from the other mentions."""
    best = cluster.best
    mentions = [best, *(c for c in cluster.members if c is not best)]
    participants = _participants(cluster) or _speaker(ctx, cluster)
    sentence = ctx.text.span(*ctx.text.sentence_range(best.first))
    return Meeting(
        id=event_id(ctx.doc, "meeting", best.first, best.last),
        url=ctx.doc.article.url,
        published_at=ctx.doc.article.published_at,
        language=ctx.doc.lexicon.language,
        sentence=sentence,
        cue=ctx.text.span(best.first, best.last),
        confidence=confidence,
        rule=best.rule,
        form=msgspec.convert(best.kind, Form),
        status=msgspec.convert(_status(ctx, cluster), MeetingStatus),
        participants=participants,
        place=next((c.place for c in mentions if c.place and not _names_party(c.place.text, participants)), None),
        when=next((c.when for c in mentions if c.day), None) or next((c.when for c in mentions if c.when), None),
        held_on=next((c.day for c in mentions if c.day), None),
        topic=next((c.about for c in mentions if c.about), None),
        mentions=[ctx.text.span(c.first, c.last) for c in mentions],
        attributed_to=reporting_statement(ctx, cluster.members),
    )


def _names_party(place: str, participants: list[Actor]) -> bool:
    """Return whether a supposed place is a participant: a surname, or the acronym of a body."""
    return any(
        place == actor.name.rpartition(" ")[2] if actor.type == "person" else place == actor.name and place.isupper()
        for actor in participants
        if actor.type != "country"
    )


def _status(ctx: EventContext, cluster: EventCluster[EventCandidate]) -> str:
    """Return the status of the best mention, or of a later one that reports the outcome of a plan.

    "cancelled" by any later mention; "held" by a verb in the perfect: "will meet on Friday", then "have met".
    """
    best = cluster.best
    if best.status not in {"planned", "proposed"}:
        return best.status
    later = [c for c in cluster.members if c.first > best.first and c.explicit_status]
    if any(c.status == "cancelled" for c in later):
        return "cancelled"
    return "held" if any(_is_perfect(ctx, c) for c in later) else best.status


def _is_perfect(ctx: EventContext, candidate: EventCandidate) -> bool:
    """Return whether a verb in the present perfect reports the meeting as held."""
    verb = ctx.chunks.verb_group(candidate.first)
    is_told = verb is not None and candidate.status == "held" and ctx.text.quotation_of[candidate.first] < 0
    return is_told and verb is not None and ctx.text.lower[verb.first] in word_set(ctx.lexicon.meeting.perfect)


def _participants(cluster: EventCluster[EventCandidate]) -> list[Actor]:
    """Return the parties of the best mention; talks and summits with a single one get those of the other mentions."""
    best = cluster.best
    if len(best.parties) >= _PAIR or best.kind in {"visit", "press_conference"}:
        return best.parties
    found = list(best.parties)
    for candidate in cluster.members:
        found += [a for a in candidate.parties if not any(_is_same_name(a.name, b.name) for b in found)]
    return found


def _speaker(ctx: EventContext, cluster: EventCluster[EventCandidate]) -> list[Actor]:
    """Return the political speaker of the statement that mentions a meeting of unnamed parties; empty without one."""
    statement = ctx.statement_at(cluster.best.first)
    speaker = statement.speaker if statement is not None else None
    return [speaker] if speaker is not None and ctx.roles.political_role(speaker) == POLITICAL else []


def _is_same_name(one: str, other: str) -> bool:
    """Return whether two names can denote one party: one ends in the other, "Ana Ozola" and "Ozola"."""
    return one.casefold().endswith(other.casefold()) or other.casefold().endswith(one.casefold())
