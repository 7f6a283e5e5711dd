"""Find the entries of articles and events in their streams, delete them, and publish retractions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from worker.publish import retraction_fields
from worker.queue import QueueKeys
from worker.schema import KINDS, Retraction, Task, article_id, article_stream, event_stream
from worker.streams import Arg, Call, Entry, Script, retry_while_unavailable
from worker.subscribe.stream_events import UndecodableEntryError, decode_entry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence
    from datetime import datetime

    from redis.asyncio import Redis

    from worker.schema import Kind

WALK_SOURCES: Final = Script.of("worker.forget", "walk_sources")
RETRACT: Final = Script.of("worker.forget", "retract")
WALKED_EVENTS: Final = 200
"""Event entries read in one run of the script, during which Redis serves no other client."""
WALKED_ARTICLES: Final = 25
"""Article entries read in one run of the script; fewer than events, because they are larger."""
DELETE_BATCH: Final = 100
"""Entries deleted in one step."""


class FoundEntry(NamedTuple):
    """An entry of a stream, without its data."""

    entry_id: str
    source: str
    """Canonical URL of its article."""
    task_url: str
    """URL under which the article was enqueued; "" for an event, and where it is not recorded."""
    type: str


class PublishedEntries:
    """The streams of articles and events of one key prefix."""

    def __init__(self, client: Redis, prefix: str) -> None:
        """`client`: a Redis client that returns bytes.  Nothing is read yet."""
        self._client = client
        self._prefix = prefix

    # ------------------------------------------------------------ find
    def articles(self, after: str) -> AsyncIterator[list[FoundEntry]]:
        """Yield the entries of articles after an entry id, in batches."""
        return self._walk(article_stream(self._prefix), after, WALKED_ARTICLES)

    def events(self, kind: Kind) -> AsyncIterator[list[FoundEntry]]:
        """Yield all entries of the stream of a kind, in batches."""
        return self._walk(event_stream(self._prefix, kind), "0-0", WALKED_EVENTS)

    async def _walk(self, stream: str, after: str, step: int) -> AsyncIterator[list[FoundEntry]]:
        while rows := await WALK_SOURCES.run(self._client, Call([stream], [f"({after}", step])):
            batch = [_found_entry(row) for row in rows]
            after = batch[-1].entry_id
            yield batch

    async def lengths(self) -> dict[str, int]:
        """Return the number of entries of each stream: of `article` and of each kind."""
        streams = {"article": article_stream(self._prefix)} | {it: event_stream(self._prefix, it) for it in KINDS}
        pipe = self._client.pipeline(transaction=False)
        for stream in streams.values():
            pipe.xlen(stream)
        return dict(zip(streams, await retry_while_unavailable(self._client, pipe.execute), strict=True))

    # ------------------------------------------------------------ delete
    async def delete_articles(self, entry_ids: Sequence[str]) -> int:
        """Delete entries of articles; return how many still existed."""
        stream, deleted = article_stream(self._prefix), 0
        for start in range(0, len(entry_ids), DELETE_BATCH):
            batch = entry_ids[start : start + DELETE_BATCH]
            deleted += await retry_while_unavailable(
                self._client,
                lambda batch=batch: self._client.xdel(stream, *batch),  # type: ignore[misc]
            )
        return deleted

    async def delete_readings(self, urls: Iterable[str]) -> None:
        """Delete what is remembered of the readings of articles, by their canonical URLs."""
        keys = [QueueKeys(self._prefix).reading(article_id(url)) for url in urls]
        for start in range(0, len(keys), DELETE_BATCH):
            batch = keys[start : start + DELETE_BATCH]
            await retry_while_unavailable(self._client, lambda batch=batch: self._client.delete(*batch))  # type: ignore[misc]

    async def retract_events(self, kind: Kind, entry_ids: Sequence[str], now: datetime) -> int:
        """Replace entries of events by retractions with the reason `forgotten`; return how many still existed.

        `now` (aware): time of the retraction.
        """
        stream, replaced = event_stream(self._prefix, kind), 0
        for start in range(0, len(entry_ids), DELETE_BATCH):
            entries = await self._read(stream, entry_ids[start : start + DELETE_BATCH])
            args = [arg for entry in entries for arg in _retraction_args(kind, entry, now)]
            if args:
                replaced += await RETRACT.run(self._client, Call([stream], args))
        return replaced

    async def _read(self, stream: str, entry_ids: Sequence[str]) -> list[Entry]:
        pipe = self._client.pipeline(transaction=False)
        for entry_id in entry_ids:
            pipe.xrange(stream, entry_id, entry_id)
        replies: Any = await retry_while_unavailable(self._client, pipe.execute)
        return [Entry(stream, it[0].decode(), it[1]) for reply in replies for it in reply]


def make_retraction(kind: Kind, entry: Entry, now: datetime) -> Retraction:
    """Return the retraction of the event in an entry; one that does not decode is retracted by the entry's fields."""
    fields = entry.fields or {}
    of, url, published_at = _text(fields, b"id"), _text(fields, b"source"), None
    try:
        event = decode_entry(entry)
        of, url, published_at = event.id, event.url, event.published_at
    except UndecodableEntryError:
        pass
    return Retraction.of_event(
        kind, of, url=url, published_at=published_at, now=now, reason="forgotten", occasion=entry.id
    )


def _retraction_args(kind: Kind, entry: Entry, now: datetime) -> list[Arg]:
    """Return the arguments of `retract.lua` for one entry."""
    flat = [part for field in retraction_fields(make_retraction(kind, entry, now)).items() for part in field]
    return [entry.id, len(flat), *flat]


def _found_entry(row: list[bytes]) -> FoundEntry:
    entry_id, source, task, type_ = row
    try:
        task_url = msgspec.json.decode(task, type=Task).url if task else ""
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        task_url = ""
    return FoundEntry(entry_id.decode(), source.decode(errors="replace"), task_url, type_.decode(errors="replace"))


def _text(fields: dict[bytes, bytes], name: bytes) -> str:
    return fields.get(name, b"").decode(errors="replace")
