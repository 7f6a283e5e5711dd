"""Parquet files, through pyarrow: one column per field of the wire form, nested as in the wire form.

A retraction is a row of the file of its kind, since files of their own could not be finished in the same step: `kind`
is "retraction", and the columns of the event are null.
"""

from __future__ import annotations

import contextlib
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import structlog
from msgspec import inspect

from worker.schema import KIND_SPECS, Event, Kind, Retraction
from worker.sink.output_directory import sync_to_disk

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger()

ROWS_PER_GROUP: Final = 1_000
"""Events buffered until they are written as one row group."""


class ParquetFileWriter:
    """A `FileWriter` of Parquet."""

    def __init__(self, path: Path, kind: Kind) -> None:
        """`path`: the file, which is created or emptied at once.  `kind`: kind of its events."""
        self._schema = arrow_schema(kind)
        self._file = path.open("wb")
        self._writer = pq.ParquetWriter(self._file, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []
        self.size_bytes = 0

    def add(self, event: Event | Retraction) -> None:
        """Buffer an event or a retraction; a full row group is written."""
        self._rows.append(msgspec.to_builtins(event, builtin_types=(datetime, date)))
        if len(self._rows) >= ROWS_PER_GROUP:
            self._flush()

    def finish(self) -> None:
        """Write everything, sync it to disk and close the file."""
        self._flush()
        self._writer.close()
        self._file.flush()
        sync_to_disk(self._file.fileno())
        self._file.close()

    def discard(self) -> None:
        """Close the file without completing it."""
        self._writer.is_open = False  # otherwise its destructor would write a footer
        with contextlib.suppress(OSError):
            self._file.close()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(self._table())
            self._rows = []
            self.size_bytes = self._file.tell()

    def _table(self) -> pa.Table:
        """Return the buffered rows as a table, without rows that the schema cannot hold (an offset beyond 64 bits)."""
        try:
            return pa.Table.from_pylist(self._rows, schema=self._schema)
        except (OverflowError, ValueError):
            return pa.concat_tables([self._schema.empty_table(), *map(self._single_row, self._rows)])

    def _single_row(self, row: dict[str, Any]) -> pa.Table:
        try:
            return pa.Table.from_pylist([row], schema=self._schema)
        except (OverflowError, ValueError) as e:
            log.error("event_skipped", id=row["id"], why=str(e))  # noqa: TRY400 - the event is at fault, not the code
            return self._schema.empty_table()


# ---------------------------------------------------------------- schema
def arrow_schema(kind: Kind) -> pa.Schema:
    """Return the columns of a kind: `kind`, the fields of its struct, then those of a retraction that it lacks.

    They have their names in the wire form.  Columns that are not common to events and retractions are nullable.
    """
    event, retraction = ({it.name: it for it in _fields(of)} for of in (KIND_SPECS[kind].struct, Retraction))
    common = event.keys() & retraction.keys()
    columns = [it if it.name in common else it.with_nullable(True) for it in (event | retraction).values()]
    return pa.schema([pa.field("kind", pa.string(), nullable=False), *columns])


def _fields(struct: type) -> list[pa.Field]:
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)  # noqa: S101 - called with structs only
    return _struct_fields(info)


def _struct_fields(struct: inspect.StructType) -> list[pa.Field]:
    return [_field(field.encode_name, field.type) for field in struct.fields]


def _field(name: str, of: inspect.Type) -> pa.Field:
    """Return the column of a field; nullable if the field can be None."""
    of = _without_metadata(of)
    if isinstance(of, inspect.UnionType):
        (inner,) = (t for t in of.types if not isinstance(t, inspect.NoneType))
        return pa.field(name, _arrow_type(inner), nullable=of.includes_none)
    return pa.field(name, _arrow_type(of), nullable=False)


def _without_metadata(of: inspect.Type) -> inspect.Type:
    """Return a type without its `Annotated` metadata."""
    return _without_metadata(of.type) if isinstance(of, inspect.Metadata) else of


def _arrow_type(of: inspect.Type) -> pa.DataType:
    of = _without_metadata(of)
    if isinstance(of, inspect.StructType):
        return pa.struct(_struct_fields(of))
    if isinstance(of, inspect.ListType):
        return pa.list_(_field("element", of.item_type))
    return SCALAR_TYPES[type(of)]


SCALAR_TYPES: Final = {
    inspect.StrType: pa.string(),
    inspect.LiteralType: pa.string(),
    inspect.IntType: pa.int64(),
    inspect.FloatType: pa.float64(),
    inspect.DateTimeType: pa.timestamp("us", tz="UTC"),
    inspect.DateType: pa.date32(),
}
