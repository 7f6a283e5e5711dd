"""Train the scorer of decisions or meetings on annotated articles, cross-validated by article.

    python -m tools.train_events --gold FILE_OR_FOLDER [--kind decision|meeting] [--write]

The articles are JSON lines with "id", "text", "pub_date", and per kind a list of events ("decisions", "meetings"): the
offsets of their mentions' triggers, the main one first ("mentions": [{"trigger": [start, end]}]), "status", "class" or
"kind", the names of deciders or participants ("actors", "participants": lists of names that denote one party), and
"unsure".  Prints precision, recall and F1 by threshold and by band of confidence; `--write` trains on all articles and
writes the file that the extractor reads.  The same articles give the same file.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from msgspec import Struct
from rich.console import Console

from tools.event_gold import Gold, GoldArticle, Outcome, judge, read_gold
from tools.logistic_regression import SparseRows, Vector, fit
from tools.trainable_events import TRAINABLE, ScoredCandidate, Trainable, read_article
from worker.extract.events.scoring import EventScorer, ScoredKind, select_best
from worker.extract.label_model import LabelModel

LEXICONS = Path(__file__).parents[1] / "worker/extract/lexicon"
LABEL_PENALTY = 12.0
LABEL_STEPS = 30
FOLDS = 5
MIN_COUNT = 2
"""Candidates from which a feature gets a weight."""
REPEATED, NEAR = 0.5, 0.5
"""Importance of repeat mentions, and of wrong candidates near an annotated trigger."""
MIN_WEIGHT, MIN_LABEL_WEIGHT = 0.02, 0.1
"""Weights of smaller absolute value are dropped."""
MIN_PRECISION = 0.65
"""The threshold gives the best F1 among those with at least this precision in cross-validation."""
THRESHOLDS = [n / 10 for n in range(-15, 11)]
BANDS = (0.0, 0.5, 0.7, 0.9, 1.01)
SEED = 7
PLATT_STEPS = 25


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


class Example(Struct):
    """An article with its candidates, in the order of both."""

    trainable: Trainable
    gold: GoldArticle
    starts: Sequence[int]
    ends: Sequence[int]
    """Offsets of the tokens."""
    candidates: list[ScoredCandidate]
    targets: list[tuple[Gold | None, float]]
    """Per candidate the annotated event that it mentions (None: it mentions none) and its importance."""


def main() -> None:
    """Print the cross-validated figures, and write the file if asked to."""
    args = _parser().parse_args()
    kind: ScoredKind = args.kind
    trainable, console = TRAINABLE[kind], Console(width=140)
    examples = [_example(article, trainable) for article in read_gold(args.gold, trainable.gold_list)]
    scores = _cross_validate(examples, args.seed)
    best = _report_thresholds(console, examples, scores)
    threshold = next((value for value in (args.threshold, trainable.threshold) if value is not None), best)
    calibration = _calibrate(_judged_scores(examples, scores, threshold))
    _report_bands(console, examples, scores, threshold, calibration)
    for name in trainable.fields:
        console.print(f"{name}: {_cross_validated_accuracy(examples, name, trainable, args.seed):.3f} right in CV")
    if args.write:
        scorer = _train(examples, trainable, threshold, calibration)
        path = LEXICONS / f"{args.language}_{kind}_weights.json"
        path.write_bytes(render(scorer))
        console.print(f"{len(scorer.weights)} weights, {path.stat().st_size // 1024} kB: {path}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--kind", choices=sorted(TRAINABLE), default="decision")
    parser.add_argument("--language", default="en")
    parser.add_argument(
        "--threshold", type=float, help="instead of 0.1 for meetings, of the one with the best F1 for decisions"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="of the folds of the cross-validation")
    parser.add_argument("--write", action="store_true")
    return parser


# ---------------------------------------------------------------- examples
def _example(gold: GoldArticle, trainable: Trainable) -> Example:
    text, candidates = read_article(gold.text, gold.pub_date, trainable)
    targets = [_target(candidate, gold.events) for candidate in candidates]
    return Example(trainable, gold, text.starts, text.ends, candidates, targets)


def _target(candidate: ScoredCandidate, events: Sequence[Gold]) -> tuple[Gold | None, float]:
    """Return the annotated event that a candidate mentions, and the importance of the candidate; unsure ones have 0."""
    start, end = candidate.start, candidate.end
    found: list[tuple[bool, bool, Gold]] = [
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


# ---------------------------------------------------------------- models
def _columns(examples: Iterable[Example]) -> dict[str, int]:
    """Return feature -> column, for the features of enough candidates."""
    count: dict[str, int] = {}
    for example in examples:
        for candidate in example.candidates:
            for feature in candidate.features:
                count[feature] = count.get(feature, 0) + 1
    return {feature: n for n, feature in enumerate(sorted(f for f, c in count.items() if c >= MIN_COUNT))}


def _rows(candidates: Sequence[ScoredCandidate], columns: dict[str, int]) -> list[list[int]]:
    return [[columns[f] for f in candidate.features if f in columns] for candidate in candidates]


def _fit(examples: Sequence[Example], columns: dict[str, int]) -> tuple[Vector, float]:
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


def _cross_validate(examples: Sequence[Example], seed: int) -> list[Vector]:
    """Return the scores of each article's candidates by the model of the other folds."""
    columns, fold = _columns(examples), _folds(len(examples), seed)
    scores: list[Vector] = [np.zeros(0)] * len(examples)
    for number in range(FOLDS):
        weights, bias = _fit([e for e, f in zip(examples, fold, strict=True) if f != number], columns)
        for at, example in enumerate(examples):
            if fold[at] == number:
                rows = _rows(example.candidates, columns)
                scores[at] = np.array([weights[row].sum() + bias for row in rows])
    return scores


