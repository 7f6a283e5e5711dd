"""Who "I" is: the author of an opinion piece, as the article itself names him or her.

Opinion pages name their author in a line of its own at the top ("By Ida Lunde") or in a short note at the end ("Ida
Lunde is a teacher in Oslo.").  Elsewhere nobody knows who "I" is.
"""

from __future__ import annotations

from worker.extract.coreference.name_registry import People
from worker.extract.coreference.person import Person

_NOTES = 3
"""Paragraphs at the end among which the note about the author stands."""
_LINES = 4
"""Paragraphs at the top among which the line with the author's name stands."""
_LONG = 60
"""Words of a longer paragraph, which is no note about an author."""


def author(people: People) -> Person | None:
    """Return who wrote the article in the first person; None where it does not say."""
    paragraphs = people.text.paragraphs
    for first, last in paragraphs[:_LINES]:
        if people.text.lower[first] == "by" and last - first < _LONG:
            return people.at.get(first + 1)
    for first, last in reversed(paragraphs[-_NOTES:]):
        if last - first < _LONG and _is_note(people, first):
            return people.at.get(first)
    return None


def _is_note(people: People, first: int) -> bool:
    """Whether a paragraph opens with somebody's name, not given before, and says what he or she is."""
    person, phrase = people.at.get(first), people.phrases.noun(first)
    if person is None or phrase is None or person.seen[0] != first or len(person.tokens) == 1:
        return False
    verb = people.phrases.verb(phrase.last)
    return verb is not None and (
        people.text.tags[verb.head] == "VBZ" or people.text.lower[verb.head] in people.lexicon.be
    )
