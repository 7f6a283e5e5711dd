"""Meetings: who met, visited, called or faced the press; who will, would, did not or refused to.

Two kinds of trigger.  A verb ("met", "hosted", "flew to") names its parties by subject, object and with-phrase.  A noun
("talks", "summit", "visit") names them by possessor, by the words before it, by "with", "between" and "of", and by the
light verb that lends it a subject ("held talks").  A trigger that names nobody is only a further mention of a meeting
told elsewhere ("after the meeting").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from worker.extract.confidence import load_confidence_models
from worker.extract.events.clusters import Candidate, Cluster, gather, names_of
from worker.extract.events.evidence import event_id, reporting_statement
from worker.extract.events.meeting_nouns import MeetingNouns
from worker.extract.events.meeting_verbs import MeetingVerbs
from worker.extract.events.traits import candidate_traits
from worker.extract.lexicon.event_lexicon import load_event_lexicon
from worker.schema import Form, Meeting, MeetingStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worker.extract.document import Document

_APART = frozenset({"visit", "call", "press_conference"})
"""Forms that never name the same event as another form does."""
_PAIR = 2
"""A meeting has two parties."""


def meetings(doc: Document) -> Iterable[Meeting]:
    """Return the meetings of an article in text order, one event for each."""
    lexicon = load_event_lexicon(doc.lexicon.language)
    if lexicon is None:
        return []
    reader = _Reader(doc, lexicon)
    found = sorted([*reader.verbal(), *reader.nominal()], key=lambda c: c.first)
    clusters = gather(found, reader.same, reader.meant)
    doc.meetings.extend(reader.event(c) for c in clusters)
    return doc.meetings


class _Reader(MeetingVerbs, MeetingNouns):
    """Reads the triggers of one article and makes its events."""

    def same(self, old: Candidate, new: Candidate) -> bool:
        """Tell whether two candidates that name their parties tell of one meeting."""
        a, b = names_of(old), names_of(new)
        if a & b and self._purpose(old, new):
            return True
        if not self._compatible(old, new):
            return False
        shared = len(a & b)
        if shared >= _PAIR:
            return True
        told_alike = old.kind == new.kind and (old.status == new.status or not (old.sure and new.sure))
        if shared and shared == min(len(a), len(b)) and told_alike:
            return True
        place = old.place and new.place and old.place.text == new.place.text
        return bool(place and old.kind == new.kind == "summit")

    def _purpose(self, old: Candidate, new: Candidate) -> bool:
        """Read "flew to Oslo for talks with X", "will visit Oslo to meet X": the visit is for the talks."""
        gathering = {old.kind, new.kind} == {"talks", "summit"}  # "gathered in Oslo for a summit"
        if not (gathering or (old.kind == "visit" and new.kind != "visit")) or old.last > new.first:
            return False
        apart = self.text.sentence_range(old.first) != self.text.sentence_range(new.first)
        return not apart and not self.chunks.has_finite_verb(old.last, new.first + 1)

    def meant(self, old: Candidate, new: Candidate) -> bool:
        """Tell whether a noun that points back can mean this meeting."""
        named = names_of(new)
        return self._compatible(old, new) and (not named or bool(named & names_of(old)) or not old.parties)

    def _compatible(self, old: Candidate, new: Candidate) -> bool:
        if (old.day and new.day and old.day != new.day) or (
            (old.kind in _APART or new.kind in _APART) and old.kind != new.kind
        ):
            return False
        if old.place and new.place and not new.back and not self._one_place(old.place.text, new.place.text):
            return False
        return (old.status == "denied") == (new.status == "denied") or new.back

    def _one_place(self, one: str, other: str) -> bool:
        """Tell whether two names can be one place: "Mexico" and "Mexico City", a country and its capital."""
        main = self.doc.lexicon
        codes = [main.countries.get(name) or main.seats_of_power.get(name) for name in (one, other)]
        return one in other or other in one or (codes[0] is not None and codes[0] == codes[1])

    def event(self, cluster: Cluster[Candidate]) -> Meeting:
        """Make the event of a cluster."""
        best = cluster.best
        told = [best, *(c for c in cluster.members if c is not best)]
        sentence = self.text.span(*self.text.sentence_range(best.first))
        return Meeting(
            id=event_id(self.doc, "meeting", best.first, best.last),
            url=self.doc.article.url,
            published_at=self.doc.article.published_at,
            language=self.doc.lexicon.language,
            sentence=sentence,
            cue=self.text.span(best.first, best.last),
            confidence=load_confidence_models(self.doc.lexicon.language).meeting.confidence(
                candidate_traits(best, cluster.status, len(cluster.members))
            ),
            rule=best.rule,
            form=msgspec.convert(best.kind, Form),
            status=msgspec.convert(cluster.status, MeetingStatus),
            participants=best.parties,
            place=next((c.place for c in told if c.place), None),
            when=next((c.when for c in told if c.day), None) or next((c.when for c in told if c.when), None),
            held_on=next((c.day for c in told if c.day), None),
            topic=next((c.about for c in told if c.about), None),
            mentions=[self.text.span(c.first, c.last) for c in told],
            attributed_to=reporting_statement(self.doc, cluster.members),
        )
