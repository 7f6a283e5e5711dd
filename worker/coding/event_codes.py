"""Assign CAMEO and PLOVER codes to events by features of their own words.

Only published fields of an event are read, so that a code can be checked against the event alone.  Features are
computed when a row of the coding table reads them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import assert_never

import msgspec

from worker.coding.code_words import CodeWords, WordClasses, load_code_words, lower_words
from worker.coding.table import ClassNames, EventCodes, look_up_codes
from worker.extract.lexicon.event_lexicon import load_event_lexicon
from worker.extract.lexicon.lexicon import Lexicon, load_lexicon
from worker.schema import Decision, Event, Meeting, Span, Statement

_CUE_WORDS = 10
"""Words of a cue that are read; no cue has more."""
_CONTENT_WORDS = 25
"""First words of a statement's content, which name its topic; the words after them elaborate."""
_OBJECT_WORDS = 16
"""First words of a decision's object, which name what was decided; the words after them elaborate."""
_VERB_WINDOW = 8
"""First words of a complement, which contain its verb: "that the ministry would [lift] …"."""
_LEADING_WINDOW = 8
"""First words of a content or object, which may name an object without an action: "more long-range [weapons]"."""
_NEGATION_WINDOW = 8
"""Words up to the end of a meeting's cue among which its negation is looked for."""
_NEGATION_CHARS = 100
_PAIR = 2
_NONE: ClassNames = frozenset()


def assign_codes(events: Iterable[Event]) -> list[Event]:
    """Return the events with `cameo` and `plover` set; unchanged for a language without code words."""
    return [_assign_codes(event) for event in events]


def _assign_codes(event: Event) -> Event:
    words, language = load_code_words(event.language), load_lexicon(event.language)
    if words is None or language is None:
        return event
    codes = _event_codes(event, words, language)
    return msgspec.structs.replace(event, cameo=codes.cameo, plover=codes.plover)


def _event_codes(event: Event, words: CodeWords, language: Lexicon) -> EventCodes:
    match event:
        case Statement():
            return look_up_codes(_StatementFeatures(event, words, language), "statement", event.act)
        case Meeting():
            return look_up_codes(_MeetingFeatures(event, words, language), "meeting", event.form, event.status)
        case Decision():
            return look_up_codes(_DecisionFeatures(event, words), "decision", event.category, event.status)
        case _:
            assert_never(event)


def _true_conditions(*conditions: tuple[str, bool]) -> ClassNames:
    return frozenset(name for name, is_true in conditions if is_true)


class _CueFeatures:
    """Features that events of all kinds have: the word classes of the cue."""

    def __init__(self, cue: Span | None, words: CodeWords) -> None:
        self.words = words
        self.cue_words = lower_words(cue.text, _CUE_WORDS) if cue else []

    @cached_property
    def cue_classes(self) -> WordClasses:
        return self.words.find_classes(self.cue_words)

    @cached_property
    def cue(self) -> ClassNames:
        return self.cue_classes.verbs | self.cue_classes.action_words


