"""Train the scorer of decisions or meetings on annotated articles, cross-validated by article.

    python -m tools.train_events --gold FILE_OR_FOLDER [--gold …] [--kind decision|meeting] [--write]

The articles are text files with marked events, see `tools/annotated_articles.py`, or JSON lines with "id", "text",
"pub_date", and per kind a list of events ("decisions", "meetings"): the offsets of their mentions' triggers, the main
one first ("mentions": [{"trigger": [start, end]}]), "status", "class" or "kind", the names of deciders or participants
("actors", "participants": lists of names that denote one party), and "unsure".

Prints precision, recall and F1 by threshold and by band of confidence.  Only the articles of the first source are
judged; those of the others are in the training part of every fold.  `--write` trains on all articles and writes the
file that the extractor reads.  The same articles give the same file.
"""

from __future__ import annotations

import argparse
import math
from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from rich.console import Console

from tools.annotated_articles import read_source
from tools.event_gold import Outcome, judge
from tools.event_training import (
    FURTHER_IMPORTANCE,
    Calibration,
    TrainingExample,
    cross_validate,
    cross_validated_accuracy,
    read_example,
    train,
)
from tools.trainable_events import TRAINABLE, ScoredCandidate
from worker.extract.events.scoring import EventScorer, ScoredKind, select_best

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.logistic_regression import Vector

LEXICONS = Path(__file__).parents[1] / "worker/extract/lexicon"
MIN_PRECISION = 0.68
"""The threshold gives the best F1 among those with at least this precision in cross-validation."""
THRESHOLDS = [n / 10 for n in range(-15, 11)]
"""Scores that are tried as the threshold, in log-odds."""
BANDS = (0.0, 0.5, 0.7, 0.9, 1.01)
"""Bounds of the bands of confidence that are reported."""
SEED = 7
PLATT_STEPS = 25
"""Steps of Newton's method."""


def main() -> None:
    """Print the cross-validated figures, and write the file if asked to."""
    args = _parser().parse_args()
    kind: ScoredKind = args.kind
    trainable, console = TRAINABLE[kind], Console(width=140)
    examples, *others = [
        [
            read_example(article, trainable, FURTHER_IMPORTANCE if number else 1.0)
            for article in read_source(path, trainable.gold_list)
        ]
        for number, path in enumerate(args.gold)
    ]
    further = list(chain.from_iterable(others))
    scores = cross_validate(examples, args.seed, further)
    best = _report_thresholds(console, examples, scores)
    threshold = next((value for value in (args.threshold, trainable.threshold) if value is not None), best)
    calibration = _calibrate(_judged_scores(examples, scores, threshold))
    _report_bands(console, examples, scores, threshold, calibration)
    for name in trainable.fields:
        console.print(
            f"{name}: {cross_validated_accuracy(examples, name, trainable, args.seed, further):.3f} right in CV"
        )
    if args.write:
        scorer = train([*examples, *further], trainable, threshold, calibration)
        path = LEXICONS / f"{args.language}_{kind}_weights.json"
        path.write_bytes(render(scorer))
        console.print(f"{len(scorer.weights)} weights, {path.stat().st_size // 1024} kB: {path}")


def _parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True, action="append", help="the first source is judged")
    parser.add_argument("--kind", choices=sorted(TRAINABLE), default="decision")
    parser.add_argument("--language", default="en")
    parser.add_argument(
        "--threshold", type=float, help="instead of 0.1 for meetings, of the one with the best F1 for decisions"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="of the folds of the cross-validation")
    parser.add_argument("--write", action="store_true")
    return parser


# ---------------------------------------------------------------- selection and judgement
def _selected(example: TrainingExample, scores: Vector, threshold: float) -> list[ScoredCandidate]:
    """Return the candidates that the selection accepts; their scores are set."""
    for candidate, score in zip(example.candidates, scores, strict=True):
        candidate.score = float(score) if candidate.eligible else -math.inf
    near_chars = example.trainable.near_chars
    return select_best(example.candidates, threshold, example.starts, example.ends, near_chars)


def _outcomes(
    examples: Sequence[TrainingExample], scores: Sequence[Vector], threshold: float
) -> list[Outcome[ScoredCandidate]]:
    """Return the judgement of the selected candidates of each article."""
    found = []
    for example, one in zip(examples, scores, strict=True):
        chosen = _selected(example, one, threshold)
        found.append(judge(example.annotated, chosen))
    return found


def _figures(outcomes: Sequence[Outcome[ScoredCandidate]]) -> tuple[float, float, float]:
    """Return precision, recall and F1."""
    right = sum(len(o.right) for o in outcomes)
    wrong, missed = sum(len(o.wrong) for o in outcomes), sum(o.missed for o in outcomes)
    precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
    return precision, recall, 2 * right / max(1, 2 * right + wrong + missed)


def _report_thresholds(console: Console, examples: Sequence[TrainingExample], scores: Sequence[Vector]) -> float:
    """Print precision, recall and F1 by threshold; return the best threshold with enough precision."""
    best, best_f1 = THRESHOLDS[-1], -1.0
    for threshold in THRESHOLDS:
        precision, recall, f1 = _figures(_outcomes(examples, scores, threshold))
        console.print(f"threshold {threshold:5.1f}  P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}")
        if precision >= MIN_PRECISION and f1 > best_f1:
            best, best_f1 = threshold, f1
    return best


def _judged_scores(
    examples: Sequence[TrainingExample], scores: Sequence[Vector], threshold: float
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
    console: Console,
    examples: Sequence[TrainingExample],
    scores: Sequence[Vector],
    threshold: float,
    calibration: Calibration,
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


# ---------------------------------------------------------------- the file


def render(scorer: EventScorer) -> bytes:
    """Return the file of a scorer."""
    return msgspec.json.encode(scorer) + b"\n"


if __name__ == "__main__":
    main()
