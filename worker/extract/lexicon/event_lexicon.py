"""The words of meetings, decisions and time, one TOML file per language, decoded strictly.

Verbs stand in the file as lemmas, what follows them after "_" ("call_off"); a rule looks a lemma up and gets every
reading of it, the longest first.
"""

from __future__ import annotations

from functools import cache, cached_property
from importlib.resources import files

import msgspec
from msgspec import Struct

from worker.extract.dates import CalendarWords, DateFinder
from worker.extract.lexicon.event_lexicon_file import (
    ActorWords,
    DecisionVerbClass,
    DecisionWords,
    MeetingWords,
    ModalityWords,
)
from worker.extract.lexicon.inflection import forms
from worker.extract.lexicon.lexicon import load_lexicon
from worker.schema import Category, DecisionStatus, Form

Words = frozenset[str]
Particles = tuple[str, ...]
"""Words that must follow a verb for one of its readings; empty for the plain verb."""


class EventLexicon(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """Everything that `lexicon/<language>_events.toml` holds, and the look-up tables made of it."""

    language: str
    irregular: dict[str, str]
    """Past, and past participle where it differs, of verbs that the language's main lexicon does not list."""
    calendar: CalendarWords
    modality: ModalityWords
    meeting: MeetingWords
    decision: DecisionWords
    actors: ActorWords

    @cached_property
    def dates(self) -> DateFinder:
        """Finder of expressions of time."""
        return DateFinder(self.calendar)

    @cached_property
    def lemmas(self) -> dict[str, str]:
        """Every verb form known here or in the main lexicon -> its lemma."""
        main = load_lexicon(self.language)
        known = main.lemmas if main else {}
        mine = {verb for entry in self._verbs() if (verb := entry.partition("_")[0]) not in known.values()}
        longest_first = sorted(
            mine, key=lambda verb: (-len(verb), verb)
        )  # "postpone" overwrites "postponed", an adjective
        spread = {form: verb for verb in longest_first for form in forms(verb, self.irregular, {})}
        own = {form: verb for verb in self.irregular for form in forms(verb, self.irregular, {})}
        return {**spread, **known, **own}

    def _verbs(self) -> list[str]:
        m, d, o = self.meeting, self.decision, self.modality
        listed = [
            m.meet,
            m.meet_with,
            m.host,
            m.visit,
            m.travel,
            m.call,
            m.ambiguous_call,
            m.invite,
            m.convene,
            m.gather,
            m.brief,
            m.light_verbs,
        ]
        listed += [act.verbs for act in d.verbs] + [d.nouns.reporting_verbs, d.nouns.open_question_verbs]
        listed += [d.choice.taken, d.choice.agreed, d.choice.voted, d.choice.rejected, d.choice.proposed]
        listed += [
            d.choice.announced,
            d.choice.pending,
            o.planned,
            o.proposed,
            o.cancelled,
            o.denied,
            o.object_control,
            o.transparent,
        ]
        return " ".join(listed).split()

    def lemma(self, word: str) -> str:
        """Return the lemma of a verb form in lower case, or the word itself."""
        return self.lemmas.get(word, word)

    @cached_property
    def object_control_forms(self) -> Words:
        """Forms of the verbs whose object does what the infinitive after it says."""
        listed = set(self.modality.object_control.split())
        return frozenset(form for form, lemma in self.lemmas.items() if lemma in listed)

    @cached_property
    def non_actors(self) -> Words:
        """Head nouns that are no party at all."""
        return (word_set(self.actors.non_actors) | word_set(" ".join(self.meeting_nouns))) - word_set(
            self.actors.institutions
        )

    @cached_property
    def meeting_nouns(self) -> dict[str, Form]:
        """Meeting noun (several words with blanks) -> form."""
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
    def meeting_heads(self) -> Words:
        """Last words of the nouns of meeting."""
        return frozenset(noun.split()[-1] for noun in self.meeting_nouns)

    @cached_property
    def decision_triggers(self) -> Words:
        """Nouns that name a decision, or that can be said not to be there."""
        return frozenset(self.decision_nouns) | word_set(self.decision.nouns.deniable)

    @cached_property
    def verb_readings(self) -> dict[str, list[tuple[Particles, DecisionVerbClass, Words]]]:
        """Verb lemma -> its readings, the longest first: particles, act, words one of which the object must hold."""
        table: dict[str, list[tuple[Particles, DecisionVerbClass, Words]]] = {}
        for act in self.decision.verbs:
            needs = word_set(" ".join(self.decision.objects.get(name, name) for name in act.object_classes.split()))
            for verb, *particles in (entry.split("_") for entry in act.verbs.split()):
                table.setdefault(verb, []).append((tuple(particles), act, needs))
        for readings in table.values():
            readings.sort(key=lambda reading: -len(reading[0]))
        return table

    @cached_property
    def choice_kinds(self) -> dict[str, str]:
        """Lemma of a verb of choice -> its kind (a key of `[decision.choice]`)."""
        c = self.decision.choice
        kinds = ("taken", "agreed", "voted", "rejected", "proposed", "announced", "pending")
        return {verb: kind for kind in kinds for verb in getattr(c, kind).split()}

    @cached_property
    def decision_nouns(self) -> dict[str, DecisionStatus]:
        """Noun that names a decision -> the status it says."""
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
        """Noun that names a decision -> its category; "executive" for those not listed."""
        listed = self.decision.nouns.categories
        return {noun: category for category, nouns in listed.items() for noun in nouns.split()}

    @cached_property
    def stance_objects(self) -> Words:
        """Objects one considers or accepts."""
        named = ("stance", "instrument", "measure", "order", "run")
        return frozenset().union(*(word_set(self.decision.objects[name]) for name in named))

    @cached_property
    def pending_verbs(self) -> Words:
        """Verbs whose negated passive says that nothing is being decided."""
        return word_set(self.decision.choice.pending) | word_set(self.meeting.discuss)


@cache
def word_set(listed: str) -> Words:
    """Return a table's string as a set of words; a blank inside one is written "_" there."""
    return frozenset(word.replace("_", " ") for word in listed.split())


@cache
def load_event_lexicon(language: str) -> EventLexicon | None:
    """Return the language's event words, None where there is no file for it; a broken file raises."""
    file = files("worker.extract") / "lexicon" / f"{language}_events.toml"
    return msgspec.toml.decode(file.read_bytes(), type=EventLexicon) if file.is_file() else None
