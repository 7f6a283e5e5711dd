"""The reviewed coding table (`table.toml`), compiled at import: from an event's features to its codes.

Rows are tried in the order of the file; the first match decides.  The rows that can match are indexed by the act of a
statement, form and status of a meeting, category and status of a decision, so that coding an event tries only a few.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Annotated, Literal, NamedTuple, Protocol, get_args

import msgspec
from msgspec import Meta, Struct

from worker.coding.ontology import CAMEO, parse_plover, read_data_file
from worker.schema import Act, Category, DecisionStatus, Form, Kind, MeetingStatus, Plover

Condition = Literal[
    "cue_only",  # the statement's content consists of its cue
    "question",  # the statement's content is a question
    "no_target",  # the statement has no target
    "several_countries",  # the participants of the meeting belong to two countries or more
    "third_country",  # the meeting takes place in a country to which no participant belongs
    "multilateral",  # the meeting has three participants or more
    "did_not_happen",  # the meeting is reported not to have taken place, without a refusal
]
MeasureColumn = Literal["appeal", "demand", "pledge", "intent", "reject", "threat", "done"]
"""Relation of the event to a measure; each has a CAMEO code of its own."""
ClassNames = frozenset[str]
"""Names of word classes, as in the code words file, or of conditions."""
_NONE: ClassNames = frozenset()


class EventCodes(NamedTuple):
    """The codes of one event; None where an ontology has none for it."""

    cameo: str | None
    plover: Plover | None


class CodingFeatures(Protocol):
    """Features of an event that rows test besides its act, form, status and category.

    Properties, so that an implementation computes only those that a row reads.
    """

    @property
    def cue(self) -> ClassNames:
        """Classes of the words in the cue."""

    @property
    def action(self) -> ClassNames:
        """Classes of the words for the action that is taken, requested, promised or threatened."""

    @property
    def object(self) -> ClassNames:
        """Classes of the nouns in the object of the action."""

    @property
    def leading_object(self) -> ClassNames:
        """Classes of the nouns among the object's first words, for an object that names no action ("more weapons")."""

    @property
    def conditions(self) -> ClassNames:
        """The values of `Condition` that are true of the event."""


class FixedFeatures(Struct, frozen=True, kw_only=True):
    """Features given as values; no features by default."""

    cue: ClassNames = _NONE
    action: ClassNames = _NONE
    object: ClassNames = _NONE
    leading_object: ClassNames = _NONE
    conditions: ClassNames = _NONE


# ---------------------------------------------------------------- the file
class _RowEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row as written in the file.

    `act` to `object` are alternatives separated by spaces, "" matches every event.  Either `code` or `measure` is set.
    """

    act: str = ""
    form: str = ""
    status: str = ""
    category: str = ""
    cue: str = ""
    action: str = ""
    object: str = ""
    condition: Condition | None = None
    code: str = ""
    measure: MeasureColumn | None = None
    """Column of the measures from which the code is taken."""
    why: str = ""
    """Reason for code "-", that is, for no code."""


class _MeasureEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A measure as written in the file; a column is "" if the measure has no code there."""

    action: str = ""
    object: str = ""
    leading_object: str = ""
    appeal: str = ""
    demand: str = ""
    pledge: str = ""
    intent: str = ""
    """Code for decisions on the measure; "" means the same as `pledge`."""
    reject: str = ""
    threat: str = ""
    done: str = ""


class _TableFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    statement: Annotated[list[_RowEntry], Meta(min_length=1)]
    meeting: Annotated[list[_RowEntry], Meta(min_length=1)]
    decision: Annotated[list[_RowEntry], Meta(min_length=1)]
    measure: list[_MeasureEntry]


TABLE_FILE = msgspec.toml.decode(read_data_file("table.toml"), type=_TableFile)
"""The table as written in the file."""


# ---------------------------------------------------------------- compiled
class TableRow(NamedTuple):
    """A compiled row: an empty set and None match every event."""

    cue: ClassNames
    action: ClassNames
    object: ClassNames
    condition: str | None
    codes: EventCodes | None
    """The codes of the row; None if the measures column `column` gives them."""
    column: MeasureColumn | None

    def matches(self, features: CodingFeatures) -> bool:
        """Return whether the event has at least one class of every non-empty set, and satisfies the condition."""
        return (
            (not self.cue or not self.cue.isdisjoint(features.cue))
            and (not self.action or not self.action.isdisjoint(features.action))
            and (not self.object or not self.object.isdisjoint(features.object))
            and (self.condition is None or self.condition in features.conditions)
        )


