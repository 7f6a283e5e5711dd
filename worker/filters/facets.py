"""The facets of an event that filters compare: each is computed once for all clients, at the first use."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from worker.schema import Actor, Event, Span, Statement, actors_in, spans_in, spec_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_SPACES: Final = re.compile(r"\s+")
_NON_WORD: Final = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Return a text without case, accents (NFKD without combining marks) and repeated spaces."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _SPACES.sub(" ", text.casefold()).strip()


def fold_name(name: str) -> str:
    """Return the folded words of a name with a space around each, so that `in` compares complete words in order."""
    return f" {_NON_WORD.sub(' ', fold(name)).strip()} "


class Facets:
    """The facets of one event."""

    def __init__(self, event: Event) -> None:
        """`event`: the event described.  Nothing is computed yet; each facet is computed at its first use."""
        self._event = event

    @cached_property
    def speaker(self) -> str:
        """The speaker's folded name; "" without a speaker."""
        speaker = self._event.speaker if isinstance(self._event, Statement) else None
        return fold_name(speaker.name) if speaker else ""

    @cached_property
    def actors(self) -> tuple[str, ...]:
        """The folded names of all actors."""
        return tuple(fold_name(actor.name) for actor in actors_of(self._event))

    @cached_property
    def countries(self) -> frozenset[str]:
        """The countries that the actors represent: ISO 3166-1 alpha-2 codes in lower case."""
        return frozenset(actor.country.lower() for actor in actors_of(self._event) if actor.country)

    @cached_property
    def outlets(self) -> frozenset[str]:
        """The host of the URL and each of its parent domains, and the credited outlets, folded."""
        labels = url_host(self._event.url).split(".")
        domains = (".".join(labels[i:]) for i in range(len(labels)))
        return frozenset(filter(None, (*domains, *map(fold, self._event.via))))

    @cached_property
    def words(self) -> str:
        """The folded evidence and subject (content, topic or object), a line per span."""
        return "\n".join(fold(span.text) for span in _searched_spans(self._event))

    @cached_property
    def language(self) -> str:
        """The article's language (BCP 47) in lower case."""
        return self._event.language.lower()


def actors_of(event: Event) -> list[Actor]:
    """Return all actors of an event: speaker and target, participants, or deciders."""
    return actors_in(event, spec_of(event).parties)


def url_host(url: str) -> str:
    """Return the host of a URL in lower case; "" for a URL without one."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def subject_spans(event: Event) -> list[Span]:
    """Return the spans that say what an event is about: content, topic or object."""
    return spans_in(event, spec_of(event).subject)


def _searched_spans(event: Event) -> Iterator[Span]:
    yield event.sentence
    yield from subject_spans(event)
