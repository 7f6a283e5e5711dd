"""Which language is the text in?  The text is asked first, the page's label second."""

from __future__ import annotations

import re

import py3langid  # type: ignore[import-untyped]

_SAMPLE_CHARS = 1_000
_CLEARLY = 40.0
"""Lead of the text's language over the declared one, in nats over the sample, from which the label is disbelieved."""
_NO_LANGUAGE = "zxx"
_ENOUGH_LETTERS = 150
_PRIMARY = re.compile(r"([a-z]{2,3})(?:[-_.@;,]|$)", re.ASCII | re.IGNORECASE)


def language(text: str, declared: str | None) -> str | None:
    """Return the BCP 47 primary tag of a text: the declared one, unless the words clearly say otherwise.

    None where neither label nor text tells.
    """
    label = _primary(declared or "")
    sample = text[:_SAMPLE_CHARS]
    if sum(map(str.isalpha, sample)) < (_ENOUGH_LETTERS if label else 1):
        return label
    scores = {tag: score for tag, score in py3langid.rank(sample) if tag != _NO_LANGUAGE}
    best: str = max(scores, key=lambda tag: scores[tag])
    if label in scores:
        return label if scores[best] - scores[label] < _CLEARLY else best
    runner_up = max(score for tag, score in scores.items() if tag != best)
    return best if not label or scores[best] - runner_up > _CLEARLY else label


def _primary(written: str) -> str | None:
    """Return the language of a label ("en_US" -> "en"); None if it is no label."""
    found = _PRIMARY.match(written.strip())
    return found[1].lower() if found else None
