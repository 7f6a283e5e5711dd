"""What is remembered of the last reading of an article's page, so that a later visit can tell what has changed.

Its compact binary form is stored for every published article, so its size matters: docs/sizing.md.
"""

from __future__ import annotations

import hashlib
import struct
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final, Self

import msgspec
from msgspec import Meta, Struct

from worker.schema.kinds import KINDS, Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.schema.events import Event

HASH_BYTES: Final = 8
"""Bytes of a hash that is compared only with that of another reading of the same article."""
REVISION_BYTES: Final = 2
"""Bytes before the record: its revision, big-endian, which a script compares."""
MAX_REVISION: Final = 2 ** (8 * REVISION_BYTES) - 1
FINGERPRINT_BINS: Final = 16
FINGERPRINT_BITS: Final = 4
"""Bits of each bin in the fingerprint of a text (`pipeline.text_sketch`), 64 in all."""
MIN_EQUAL_BINS: Final = 7
"""Equal bins from which on two texts count as nearly the same; docs/quality.md has the figures."""
_EVENT: Final = struct.Struct("<B16s4s")
"""Index of the kind, id, and hash of the evidence of one event."""


class EventKey(Struct, frozen=True):
    """A published event, as a reading remembers it."""

    kind: Kind
    id: str
    evidence: bytes
    """Hash of its evidence without the URL of the article (`evidence_hash`): 4 bytes."""


class Reading(Struct, frozen=True, kw_only=True, array_like=True):
    """The last reading of the page of an article.  New fields go to the end and need a default."""

    revision: Annotated[int, Meta(ge=0, le=MAX_REVISION)]
    text_hash: bytes
    """`text_hash` of title and text; empty after the page was removed."""
    body_hash: bytes = b""
    """`short_hash` of the body; empty if unknown."""
    page: bytes = b""
    """`short_hash` of the canonical URL of the task that led to the first reading."""
    read_at_ms: int
    """Time of the first reading (Unix ms)."""
    published_at: float | None = None
    """Time of publication that the page gave (Unix s)."""
    etag: str | None = None
    last_modified: str | None = None
    url: str = ""
    """Canonical URL of the article; "" if it is that of the task that led to the first reading."""
    events: bytes = b""
    """The published events that were not retracted: `pack_events`."""
    fingerprint: int = 0
    """Fingerprint of the text; 0 for a text that is too short."""

    def encode(self) -> bytes:
        """Return the stored form: the revision in REVISION_BYTES, then the fields (MessagePack)."""
        return self.head + msgspec.msgpack.encode(self)

    @classmethod
    def decode(cls, stored: bytes) -> Self:
        """Decode the stored form; msgspec.DecodeError if it is none."""
        return msgspec.msgpack.decode(stored[REVISION_BYTES:], type=cls)

    @property
    def head(self) -> bytes:
        """The first bytes of the stored form."""
        return self.revision.to_bytes(REVISION_BYTES, "big")

    @property
    def age_base(self) -> datetime:
        """Time from which the ages of a schedule count: that of publication, or of the first reading if unknown."""
        published_s, read_at_s = self.published_at, self.read_at_ms / 1000
        return datetime.fromtimestamp(published_s if published_s and published_s <= read_at_s else read_at_s, UTC)


class KnownArticle(Struct, frozen=True, kw_only=True):
    """An article whose page was read before."""

    id: str
    reading: Reading


def pack_events(events: Sequence[EventKey]) -> bytes:
    """Return the form of events in a `Reading`: 21 bytes each."""
    return b"".join(_EVENT.pack(KINDS.index(it.kind), bytes.fromhex(it.id), it.evidence) for it in events)


def unpack_events(packed: bytes) -> list[EventKey]:
    """Return the events of a `Reading`, without those of kinds that this version does not know."""
    whole = packed[: len(packed) - len(packed) % _EVENT.size]
    found = _EVENT.iter_unpack(whole)
    return [EventKey(KINDS[kind], event.hex(), evidence) for kind, event, evidence in found if kind < len(KINDS)]


def key_of_event(event: Event) -> EventKey:
    """Return what a reading remembers of an event."""
    return EventKey(kind_of(event), event.id, evidence_hash(event))


def evidence_hash(event: Event) -> bytes:
    """Return a hash of the words of the evidence, the same in another article that contains the same words."""
    parts = (kind_of(event), event.sentence.text, event.cue.text if event.cue else "", _first_content(event))
    words = " ".join("".join(c if c.isalnum() else " " for c in part.lower()) for part in parts).split()
    return short_hash(" ".join(words), size=4)


def _first_content(event: Event) -> str:
    content = getattr(event, "content", None)
    return content[0].text if content else ""


def is_near(a: int, b: int) -> bool:
    """Return whether two fingerprints are of nearly the same text; False if one is 0."""
    different, bin_mask = a ^ b, (1 << FINGERPRINT_BITS) - 1
    equal = sum(not different >> FINGERPRINT_BITS * n & bin_mask for n in range(FINGERPRINT_BINS))
    return bool(a and b) and equal >= MIN_EQUAL_BINS


def text_hash(title: str, text: str) -> bytes:
    """Return the hash of what a revision depends on: the title and the text."""
    return short_hash(f"{title}\x1f{text}")


def short_hash(data: str | bytes, *, size: int = HASH_BYTES) -> bytes:
    """Return a BLAKE2b hash of `size` bytes."""
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    return hashlib.blake2b(raw, digest_size=size).digest()
