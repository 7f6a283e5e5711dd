"""The logistic regression finds the weights that separate the rows, and penalises them."""

import numpy as np

from tools.logistic_regression import SparseRows, fit

ROWS = [[0], [0], [0, 2], [1], [1], [1, 2]]
RIGHT = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])


def test_a_feature_of_right_rows_gets_a_positive_weight_and_one_of_both_none() -> None:
    weights, bias = fit(SparseRows(ROWS, 3), RIGHT, np.ones(6), np.ones(3))
    assert weights[0] > 0.5
    assert weights[1] < -0.5
    assert abs(weights[2]) < 1e-3
    assert abs(bias) < 1e-3


def test_a_stronger_penalty_gives_smaller_weights() -> None:
    weak, _ = fit(SparseRows(ROWS, 3), RIGHT, np.ones(6), np.ones(3))
    strong, _ = fit(SparseRows(ROWS, 3), RIGHT, np.ones(6), np.full(3, 10.0))
    assert 0 < strong[0] < weak[0]


def test_a_row_without_importance_changes_nothing() -> None:
    without, _ = fit(SparseRows(ROWS, 3), RIGHT, np.ones(6), np.ones(3))
    extended = SparseRows([*ROWS, [0]], 3)
    weights, _ = fit(extended, np.append(RIGHT, 0.0), np.append(np.ones(6), 0.0), np.ones(3))
    assert np.allclose(weights, without, atol=1e-3)
