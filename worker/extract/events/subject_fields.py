"""Subject fields of articles, sentences and parties by their words: politics, sport, business, …."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.extract.grammar.sentences import AnnotatedText
    from worker.extract.lexicon.event_lexicon import EventLexicon
    from worker.schema import Actor

NEAR_TOKENS = 12
"""Tokens on either side of a trigger whose fields count as near."""
_SHARES = (0.004, 0.012)
"""Shares of a field's words in an article that separate the levels 1, 2 and 3."""
_PUBLIC = ("politics", "diplomacy", "campaign")
"""The fields of politics; together they are one subject."""
_MIN_WORDS = 2
"""Minimum number of words of the field that is the subject of an article."""


class SubjectFields:
    """Subject fields of one article."""

    def __init__(self, text: AnnotatedText, lexicon: EventLexicon) -> None:
        self._text, self._fields_of_word = text, lexicon.fields_of_word
        self._names = lexicon.fields

    @cached_property
    def _counts(self) -> dict[str, int]:
        """Field -> number of its words in the article."""
        counts = dict.fromkeys(self._names, 0)
        for names in filter(None, map(self._fields_of_word.get, self._text.lower)):
            for name in names:
                counts[name] += 1
        return counts

    @cached_property
    def levels(self) -> list[str]:
        """Each field with its level, from 0 (no words of it) to 3 (many): "sport:3"."""
        length = max(len(self._text.lower), 1)
        shares = {name: count / length for name, count in self._counts.items()}
        return [f"{name}:{(share > 0) + sum(share >= s for s in _SHARES)}" for name, share in shares.items()]

    @cached_property
    def subject(self) -> str:
        """The field with the most words, or "none" if they are too few.

        Politics, diplomacy and campaigns together are "politics".
        """
        counts = {name: count for name, count in self._counts.items() if name not in _PUBLIC}
        counts["politics"] = sum(self._counts.get(name, 0) for name in _PUBLIC)
        best = max(counts, key=lambda name: counts[name])
        return best if counts[best] >= _MIN_WORDS else "none"

    def near(self, first: int, last: int) -> list[str]:
        """Return the fields of the words near tokens [first, last) in their sentence, sorted."""
        start, end = self._text.sentence_range(first)
        return self._fields_of(self._text.lower[max(start, first - NEAR_TOKENS) : min(end, last + NEAR_TOKENS)])

    def of_party(self, actor: Actor) -> list[str]:
        """Return the fields of the words of a party's name and role, sorted."""
        return self._fields_of(f"{actor.name} {actor.role or ''}".lower().replace("'s", "").split())

    def _fields_of(self, words: list[str]) -> list[str]:
        fields = self._fields_of_word
        return sorted({name for word in words for name in fields.get(word, ())})
