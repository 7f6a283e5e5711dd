"""Events get their CAMEO and PLOVER codes: what the table asks of an event is read off its own words.

The table is `worker.codes`, which knows no language; the words stand in `lexicon/<language>_codes.toml`.  Only what an
event publishes is looked at, so that a code can be checked by whoever reads the event, and only when a row asks for it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from worker import codes
from worker.codes import Codes
from worker.extract.lexicon import code_words
from worker.extract.lexicon.code_words import tokens
from worker.extract.lexicon.event_lexicon import load_event_lexicon
from worker.schema import Decision, Event, Meeting, Span, Statement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worker.extract.lexicon.code_words import Classes, CodeWords, Found
    from worker.extract.lexicon.lexicon import Lexicon

_CUE = 10
"""Words of a cue that are looked at: more than any has."""
_SAID = 25
"""Words of a statement's content that say what it is about; later ones elaborate."""
_OBJECT = 16
"""Words of a decision's object, for the same reason."""
_VERB = 8
"""Words of a complement among which its verb stands ("that the ministry would [lift] …")."""
_NAMED = 8
"""Words of a content or object in which something stands by its name alone: "more long-range [weapons]"."""
_NEAR = 8
"""Words up to the end of a meeting's cue in which its negation stands."""
_PAIR = 2
_NONE: Classes = frozenset()


def coded(events: Iterable[Event], lexicon: Lexicon) -> list[Event]:
    """Return the events with `cameo` and `plover`; as they are for a language without code words."""
    words = code_words.load(lexicon.language)
    if words is None:
        return list(events)
    return [_with(event, _codes(event, words, lexicon)) for event in events]


def _with(event: Event, found: Codes) -> Event:
    return msgspec.structs.replace(event, cameo=found.cameo, plover=found.plover)


def _codes(event: Event, words: CodeWords, lexicon: Lexicon) -> Codes:
    match event:
        case Statement():
            return codes.code(_Said(event, words, lexicon), "statement", event.act)
        case Meeting():
            return codes.code(_Met(event, words, lexicon), "meeting", event.form, event.status)
        case Decision():
            return codes.code(_Decided(event, words), "decision", event.category, event.status)


def _holding(*circumstances: tuple[str, bool]) -> Classes:
    return frozenset(name for name, holds in circumstances if holds)


class _Told:
    """What the traits of all kinds share: the words of the cue."""

    def __init__(self, cue: Span | None, words: CodeWords) -> None:
        self.words = words
        self.cue_words = tokens(cue.text, _CUE) if cue else []

    @cached_property
    def in_cue(self) -> Found:
        return self.words.find(self.cue_words)

    @cached_property
    def cue(self) -> Classes:
        return self.in_cue.verbs | self.in_cue.deeds


# ---------------------------------------------------------------- statements
class _Said(_Told):
    """Traits of a statement: matter and deed are those of its content."""

    def __init__(self, event: Statement, words: CodeWords, lexicon: Lexicon) -> None:
        super().__init__(event.cue, words)
        self.event, self.lexicon = event, lexicon
        self.content = event.content[0].text if event.content else ""

    @cached_property
    def said(self) -> list[str]:
        return tokens(self.content, _SAID)

    @cached_property
    def told(self) -> Found | None:
        """What the content holds; None where it asks that something should not be, which is not the matter it names."""
        refused = self.event.act == "decline"
        return None if self._negates(self.said) and not refused else self.words.find(self.said)

    @property
    def about(self) -> Classes:
        return self.told.nouns if self.told else _NONE

    @property
    def named(self) -> Classes:
        return self.words.find(self.said[:_NAMED]).nouns if self.told else _NONE

    @property
    def deed(self) -> Classes:
        if self.event.act == "decline":
            return self._refused()
        return self.told.verbs | self.told.deeds if self.told else _NONE

    @cached_property
    def when(self) -> Classes:
        opened = [*self.cue_words[-1:], *self.said[:1]]  # "asked about", "asked [whether …]"
        asks = self.content.rstrip("\"'”’ ").endswith("?") or not self.words.question.isdisjoint(opened)
        return _holding(("bare", not self.said), ("question", asks), ("untold", self.event.target is None))

    def _refused(self) -> Classes:
        """Return what the speaker will not do: the cue says it ("declined to comment"), or else the content."""
        refuses = "refuse" in self.in_cue.verbs or self._negates(self.cue_words)
        return self.words.first_verb(self.said[:_VERB]) | (self.in_cue.verbs if refuses else _NONE)

    def _negates(self, told: list[str]) -> bool:
        return any(word in self.lexicon.negations or word.endswith("n't") for word in told)


# ---------------------------------------------------------------- meetings
def country_of(place: Span | None, lexicon: Lexicon) -> str | None:
    """Return the country of a place that is a country or a seat of government; None where it is not known."""
    name = place.text.removeprefix("the ").removeprefix("The ") if place else ""
    return lexicon.countries.get(name) or lexicon.seats_of_power.get(name)


class _Met(_Told):
    """Traits of a meeting: who met where."""

    deed = about = named = _NONE

    def __init__(self, event: Meeting, words: CodeWords, lexicon: Lexicon) -> None:
        super().__init__(event.cue, words)
        self.event, self.lexicon = event, lexicon

    @cached_property
    def when(self) -> Classes:
        countries = {party.country for party in self.event.participants if party.country}
        place, several = country_of(self.event.place, self.lexicon), len(countries) >= _PAIR
        return _holding(
            ("guests", several),
            ("third_place", several and place is not None and place not in countries),
            ("many", len(self.event.participants) > _PAIR),
            ("never_happened", self.event.status == "denied" and self._never_happened()),
        )

    def _never_happened(self) -> bool:
        """Tell "they did not meet" from "he refused to meet" and "he will not meet"."""
        cue, sentence = self.event.cue, self.event.sentence
        if cue is None:
            return False
        before = sentence.text[max(0, cue.start - sentence.start - 100) : max(0, cue.end - sentence.start)]
        near = tokens(before, len(before))[-_NEAR:]
        return not self.words.absence.isdisjoint(near) and self.words.refusal.isdisjoint(near)


# ---------------------------------------------------------------- decisions
class _Decided(_Told):
    """Traits of a decision: the deed is its cue ("imposed"), or the verb of what was chosen ("decided to impose")."""

    def __init__(self, event: Decision, words: CodeWords) -> None:
        super().__init__(event.cue, words)
        self.events = load_event_lexicon(event.language)
        self.object = tokens(event.object.text, _OBJECT) if event.object else []

    @cached_property
    def about(self) -> Classes:
        return self.words.find(self.object).nouns

    @property
    def named(self) -> Classes:
        return self.words.find(self.object[:_NAMED]).nouns

    @cached_property
    def deed(self) -> Classes:
        named = self.words.find(self.object[:_VERB]).deeds
        chosen = self.words.first_verb(self.object[:_VERB]) if self._is_choice() else _NONE
        return self.cue | named | chosen

    when = _NONE

    def _is_choice(self) -> bool:
        """Tell whether what was decided is said by what follows the cue: "decided to …", "the decision to …"."""
        events = self.events
        return events is not None and any(
            events.lemma(word) in events.choice_kinds or word in events.decision_nouns for word in self.cue_words
        )
