"""The referent of "I" outside quotations: the author of an opinion piece.

The author is named in a line at the top ("By Ida Lunde") or in a note at the end ("Ida Lunde is a teacher in Oslo.").
In other articles the first person is unresolved.
"""

from __future__ import annotations

from worker.extract.coreference.name_registry import NameRegistry
from worker.extract.coreference.person import Person

_NOTE_PARAGRAPHS = 3
"""Paragraphs at the end that are searched for a note about the author."""
_BYLINE_PARAGRAPHS = 4
"""Paragraphs at the top that are searched for a byline."""
_MAX_WORDS = 60
"""Words from which a paragraph is too long for a byline or note."""


def find_author(registry: NameRegistry) -> Person | None:
    """Return the author of the article; None if the article does not name one."""
    paragraphs = registry.text.paragraphs
    for first, last in paragraphs[:_BYLINE_PARAGRAPHS]:
        if registry.text.lower[first] == "by" and last - first < _MAX_WORDS:
            return registry.person_at.get(first + 1)
    for first, last in reversed(paragraphs[-_NOTE_PARAGRAPHS:]):
        if last - first < _MAX_WORDS and _is_author_note(registry, first):
            return registry.person_at.get(first)
    return None


def _is_author_note(registry: NameRegistry, first: int) -> bool:
    """Return whether a paragraph opens with a full name that is new in the article, and describes the person."""
    person, phrase = registry.person_at.get(first), registry.chunks.noun_phrase(first)
    if person is None or phrase is None or person.occurrences[0] != first or len(person.name_words) == 1:
        return False
    verb = registry.chunks.verb_group(phrase.last)
    return verb is not None and (
        registry.text.tags[verb.head] == "VBZ" or registry.text.lower[verb.head] in registry.lexicon.be
    )
