"""docs/events.md: every field of every event, as the types have it, with events of the golden articles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct, inspect

from tests.golden.articles import PUBLISHED
from tools.event_examples import EXAMPLES, found, shown
from worker.publish import make_traceparent, publication_entries
from worker.schema import (
    ENTRY,
    KIND_SPECS,
    KINDS,
    VERSION,
    Actor,
    Article,
    Plover,
    Span,
    event_stream,
    hash_id,
)
from worker.settings import RedisSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


def listed(words: Sequence[str], conjunction: str = "and") -> str:
    """Return an English list: "a, b and c"."""
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


KIND_LINKS: Final = listed([f"[{spec.plural}](#{kind})" for kind, spec in KIND_SPECS.items()])
KIND_STREAMS: Final = ", ".join(f"`{event_stream('communique', kind)}`" for kind in KINDS)
INTRODUCTION: Final = f"""\
<!-- Written by `make reference` out of worker/schema and the golden articles; edit the meanings there. -->

# Events

All fields that Communiqué publishes: of {KIND_LINKS},
each a JSON object in UTF-8, and of the [articles](#article) in which they were found. Every field is always present;
its value is null or an empty list if the article does not give it. Offsets count Unicode code points of the article's
text, half open, and `text[start:end] == span.text` always holds, so every event can be marked in its article. A
language that counts other units must split the text first: in JavaScript `Array.from(text).slice(start, end).join("")`.

**Compatibility.** This is version {VERSION} of the wire form, the field `v` of every entry. Within a version, fields
and kinds of events may be added, so ignore those that you do not know. No field is removed or renamed or changes its
meaning, and no list of values grows.

As JSON Schema: [events.schema.json](events.schema.json), which `communique schema` prints and the gateway serves as
`/v1/schema`. How to receive events: [subscribing.md](subscribing.md). Terms: [glossary.md](glossary.md).
"""

STREAMS: Final = f"""\
## On a stream

Each kind has a Redis stream ({KIND_STREAMS}),
and so have articles (`communique:articles`); the part before the first colon is `COMMUNIQUE_KEY_PREFIX`. An article is
published before its events, in one transaction with them. The fields of an entry are named like the attributes of
CloudEvents:
"""

RULES_AND_CODES: Final = """\
The rules are described in [rules.toml](../worker/schema/rules.toml); `communique extract --explain` prints the
description with every event. How an event gets its codes, and why some have none: [codes.md](codes.md).
"""
KIND: Final = ("`kind`", "string", "", f"The kind of event: {listed([f'`{kind}`' for kind in KINDS], 'or')}.")
"""msgspec keeps the tag of a union apart from the fields."""
ARTICLE: Final = "The text that the spans point into: `data` of an entry of `communique:articles`.\n"

PLAIN: Final[Mapping[type[inspect.Type], str]] = {
    inspect.StrType: "string",
    inspect.IntType: "integer",
    inspect.FloatType: "number",
    inspect.DateTimeType: "string: time",
    inspect.DateType: "string: date",
}


def page() -> str:
    """Return the page; LookupError where a golden article no longer has the event that is to be shown."""
    structs = [spec.struct for spec in KIND_SPECS.values()]
    shared = set.intersection(*(set(_fields(struct)) for struct in structs))
    return "\n".join(
        [
            INTRODUCTION,
            STREAMS,
            *_table(("field", "meaning", "for example"), _entry()),
            *_section("Every event", structs[0], RULES_AND_CODES, only=shared),
            *(line for kind in structs for line in _kind(kind, shared)),
            *_section("Article", Article, ARTICLE),
            "## Parts\n",
            *(line for part in (Span, Actor, Plover) for line in _section(part.__name__, part, level=3)),
        ]
    )


# ---------------------------------------------------------------- sections
def _entry() -> Iterator[Sequence[str]]:
    """Yield the rows of an entry's fields, with what that of the first example holds."""
    article, event = found(EXAMPLES[0])
    _, entry = publication_entries(
        article, [event], RedisSettings(), PUBLISHED, make_traceparent(hash_id("trace", article.id))
    )
    for name, meaning in ENTRY.items():
        yield f"`{name}`", meaning, "`{…}`" if name == "data" else f"`{entry.fields[name]!s}`"


def _kind(kind: type[Struct], shared: Iterable[str]) -> Iterator[str]:
    name = str(kind.__struct_config__.tag)
    yield from _section(name.capitalize(), kind, "Besides what every event has:\n", but=shared)
    yield f"### {name.capitalize()}s found\n"
    yield f"In articles of {PUBLISHED:%A}, {PUBLISHED.day} {PUBLISHED:%B %Y}, which are invented.\n"
    yield from (shown(example) for example in EXAMPLES if example.kind == name)


def _section(
    title: str, of: type[Struct], *more: str, only: Iterable[str] = (), but: Iterable[str] = (), level: int = 2
) -> Iterator[str]:
    """Yield a heading, what the struct is, its fields, and the values of those that hold one of some words."""
    fields = {name: field for name, field in _fields(of).items() if name not in but and (not only or name in only)}
    yield f"{'#' * level} {title}\n"
    if not only:
        yield f"{of.__doc__}\n"
    yield from more
    kind = [KIND] if only else []
    yield from _table(
        ("field", "type", "null?", "meaning"), [*kind, *(_row(*field, title) for field in fields.items())]
    )
    for name, field in fields.items():
        if values := _values(field):
            yield f"{'#' * (level + 1)} {_values_title(name, title)}\n"
            yield from _table(("value", "meaning"), ((f"`{value}`", meaning) for value, meaning in values.items()))


def _fields(of: type[Struct]) -> dict[str, inspect.Metadata]:
    """Return the fields of a struct as they travel: of an event its kind, too."""
    info = inspect.type_info(of)
    assert isinstance(info, inspect.StructType)  # noqa: S101 - what a Struct is
    return {field.encode_name: field.type for field in info.fields if isinstance(field.type, inspect.Metadata)}


# ---------------------------------------------------------------- fields
def _row(name: str, field: inspect.Metadata, title: str) -> Sequence[str]:
    meaning = _description(field).partition("\n\n")[0]
    kind = f"[word](#{_anchor(_values_title(name, title))})" if _values(field) else _type(field)
    return f"`{name}`", kind, "yes" if _may_be_null(field) else "", meaning


def _description(field: inspect.Metadata) -> str:
    return str((field.extra_json_schema or {})["description"])


def _values(field: inspect.Metadata) -> Mapping[str, str]:
    """Return the words that a field may hold and what each means; none where it holds something else."""
    found: Mapping[str, str] = (field.extra or {}).get("values", {})
    return found


def _may_be_null(of: inspect.Type) -> bool:
    if isinstance(of, inspect.Metadata):
        return _may_be_null(of.type)
    return isinstance(of, inspect.UnionType) and of.includes_none


def _type(of: inspect.Type) -> str:
    """Name a type as JSON has it; the parts are links."""
    match of:
        case inspect.Metadata():
            return _type(of.type)
        case inspect.UnionType():
            return " or ".join(_type(one) for one in of.types if not isinstance(one, inspect.NoneType))
        case inspect.ListType():
            return f"list of {_type(of.item_type)}"
        case inspect.StructType():
            return f"[{of.cls.__name__}](#{of.cls.__name__.lower()})"
        case _:
            return PLAIN[type(of)]


# ---------------------------------------------------------------- Markdown
def _values_title(name: str, title: str) -> str:
    return f"`{name}` of {'an' if title[0] in 'AEIOU' else 'a'} {title.lower()}"


def _anchor(title: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return title.lower().replace("`", "").replace(" ", "-")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield _cells(head)
    yield "|" + "---|" * len(head)
    yield from map(_cells, rows)
    yield ""


def _cells(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |".replace("|  |", "| |")
