"""The sides of an event that filters ask about, each worked out once for all clients, and only where one asks."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from worker.schema import Actor, Event, Span, Statement, actors_in, spans_in, spec_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLANKS: Final = re.compile(r"\s+")
_NO_WORD: Final = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Spell a text for comparison: no case, no accents (NFKD without its marks), single spaces."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _BLANKS.sub(" ", text.casefold()).strip()


def fold_name(name: str) -> str:
    """Fold a name to its words, with a blank around each, so that `in` compares whole words in order."""
    return f" {_NO_WORD.sub(' ', fold(name)).strip()} "


class Facets:
    """One event as filters see it."""

    def __init__(self, event: Event) -> None:
        """Work out nothing yet."""
        self._event = event

    @cached_property
    def speaker(self) -> str:
        """The speaker's name, folded; empty where there is none."""
        speaker = self._event.speaker if isinstance(self._event, Statement) else None
        return fold_name(speaker.name) if speaker else ""

    @cached_property
    def actors(self) -> tuple[str, ...]:
        """The parties' names, folded."""
        return tuple(fold_name(party.name) for party in parties(self._event))

    @cached_property
    def countries(self) -> frozenset[str]:
        """The countries that the parties represent, in lower case."""
        return frozenset(party.country.lower() for party in parties(self._event) if party.country)

    @cached_property
    def outlets(self) -> frozenset[str]:
        """The host with every domain above it, and the outlets credited, folded."""
        labels = host(self._event.url).split(".")
        domains = (".".join(labels[i:]) for i in range(len(labels)))
        return frozenset(filter(None, (*domains, *map(fold, self._event.via))))

    @cached_property
    def words(self) -> str:
        """Evidence, content, topic and object, folded, a line each."""
        return "\n".join(fold(span.text) for span in _worded(self._event))

    @cached_property
    def language(self) -> str:
        """The article's language, in lower case."""
        return self._event.language.lower()


def parties(event: Event) -> list[Actor]:
    """Return who takes part: speaker and target, participants, or deciders."""
    return actors_in(event, spec_of(event).parties)


def host(url: str) -> str:
    """Return a URL's host in lower case, or nothing where it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def subject(event: Event) -> list[Span]:
    """Return what an event is about, in its own words: content, topic, or object."""
    return spans_in(event, spec_of(event).subject)


def _worded(event: Event) -> Iterator[Span]:
    yield event.sentence
    yield from subject(event)
