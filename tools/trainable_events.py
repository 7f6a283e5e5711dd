"""The kinds of events whose scorer can be trained, and their candidates in an article."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from worker.documents.article_input import parse_instant
from worker.extract.document import Document, read_document
from worker.extract.events.decisions.act_candidates import may_decide
from worker.extract.events.decisions.act_reading import is_label_feature
from worker.extract.events.decisions.decisions import decision_acts
from worker.extract.events.event_context import event_context
from worker.extract.events.meetings.exclusions import is_excluded_meeting
from worker.extract.events.meetings.meetings import SAME_ACT_CHARS, extract_meetings
from worker.extract.events.meetings.trigger_features import TriggerFeatures
from worker.extract.events.meetings.triggers import meeting_triggers
from worker.extract.events.scoring import NEAR_CHARS, ScoredKind
from worker.extract.lexicon.lexicon import load_lexicon
from worker.extract.statements.statements import extract_statements
from worker.schema import Article

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.extract.grammar.sentences import AnnotatedText


class ScoredCandidate(Struct, eq=False):
    """A candidate of an event with its features; `start` and `end` are the offsets of its trigger."""

    first: int
    last: int
    head: int
    features: list[str]
    governors: frozenset[int]
    acted_on: range
    names: list[str]
    eligible: bool
    """Whether it can be an event: its parties are known.  Other candidates only train the weights."""
    start: int
    end: int
    score: float = 0.0


class Trainable(NamedTuple):
    """A kind of event."""

    gold_list: str
    """The key of its events in an annotated article."""
    fields: dict[str, str]
    """Field of the event -> key of the annotation, for the fields that have a model of their own."""
    is_label_feature: Callable[[str], bool]
    """Whether the models of the fields use a feature."""
    candidates: Callable[[Document], list[ScoredCandidate]]
    penalty: float
    penalty_of_conjunctions: float
    """L2 penalty of the weight of a feature, and of a conjunction of features ("class+tense:order+past")."""
    near_chars: int
    """Distance in characters at which two triggers denote one act."""
    other_parties: float
    """Share to which an event with other parties than the annotated ones counts as right in the calibration."""
    threshold: float | None = None
    """The score from which a candidate is accepted.  None: the one with the best F1 in cross-validation."""


def read_article(text: str, published: str | None, trainable: Trainable) -> tuple[AnnotatedText, list[ScoredCandidate]]:
    """Return the tokens and the candidates of an English article."""
    lexicon = load_lexicon("en")
    if lexicon is None:
        raise SystemExit("no English lexicon")
    at = parse_instant(published) if published else None
    document = read_document(Article(id="0" * 32, url="", text=text, published_at=at, language="en"), lexicon)
    list(extract_statements(document))
    return document.text, trainable.candidates(document)


def _decisions(document: Document) -> list[ScoredCandidate]:
    list(extract_meetings(document))
    ctx = event_context(document)
    if ctx is None:
        return []
    starts, ends = ctx.text.starts, ctx.text.ends
    return [
        ScoredCandidate(
            first=act.first,
            last=act.last,
            head=act.head,
            features=sorted(set(act.features)),
            governors=act.governors,
            acted_on=act.acted_on,
            names=[actor.name for actor in act.who.parties],
            eligible=may_decide(act),
            start=starts[act.first],
            end=ends[act.last - 1],
        )
        for act in decision_acts(ctx, unresolved=True)
    ]


def _meetings(document: Document) -> list[ScoredCandidate]:
    ctx = event_context(document)
    if ctx is None:
        return []
    starts, ends, features = ctx.text.starts, ctx.text.ends, TriggerFeatures(ctx)
    return [
        ScoredCandidate(
            first=trigger.first,
            last=trigger.last,
            head=trigger.head,
            features=sorted(set(features.of(trigger))),
            governors=trigger.governors,
            acted_on=trigger.acted_on,
            names=[actor.name for actor in trigger.candidate.parties],
            eligible=True,
            start=starts[trigger.first],
            end=ends[trigger.last - 1],
        )
        for trigger in meeting_triggers(ctx)
        if not is_excluded_meeting(ctx, trigger)
    ]


TRAINABLE: dict[ScoredKind, Trainable] = {
    "decision": Trainable(
        "decisions", {"status": "status", "category": "class"}, is_label_feature, _decisions, 5.0, 10.0, NEAR_CHARS, 0.7
    ),
    "meeting": Trainable("meetings", {}, is_label_feature, _meetings, 6.7, 6.7, SAME_ACT_CHARS, 0.0, threshold=0.1),
}
