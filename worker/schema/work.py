"""What travels inside: a URL to be read, and what a server answered."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from msgspec import Struct

from worker.schema.names import hash_id, task_id


class Task(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One URL to be read.  `id` is the hash of the canonical URL and the wire version, never a stream id."""

    id: str
    url: str
    source: str | None = None
    """Name of the feed that led here; None for a URL put by hand."""
    attempt: int = 0
    """Failed attempts so far; crashes are counted by the queue on top."""
    slot_at: datetime | None = None
    """The host's slot reserved for this task; None while none is."""
    put_at: datetime | None = None

    @classmethod
    def of(cls, canonical_url: str, *, source: str | None = None, put_at: datetime | None = None) -> Self:
        """Return the new task of a canonical URL (see `urls.canonical`), with no attempt made yet."""
        return cls(id=task_id(canonical_url), url=canonical_url, source=source, put_at=put_at)

    @property
    def trace_id(self) -> str:
        """Id of this URL's way from discovery to its events, as W3C Trace Context spells one (32 hex digits).

        It follows from what the task carries: the same in every attempt, every worker and every log, and no field of
        its own in the queue.
        """
        return hash_id("trace", self.id, self.put_at.isoformat() if self.put_at else "")


class Page(Struct, frozen=True, kw_only=True):
    """What a server answered: `body` after decompression, `url` after redirects."""

    url: str
    body: bytes
    content_type: str = "text/html"
    charset: str | None = None
    """As the HTTP header declares it; None where it is silent."""
    fetched_at: datetime | None = None