# ---------------------------------------------------------------- selection and judgement
def _selected(example: Example, scores: Vector, threshold: float) -> list[ScoredCandidate]:
    """Return the candidates that the selection accepts; their scores are set."""
    for candidate, score in zip(example.candidates, scores, strict=True):
        candidate.score = float(score) if candidate.eligible else -math.inf
    near_chars = example.trainable.near_chars
    return select_best(example.candidates, threshold, example.starts, example.ends, near_chars)


def _outcomes(
    examples: Sequence[Example], scores: Sequence[Vector], threshold: float
) -> list[Outcome[ScoredCandidate]]:
    found = []
    for example, one in zip(examples, scores, strict=True):
        chosen = _selected(example, one, threshold)
        found.append(judge(example.gold, chosen))
    return found


def _figures(outcomes: Sequence[Outcome[ScoredCandidate]]) -> tuple[float, float, float]:
    """Return precision, recall and F1."""
    right = sum(len(o.right) for o in outcomes)
    wrong, missed = sum(len(o.wrong) for o in outcomes), sum(o.missed for o in outcomes)
    precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
    return precision, recall, 2 * right / max(1, 2 * right + wrong + missed)


def _report_thresholds(console: Console, examples: Sequence[Example], scores: Sequence[Vector]) -> float:
    """Print precision, recall and F1 by threshold; return the best threshold with enough precision."""
    best, best_f1 = THRESHOLDS[-1], -1.0
    for threshold in THRESHOLDS:
        precision, recall, f1 = _figures(_outcomes(examples, scores, threshold))
        console.print(f"threshold {threshold:5.1f}  P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}")
        if precision >= MIN_PRECISION and f1 > best_f1:
            best, best_f1 = threshold, f1
    return best


