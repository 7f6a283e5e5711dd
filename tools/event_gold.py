"""Annotated articles, and the judgement of predicted triggers against them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

NEAR_CHARS = 20
"""Characters up to which a predicted trigger may be away from the annotated one that it matches."""


class AnnotatedEvent(Struct):
    """An annotated event."""

    triggers: list[tuple[int, int]]
    """Offsets of its mentions' triggers, the main one first."""
    parties: list[list[str]]
    """Per party the names that denote it."""
    labels: dict[str, str]
    """Status, and class or kind, by key."""
    unsure: bool
    """Whether it is doubtful: neither matching nor missing it counts."""


class AnnotatedArticle(Struct):
    """An annotated article."""

    text: str
    pub_date: str | None
    events: list[AnnotatedEvent]


class Predicted(Protocol):
    """A predicted trigger with the names of its parties."""

    start: int
    end: int
    score: float
    names: list[str]


P = TypeVar("P", bound=Predicted)


class Outcome(Struct, Generic[P]):
    """The judgement of the predictions of one article."""

    right: list[tuple[P, bool]]
    """Predictions that match an event, and whether a party agrees."""
    wrong: list[P]
    neutral: list[P]
    """Repeat mentions of events that another prediction matches, and mentions of unsure events: these do not count."""
    missed: int
    """Events that no prediction matches, unsure ones excepted."""


def read_articles(path: Path, event_list: str) -> Iterator[AnnotatedArticle]:
    """Yield the articles of a file of JSON lines, or of all such files of a folder, in order of name."""
    for file in sorted(path.glob("*.jsonl")) if path.is_dir() else [path]:
        for line in file.read_bytes().splitlines():
            row = msgspec.json.decode(line)
            events = [_annotated_event(event) for event in row[event_list]]
            yield AnnotatedArticle(row["text"], row.get("pub_date") or None, events)


def _annotated_event(event: dict[str, Any]) -> AnnotatedEvent:
    """Return an event from its form in the file."""
    return AnnotatedEvent(
        triggers=[tuple(mention["trigger"]) for mention in event["mentions"]],
        parties=[*(event.get("actors") or event.get("participants") or []), *event.get("optional_actors", [])],
        labels={name: event[name] for name in ("status", "class", "kind") if name in event},
        unsure=bool(event.get("unsure")),
    )


def judge(article: AnnotatedArticle, predictions: Sequence[P]) -> Outcome[P]:
    """Match predictions and events one to one: overlapping triggers first, then near ones.

    A prediction without an event is wrong, unless it mentions an event that another prediction matches.
    """
    near = _near_pairs(article, predictions)
    event_of = _match(near)
    mentioning = {prediction for _, _, prediction, _ in near}
    outcome: Outcome[P] = Outcome([], [], [], 0)
    for number, prediction in enumerate(predictions):
        event = article.events[event_of[number]] if number in event_of else None
        if event is not None and not event.unsure:
            outcome.right.append((prediction, has_party(prediction, event)))
        elif number in mentioning:
            outcome.neutral.append(prediction)
        else:
            outcome.wrong.append(prediction)
    found = set(event_of.values())
    outcome.missed = sum(not event.unsure and e not in found for e, event in enumerate(article.events))
    return outcome


Pair = tuple[bool, bool, int, int]
"""Whether the triggers do not overlap, whether the event is unsure, number of the prediction, number of the event."""


def _near_pairs(article: AnnotatedArticle, predictions: Sequence[Predicted]) -> list[Pair]:
    """Return the pairs of a prediction and an event whose triggers are near, the best first."""
    return sorted(
        (distance > 0, event.unsure, n, e)
        for n, prediction in enumerate(predictions)
        for e, event in enumerate(article.events)
        if (distance := _distance(prediction, event)) <= NEAR_CHARS
    )


def _match(pairs: Sequence[Pair]) -> dict[int, int]:
    """Return number of a prediction -> number of its event, one to one, from the best pair on."""
    event_of: dict[int, int] = {}
    for _, _, prediction, event in pairs:
        if prediction not in event_of and event not in event_of.values():
            event_of[prediction] = event
    return event_of


def _distance(prediction: Predicted, event: AnnotatedEvent) -> int:
    """Return the characters between a prediction and the nearest trigger of an event; 0 if they overlap."""
    return min(max(0, prediction.start - last, first - prediction.end) for first, last in event.triggers)


def has_party(prediction: Predicted, event: AnnotatedEvent) -> bool:
    """Return whether a party of the prediction is one of the event.

    The last word of a name must agree, or one name must contain all words of the other.
    """
    own = [_words(name) for name in prediction.names]
    annotated = [_words(name) for names in event.parties for name in names]
    return any(_same(a, b) for a in own for b in annotated if a and b)


def _words(name: str) -> list[str]:
    """Return the words of a name in lower case, without possessive and marks."""
    return [
        word.removesuffix("'s").strip(".,'")
        for word in name.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split()
    ]


def _same(one: list[str], other: list[str]) -> bool:
    """Return whether two names may denote the same party."""
    return one[-1] == other[-1] or set(one) <= set(other) or set(other) <= set(one)