# ---------------------------------------------------------------- statements
class _StatementFeatures(_CueFeatures):
    """Features of a statement: action and object are those of its content."""

    def __init__(self, event: Statement, words: CodeWords, language: Lexicon) -> None:
        super().__init__(event.cue, words)
        self.event, self.lexicon = event, language
        self.content = event.content[0].text if event.content else ""

    @cached_property
    def content_words(self) -> list[str]:
        return lower_words(self.content, _CONTENT_WORDS)

    @cached_property
    def content_classes(self) -> WordClasses | None:
        """Word classes of the content; None if it is negated, since "do not lift sanctions" is not coded as lifting.

        The content of a refusal is not checked for negation.
        """
        refused = self.event.act == "decline"
        if self._is_negated(self.content_words) and not refused:
            return None
        return self.words.find_classes(self.content_words)

    @property
    def object(self) -> ClassNames:
        return self.content_classes.nouns if self.content_classes else _NONE

    @property
    def leading_object(self) -> ClassNames:
        return self.words.find_classes(self.content_words[:_LEADING_WINDOW]).nouns if self.content_classes else _NONE

    @property
    def action(self) -> ClassNames:
        if self.event.act == "decline":
            return self._refused_action()
        return self.content_classes.verbs | self.content_classes.action_words if self.content_classes else _NONE

    @cached_property
    def conditions(self) -> ClassNames:
        opening = [*self.cue_words[-1:], *self.content_words[:1]]  # "asked about", "asked [whether …]"
        is_question = self.content.rstrip("\"'\u201d\u2019 ").endswith(
            "?"
        ) or not self.words.question_openers.isdisjoint(opening)
        return _true_conditions(
            ("cue_only", not self.content_words),
            ("question", is_question),
            ("no_target", self.event.target is None),
        )

    def _refused_action(self) -> ClassNames:
        """Return the classes of what the speaker refuses: those of the content's first action.

        If the cue refuses ("declined to comment") or is negated, the classes of its verb are added.
        """
        refuses = "refuse" in self.cue_classes.verbs or self._is_negated(self.cue_words)
        first_action = self.words.first_action(self.content_words[:_VERB_WINDOW])
        return first_action | (self.cue_classes.verbs if refuses else _NONE)

    def _is_negated(self, words: list[str]) -> bool:
        return any(word in self.lexicon.negations or word.endswith("n't") for word in words)


# ---------------------------------------------------------------- meetings
def country_of_place(place: Span | None, language: Lexicon) -> str | None:
    """Return the alpha-2 code of a place that is a country or a seat of government; None for any other place."""
    name = place.text.removeprefix("the ").removeprefix("The ") if place else ""
    return language.countries.get(name) or language.seats_of_power.get(name)


class _MeetingFeatures(_CueFeatures):
    """Features of a meeting: its participants, place and status."""

    action = object = leading_object = _NONE

    def __init__(self, event: Meeting, words: CodeWords, language: Lexicon) -> None:
        super().__init__(event.cue, words)
        self.event, self.lexicon = event, language

    @cached_property
    def conditions(self) -> ClassNames:
        countries = {party.country for party in self.event.participants if party.country}
        place, several = country_of_place(self.event.place, self.lexicon), len(countries) >= _PAIR
        return _true_conditions(
            ("several_countries", several),
            ("third_country", several and place is not None and place not in countries),
            ("multilateral", len(self.event.participants) > _PAIR),
            ("did_not_happen", self.event.status == "denied" and self._did_not_happen()),
        )

    def _did_not_happen(self) -> bool:
        """Return whether the meeting is reported as one that did not happen: "they did not meet".

        False for a refusal: "he refused to meet", "he will not meet".
        """
        cue, sentence = self.event.cue, self.event.sentence
        if cue is None:
            return False
        start = max(0, cue.start - sentence.start - _NEGATION_CHARS)
        before = sentence.text[start : max(0, cue.end - sentence.start)]
        near = lower_words(before, len(before))[-_NEGATION_WINDOW:]
        return not self.words.absence.isdisjoint(near) and self.words.refusal.isdisjoint(near)


# ---------------------------------------------------------------- decisions
class _DecisionFeatures(_CueFeatures):
    """Features of a decision: its action is that of the cue ("imposed") or of the object ("decided to impose")."""

    def __init__(self, event: Decision, words: CodeWords) -> None:
        super().__init__(event.cue, words)
        self.events = load_event_lexicon(event.language)
        self.object_words = lower_words(event.object.text, _OBJECT_WORDS) if event.object else []

    @cached_property
    def object(self) -> ClassNames:
        return self.words.find_classes(self.object_words).nouns

    @property
    def leading_object(self) -> ClassNames:
        return self.words.find_classes(self.object_words[:_LEADING_WINDOW]).nouns

    @cached_property
    def action(self) -> ClassNames:
        beginning = self.object_words[:_VERB_WINDOW]
        named = self.words.find_classes(beginning).action_words
        chosen = self.words.first_action(beginning) if self._cue_is_choice() else _NONE
        return self.cue | named | chosen

    conditions = _NONE

    def _cue_is_choice(self) -> bool:
        """Return whether the object says what was decided, as after "decided to …" and "the decision to …"."""
        events = self.events
        return events is not None and any(
            events.lemma(word) in events.choice_kinds or word in events.decision_nouns for word in self.cue_words
        )
