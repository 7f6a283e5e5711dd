"""Articles and events in their wire form, as the process that extracts them passes them on to be published."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from worker.schema.article import Article
from worker.schema.events import Event
from worker.schema.kinds import Kind, kind_of


class EncodedRecord(Struct, frozen=True):
    """An article or an event in its wire form."""

    kind: Kind | Literal["article"]
    id: str
    data: bytes
    """JSON."""


def with_same_as(record: EncodedRecord, same_as: str) -> EncodedRecord:
    """Return a record with the field `same_as`, which is null in it, set to an id.

    The JSON is not decoded.  A string in it cannot contain the replaced bytes, because its quotation marks are escaped.
    """
    data = record.data.replace(b'"same_as":null', b'"same_as":"%s"' % same_as.encode(), 1)
    return EncodedRecord(record.kind, record.id, data)


def encode_record(record: Article | Event) -> EncodedRecord:
    """Encode an article or an event."""
    kind: Kind | Literal["article"] = "article" if isinstance(record, Article) else kind_of(record)
    return EncodedRecord(kind, record.id, msgspec.json.encode(record))
