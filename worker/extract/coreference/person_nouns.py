"""Nouns that denote a person by what the person is or does: roles ("mayor") and agent nouns ("talker", "violinist")."""

from __future__ import annotations

from worker.extract.lexicon.lexicon import Lexicon
from worker.extract.lexicon.person_words import load_person_words

_MIN_AGENT_LETTERS = 6
"""Letters of the shortest noun whose suffix shows an agent."""


def is_role_word(word: str, lexicon: Lexicon) -> bool:
    """Return whether a lower-case noun is a role, also with a prefix: "minister", "co-chairman"."""
    if word in lexicon.roles:
        return True
    if word.partition("-")[2] not in lexicon.roles:
        return False  # fast path for most words, which have no prefix
    return word.startswith(load_person_words(lexicon.language).role_prefixes)


def is_person_noun(word: str, lexicon: Lexicon) -> bool:
    """Return whether a lower-case noun is a role or has the suffix of an agent noun and denotes no thing."""
    if is_role_word(word, lexicon):
        return True
    words = load_person_words(lexicon.language)
    agent = len(word) >= _MIN_AGENT_LETTERS and word.endswith(words.agent_suffixes)
    return agent and word not in words.agent_like_nouns


def singular_role(role: str) -> str:
    """Return a role with a plural head in the singular: "Senators" -> "Senator", "Reps." -> "Rep."; else unchanged."""
    stem, stop = (role[:-1], ".") if role.endswith(".") else (role, "")
    return stem[:-1] + stop if stem.endswith("s") and not stem.endswith(("ss", "us", "is")) else role
