"""Nicknames inside names: "Robert 'Bob' Lund", "Ida (Tiny) Berg" are one noun phrase each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.extract.grammar.chunker import Chunks, NounPhrase
    from worker.extract.grammar.sentences import AnnotatedText

NICKNAME_MARKS = {"'": "'", '"': '"', "“": "”", "\u2018": "\u2019", "«": "»", "„": "“", "(": ")", "``": "''"}
"""Mark before a nickname -> mark after it."""


def join_nicknames(text: AnnotatedText, chunks: Chunks) -> None:
    """Join the noun phrases of `chunks` that are a given name, a nickname between marks and a surname, in place."""
    if NICKNAME_MARKS.keys().isdisjoint(text.words):
        return
    joined: list[NounPhrase] = []
    for phrase in chunks.noun_phrases:
        if len(joined) > 1 and _is_nickname(text, joined[-2], joined[-1], phrase):
            phrase = type(phrase)(joined[-2].first, phrase.last, phrase.head)  # noqa: PLW2901 - the whole name
            del joined[-2:]
        joined.append(phrase)
    if len(joined) == len(chunks.noun_phrases):
        return
    chunks.noun_phrases[:] = joined
    for number, phrase in enumerate(joined):
        chunks.noun_phrase_of[phrase.first : phrase.last] = [number] * (phrase.last - phrase.first)


def _is_nickname(text: AnnotatedText, before: NounPhrase, nickname: NounPhrase, after: NounPhrase) -> bool:
    """Return whether three phrases are a name with a nickname: a capitalised word, in marks, between names."""
    words, tags, at = text.words, text.tags, nickname.first
    if nickname.last - at != 1 or before.last != at - 1 or after.first != at + 2:
        return False
    one = text.sentence_of[before.first] == text.sentence_of[after.first]
    if not one or NICKNAME_MARKS.get(words[at - 1]) != words[at + 1]:
        return False
    names = tags[before.last - 1] == tags[after.first] == "NNP" and words[after.first][0].isupper()
    return names and words[at][0].isupper() and not words[at].isupper()
