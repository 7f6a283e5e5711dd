"""The candidates of annotated articles, and the models that are fitted to them, cross-validated by article."""

from __future__ import annotations

import math
import random
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from msgspec import Struct

from tools.logistic_regression import SparseRows, Vector, fit
from tools.trainable_events import ScoredCandidate, Trainable, read_article
from worker.extract.events.scoring import EventScorer
from worker.extract.label_model import LabelModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tools.event_gold import AnnotatedArticle, AnnotatedEvent

LABEL_PENALTY, LABEL_STEPS = 12.0, 30
"""L2 penalty of the weights of status and category, and steps of the optimiser."""
FOLDS = 5
"""Parts of the articles in a cross-validation."""
MIN_COUNT = 2
"""Candidates from which a feature gets a weight."""
REPEATED, NEAR = 0.5, 0.5
"""Importance of repeat mentions, and of wrong candidates near an annotated trigger."""
FURTHER_IMPORTANCE = 0.5
"""Importance of the candidates of further articles, relative to those of the judged source.

Events are more frequent in invented articles than in the news, so full importance would raise all scores.
"""
MIN_WEIGHT, MIN_LABEL_WEIGHT = 0.02, 0.1
"""Weights of smaller absolute value are dropped."""


class Calibration(NamedTuple):
    """The Platt step: log-odds of being right = slope * score + bias."""

    slope: float
    bias: float

    def confidence(self, score: float) -> float:
        """Return the probability of being right."""
        return 1 / (1 + math.exp(-(self.slope * score + self.bias)))

    def score(self, confidence: float) -> float:
        """Return the score with a confidence."""
        return (math.log(confidence / (1 - confidence)) - self.bias) / self.slope


class TrainingExample(Struct):
    """An annotated article with its candidates; the lists of both are parallel."""

    trainable: Trainable
    annotated: AnnotatedArticle
    starts: Sequence[int]
    ends: Sequence[int]
    """Character offsets of the tokens."""
    candidates: list[ScoredCandidate]
    targets: list[tuple[AnnotatedEvent | None, float]]
    """Per candidate the annotated event that it mentions (None: it mentions none) and its importance."""


def read_example(article: AnnotatedArticle, trainable: Trainable, importance: float = 1.0) -> TrainingExample:
    """Return an annotated article with its candidates and the events that they mention.

    `importance`: factor on the importance of its candidates.
    """
    text, candidates = read_article(article.text, article.pub_date, trainable)
    targets = [(event, own * importance) for event, own in (_target(c, article.events) for c in candidates)]
    return TrainingExample(trainable, article, text.starts, text.ends, candidates, targets)


def _target(candidate: ScoredCandidate, events: Sequence[AnnotatedEvent]) -> tuple[AnnotatedEvent | None, float]:
    """Return the annotated event that a candidate mentions, and the importance of the candidate; unsure ones have 0."""
    start, end = candidate.start, candidate.end
    found: list[tuple[bool, bool, AnnotatedEvent]] = [
        (event.unsure, number > 0, event)
        for event in events
        for number, (first, last) in enumerate(event.triggers)
        if start < last and first < end
    ]
    if not found:
        near = any(start < last + 20 and first < end + 20 for event in events for first, last in event.triggers)
        return None, NEAR if near else 1.0
    unsure, repeated, event = min(found, key=lambda f: f[:2])
    return event, 0.0 if unsure else REPEATED if repeated else 1.0


def _columns(examples: Iterable[TrainingExample]) -> dict[str, int]:
    """Return feature -> column, for the features of enough candidates."""
    return _number_frequent(candidate.features for example in examples for candidate in example.candidates)


def _number_frequent(lists: Iterable[Iterable[str]]) -> dict[str, int]:
    """Return feature -> its number in alphabetical order, for the features in at least `MIN_COUNT` lists."""
    count = Counter(feature for features in lists for feature in features)
    return {feature: n for n, feature in enumerate(sorted(f for f, c in count.items() if c >= MIN_COUNT))}


def _rows(candidates: Sequence[ScoredCandidate], columns: dict[str, int]) -> list[list[int]]:
    """Return the columns of each candidate's features."""
    return [[columns[f] for f in candidate.features if f in columns] for candidate in candidates]


def _fit(examples: Sequence[TrainingExample], columns: dict[str, int]) -> tuple[Vector, float]:
    """Return the weight of each column and the bias, fitted to all candidates with an importance."""
    rows, right, importance = [], [], []
    for example in examples:
        for row, (event, weight) in zip(_rows(example.candidates, columns), example.targets, strict=True):
            if weight:
                rows.append(row)
                right.append(float(event is not None))
                importance.append(weight)
    return fit(
        SparseRows(rows, len(columns)),
        np.array(right),
        np.array(importance),
        _penalties(columns, examples[0].trainable),
    )


