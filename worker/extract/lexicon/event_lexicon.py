"""The words of meetings, decisions and dates: `lexicon/<language>_events.toml`, decoded strictly.

Verbs are listed as lemmas, with their particles after "_" ("call_off").  A rule looks up a lemma and receives all its
readings, the one with most particles first.
"""

from __future__ import annotations

from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from worker.extract.date_finder import CalendarWords, DateFinder
from worker.extract.lexicon.event_lexicon_file import (
    ActorWords,
    DecisionVerbClass,
    DecisionWords,
    ExtentWords,
    MeetingWords,
    ModalityWords,
)
from worker.extract.lexicon.inflection import inflected_forms
from worker.extract.lexicon.lexicon import load_lexicon
from worker.extract.lexicon.lexicon_file import Words, word_set
from worker.schema import Category, DecisionStatus, Form

if TYPE_CHECKING:
    from collections.abc import Iterable

Particles = tuple[str, ...]
"""Particles that must follow a verb in one of its readings; empty if the verb needs none."""


class EventLexicon(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """The content of `lexicon/<language>_events.toml` and the lookup tables derived from it."""

    language: str
    irregular: dict[str, str]
    """Lemma -> past, and past participle where it differs, of verbs that are missing in the main lexicon."""
    calendar: CalendarWords
    modality: ModalityWords
    meeting: MeetingWords
    decision: DecisionWords
    extent: ExtentWords
    actors: ActorWords
    fields: dict[str, str]
    """Subject field -> its words."""

    @cached_property
    def dates(self) -> DateFinder:
        """A finder of time expressions in this language."""
        return DateFinder(self.calendar)

    @cached_property
    def adjunct_openers(self) -> dict[str, list[Particles]]:
        """First word of an adjunct that is no part of an object -> the further words of each such opener."""
        found: dict[str, list[Particles]] = {}
        for phrase in word_set(self.extent.adjunct_openers):
            first, *rest = phrase.split()
            found.setdefault(first, []).append(tuple(rest))
        return found

    @cached_property
    def party_joiners(self) -> list[Particles]:
        """The words that join further parties to a phrase: "including", "as well as"."""
        return [tuple(phrase.split()) for phrase in sorted(word_set(self.actors.joiners))]

    @cached_property
    def first_words_of_joiners(self) -> frozenset[str]:
        """The first words of `party_joiners`."""
        return frozenset(phrase[0] for phrase in self.party_joiners)

    @cached_property
    def last_words_of_joiners(self) -> frozenset[str]:
        """The last words of `party_joiners`."""
        return frozenset(phrase[-1] for phrase in self.party_joiners)

    @cached_property
    def exceptive_quantifiers(self) -> frozenset[Particles]:
        """The words of quantifiers that except some: "all but" two members."""
        return frozenset(tuple(phrase.split()) for phrase in word_set(self.actors.exceptive_quantifiers))

    @cached_property
    def seasons(self) -> frozenset[str]:
        """The seasons, which may modify an event: "the summer summit"."""
        return frozenset(self.calendar.seasons)

    @cached_property
    def dated_nouns(self) -> frozenset[str]:
        """Nouns of events and decisions, which have dates of their own."""
        return frozenset(self.decision_nouns) | word_set(self.decision.nouns.event_nouns)

    @cached_property
    def lemmas(self) -> dict[str, str]:
        """Verb form -> lemma, for the verbs of this file and of the main lexicon."""
        main = load_lexicon(self.language)
        known = main.lemmas if main else {}
        own_verbs = {entry.partition("_")[0] for entry in self._verbs()} - set(known.values())
        # longest first, so that the forms of "postpone" replace the entry "postponed", an adjective
        longest_first = sorted(own_verbs, key=lambda verb: (-len(verb), verb))
        regular = {form: verb for verb in longest_first for form in inflected_forms(verb, self.irregular, {})}
        own = {form: verb for verb in self.irregular for form in inflected_forms(verb, self.irregular, {})}
        return {**regular, **known, **own}

    def _verbs(self) -> list[str]:
        """Return all verbs of the file, with their particles after "_"."""
        m, d, o, c = self.meeting, self.decision, self.modality, self.decision.choice
        meeting = [m.meet, m.meet_with, m.host, m.visit, m.travel, m.call, m.ambiguous_call, m.invite, m.convene]
        meeting += [m.gather, m.brief, m.light_verbs, m.exchange, *m.verb_classes.values()]
        decision = [verb_class.verbs for verb_class in d.verbs] + [d.nouns.reporting_verbs, d.nouns.open_question_verbs]
        decision += [c.taken, c.agreed, c.voted, c.rejected, c.proposed, c.announced, c.pending]
        modality = [o.planned, o.proposed, o.cancelled, o.denied, o.object_control, o.transparent]
        return " ".join([*meeting, *decision, *modality]).split()

    def lemma(self, word: str) -> str:
        """Return the lemma of a verb form in lower case; an unknown word is returned unchanged."""
        return self.lemmas.get(word, word)

    def _forms_of(self, lemmas: Iterable[str]) -> Words:
        """Return all forms of some verbs, as `lemma` knows them."""
        listed = frozenset(lemmas)
        return frozenset(form for form, lemma in self.lemmas.items() if lemma in listed) | (listed - self.lemmas.keys())

    @cached_property
    def decision_verb_forms(self) -> Words:
        """Forms of the verbs that the rules of decisions read."""
        open_questions = word_set(self.decision.nouns.open_question_verbs)
        return self._forms_of([*self.choice_kinds, *self.verb_readings, *self.pending_verbs, *open_questions])

    @cached_property
    def meeting_verb_forms(self) -> Words:
        """Forms of the verbs of encounter and of exchanges of words."""
        return self._forms_of([*self.meeting_verb_classes, *word_set(self.meeting.exchange)])

    @cached_property
    def object_control_forms(self) -> Words:
        """Forms of object-control verbs, whose object is the subject of their infinitive: "urged Oslo to talk"."""
        listed = set(self.modality.object_control.split())
        return frozenset(form for form, lemma in self.lemmas.items() if lemma in listed)

    @cached_property
    def non_actors(self) -> Words:
        """Head nouns that never denote a participant or decider: things, times, meetings."""
        return (word_set(self.actors.non_actors) | word_set(" ".join(self.meeting_nouns))) - word_set(
            self.actors.institutions
        )

    @cached_property
    def meeting_nouns(self) -> dict[str, Form]:
        """Meeting noun -> form of the meeting; nouns of several words contain blanks."""
        m = self.meeting
        table: list[tuple[str, Form]] = [
            (m.talks_nouns, "talks"),
            (m.visit_nouns, "visit"),
            (m.call_nouns, "call"),
            (m.summit_nouns, "summit"),
            (m.press_conference_nouns, "press_conference"),
        ]
        return {noun.replace("_", " "): form for nouns, form in table for noun in nouns.split()}

    @cached_property
    def meeting_frames(self) -> dict[str, str]:
        """Verb lemma -> its frame, a key of the readers of meeting verbs; the first frame that lists a verb counts."""
        m = self.meeting
        frames = [
            (m.meet, "meet"),
            (m.meet_with, "talk"),
            (m.host, "host"),
            (m.visit, "visit"),
            (m.travel, "travel"),
            (m.convene, "convene"),
            (m.gather, "gather"),
            (m.brief, "brief"),
            (m.call, "call"),
            (m.ambiguous_call, "ring"),
            (m.invite, "invite"),
        ]
        return {verb.partition("_")[0]: frame for verbs, frame in reversed(frames) for verb in verbs.split()}

    @cached_property
    def light_verb_lemmas(self) -> Words:
        """Lemmas of light verbs, whose object names the event: "held talks"."""
        return frozenset(verb.split("_")[0] for verb in self.meeting.light_verbs.split())

    @cached_property
    def meeting_verb_classes(self) -> dict[str, str]:
        """Verb lemma -> class of encounter; the first class that lists a verb counts."""
        return _classes({name: _lemmas(verbs) for name, verbs in self.meeting.verb_classes.items()})

    @cached_property
    def meeting_noun_classes(self) -> dict[str, str]:
        """Meeting noun -> class of encounter; nouns of two words contain a blank."""
        return {noun.replace("_", " "): name for noun, name in _classes(self.meeting.noun_classes).items()}

    @cached_property
    def meeting_class_heads(self) -> Words:
        """The last word of every noun in `meeting_noun_classes`."""
        return frozenset(noun.split()[-1] for noun in self.meeting_noun_classes)

    @cached_property
    def modifier_classes(self) -> dict[str, str]:
        """Modifier of a meeting noun -> its class."""
        return _classes(self.meeting.modifier_classes)

    @cached_property
    def fields_of_word(self) -> dict[str, tuple[str, ...]]:
        """Word -> its subject fields."""
        found: dict[str, tuple[str, ...]] = {}
        for name, words in self.fields.items():
            for word in words.split():
                found[word] = (*found.get(word, ()), name)
        return found

    @cached_property
    def determiner_classes(self) -> dict[str, str]:
        """Determiner -> its class."""
        return _classes(self.meeting.determiners)

    @cached_property
    def meeting_heads(self) -> Words:
        """The last word of every meeting noun."""
        return frozenset(noun.split()[-1] for noun in self.meeting_nouns)

    @cached_property
    def decision_triggers(self) -> Words:
        """Nouns that denote a decision, or whose absence can be reported ("no decision was made")."""
        return frozenset(self.decision_nouns) | word_set(self.decision.nouns.deniable)

    @cached_property
    def verb_readings(self) -> dict[str, list[tuple[Particles, DecisionVerbClass, Words]]]:
        """Verb lemma -> its readings, most particles first.

        A reading is its particles, its verb class and the words of which the object must contain one (empty: any
        object).
        """
        table: dict[str, list[tuple[Particles, DecisionVerbClass, Words]]] = {}
        for act in self.decision.verbs:
            object_words = word_set(
                " ".join(self.decision.objects.get(name, name) for name in act.object_classes.split())
            )
            for verb, *particles in (entry.split("_") for entry in act.verbs.split()):
                table.setdefault(verb, []).append((tuple(particles), act, object_words))
        for readings in table.values():
            readings.sort(key=lambda reading: -len(reading[0]))
        return table

    @cached_property
    def choice_kinds(self) -> dict[str, str]:
        """Lemma of a choice verb -> its kind, a key of `[decision.choice]`."""
        c = self.decision.choice
        kinds = ("taken", "agreed", "voted", "rejected", "proposed", "announced", "pending")
        return {verb: kind for kind in kinds for verb in getattr(c, kind).split()}

    @cached_property
    def decision_nouns(self) -> dict[str, DecisionStatus]:
        """Decision noun -> the status of the decision that it denotes."""
        n = self.decision.nouns
        table: list[tuple[str, DecisionStatus]] = [
            (n.taken, "taken"),
            (n.rejected, "rejected"),
            (n.proposed, "proposed"),
            (n.policy, "proposed"),
            (n.agreed, "taken"),
        ]
        return {noun: status for nouns, status in table for noun in nouns.split()}

    @cached_property
    def noun_categories(self) -> dict[str, Category]:
        """Decision noun -> category; nouns without an entry are "executive"."""
        listed = self.decision.nouns.categories
        return {noun: category for category, nouns in listed.items() for noun in nouns.split()}

    @cached_property
    def stance_objects(self) -> Words:
        """Nouns that can be considered, accepted or rejected: offers, bills, measures."""
        named = ("stance", "instrument", "measure", "order", "run")
        return frozenset().union(*(word_set(self.decision.objects[name]) for name in named))

    @cached_property
    def pending_verbs(self) -> Words:
        """Verbs of deliberation and discussion; "is not being discussed" reports that nothing is being decided."""
        return word_set(self.decision.choice.pending, self.meeting.discuss)


def _lemmas(verbs: str) -> str:
    """Return listed verbs without their particles."""
    return " ".join(verb.partition("_")[0] for verb in verbs.split())


def _classes(listed: dict[str, str]) -> dict[str, str]:
    """Return word -> class; the first class that lists a word counts."""
    return {word: name for name, words in reversed(listed.items()) for word in words.split()}


@cache
def load_event_lexicon(language: str) -> EventLexicon | None:
    """Return the event words of a language, read once per process; None if the language has no file.

    Raises `msgspec.ValidationError` for an invalid file.
    """
    file = files("worker.extract") / "lexicon" / f"{language}_events.toml"
    return msgspec.toml.decode(file.read_bytes(), type=EventLexicon) if file.is_file() else None
