"""Features of a meeting trigger for the scorer, as strings `group:value`.

Values are lemmas and classes of the lexicon, grammatical properties, types of parties and places, and the judgement of
the rules; never other words of the article.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.meetings.destinations import leads_abroad, place_type, target_span
from worker.extract.events.meetings.noun_features import noun_features
from worker.extract.events.meetings.party_features import party_features
from worker.extract.events.meetings.verb_features import verb_features

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.extract.events.event_context import EventContext
    from worker.extract.events.meetings.trigger import MeetingTrigger

_POSITIONS = (1, 4, 10, 25)
"""Sentences at which a further part of an article begins."""
_MAX_COUNT = 3


class TriggerFeatures:
    """Features of the triggers of one article; `of` must be called in text order."""

    def __init__(self, ctx: EventContext) -> None:
        self.ctx = ctx
        self._lemmas: dict[str, int] = {}
        self._classes: dict[str, int] = {}
        self._class_in_sentence: dict[int, str] = {}
        """Class of the last trigger of a sentence."""
        self._triggers_of: dict[str, list[int]] = {}
        """Name of a party -> numbers of the triggers that it takes part in."""
        self._number = 0

    def of(self, trigger: MeetingTrigger) -> list[str]:
        """Return the features of a trigger."""
        found = [
            *_word_features(trigger),
            *party_features(self.ctx, trigger),
            *_time_and_place_features(self.ctx, trigger),
            *self._position_features(trigger),
            *self._field_features(trigger),
            *(verb_features if trigger.phrase is None else noun_features)(self.ctx, trigger),
        ]
        self._remember(trigger)
        return found

    def _position_features(self, trigger: MeetingTrigger) -> Iterator[str]:
        text, first = self.ctx.text, trigger.candidate.first
        sentence = text.sentence_of[first]
        yield f"question:{text.words[text.sentence_range(first)[1] - 1] == '?'}"
        yield f"quoted:{text.quotation_of[first] >= 0}"
        yield f"position:{sum(sentence >= start for start in _POSITIONS)}"
        yield f"earlier lemma:{min(self._lemmas.get(trigger.lemma, 0), _MAX_COUNT)}"
        yield f"earlier class:{min(self._classes.get(trigger.word_class, 0), _MAX_COUNT)}"
        yield f"in sentence:{self._class_in_sentence.get(sentence, 'none')}"
        yield f"earlier parties:{self._shared_parties(trigger)}"

    def _shared_parties(self, trigger: MeetingTrigger) -> int:
        """Return how many of the parties an earlier trigger has, at most two."""
        shared: dict[int, int] = {}
        for name in {actor.name for actor in trigger.candidate.parties}:
            for number in self._triggers_of.get(name, ()):
                shared[number] = shared.get(number, 0) + 1
        return min(max(shared.values(), default=0), 2)

    def _remember(self, trigger: MeetingTrigger) -> None:
        self._lemmas[trigger.lemma] = self._lemmas.get(trigger.lemma, 0) + 1
        self._classes[trigger.word_class] = self._classes.get(trigger.word_class, 0) + 1
        self._class_in_sentence[self.ctx.text.sentence_of[trigger.candidate.first]] = trigger.word_class
        for name in {actor.name for actor in trigger.candidate.parties}:
            numbers = self._triggers_of.setdefault(name, [])
            numbers[:-_MAX_TRIGGERS] = []
            numbers.append(self._number)
        self._number += 1

    def _field_features(self, trigger: MeetingTrigger) -> Iterator[str]:
        fields, found = self.ctx.subject_fields, trigger.candidate
        for name in fields.near(found.first, found.last):
            yield f"near:{name}"
            yield f"near+class:{name}+{trigger.word_class}"
        yield from (f"article {level}" for level in fields.levels)
        yield from (f"subject:{fields.subject}", f"subject+class:{fields.subject}+{trigger.word_class}")


_MAX_TRIGGERS = 24
"""Triggers of one party that are compared with a new one, so that the cost is linear in the number of triggers."""


def _word_features(trigger: MeetingTrigger) -> Iterator[str]:
    name, verdict = trigger.word_class, trigger.verdict
    judged_by = trigger.candidate.rule if verdict in {"opens", "back"} else "none"
    yield from (f"lemma:{trigger.lemma}", f"class:{name}", f"noun:{trigger.phrase is not None}")
    yield from (f"rule:{judged_by}", f"verdict:{verdict}", f"class+verdict:{name}+{verdict}")


def _time_and_place_features(ctx: EventContext, trigger: MeetingTrigger) -> Iterator[str]:
    name, found, when = trigger.word_class, trigger.candidate, trigger.when
    place = place_type(ctx, found.place)
    yield from (f"place:{place}", f"class+place:{name}+{place}")
    if name in {"visit", "travel", "due"}:
        yield f"target:{place_type(ctx, target_span(ctx, trigger))}"
        yield f"abroad:{leads_abroad(ctx, trigger)}"
    is_day = when is not None and (when.weekday, when.offset_days, when.day) != (None, None, None)
    yield f"when:{'none' if when is None else 'day' if is_day else 'period'}"
    if when is not None:
        yield f"direction:{when.direction}"
    yield f"topic:{found.about is not None}"
