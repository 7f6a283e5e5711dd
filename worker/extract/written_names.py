"""Names of actors as the article writes them.

Extraction reads words in a normal form: lines in capitals in natural case, blanks of any kind as one space, no soft
hyphens.  The name of an actor is the article's own spelling of these words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import overload

import msgspec

from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.grammar.tokens import tokenize
from worker.extract.lexicon.lexicon import Lexicon
from worker.schema import KIND_SPECS, Actor, Event, kind_of

_MAX_WORDS = 12
"""Words of a name of which parts are looked up."""


class WrittenNames:
    """The spelling of names in one article."""

    def __init__(self, text: AnnotatedText, lexicon: Lexicon) -> None:
        self.text, self.lexicon = text, lexicon
        self._written: dict[str, str | None] = {}
        """Name -> the name as the article writes it; None if the article contains none of its words."""

    def with_written_names(self, event: Event) -> Event:
        """Return an event whose actors have names that occur in the article, character by character."""
        changed = {}
        for field in KIND_SPECS[kind_of(event)].parties:
            old = getattr(event, field)
            new = self._actors(old) if isinstance(old, list) else self._actor(old)
            if new is not old:
                changed[field] = new
        return msgspec.structs.replace(event, **changed) if changed else event

    def _actors(self, actors: list[Actor]) -> list[Actor]:
        """Return the actors with written names; the list itself if all of them have such names already."""
        changed = [self._actor(actor) for actor in actors]
        return actors if all(new is old for new, old in zip(changed, actors, strict=True)) else changed

    @overload
    def _actor(self, actor: Actor) -> Actor: ...
    @overload
    def _actor(self, actor: None) -> None: ...
    def _actor(self, actor: Actor | None) -> Actor | None:
        if actor is None:
            return actor
        if actor.name not in self._written:
            if self._is_written(actor):
                return actor
            self._written[actor.name] = self._find(actor.name)
        name = self._written[actor.name] or (actor.mention.text if actor.mention is not None else None)
        return msgspec.structs.replace(actor, name=name) if name is not None else actor

    def _is_written(self, actor: Actor) -> bool:
        """Return whether the article contains the name of an actor.

        The mention and the text before it are searched first, backwards: a pronoun follows the name that it refers to.
        """
        mention, string = actor.mention, self.text.string
        if mention is not None and (actor.name in mention.text or string.rfind(actor.name, 0, mention.end) >= 0):
            return True
        return actor.name in string

    def _find(self, name: str) -> str | None:
        """Return the first occurrence of a name's words as written, else that of its longest part; else None."""
        words = tokenize(name, self.lexicon).lower
        for part in _parts(words):
            first = self._position(part)
            if first is not None:
                return self.text.string[self.text.starts[first] : self.text.ends[first + len(part) - 1]]
        return None

    def _position(self, words: Sequence[str]) -> int | None:
        """Return the first token of the first occurrence of some words; None if they do not occur in this order."""
        rarest = min(range(len(words)), key=lambda i: len(self._positions.get(words[i], ())))
        starts = (at - rarest for at in self._positions.get(words[rarest], ()))
        lower, size = self.text.lower, len(words)
        return next((at for at in starts if at >= 0 and lower[at : at + size] == words), None)

    @cached_property
    def _positions(self) -> dict[str, list[int]]:
        """Word in lower case -> its tokens."""
        found: dict[str, list[int]] = {}
        for at, word in enumerate(self.text.lower):
            found.setdefault(word, []).append(at)
        return found


def written_names(events: Sequence[Event], text: AnnotatedText, lexicon: Lexicon) -> list[Event]:
    """Return the events with the names of their actors as the article writes them."""
    names = WrittenNames(text, lexicon)
    return [names.with_written_names(event) for event in events]


def _parts(words: list[str]) -> Iterator[list[str]]:
    """Yield the words of a name, then the shorter runs of a short name, the longest first."""
    if words:
        yield words
    if len(words) <= _MAX_WORDS:
        for size in range(len(words) - 1, 0, -1):
            for first in range(len(words) - size + 1):
                yield words[first : first + size]
