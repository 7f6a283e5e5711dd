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


def encode_record(record: Article | Event) -> EncodedRecord:
    """Encode an article or an event."""
    kind: Kind | Literal["article"] = "article" if isinstance(record, Article) else kind_of(record)
    return EncodedRecord(kind, record.id, msgspec.json.encode(record))
