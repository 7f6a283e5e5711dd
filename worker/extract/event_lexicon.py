"""The words of meetings, decisions and time, one TOML file per language, decoded strictly.

Verbs stand in the file as lemmas, what follows them after "_" ("call_off"); a rule looks a lemma up and gets every
reading of it, the longest first.
"""

from __future__ import annotations

from functools import cache, cached_property
from importlib.resources import files

import msgspec
from msgspec import Struct

from worker.extract.dates import Calendar, DateFinder
from worker.schema import Category, DecisionStatus, Form

Words = frozenset[str]
Particles = tuple[str, ...]
"""Words that must follow a verb for one of its readings; empty for the plain verb."""


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file.  Every string is a list of words, parted by blanks."""


class Outlook(_Table, frozen=True, kw_only=True):
    """What governs an event and what that makes of it; see the file."""

    planned: str
    proposed: str
    cancelled: str
    denied: str
    will: str
    perhaps: str
    obliged: str
    conditional: str


class MeetingWords(_Table, frozen=True, kw_only=True):
    """Verbs, nouns and prepositions of meetings; see the file."""

    together: str
    somebody: str
    discuss: str
    host: str
    visit: str
    travel: str
    call: str
    convene: str
    gather: str
    brief: str
    light: str
    talks: str
    visit_nouns: str
    call_nouns: str
    summit: str
    press_conference: str
    other_kinds: str
    call_stops: str
    names: str
    by_phone: str
    with_: str = msgspec.field(name="with")
    between: str
    by: str
    of: str
    place: str
    destination: str
    topic: str
    counterpart: str
    leaders: str


class Act(_Table, frozen=True, kw_only=True):
    """What a verb decides."""

    verbs: str
    category: Category
    status: DecisionStatus = "taken"
    needs: str = ""
    """Classes one of whose words the object must hold; empty: any object."""
    person: bool = True
    """False: only an institution or office holder decides by this verb."""
    bare: bool = False
    """True: the verb needs no object."""


class Choice(_Table, frozen=True, kw_only=True):
    """Verbs whose complement says what was decided."""

    taken: str
    agreed: str
    voted: str
    rejected: str
    proposed: str
    announced: str
    pending: str
    speech: str


class DecisionNouns(_Table, frozen=True, kw_only=True):
    """Nouns that name a decision."""

    taken: str
    rejected: str
    proposed: str
    agreed: str
    absent: str
    made: str
    open: str


class DecisionWords(_Table, frozen=True, kw_only=True):
    """Verbs, objects and nouns of decisions."""

    objects: dict[str, str]
    acts: list[Act]
    choice: Choice
    nouns: DecisionNouns


class ActorWords(_Table, frozen=True, kw_only=True):
    """Head nouns that tell who may decide."""

    bodies: str
    offices: str
    private: str


class EventLexicon(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """Everything that `lexicons/<language>_events.toml` holds, and the look-up tables made of it."""

    calendar: Calendar
    outlook: Outlook
    meeting: MeetingWords
    decision: DecisionWords
    actors: ActorWords

    @cached_property
    def dates(self) -> DateFinder:
        """Finder of expressions of time."""
        return DateFinder(self.calendar)

    @cached_property
    def forms(self) -> dict[str, Form]:
        """Meeting noun (several words with blanks) -> form."""
        m = self.meeting
        table: list[tuple[str, Form]] = [
            (m.talks, "talks"),
            (m.visit_nouns, "visit"),
            (m.call_nouns, "call"),
            (m.summit, "summit"),
            (m.press_conference, "press_conference"),
        ]
        return {noun.replace("_", " "): form for nouns, form in table for noun in nouns.split()}

    @cached_property
    def acts(self) -> dict[str, list[tuple[Particles, Act, Words]]]:
        """Verb lemma -> its readings, the longest first: particles, act, words one of which the object must hold."""
        table: dict[str, list[tuple[Particles, Act, Words]]] = {}
        for act in self.decision.acts:
            needs = words(" ".join(self.decision.objects.get(name, name) for name in act.needs.split()))
            for verb, *particles in (entry.split("_") for entry in act.verbs.split()):
                table.setdefault(verb, []).append((tuple(particles), act, needs))
        for readings in table.values():
            readings.sort(key=lambda reading: -len(reading[0]))
        return table


@cache
def words(listed: str) -> Words:
    """Return a table's string as a set of words; a blank inside one is written "_" there."""
    return frozenset(word.replace("_", " ") for word in listed.split())


@cache
def load(language: str) -> EventLexicon | None:
    """Return the language's event words, None where there is no file for it; a broken file raises."""
    file = files("worker.extract") / "lexicons" / f"{language}_events.toml"
    return msgspec.toml.decode(file.read_bytes(), type=EventLexicon) if file.is_file() else None
