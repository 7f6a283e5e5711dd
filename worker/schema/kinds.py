"""The registry of event kinds: one `KindSpec` per kind.  Every other list of kinds is derived from it.

`docs/extending.md` says step by step how to add a kind.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from msgspec import Struct, inspect

from worker.schema.events import Actor, Decision, Event, Meeting, Span, Statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Kind = Literal["statement", "meeting", "decision"]
"""Tag of an event in the wire form, and last part of the name of its stream."""


class KindSpec(Struct, frozen=True, kw_only=True):
    """The properties of one kind that other packages need.  Field names are those of `struct`."""

    name: Kind
    struct: type[Event]
    cursor_key: str
    """Key of the kind in a gateway's cursor: lower case letters, unique, and never changed or reused."""
    agents: tuple[str, ...]
    """Fields with the actors that perform the act."""
    parties: tuple[str, ...]
    """Fields with all actors, agents included: the filters `actor` and `country` compare these."""
    subject: tuple[str, ...]
    """Fields with the spans that say what the event is about: searched by the filter `text`, a column of the CSV."""
    labels: tuple[str, ...]
    """Fields with a value of a closed list, the classification first."""
    line_labels: tuple[str, ...]
    """Fields of `labels` that are shown in a terminal line."""
    details: tuple[str, ...]
    """Fields with spans and dates that are shown after the labels."""
    colour: str
    """Colour of the kind in a terminal, as rich names it."""

    @property
    def plural(self) -> str:
        """The kind as an English plural, lower case."""
        return f"{self.name}s"


KIND_SPECS: Final[Mapping[Kind, KindSpec]] = {
    "statement": KindSpec(
        name="statement",
        struct=Statement,
        cursor_key="s",
        agents=("speaker",),
        parties=("speaker", "target"),
        subject=("content",),
        labels=("act", "quotation"),
        line_labels=("act",),
        details=("venue", "said_on"),
        colour="cyan",
    ),
    "meeting": KindSpec(
        name="meeting",
        struct=Meeting,
        cursor_key="m",
        agents=("participants",),
        parties=("participants",),
        subject=("topic",),
        labels=("form", "status"),
        line_labels=("form", "status"),
        details=("place", "when", "held_on", "topic"),
        colour="green",
    ),
    "decision": KindSpec(
        name="decision",
        struct=Decision,
        cursor_key="d",
        agents=("deciders",),
        parties=("deciders",),
        subject=("object",),
        labels=("category", "status"),
        line_labels=("status",),
        details=("object", "when", "decided_on"),
        colour="yellow",
    ),
}
"""The specs of all kinds, in the order in which events of one millisecond are sent.  A new kind goes to the end."""

KINDS: Final[tuple[Kind, ...]] = tuple(KIND_SPECS)
KIND_INDEX: Final[Mapping[Kind, int]] = {kind: index for index, kind in enumerate(KINDS)}
ORIGINAL_KINDS: Final[tuple[Kind, ...]] = ("statement", "meeting", "decision")
"""The kinds of the first release, in the order of its cursors.  Never extended: a position stored without a kind that
is not among these was stored before that kind existed."""


def kind_of(event: Event) -> Kind:
    """Return the kind of an event: its tag in the wire form."""
    return cast("Kind", event.__struct_config__.tag)


def spec_of(event: Event) -> KindSpec:
    """Return the spec of an event's kind."""
    return KIND_SPECS[kind_of(event)]


def actors_in(event: Event, fields: tuple[str, ...]) -> list[Actor]:
    """Return the actors in `fields` of an event; fields that are None or empty are skipped."""
    return list(_values_in(event, fields))


def spans_in(event: Event, fields: tuple[str, ...]) -> list[Span]:
    """Return the spans in `fields` of an event; values of other types (dates) are skipped."""
    return [value for value in _values_in(event, fields) if isinstance(value, Span)]


def _values_in(event: Event, fields: tuple[str, ...]) -> Iterator[Any]:
    """Yield the values in `fields` of an event, the items of a list one by one; None is skipped."""
    for field in fields:
        value = getattr(event, field)
        if isinstance(value, list):
            yield from value
        elif value is not None:
            yield value


def has_field(kind: Kind, field: str) -> bool:
    """Return whether events of a kind have a field."""
    return field in KIND_SPECS[kind].struct.__struct_fields__


@cache
def allowed_values(kind: Kind, field: str) -> tuple[str, ...]:
    """Return the closed list of values of a kind's field; empty for free text and if the kind lacks the field."""
    info = inspect.type_info(KIND_SPECS[kind].struct)
    assert isinstance(info, inspect.StructType)  # noqa: S101 - a KindSpec holds structs only
    for described in info.fields:
        if described.name == field and isinstance(described.type, inspect.Metadata):
            return tuple((described.type.extra or {}).get("values", ()))
    return ()


def values_of_all_kinds(field: str) -> tuple[str, ...]:
    """Return the values that a field may hold in any kind, each once, in the order of the kinds."""
    return tuple(dict.fromkeys(value for kind in KINDS for value in allowed_values(kind, field)))