def _penalties(columns: dict[str, int], trainable: Trainable) -> Vector:
    """Return the L2 penalty of each column."""
    both = trainable.penalty, trainable.penalty_of_conjunctions
    return np.array([both["+" in feature.partition(":")[0]] for feature in columns])


def _folds(count: int, seed: int) -> list[int]:
    """Return the fold of each article."""
    order = list(range(count))
    random.Random(seed).shuffle(order)  # noqa: S311 - folds need no secrecy
    fold = [0] * count
    for position, number in enumerate(order):
        fold[number] = position % FOLDS
    return fold


def cross_validate(
    examples: Sequence[TrainingExample], seed: int, further: Sequence[TrainingExample] = ()
) -> list[Vector]:
    """Return the scores of each article's candidates by the model of the other folds and of all further articles."""
    columns, fold = _columns([*examples, *further]), _folds(len(examples), seed)
    scores: list[Vector] = [np.zeros(0)] * len(examples)
    for number in range(FOLDS):
        others = [e for e, f in zip(examples, fold, strict=True) if f != number]
        weights, bias = _fit([*others, *further], columns)
        for at, example in enumerate(examples):
            if fold[at] == number:
                rows = _rows(example.candidates, columns)
                scores[at] = np.array([weights[row].sum() + bias for row in rows])
    return scores


def _label_rows(examples: Sequence[TrainingExample], name: str, trainable: Trainable) -> list[tuple[list[str], str]]:
    """Return (features, label) of the candidates that mention an annotated event."""
    gold_field = trainable.fields[name]
    return [
        ([f for f in candidate.features if trainable.is_label_feature(f)], event.labels[gold_field])
        for example in examples
        for candidate, (event, weight) in zip(example.candidates, example.targets, strict=True)
        if event is not None and weight
    ]


def _train_labels(pairs: Sequence[tuple[list[str], str]]) -> LabelModel:
    """Return one-against-rest models fitted to (features, label)."""
    labels = sorted({label for _, label in pairs})
    columns = _number_frequent(features for features, _ in pairs)
    rows = SparseRows([[columns[f] for f in features if f in columns] for features, _ in pairs], len(columns))
    penalty = np.full(len(columns), LABEL_PENALTY)
    models = [
        fit(rows, np.array([float(own == label) for _, own in pairs]), np.ones(len(pairs)), penalty, LABEL_STEPS)
        for label in labels
    ]
    weights = {}
    for feature, column in columns.items():
        values = [float(model[column]) for model, _ in models]
        if max(map(abs, values)) >= MIN_LABEL_WEIGHT:
            weights[feature] = [_hundredths(v) for v in values]
    return LabelModel(labels, [_hundredths(bias) for _, bias in models], weights)


def cross_validated_accuracy(
    examples: Sequence[TrainingExample],
    name: str,
    trainable: Trainable,
    seed: int,
    further: Sequence[TrainingExample] = (),
) -> float:
    """Return the share of candidates whose label the model of the other folds and of `further` predicts correctly."""
    fold, right, total = _folds(len(examples), seed), 0, 0
    for number in range(FOLDS):
        others = [e for e, f in zip(examples, fold, strict=True) if f != number]
        model = _train_labels(_label_rows([*others, *further], name, trainable))
        held_out = _label_rows([e for e, f in zip(examples, fold, strict=True) if f == number], name, trainable)
        right += sum(model.best(features) == label for features, label in held_out)
        total += len(held_out)
    return right / max(1, total)


def train(
    examples: Sequence[TrainingExample], trainable: Trainable, threshold: float, calibration: Calibration
) -> EventScorer:
    """Return the scorer that is fitted to all articles."""
    columns = _columns(examples)
    weights, own_bias = _fit(examples, columns)
    return EventScorer(
        bias=_hundredths(own_bias),
        threshold=threshold,
        confidence_slope=round(calibration.slope, 3),
        confidence_bias=round(calibration.bias, 3),
        weights={f: _hundredths(weights[n]) for f, n in columns.items() if abs(weights[n]) >= MIN_WEIGHT},
        fields={name: _train_labels(_label_rows(examples, name, trainable)) for name in trainable.fields},
    )


def _hundredths(value: float) -> int:
    """Return a weight as it is stored."""
    return round(100 * float(value))
