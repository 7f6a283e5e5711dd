"""Determine the language of a text from the text itself and the declared language.

A language is scored by how far the text's letter statistics are from its profile (resiliparse, which counts letters and
pairs in one pass), and by the share of its function words among the words of the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import langcodes
import msgspec
from resiliparse.parse.lang import detect_fast, supported_langs

from worker.parse.data_files import read_data_file

_SAMPLE_CHARS = 1_000
_CANDIDATES = 12
"""Languages with the nearest profiles, among which the function words decide."""
_NO_CUTOFF = 1_000_000
"""Distance beyond which a profile is ignored: none."""
_FUNCTION_WORD_WEIGHT = 400.0
"""Distance for which a text of function words alone makes up."""
_DECISIVE_LEAD = 90.0
"""Lead of the detected over the declared language that decides for it; a right label trails by 70 at most."""
_MIN_LETTERS = 150
"""A declared language is not checked against a shorter text."""
_PRIMARY = re.compile(r"([a-z]{2,3})(?:[-_.@;,]|$)", re.ASCII | re.IGNORECASE)
_COUNTRY_CODES = frozenset({"kr"})
"""Codes of rare languages that pages use only as the code of a country: Kanuri, for pages of Korea."""
_PROFILE_OF = {
    "bs": "hr", "cnr": "hr", "sh": "hr", "sr": "hr", "nb": "no", "nn": "no", "ms": "id", "fil": "tl", "prs": "fa",
    "gsw": "de", "mo": "ro", "yue": "zh",
}  # fmt: skip
"""Language -> language with a profile for which its texts are taken: that does not contradict the label.

Serbian is written in both scripts; its own profile is that of the Cyrillic one.
"""
_MARKS = ".,;:!?\"'“”‘’«»„()[]।。、–—-…"  # noqa: RUF001 - typographic marks


def detect_language(text: str, declared: str | None) -> str | None:
    """Return the BCP 47 primary language of a text: the declared one, unless the text clearly is in another.

    None if neither the text nor `declared` determines it.
    """
    label = _primary_language(declared or "")
    sample = text[:_SAMPLE_CHARS]
    if sum(map(str.isalpha, sample)) < (_MIN_LETTERS if label else 1):
        return label
    scores = _score_languages(sample, label)
    best = max(scores, key=scores.__getitem__)
    if not label or best == label or best == _PROFILE_OF.get(label):
        return label or best
    others = [score for language, score in scores.items() if language != best]
    rival = scores.get(label, max(others, default=0.0))
    return best if scores[best] - rival > _DECISIVE_LEAD else label


def _score_languages(sample: str, label: str | None) -> dict[str, float]:
    """Return the scores of the likeliest languages and of the label, if it has a profile."""
    distances = _distances(sample)
    if label and label not in distances:
        distances |= _distances(sample, [label])
    nearest = min(distances.values())
    distances.update(dict.fromkeys(_without_profile(), nearest))
    words = [word.strip(_MARKS) for word in sample.lower().split()]
    return {
        language: _FUNCTION_WORD_WEIGHT * _share_of_function_words(words, language) - distance
        for language, distance in distances.items()
    }


def _distances(sample: str, among: list[str] | None = None) -> dict[str, float]:
    """Return the nearest languages with the distances of their profiles, among some languages or all."""
    nearest = detect_fast(sample, cutoff=_NO_CUTOFF, n_results=_CANDIDATES, langs=among)
    return dict(nearest) if isinstance(nearest, list) else {}


def _share_of_function_words(words: Sequence[str], language: str) -> float:
    function_words = _function_words().get(language)
    return sum(word in function_words for word in words) / len(words) if function_words else 0.0


@cache
def _function_words() -> dict[str, frozenset[str]]:
    """Return the function words of each language that has a list."""
    lists = msgspec.toml.decode(read_data_file("function_words.toml"), type=dict[str, str])
    return {language: frozenset(words.split()) for language, words in lists.items()}


@cache
def _without_profile() -> frozenset[str]:
    """Return the languages that are known by their function words only."""
    return frozenset(_function_words()) - frozenset(supported_langs())


def _primary_language(tag: str) -> str | None:
    """Return the BCP 47 language of a tag ("en_US" and "eng" -> "en"); None for any other text ("utf-8", "jp")."""
    found = _PRIMARY.match(tag.strip())
    code = found[1].lower() if found else ""
    is_language = code not in _COUNTRY_CODES and langcodes.tag_is_valid(code)
    return langcodes.standardize_tag(code).partition("-")[0] if is_language else None
