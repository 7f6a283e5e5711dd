"""L2-regularised logistic regression on sparse binary features, fitted by L-BFGS: the same rows, the same weights."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
_HISTORY = 10
_MIN_STEP = 1e-8
_CURVATURE = 1e-10


class SparseRows:
    """Rows of column numbers whose value is 1."""

    def __init__(self, rows: Sequence[Sequence[int]], columns: int) -> None:
        self.count, self.columns = len(rows), columns
        self._column = np.concatenate([np.asarray(row, dtype=np.int64) for row in rows])
        self._row = np.repeat(np.arange(len(rows)), [len(row) for row in rows])

    def times(self, weights: Vector) -> Vector:
        """Return the sum of the weights of each row."""
        return np.asarray(np.bincount(self._row, weights=weights[self._column], minlength=self.count), dtype=np.float64)

    def transposed_times(self, values: Vector) -> Vector:
        """Return for each column the sum of the values of its rows."""
        total = np.bincount(self._column, weights=values[self._row], minlength=self.columns)
        return np.asarray(total, dtype=np.float64)


def fit(rows: SparseRows, right: Vector, importance: Vector, penalty: Vector, steps: int = 60) -> tuple[Vector, float]:
    """Return weights and bias that minimise the weighted log loss plus half the squared weights times their penalty.

    `right`: 1 or 0 per row; `importance`: weight of each row.  The bias is not penalised.
    """
    sign = 2 * right - 1

    def loss(point: Vector) -> tuple[float, Vector]:
        weights, odds = point[:-1], rows.times(point[:-1]) + point[-1]
        error = importance * (1 / (1 + np.exp(-odds)) - right)
        value = (importance * np.logaddexp(0, -odds * sign)).sum() + (penalty * weights * weights).sum() / 2
        return float(value), np.append(rows.transposed_times(error) + penalty * weights, error.sum())

    point = _minimise(loss, np.zeros(rows.columns + 1), steps)
    return point[:-1], float(point[-1])


def _minimise(loss: Callable[[Vector], tuple[float, Vector]], point: Vector, steps: int) -> Vector:
    """Return the point after at most `steps` steps of L-BFGS with backtracking."""
    value, gradient = loss(point)
    history: deque[tuple[Vector, Vector, float]] = deque(maxlen=_HISTORY)
    for _ in range(steps):
        direction = -_two_loop(gradient, history)
        slope, size = float(gradient @ direction), 1.0
        while True:
            following = point + size * direction
            next_value, next_gradient = loss(following)
            if next_value <= value + 1e-4 * size * slope or size < _MIN_STEP:
                break
            size /= 2
        moved, turned = following - point, next_gradient - gradient
        if (curvature := float(moved @ turned)) > _CURVATURE:
            history.append((moved, turned, 1 / curvature))
        gain, point, value, gradient = value - next_value, following, next_value, next_gradient
        if gain < 1e-6 * max(1.0, abs(value)):
            break
    return point


def _two_loop(gradient: Vector, history: deque[tuple[Vector, Vector, float]]) -> Vector:
    """Return the gradient times the approximate inverse Hessian (Nocedal and Wright, algorithm 7.4)."""
    found, shares = gradient.copy(), []
    for moved, turned, rho in reversed(history):
        share = rho * float(moved @ found)
        shares.append(share)
        found -= share * turned
    if history:
        moved, turned, _ = history[-1]
        found *= float(moved @ turned) / float(turned @ turned)
    else:
        found /= max(1.0, float(np.linalg.norm(gradient)))
    for (moved, turned, rho), share in zip(history, reversed(shares), strict=True):
        found += (share - rho * float(turned @ found)) * moved
    return found