def _judged_scores(
    examples: Sequence[Example], scores: Sequence[Vector], threshold: float
) -> list[tuple[float, float]]:
    """Return (score, share right) of each selected candidate: 1 right, less with other parties, 0 wrong.

    A right candidate without parties does not count: the other mentions of its event name them.
    """
    found = []
    for example, outcome in zip(examples, _outcomes(examples, scores, threshold), strict=True):
        other = example.trainable.other_parties
        found += [(c.score, 1.0 if same else other) for c, same in outcome.right if c.names]
        found += [(c.score, 1.0) for c in outcome.neutral]
        found += [(c.score, 0.0) for c in outcome.wrong]
    return found


def _calibrate(judged: Sequence[tuple[float, float]]) -> Calibration:
    """Return the Platt step that fits (score, share right), by Newton's method."""
    score, right = (np.array(column) for column in zip(*judged, strict=True))
    found = np.array([1.0, 0.0])
    rows = np.stack([score, np.ones(len(score))])
    for _ in range(PLATT_STEPS):
        expected = 1 / (1 + np.exp(-(found @ rows)))
        hessian = (rows * (expected * (1 - expected))) @ rows.T + np.eye(2) * 1e-6
        found = found + np.linalg.solve(hessian, rows @ (right - expected))
    return Calibration(float(found[0]), float(found[1]))


def _report_bands(
    console: Console, examples: Sequence[Example], scores: Sequence[Vector], threshold: float, calibration: Calibration
) -> None:
    """Print number, mean confidence and share right of each band of confidence."""
    judged = [(calibration.confidence(score), share) for score, share in _judged_scores(examples, scores, threshold)]
    for low, high in pairwise(BANDS):
        band = [(confidence, share) for confidence, share in judged if low <= confidence < high]
        if band:
            mean, share = (sum(column) / len(band) for column in zip(*band, strict=True))
            console.print(f"confidence {low:.1f}+: {len(band)} events, mean {mean:.2f}, right {share:.2f}")
    sure = max(calibration.score(BANDS[2]), threshold)
    precision, recall, f1 = _figures(_outcomes(examples, scores, sure))
    console.print(f"confidence {BANDS[2]} and more: P {precision:.3f} R {recall:.3f} F1 {f1:.3f}")


# ---------------------------------------------------------------- fields
def _label_rows(examples: Sequence[Example], name: str, trainable: Trainable) -> list[tuple[list[str], str]]:
    """Return (features, label) of the candidates that mention an annotated event."""
    gold_field = trainable.fields[name]
    return [
        ([f for f in candidate.features if trainable.is_label_feature(f)], event.labels[gold_field])
        for example in examples
        for candidate, (event, weight) in zip(example.candidates, example.targets, strict=True)
        if event is not None and weight
    ]


def _train_labels(pairs: Sequence[tuple[list[str], str]]) -> LabelModel:
    labels = sorted({label for _, label in pairs})
    count: dict[str, int] = {}
    for features, _ in pairs:
        for feature in features:
            count[feature] = count.get(feature, 0) + 1
    columns = {f: n for n, f in enumerate(sorted(f for f, c in count.items() if c >= MIN_COUNT))}
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


def _cross_validated_accuracy(examples: Sequence[Example], name: str, trainable: Trainable, seed: int) -> float:
    fold, right, total = _folds(len(examples), seed), 0, 0
    for number in range(FOLDS):
        model = _train_labels(
            _label_rows([e for e, f in zip(examples, fold, strict=True) if f != number], name, trainable)
        )
        held_out = _label_rows([e for e, f in zip(examples, fold, strict=True) if f == number], name, trainable)
        right += sum(model.best(features) == label for features, label in held_out)
        total += len(held_out)
    return right / max(1, total)


# ---------------------------------------------------------------- the file
def _train(
    examples: Sequence[Example], trainable: Trainable, threshold: float, calibration: Calibration
) -> EventScorer:
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
    return round(100 * float(value))


def render(scorer: EventScorer) -> bytes:
    """Return the file of a scorer."""
    return msgspec.json.encode(scorer) + b"\n"


if __name__ == "__main__":
    main()
