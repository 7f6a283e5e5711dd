"""Choose a label by one-against-rest logistic models on features: the status of an event, the act of a statement.

A *feature* is a readable string `group:value`; a feature without weights adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

SCALE = 100
"""Weights are stored as integers, in hundredths of log-odds."""


class LabelModel(Struct, frozen=True, forbid_unknown_fields=True):
    """One-against-rest models of a field: per label the bias, per feature the weights in the order of the labels."""

    labels: list[str]
    bias: list[int]
    weights: dict[str, list[int]]

    def best(self, features: Iterable[str]) -> str:
        """Return the label with the highest score; the first of equal ones."""
        weighted = filter(None, map(self.weights.get, features))
        totals = list(map(sum, zip(self.bias, *weighted, strict=True)))
        return self.labels[totals.index(max(totals))]
