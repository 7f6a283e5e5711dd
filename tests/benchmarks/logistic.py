"""Logistic regression on categorical features, by Newton's method; the same observations give the same weights.

No library is needed: there are a hundred-odd weights, of which each observation uses a handful.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import exp

Observation = tuple[Mapping[str, str], bool]
"""Features (group -> value), and whether the event was correct."""

RIDGE = 1.0
"""Strength of the L2 penalty, in observations: rare values stay near zero."""
MIN_OBSERVATIONS = 20
"""Observations from which a value gets a weight."""
MAX_STEPS = 50
PRECISION = 1e-6

Row = list[float]


def fit(observations: Sequence[Observation]) -> tuple[float, dict[str, dict[str, float]]]:
    """Return the bias and the weights (group -> value -> log-odds, two decimals) of maximum penalised likelihood."""
    names = _frequent_values(observations)
    number = {name: n for n, name in enumerate(names, 1)}
    rows = [
        [0, *(number[feature] for feature in features.items() if feature in number)] for features, _ in observations
    ]
    found = _maximise(rows, [right for _, right in observations], len(names) + 1)
    weights: dict[str, dict[str, float]] = {}
    for (group, value), weight in zip(names, found[1:], strict=True):
        if round(weight, 2):
            weights.setdefault(group, {})[value] = round(weight, 2)
    return round(found[0], 2), weights


def rescale(scores: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Return slope and shift of log-odds (Platt scaling): the most likely ones for scores and outcomes."""
    slope, shift = 1.0, 0.0
    for _ in range(MAX_STEPS):
        gradient, hessian = [0.0, 0.0], [[1e-9, 0.0], [0.0, 1e-9]]
        for score, is_right in scores:
            expected = 1 / (1 + exp(-(slope * score + shift)))
            spread = expected * (1 - expected)
            for n, one in enumerate((score, 1.0)):
                gradient[n] += (is_right - expected) * one
                for m, other in enumerate((score, 1.0)):
                    hessian[n][m] += spread * one * other
        step = _solve(hessian, gradient)
        slope, shift = slope + step[0], shift + step[1]
        if max(map(abs, step)) < PRECISION:
            break
    return slope, shift


def _frequent_values(observations: Sequence[Observation]) -> list[tuple[str, str]]:
    """Return the features with enough observations, sorted."""
    seen = Counter(feature for features, _ in observations for feature in features.items())
    return sorted(feature for feature, times in seen.items() if times >= MIN_OBSERVATIONS)


def _maximise(rows: Sequence[Sequence[int]], right: Sequence[bool], size: int) -> Row:
    """Maximise the penalised likelihood.

    `rows` lists the numbers of the weights of each observation; number 0 is the bias, which is not penalised.
    """
    weights = [0.0] * size
    for _ in range(MAX_STEPS):
        gradient = [-RIDGE * w if n else 0.0 for n, w in enumerate(weights)]
        hessian = [[RIDGE if n == m and n else 0.0 for m in range(size)] for n in range(size)]
        for row, is_right in zip(rows, right, strict=True):
            expected = 1 / (1 + exp(-sum(weights[n] for n in row)))
            spread = expected * (1 - expected)
            for n in row:
                gradient[n] += is_right - expected
                line = hessian[n]
                for m in row:
                    line[m] += spread
        step = _solve(hessian, gradient)
        weights = [w + s for w, s in zip(weights, step, strict=True)]
        if max(map(abs, step)) < PRECISION:
            break
    return weights


def _solve(matrix: list[Row], values: Row) -> Row:
    """Solve a symmetric positive definite system by Gaussian elimination; `matrix` and `values` are overwritten."""
    size = len(values)
    for pivot in range(size):
        for below in range(pivot + 1, size):
            factor = matrix[below][pivot] / matrix[pivot][pivot]
            if factor:
                upper, lower = matrix[pivot], matrix[below]
                for column in range(pivot, size):
                    lower[column] -= factor * upper[column]
                values[below] -= factor * values[pivot]
    for pivot in reversed(range(size)):
        known = sum(matrix[pivot][column] * values[column] for column in range(pivot + 1, size))
        values[pivot] = (values[pivot] - known) / matrix[pivot][pivot]
    return values
