"""Nouns that denote a person by what the person is or does: roles ("mayor") and agent nouns ("talker", "violinist")."""

from __future__ import annotations

from worker.extract.lexicon.lexicon import Lexicon
from worker.extract.lexicon.person_words import load_person_words

_PREFIXES = ("ex-", "co-", "vice-", "then-", "now-", "sub-", "under-", "deputy-")
_AGENT_SUFFIXES = ("er", "or", "ist", "ian", "man", "woman", "person", "mate", "eer", "ee", "crat")
_MIN_AGENT_LETTERS = 6
"""Letters of the shortest noun whose suffix shows an agent."""


def is_role_word(word: str, lexicon: Lexicon) -> bool:
    """Return whether a lower-case noun is a role, also with a prefix: "minister", "co-chairman"."""
    return word in lexicon.roles or (word.startswith(_PREFIXES) and word.partition("-")[2] in lexicon.roles)


def is_person_noun(word: str, lexicon: Lexicon) -> bool:
    """Return whether a lower-case noun is a role or has the suffix of an agent noun and denotes no thing."""
    if is_role_word(word, lexicon):
        return True
    agent = len(word) >= _MIN_AGENT_LETTERS and word.endswith(_AGENT_SUFFIXES)
    return agent and word not in load_person_words(lexicon.language).agent_like_nouns


def singular_role(role: str) -> str:
    """Return a role with a plural head in the singular: "Senators" -> "Senator", "Reps." -> "Rep."; else unchanged."""
    stem, stop = (role[:-1], ".") if role.endswith(".") else (role, "")
    return stem[:-1] + stop if stem.endswith("s") and not stem.endswith(("ss", "us", "is")) else role
