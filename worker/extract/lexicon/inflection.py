"""Inflection of English verbs: regular forms by rule, irregular ones from the lexicon."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_VOWELS = "aeiou"


def inflected_forms(lemma: str, irregular: Mapping[str, str], variants: Mapping[str, str]) -> set[str]:
    """Return all one-word forms of a verb: base, -s, -ing, past and past participle.

    `irregular`: lemma -> past and participle.  `variants`: lemma -> further forms, such as other spellings.
    """
    past = irregular[lemma].split() if lemma in irregular else [_with_ending(lemma, "ed", doubled=False)]
    doubled = any(p == lemma + lemma[-1] + "ed" for p in past)
    return {lemma, _third_person(lemma), _gerund(lemma, doubled=doubled), *past, *variants.get(lemma, "").split()}


def _third_person(lemma: str) -> str:
    if lemma in {"have", "do", "go", "be"}:
        return {"have": "has", "do": "does", "go": "goes", "be": "is"}[lemma]
    if lemma.endswith("y") and lemma[-2] not in _VOWELS:
        return lemma[:-1] + "ies"
    return lemma + ("es" if lemma.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")


def _with_ending(lemma: str, ending: str, *, doubled: bool) -> str:
    if doubled:
        return lemma + lemma[-1] + ending
    if lemma.endswith("e"):
        return lemma[:-1] + ending
    if lemma.endswith("y") and lemma[-2] not in _VOWELS:
        return lemma[:-1] + "i" + ending
    return lemma + ending


def _gerund(lemma: str, *, doubled: bool) -> str:
    """Return the -ing form.

    The final consonant is doubled if the past doubles it ("begged", "begging") or for short verbs like "run".
    """
    if lemma.endswith("ie"):
        return lemma[:-2] + "ying"
    if lemma.endswith("e") and not lemma.endswith(("ee", "oe", "ye")):
        return lemma[:-1] + "ing"
    short = len(lemma) == 3 and lemma[1] in _VOWELS and lemma[0] not in _VOWELS and lemma[2] not in "aeiouwxy"  # noqa: PLR2004
    return lemma + lemma[-1] + "ing" if doubled or short or lemma in {"begin", "forget"} else lemma + "ing"