class Measure(NamedTuple):
    """A kind of action with its codes in one column; empty sets match every event."""

    action: ClassNames
    object: ClassNames
    leading_object: ClassNames
    codes: EventCodes | None
    """None if the measure has no code in this column; a match then ends the search without codes."""


def parse_codes(text: str) -> EventCodes:
    """Parse a code of the file: "057", "160 SANCTION-withdraw" (PLOVER overridden), "- RETREAT-resign" or "-".

    Raises ValueError if CAMEO or PLOVER has no such code.
    """
    cameo, _, override = text.partition(" ")
    if cameo != "-" and cameo not in CAMEO:
        raise ValueError(f"CAMEO has no code {cameo!r}")
    plover = override or (CAMEO[cameo].plover if cameo != "-" else "")
    return EventCodes(None if cameo == "-" else cameo, parse_plover(plover) if plover else None)


def _compile_row(entry: _RowEntry) -> TableRow:
    cue, action, object_ = (frozenset(listed.split()) for listed in (entry.cue, entry.action, entry.object))
    codes = parse_codes(entry.code) if entry.code else None
    return TableRow(cue, action, object_, entry.condition, codes, entry.measure)


def _compile_measures(column: MeasureColumn) -> tuple[Measure, ...]:
    measures = []
    for entry in TABLE_FILE.measure:
        code = getattr(entry, column) or (entry.pledge if column == "intent" else "")
        action, object_, leading_object = (
            frozenset(listed.split()) for listed in (entry.action, entry.object, entry.leading_object)
        )
        measures.append(Measure(action, object_, leading_object, parse_codes(code) if code else None))
    return tuple(measures)


MEASURES: dict[MeasureColumn, tuple[Measure, ...]] = {
    column: _compile_measures(column) for column in get_args(MeasureColumn)
}
"""The measures in the order of the file, by column."""


def _includes(alternatives: str, value: str) -> bool:
    return not alternatives or value in alternatives.split()


def _compile_table() -> dict[tuple[str, ...], tuple[TableRow, ...]]:
    """Return the reachable rows for each act, form and status, category and status."""
    table: dict[tuple[str, ...], tuple[TableRow, ...]] = {}
    for act in get_args(Act):
        table["statement", act] = _reachable_rows(r for r in TABLE_FILE.statement if _includes(r.act, act))
    for form, status in product(get_args(Form), get_args(MeetingStatus)):
        table["meeting", form, status] = _reachable_rows(
            r for r in TABLE_FILE.meeting if _includes(r.form, form) and _includes(r.status, status)
        )
    for category, status in product(get_args(Category), get_args(DecisionStatus)):
        table["decision", category, status] = _reachable_rows(
            r for r in TABLE_FILE.decision if _includes(r.category, category) and _includes(r.status, status)
        )
    return table


def _reachable_rows(entries: Iterable[_RowEntry]) -> tuple[TableRow, ...]:
    """Compile the rows up to and including the first that matches every event and has codes."""
    rows = []
    for row in map(_compile_row, entries):
        rows.append(row)
        if row.codes is not None and row.matches(FixedFeatures()):
            break
    return tuple(rows)


TABLE = _compile_table()
"""(kind, act), (kind, form, status) or (kind, category, status) -> its rows in order; the last matches every event."""


def look_up_codes(features: CodingFeatures, kind: Kind, *subtype: str) -> EventCodes:
    """Return the codes of an event; `subtype` is its act, its form and status, or its category and status."""
    for row in TABLE[kind, *subtype]:
        if row.matches(features):
            codes = row.codes if row.column is None else _measure_codes(row.column, features)
            if codes is not None:
                return codes
    raise AssertionError(f"no row for {kind} {subtype}")  # unreachable, see tests/coding/test_table.py


def _measure_codes(column: MeasureColumn, features: CodingFeatures) -> EventCodes | None:
    """Return the codes of the first measure that matches; None if none matches or if it has no code in `column`."""
    action, object_ = features.action, features.object
    if not (action or object_):
        return None  # every measure tests one of them
    leading_object = features.leading_object
    for measure in MEASURES[column]:
        if (
            not (measure.action and measure.action.isdisjoint(action))
            and not (measure.object and measure.object.isdisjoint(object_))
            and not (measure.leading_object and measure.leading_object.isdisjoint(leading_object))
        ):
            return measure.codes
    return None
