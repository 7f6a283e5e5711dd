"""The reviewed table (`events.toml`), compiled once: an event's traits in, its codes out.

Rows are tried in the order of the file.  Which rows can hold at all for an act, a form and status, or a category and
status is known beforehand, so that coding an event looks at a handful of rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Annotated, Literal, NamedTuple, Protocol, get_args

import msgspec
from msgspec import Meta, Struct

from worker.codes.ontology import CAMEO, _read, plover
from worker.schema import Act, Category, DecisionStatus, Form, Kind, MeetingStatus, Plover

Circumstance = Literal[
    "bare",  # a statement's content is no more than its cue
    "question",  # its content asks for an answer
    "untold",  # nobody is said to be spoken to
    "guests",  # a meeting's parties are of several countries
    "third_place",  # it takes place in a country that is none of its parties'
    "many",  # it has more than two parties
    "never_happened",  # it is said not to have taken place, and nobody refused it
]
Column = Literal["appeal", "demand", "pledge", "intent", "reject", "threat", "done"]
Classes = frozenset[str]
_NONE: Classes = frozenset()


class Codes(NamedTuple):
    """The codes of one event; None where an ontology has none for it."""

    cameo: str | None
    plover: Plover | None


class Traits(Protocol):
    """What the table may ask of an event besides its act, form, status, category; only what a row needs is asked."""

    @property
    def cue(self) -> Classes:
        """Classes of the cue's words."""

    @property
    def deed(self) -> Classes:
        """Classes of the words that say what is done."""

    @property
    def about(self) -> Classes:
        """Classes of the nouns that say to what."""

    @property
    def named(self) -> Classes:
        """Classes of the nouns at the beginning: what is asked for or decided on by its name alone ("more weapons")."""

    @property
    def when(self) -> Classes:
        """Circumstances that hold."""


class Known(Struct, frozen=True, kw_only=True):
    """Traits that are known beforehand."""

    cue: Classes = _NONE
    deed: Classes = _NONE
    about: Classes = _NONE
    named: Classes = _NONE
    when: Classes = _NONE


# ---------------------------------------------------------------- the file
class _Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of the file; every string but the last three is a list of words, empty for any."""

    act: str = ""
    form: str = ""
    status: str = ""
    category: str = ""
    cue: str = ""
    deed: str = ""
    about: str = ""
    when: Circumstance | None = None
    code: str = ""
    matter: Column | None = None
    why: str = ""
    """Why there is no code."""


class _Matter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    deed: str = ""
    about: str = ""
    named: str = ""
    appeal: str = ""
    demand: str = ""
    pledge: str = ""
    intent: str = ""
    """Of a decision; empty: as `pledge`."""
    reject: str = ""
    threat: str = ""
    done: str = ""


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    statement: Annotated[list[_Row], Meta(min_length=1)]
    meeting: Annotated[list[_Row], Meta(min_length=1)]
    decision: Annotated[list[_Row], Meta(min_length=1)]
    matter: list[_Matter]


FILE = msgspec.toml.decode(_read("events.toml"), type=_File)
"""The table as it stands in the file."""


# ---------------------------------------------------------------- compiled
class Row(NamedTuple):
    """A row, ready to be tried."""

    cue: Classes
    deed: Classes
    about: Classes
    when: str | None
    codes: Codes | None
    column: Column | None

    def holds(self, traits: Traits) -> bool:
        """Tell whether an event has what the row asks for."""
        return (
            (not self.cue or not self.cue.isdisjoint(traits.cue))
            and (not self.deed or not self.deed.isdisjoint(traits.deed))
            and (not self.about or not self.about.isdisjoint(traits.about))
            and (self.when is None or self.when in traits.when)
        )


class Matter(NamedTuple):
    """A matter under one of its columns."""

    deed: Classes
    about: Classes
    named: Classes
    codes: Codes | None
    """None where the matter has none in the column: it hides the matters after it."""


def codes_of(written: str) -> Codes:
    """Read a code as the file has it ("057", "160 SANCTION-withdraw", "- RETREAT-resign", "-"), or raise ValueError."""
    cameo, _, by_hand = written.partition(" ")
    if cameo != "-" and cameo not in CAMEO:
        raise ValueError(f"CAMEO has no code {cameo!r}")
    by_hand = by_hand or (CAMEO[cameo].plover if cameo != "-" else "")
    return Codes(None if cameo == "-" else cameo, plover(by_hand) if by_hand else None)


def _row(row: _Row) -> Row:
    cue, deed, about = (frozenset(listed.split()) for listed in (row.cue, row.deed, row.about))
    return Row(cue, deed, about, row.when, codes_of(row.code) if row.code else None, row.matter)


def _matters(column: Column) -> tuple[Matter, ...]:
    made = []
    for matter in FILE.matter:
        written = getattr(matter, column) or (matter.pledge if column == "intent" else "")
        deed, about, named = (frozenset(listed.split()) for listed in (matter.deed, matter.about, matter.named))
        made.append(Matter(deed, about, named, codes_of(written) if written else None))
    return tuple(made)


MATTERS: dict[Column, tuple[Matter, ...]] = {column: _matters(column) for column in get_args(Column)}


def _fits(listed: str, value: str) -> bool:
    return not listed or value in listed.split()


def _compiled() -> dict[tuple[str, ...], tuple[Row, ...]]:
    """Return the rows that can hold for each act, form and status, category and status."""
    table: dict[tuple[str, ...], tuple[Row, ...]] = {}
    for act in get_args(Act):
        table["statement", act] = _tried(r for r in FILE.statement if _fits(r.act, act))
    for form, status in product(get_args(Form), get_args(MeetingStatus)):
        table["meeting", form, status] = _tried(
            r for r in FILE.meeting if _fits(r.form, form) and _fits(r.status, status)
        )
    for category, status in product(get_args(Category), get_args(DecisionStatus)):
        table["decision", category, status] = _tried(
            r for r in FILE.decision if _fits(r.category, category) and _fits(r.status, status)
        )
    return table


def _tried(rows: Iterable[_Row]) -> tuple[Row, ...]:
    """Return the rows up to the first that asks for nothing more."""
    made = []
    for row in map(_row, rows):
        made.append(row)
        if row.codes is not None and row.holds(Known()):
            break
    return tuple(made)


TABLE = _compiled()
"""(kind, act), (kind, form, status) or (kind, category, status) -> its rows in order; the last one asks for nothing."""


def code(traits: Traits, kind: Kind, *what: str) -> Codes:
    """Return the codes of an event; `what` is its act, or its form or category and its status."""
    for row in TABLE[kind, *what]:
        if row.holds(traits):
            found = row.codes if row.column is None else _by_matter(row.column, traits)
            if found is not None:
                return found
    raise AssertionError(f"no row for {kind} {what}")  # tests/codes/test_table.py: it cannot come to this


def _by_matter(column: Column, traits: Traits) -> Codes | None:
    """Return the codes of the first matter that holds; None where none does, or the first has none in the column."""
    deed, about = traits.deed, traits.about
    if not (deed or about):
        return None  # a matter asks for either
    named = traits.named
    for matter in MATTERS[column]:
        if (
            not (matter.deed and matter.deed.isdisjoint(deed))
            and not (matter.about and matter.about.isdisjoint(about))
            and not (matter.named and matter.named.isdisjoint(named))
        ):
            return matter.codes
    return None
