"""The tables of `lexicon/<language>_events.toml`, decoded strictly; what each list is for stands in the file."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from worker.schema import Category, DecisionStatus


class Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file.  Every string is a list of words, parted by blanks."""


class Outlook(Table, frozen=True, kw_only=True):
    """What governs an event and what that makes of it; see the file."""

    planned: str
    proposed: str
    passive_only: str
    cancelled: str
    denied: str
    disclaimed: str
    failed: str
    due_for: str
    frames: str
    taken_up: str
    through: str
    will: str
    would: str
    perhaps: str
    obliged: str
    conditional: str
    habitual: str
    control: str


class MeetingWords(Table, frozen=True, kw_only=True):
    """Verbs, nouns and prepositions of meetings; see the file."""

    together: str
    somebody: str
    discuss: str
    bargain: str
    occasions: str
    dated_by: str
    term: str
    involving: str
    ahead: str
    upon: str
    host: str
    visit: str
    travel: str
    call: str
    ring: str
    invite: str
    convene: str
    gather: str
    brief: str
    light: str
    talks: str
    meals: str
    over: str
    ordinals: str
    hold: str
    visit_nouns: str
    call_nouns: str
    summit: str
    press_conference: str
    other_kinds: str
    bodies: str
    partitive: str
    by_phone: str
    with_: str = msgspec.field(name="with")
    between: str
    by: str
    of: str
    place: str
    sites: str
    where: str
    including: str
    destination: str
    topic: str


class Act(Table, frozen=True, kw_only=True):
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
    firm: bool = False
    """True: the verb alone shows that a person whose role is not told decides as a politician."""
    to_come: bool = False
    """True: only announcing it is a decision ("will send troops"); the execution is none."""
    only_negated: bool = False
    """True: only not doing it is a decision ("will not attend")."""


class Choice(Table, frozen=True, kw_only=True):
    """Verbs whose complement says what was decided."""

    taken: str
    agreed: str
    voted: str
    rejected: str
    proposed: str
    announced: str
    pending: str
    objects: str
    soft: str
    stative: str
    weak: str
    favour: str
    tally: str
    nothing: str
    office: str
    circumstances: str
    speech: str


class DecisionNouns(Table, frozen=True, kw_only=True):
    """Nouns that name a decision."""

    taken: str
    rejected: str
    proposed: str
    policy: str
    agreed: str
    dated: str
    transitive: str
    plain: str
    categories: dict[Category, str]
    absent: str
    made: str
    open: str


class Deciders(Table, frozen=True, kw_only=True):
    """Heads of deciders by the category that their decisions have."""

    court: str
    legislative: str
    executive: str
    campaign: str


class DecisionWords(Table, frozen=True, kw_only=True):
    """Verbs, objects and nouns of decisions."""

    objects: dict[str, str]
    acts: list[Act]
    choice: Choice
    deciders: Deciders
    nouns: DecisionNouns


class ActorWords(Table, frozen=True, kw_only=True):
    """Head nouns that tell who may decide."""

    bodies: str
    offices: str
    sent: str
    collective: str
    both: str
    counted: str
    lands: str
    persons: str
    stumping: str
    private: str
    business: str
    bare: str
    led: str
    nobody: str
