"""A part in Parquet, through pyarrow: a column for each field of the wire form, nested as it is there."""

from __future__ import annotations

import contextlib
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import structlog
from msgspec import inspect

from worker.schema import KIND_SPECS, Event, Kind
from worker.sink.folder import make_durable

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger()

ROWS: Final = 1_000
"""Events held until they are written as a row group."""


class Parquet:
    """A file being written; OSError where there is no room for it."""

    def __init__(self, path: Path, kind: Kind) -> None:
        """Begin a file of events of one kind."""
        self._schema = arrow_schema(kind)
        self._file = path.open("wb")
        self._writer = pq.ParquetWriter(self._file, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []
        self.size_bytes = 0
        """Written so far, as far as is known: what is held counts when it is written."""

    def add(self, event: Event) -> None:
        """Hold an event until there are enough for a row group."""
        self._rows.append(msgspec.to_builtins(event, builtin_types=(datetime, date)))
        if len(self._rows) >= ROWS:
            self._flush()

    def finish(self) -> None:
        """Close the file when all of it is durable."""
        self._flush()
        self._writer.close()
        self._file.flush()
        make_durable(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        """Close the file, whatever is in it."""
        self._writer.is_open = False  # or its end would write a footer
        with contextlib.suppress(OSError):
            self._file.close()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(self._table())
            self._rows = []
            self.size_bytes = self._file.tell()

    def _table(self) -> pa.Table:
        """Make a table of what is held; an event that fits no column (an offset beyond 64 bits) holds up no other."""
        try:
            return pa.Table.from_pylist(self._rows, schema=self._schema)
        except (OverflowError, ValueError):
            return pa.concat_tables([self._schema.empty_table(), *map(self._alone, self._rows)])

    def _alone(self, row: dict[str, Any]) -> pa.Table:
        try:
            return pa.Table.from_pylist([row], schema=self._schema)
        except (OverflowError, ValueError) as e:
            log.error("unfit", id=row["id"], why=str(e))  # noqa: TRY400 - the event is at fault, not the code
            return self._schema.empty_table()


# ---------------------------------------------------------------- the schema
def arrow_schema(kind: Kind) -> pa.Schema:
    """Return the columns of a kind: `kind` and the fields of its struct, under their names in the wire form."""
    info = inspect.type_info(KIND_SPECS[kind].struct)
    assert isinstance(info, inspect.StructType)  # noqa: S101 - a KindSpec holds structs only
    return pa.schema([pa.field("kind", pa.string(), nullable=False), *_fields(info)])


def _fields(struct: inspect.StructType) -> list[pa.Field]:
    return [_field(field.encode_name, field.type) for field in struct.fields]


def _field(name: str, of: inspect.Type) -> pa.Field:
    """Return a column that may be null where the struct's field may be None."""
    of = _bare(of)
    if isinstance(of, inspect.UnionType):
        (inner,) = (t for t in of.types if not isinstance(t, inspect.NoneType))
        return pa.field(name, _type(inner), nullable=of.includes_none)
    return pa.field(name, _type(of), nullable=False)


def _bare(of: inspect.Type) -> inspect.Type:
    """Return the type without what it is annotated with."""
    return _bare(of.type) if isinstance(of, inspect.Metadata) else of


def _type(of: inspect.Type) -> pa.DataType:
    of = _bare(of)
    if isinstance(of, inspect.StructType):
        return pa.struct(_fields(of))
    if isinstance(of, inspect.ListType):
        return pa.list_(_field("element", of.item_type))
    return PLAIN[type(of)]


PLAIN: Final = {
    inspect.StrType: pa.string(),
    inspect.LiteralType: pa.string(),
    inspect.IntType: pa.int64(),
    inspect.FloatType: pa.float64(),
    inspect.DateTimeType: pa.timestamp("us", tz="UTC"),
    inspect.DateType: pa.date32(),
}
