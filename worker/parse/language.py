"""Determine the language of a text from the text itself and the declared language."""

from __future__ import annotations

import re

import py3langid  # type: ignore[import-untyped]

_SAMPLE_CHARS = 1_000
_DECISIVE_LEAD = 40.0
"""Lead of the detected over the declared language (log-likelihood of the sample, nats) that decides for it."""
_NO_LANGUAGE = "zxx"
_MIN_LETTERS = 150
"""A declared language is not checked against a shorter text."""
_PRIMARY = re.compile(r"([a-z]{2,3})(?:[-_.@;,]|$)", re.ASCII | re.IGNORECASE)


def detect_language(text: str, declared: str | None) -> str | None:
    """Return the BCP 47 primary language of a text: the declared one, unless the text clearly is in another.

    None if neither the text nor `declared` determines it.
    """
    label = _primary_language(declared or "")
    sample = text[:_SAMPLE_CHARS]
    if sum(map(str.isalpha, sample)) < (_MIN_LETTERS if label else 1):
        return label
    scores = {tag: score for tag, score in py3langid.rank(sample) if tag != _NO_LANGUAGE}
    best: str = max(scores, key=lambda tag: scores[tag])
    if label in scores:
        return label if scores[best] - scores[label] < _DECISIVE_LEAD else best
    runner_up = max(score for tag, score in scores.items() if tag != best)
    return best if not label or scores[best] - runner_up > _DECISIVE_LEAD else label


def _primary_language(tag: str) -> str | None:
    """Return the language of a tag ("en_US" -> "en"); None for any other text."""
    found = _PRIMARY.match(tag.strip())
    return found[1].lower() if found else None
