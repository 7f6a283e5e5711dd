"""Who "I" is: the author of an opinion piece, as the article itself names him or her.

Opinion pages name their author in a line of its own at the top ("By Ida Lunde") or in a short note at the end ("Ida
Lunde is a teacher in Oslo.").  Elsewhere nobody knows who "I" is.
"""

from __future__ import annotations

from worker.extract.coreference.name_registry import NameRegistry
from worker.extract.coreference.person import Person

_NOTES = 3
"""Paragraphs at the end among which the note about the author stands."""
_LINES = 4
"""Paragraphs at the top among which the line with the author's name stands."""
_LONG = 60
"""Words of a longer paragraph, which is no note about an author."""


def find_author(registry: NameRegistry) -> Person | None:
    """Return who wrote the article in the first person; None where it does not say."""
    paragraphs = registry.text.paragraphs
    for first, last in paragraphs[:_LINES]:
        if registry.text.lower[first] == "by" and last - first < _LONG:
            return registry.person_at.get(first + 1)
    for first, last in reversed(paragraphs[-_NOTES:]):
        if last - first < _LONG and _is_note(registry, first):
            return registry.person_at.get(first)
    return None


def _is_note(registry: NameRegistry, first: int) -> bool:
    """Whether a paragraph opens with somebody's name, not given before, and says what he or she is."""
    person, phrase = registry.person_at.get(first), registry.chunks.noun_phrase(first)
    if person is None or phrase is None or person.occurrences[0] != first or len(person.name_words) == 1:
        return False
    verb = registry.chunks.verb_group(phrase.last)
    return verb is not None and (
        registry.text.tags[verb.head] == "VBZ" or registry.text.lower[verb.head] in registry.lexicon.be
    )
