"""Annotated articles, and the judgement of predicted triggers against them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import msgspec
from msgspec import Struct

NEAR_CHARS = 20
"""Distance at which a predicted trigger still finds an annotated one."""


class Gold(Struct):
    """An annotated event."""

    triggers: list[tuple[int, int]]
    """Offsets of its mentions' triggers, the main one first."""
    parties: list[list[str]]
    """Per party the names that denote it."""
    labels: dict[str, str]
    unsure: bool


class GoldArticle(Struct):
    """An annotated article."""

    text: str
    pub_date: str | None
    events: list[Gold]


class Predicted(Protocol):
    """A predicted trigger with the names of its parties."""

    start: int
    end: int
    score: float
    names: list[str]


P = TypeVar("P", bound=Predicted)


class Outcome(Struct, Generic[P]):
    """The judgement of the predictions of one article; repeat mentions and unsure events do not count."""

    right: list[tuple[P, bool]]
    """Predictions that find an event, and whether a party agrees."""
    wrong: list[P]
    neutral: list[P]
    """Repeat mentions of events that another prediction finds, and mentions of unsure events."""
    missed: int


def read_gold(path: Path, event_list: str) -> Iterator[GoldArticle]:
    """Yield the articles of a file of JSON lines, or of all such files of a folder, in order of name."""
    for file in sorted(path.glob("*.jsonl")) if path.is_dir() else [path]:
        for line in file.read_bytes().splitlines():
            row = msgspec.json.decode(line)
            events = [_gold(event) for event in row[event_list]]
            yield GoldArticle(row["text"], row.get("pub_date") or None, events)


def _gold(event: dict[str, Any]) -> Gold:
    return Gold(
        triggers=[tuple(mention["trigger"]) for mention in event["mentions"]],
        parties=[*(event.get("actors") or event.get("participants") or []), *event.get("optional_actors", [])],
        labels={name: event[name] for name in ("status", "class", "kind") if name in event},
        unsure=bool(event.get("unsure")),
    )


def judge(gold: GoldArticle, predictions: Sequence[P]) -> Outcome[P]:
    """Match predictions and events one to one: overlapping triggers first, then near ones in the same line.

    A prediction that is left counts as wrong, unless it mentions an event that another one found, or an unsure event.
    """
    pairs = sorted(
        (distance > 0, event.unsure, n, e)
        for n, prediction in enumerate(predictions)
        for e, event in enumerate(gold.events)
        if (distance := _distance(prediction, event)) <= NEAR_CHARS
    )
    event_of: dict[int, int] = {}
    for _, _, n, e in pairs:
        if n not in event_of and e not in event_of.values():
            event_of[n] = e
    outcome: Outcome[P] = Outcome([], [], [], 0)
    for n, prediction in enumerate(predictions):
        if n in event_of:
            event = gold.events[event_of[n]]
            if event.unsure:
                outcome.neutral.append(prediction)
            else:
                outcome.right.append((prediction, has_party(prediction, event)))
        elif any(number == n for _, _, number, _ in pairs):
            outcome.neutral.append(prediction)
        else:
            outcome.wrong.append(prediction)
    found = set(event_of.values())
    outcome.missed = sum(not event.unsure and e not in found for e, event in enumerate(gold.events))
    return outcome


def _distance(prediction: Predicted, event: Gold) -> int:
    """Return the characters between a prediction and the nearest trigger of an event; 0 if they overlap."""
    return min(max(0, prediction.start - last, first - prediction.end) for first, last in event.triggers)


def has_party(prediction: Predicted, event: Gold) -> bool:
    """Return whether a party of the prediction is one of the event.

    The last word of a name must agree, or one name must contain all words of the other.
    """
    own = [_words(name) for name in prediction.names]
    annotated = [_words(name) for names in event.parties for name in names]
    return any(_same(a, b) for a in own for b in annotated if a and b)


def _words(name: str) -> list[str]:
    return [
        word.removesuffix("'s").strip(".,'")
        for word in name.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split()
    ]


def _same(one: list[str], other: list[str]) -> bool:
    return one[-1] == other[-1] or set(one) <= set(other) or set(other) <= set(one)
