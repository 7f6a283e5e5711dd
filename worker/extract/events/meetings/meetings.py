"""Extract meetings: talks, visits, calls, summits and press conferences that were held, planned, proposed or refused.

Two kinds of trigger.  A verb ("met", "hosted", "flew to") has its parties as subject, object and in a with-phrase.  A
noun ("talks", "summit", "visit") has them as possessor, as modifiers, after "with", "between" and "of", and as subject
of a light verb ("held talks").  A trigger without parties is only a further mention of another meeting ("after the
meeting").
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from worker.extract.confidence import load_confidence_models
from worker.extract.events.event_context import EventContext
from worker.extract.events.event_coreference import EventCandidate, EventCluster, cluster_candidates, party_names
from worker.extract.events.event_id import event_id, reporting_statement
from worker.extract.events.features import candidate_features
from worker.extract.events.headline_coreference import merge_headlines
from worker.extract.events.meetings.triggers import meeting_triggers
from worker.extract.lexicon.event_lexicon import load_event_lexicon
from worker.schema import Form, Meeting, MeetingStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worker.extract.document import Document

_NEVER_COREFERENT = frozenset({"visit", "call", "press_conference"})
"""Forms that do not corefer with any other form."""
_PAIR = 2
"""Number of parties that two meetings must share to be the same."""


def extract_meetings(doc: Document) -> Iterable[Meeting]:
    """Return the meetings of an article in text order, one event each; also adds them to `doc.meetings`."""
    lexicon = load_event_lexicon(doc.lexicon.language)
    if lexicon is None:
        return []
    ctx = EventContext(doc, lexicon)
    found = [t.candidate for t in meeting_triggers(ctx) if t.verdict in {"opens", "back"}]
    clusters = cluster_candidates(found, partial(_is_same_meeting, ctx), partial(_can_refer_to, ctx))
    clusters = merge_headlines(ctx, clusters)
    doc.meetings.extend(_make_event(ctx, c) for c in clusters)
    return doc.meetings


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
    alike = old.kind == new.kind and (old.status == new.status or not (old.explicit_status and new.explicit_status))
    if shared and shared == min(len(a), len(b)) and alike:
        return True
    place = old.place and new.place and old.place.text == new.place.text
    return bool(place and old.kind == new.kind == "summit")


def _is_purpose_of_visit(ctx: EventContext, old: EventCandidate, new: EventCandidate) -> bool:
    """Return whether the later candidate is the purpose of a visit: "flew to Oslo for talks with X"."""
    gathering = {old.kind, new.kind} == {"talks", "summit"}  # "gathered in Oslo for a summit"
    if not (gathering or (old.kind == "visit" and new.kind != "visit")) or old.last > new.first:
        return False
    apart = ctx.text.sentence_range(old.first) != ctx.text.sentence_range(new.first)
    return not apart and not ctx.chunks.has_finite_verb(old.last, new.first + 1)


def _can_refer_to(ctx: EventContext, old: EventCandidate, new: EventCandidate) -> bool:
    """Return whether the anaphoric candidate `new` can refer to the meeting of `old`.

    Their fields must be compatible, and `new` must name no parties or at least one of the parties of `old`.
    """
    named = party_names(new)
    return _is_compatible(ctx, old, new) and (not named or bool(named & party_names(old)) or not old.parties)


def _is_compatible(ctx: EventContext, old: EventCandidate, new: EventCandidate) -> bool:
    if (old.day and new.day and old.day != new.day) or (
        (old.kind in _NEVER_COREFERENT or new.kind in _NEVER_COREFERENT) and old.kind != new.kind
    ):
        return False
    if old.place and new.place and not new.anaphoric and not _can_be_same_place(ctx, old.place.text, new.place.text):
        return False
    return (old.status == "denied") == (new.status == "denied") or new.anaphoric


def _can_be_same_place(ctx: EventContext, one: str, other: str) -> bool:
    """Return whether two names can denote one place: "Mexico" and "Mexico City", a country and its capital."""
    main = ctx.doc.lexicon
    codes = [main.countries.get(name) or main.seats_of_power.get(name) for name in (one, other)]
    return one in other or other in one or (codes[0] is not None and codes[0] == codes[1])


def _make_event(ctx: EventContext, cluster: EventCluster[EventCandidate]) -> Meeting:
    """Return the event of a cluster: fields of its best candidate, missing ones from the other mentions."""
    best = cluster.best
    mentions = [best, *(c for c in cluster.members if c is not best)]
    sentence = ctx.text.span(*ctx.text.sentence_range(best.first))
    return Meeting(
        id=event_id(ctx.doc, "meeting", best.first, best.last),
        url=ctx.doc.article.url,
        published_at=ctx.doc.article.published_at,
        language=ctx.doc.lexicon.language,
        sentence=sentence,
        cue=ctx.text.span(best.first, best.last),
        confidence=load_confidence_models(ctx.doc.lexicon.language).meeting.confidence(
            candidate_features(best, cluster.status, len(cluster.members))
        ),
        rule=best.rule,
        form=msgspec.convert(best.kind, Form),
        status=msgspec.convert(cluster.status, MeetingStatus),
        participants=best.parties,
        place=next((c.place for c in mentions if c.place), None),
        when=next((c.when for c in mentions if c.day), None) or next((c.when for c in mentions if c.when), None),
        held_on=next((c.day for c in mentions if c.day), None),
        topic=next((c.about for c in mentions if c.about), None),
        mentions=[ctx.text.span(c.first, c.last) for c in mentions],
        attributed_to=reporting_statement(ctx, cluster.members),
    )
