"""How sure an event is: the probability that it is right, from what is known about how it was found.

A logistic model a kind of event.  What speaks for or against an event is a *trait*, a group and a value (rule:
according_to · speaker: pronoun); each adds its weight, in log-odds, to the bias.  A value without a weight adds
nothing.
The weights are data, `lexicon/<language>_confidence.toml`: those of statements are fitted to annotated articles by
`make calibrate`, so that of the events at 0.9 about nine in ten are right; those of meetings and decisions, which have
no such articles to be fitted to, are set by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from math import exp

import msgspec
from msgspec import Struct

Features = dict[str, str]
"""Group -> value."""

_LEAST, _MOST = 0.01, 0.99
"""Nothing is certain, and two decimals are all that travels."""


class ConfidenceModel(Struct, frozen=True, forbid_unknown_fields=True):
    """Weights in log-odds; `bias` is that of an event without any trait that has one."""

    bias: float
    weights: dict[str, dict[str, float]] = {}
    """Group -> value -> weight."""

    def confidence(self, traits: Mapping[str, str]) -> float:
        """Return the probability that an event with these traits is right, to two decimals, inside (0, 1)."""
        odds = self.bias + sum(self.weights.get(group, {}).get(value, 0.0) for group, value in traits.items())
        return min(max(round(1 / (1 + exp(-odds)), 2), _LEAST), _MOST)


class ConfidenceModels(Struct, frozen=True, forbid_unknown_fields=True):
    """A language's file."""

    statement: ConfidenceModel
    meeting: ConfidenceModel
    decision: ConfidenceModel


@cache
def confidence_models(language: str) -> ConfidenceModels:
    """Return a language's models; every language with a lexicon has them."""
    file = files("worker.extract") / "lexicon" / f"{language}_confidence.toml"
    return msgspec.toml.decode(file.read_bytes(), type=ConfidenceModels)
