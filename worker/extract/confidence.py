"""The confidence of an event: the estimated probability that it is correct.

One logistic model per kind of event.  A *feature* is a group and a value (rule: according_to · speaker: pronoun); each
feature adds its weight, in log-odds, to the bias.  A value without a weight adds nothing.

The weights are data, `lexicon/<language>_confidence.toml`.  Those of statements are fitted to annotated articles by
`make calibrate`, so that about 90 % of the events at 0.9 are correct.  Those of meetings and decisions are set by hand;
they apply only to a language without a scorer (`events/scoring.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from math import exp

import msgspec
from msgspec import Struct

Features = dict[str, str]
"""Feature group -> value."""

_LEAST, _MOST = 0.01, 0.99
"""Bounds of a confidence, which events carry with two decimals: none is certain."""


def confidence_of(log_odds: float) -> float:
    """Return the probability with these log-odds as a confidence: two decimals, from 0.01 to 0.99."""
    return min(max(round(1 / (1 + exp(-log_odds)), 2), _LEAST), _MOST)


class ConfidenceModel(Struct, frozen=True, forbid_unknown_fields=True):
    """A logistic model.  Weights are in log-odds; `bias` is the log-odds of an event without weighted features."""

    bias: float
    weights: dict[str, dict[str, float]] = {}
    """Feature group -> value -> weight."""

    def log_odds(self, features: Mapping[str, str]) -> float:
        """Return the log-odds that an event with these features is correct."""
        return self.bias + sum(self.weights.get(group, {}).get(value, 0.0) for group, value in features.items())

    def confidence(self, features: Mapping[str, str]) -> float:
        """Return the probability that an event with these features is correct, with two decimals, from 0.01 to 0.99."""
        return confidence_of(self.log_odds(features))


class ConfidenceModels(Struct, frozen=True, forbid_unknown_fields=True):
    """The models of one language, as in its TOML file."""

    statement: ConfidenceModel
    meeting: ConfidenceModel
    decision: ConfidenceModel


@cache
def load_confidence_models(language: str) -> ConfidenceModels:
    """Return the models of a language.

    Every language with a lexicon has a file; FileNotFoundError is raised for any other.
    """
    file = files("worker.extract") / "lexicon" / f"{language}_confidence.toml"
    return msgspec.toml.decode(file.read_bytes(), type=ConfidenceModels)
