"""Score candidates of events by a logistic model, and select those that are events.

A *feature* is a readable string `group:value` ("class+tense:order+past").  The score of a candidate is the bias plus
the weights of its features, in log-odds; a feature without a weight adds nothing.  The same features determine the
status and the category of an event: per label a further model, of which the highest wins.

The weights are data, `lexicon/<language>_<kind>_weights.json`, learned from annotated articles by
`tools/train_events.py`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

import msgspec
from msgspec import Struct

from worker.extract.confidence import confidence_of
from worker.extract.label_model import SCALE, LabelModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_CELL = 400
"""Characters of a section of the text; only candidates of the same or of neighbouring sections are compared."""
NEAR_CHARS = 20
"""Distance in characters at which two triggers of one sentence denote one act."""

ScoredKind = Literal["decision", "meeting"]


class EventScorer(Struct, frozen=True, forbid_unknown_fields=True):
    """The model of one kind of event, as in its file."""

    bias: int
    threshold: float
    """Score from which a candidate is an event."""
    confidence_slope: float
    confidence_bias: float
    """The log-odds of being right are `confidence_slope * score + confidence_bias`."""
    weights: dict[str, int]
    fields: dict[str, LabelModel]
    """Field of the event -> its model."""

    def score(self, features: Iterable[str]) -> float:
        """Return the score of a candidate, in log-odds of being an event."""
        return (self.bias + sum(filter(None, map(self.weights.get, features)))) / SCALE

    def max_gain(self, groups: Sequence[str]) -> float:
        """Return the maximum by which one feature of each group can raise a score; a group may occur several times."""
        best = dict.fromkeys(groups, 0)
        for feature, weight in self.weights.items():
            group = feature.partition(":")[0]
            if group in best:
                best[group] = max(best[group], weight)
        return sum(best[group] for group in groups) / SCALE

    def confidence(self, score: float) -> float:
        """Return the probability that an event with this score is right, with two decimals, from 0.01 to 0.99."""
        return confidence_of(self.confidence_slope * score + self.confidence_bias)

    def label(self, field: str, features: Iterable[str]) -> str:
        """Return the most probable label of a field.  KeyError for a field without a model."""
        return self.fields[field].best(features)

    def strongest(self, features: Iterable[str], count: int) -> list[str]:
        """Return the features that raise the score most, the strongest first; only those with a positive weight."""
        raising = sorted((-self.weights.get(feature, 0), feature) for feature in set(features))
        return [feature for weight, feature in raising[:count] if weight < 0]


class Selectable(Protocol):
    """The attributes of a candidate that `select_best` reads.  Tokens are numbers in the article."""

    first: int
    last: int
    """First token of the trigger, and the token after it."""
    head: int
    score: float
    governors: frozenset[int]
    """Heads of the words that govern the trigger: "plans" in "plans to ban"."""
    acted_on: range
    """Tokens of its object; empty if it has none."""


S = TypeVar("S", bound=Selectable)


def select_best(
    candidates: Iterable[S], threshold: float, starts: Sequence[int], ends: Sequence[int], near_chars: int = NEAR_CHARS
) -> list[S]:
    """Return the candidates from the threshold on that no better one excludes, in text order.

    Candidates exclude each other where they overlap or are less than `near_chars` apart, where one governs the other
    and where one is in the object of the other.  `starts` and `ends` are the character offsets of the tokens.
    """
    accepted: list[S] = []
    near: dict[int, list[S]] = {}
    above = (c for c in candidates if c.score >= threshold)
    for candidate in sorted(above, key=lambda c: (-c.score, c.first, c.last)):
        places = range(starts[candidate.first] // _CELL - 1, ends[candidate.last - 1] // _CELL + 2)
        if not any(
            _exclude(candidate, other, starts, ends, near_chars) for place in places for other in near.get(place, ())
        ):
            accepted.append(candidate)
            for place in places[1:-1]:
                near.setdefault(place, []).append(candidate)
    return sorted(accepted, key=lambda c: (c.first, c.last))


def _exclude(one: Selectable, other: Selectable, starts: Sequence[int], ends: Sequence[int], near_chars: int) -> bool:
    """Return whether two candidates denote one act."""
    before, after = (one, other) if one.first <= other.first else (other, one)
    if starts[after.first] < ends[before.last - 1] + near_chars and not _have_own_objects(before, after):
        return True
    if one.head in other.governors or other.head in one.governors:
        return True
    return one.head in other.acted_on or other.head in one.acted_on


def _have_own_objects(before: Selectable, after: Selectable) -> bool:
    """Return whether the object of the first is between both: "dissolved [parliament] and called an election"."""
    return bool(before.acted_on) and before.last <= before.acted_on.start and before.acted_on.stop < after.first


@cache
def load_scorer(language: str, kind: ScoredKind) -> EventScorer | None:
    """Return the scorer of a language and kind, read once per process; None if there is no file.

    Raises `msgspec.ValidationError` for an invalid file.
    """
    file = files("worker.extract") / "lexicon" / f"{language}_{kind}_weights.json"
    return msgspec.json.decode(file.read_bytes(), type=EventScorer) if file.is_file() else None
