"""Events and articles by their ids, and what was found in an article."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Final

import msgspec

from worker.gateway.api.id_index import EventIdIndex
from worker.gateway.cursor import START_CURSOR, replace_positions
from worker.gateway.live.event import StreamEvent, key_entry
from worker.schema import KINDS, Article, article_stream, event_stream
from worker.streams import Entry, id_key, range_entries, retry_while_unavailable

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.schema import Kind

MOST_SEEN: Final = {"event": 50_000, "article": 20_000}
"""Entries of a stream that are looked at for one id."""
STEP: Final = {"event": 1_000, "article": 100}
"""Entries in one run of a script: nobody else is served meanwhile."""
SETTLED_WITHIN_MS: Final = 100
"""An article and its events are added in one step; the server's clock may go on a little in it (before Redis 7)."""


class Lookup:
    """Finds what was published."""

    def __init__(self, client: Redis, prefix: str) -> None:
        """Look with a client that answers bytes."""
        self._client = client
        self._prefix = prefix
        self._events = {kind: self._ids(event_stream(prefix, kind), "event") for kind in KINDS}
        self._articles = self._ids(article_stream(prefix), "article")

    def _ids(self, stream: str, what: str) -> EventIdIndex:
        return EventIdIndex(self._client, stream, most=MOST_SEEN[what], step=STEP[what])

    async def event(self, event_id: str) -> StreamEvent | None:
        """Return the newest publication of an event, or None."""
        for kind, ids in self._events.items():
            if entry := await self._entry(event_stream(self._prefix, kind), ids, event_id):
                return _item(entry, kind)
        return None

    async def article(self, article_id: str) -> tuple[Article, list[StreamEvent]] | None:
        """Return the newest publication of an article, and what was found in it in the order of the text, or None."""
        entry = await self._entry(article_stream(self._prefix), self._articles, article_id)
        if entry is None or entry.fields is None:
            return None
        article = msgspec.json.decode(entry.fields.get(b"data", b""), type=Article)
        return article, await self._found_in(entry, entry.fields.get(b"source", b""))

    async def _found_in(self, article: Entry, source: bytes) -> list[StreamEvent]:
        """Return the events that were added with an article."""
        ms, _ = id_key(article.id)
        found = []
        for kind in KINDS:
            near = await self._between(event_stream(self._prefix, kind), str(ms), str(ms + SETTLED_WITHIN_MS), 10_000)
            found += [_item(entry, kind) for entry in near if entry.fields and entry.fields.get(b"source") == source]
        places = [(item.event.sentence.start, item) for item in found if item.event]
        return [item for _, item in sorted(places, key=itemgetter(0))]

    # ------------------------------------------------------------ looking
    async def _entry(self, stream: str, ids: EventIdIndex, wanted: str) -> Entry | None:
        if not (entry_id := await ids.find(wanted)):
            return None
        found = await self._between(stream, entry_id, entry_id, 1)
        return found[0] if found else None  # it may have been trimmed away since

    async def _between(self, stream: str, first: str, last: str, count: int) -> list[Entry]:
        return await retry_while_unavailable(
            self._client, lambda: range_entries(self._client, stream, first=first, last=last, count=count)
        )


def _item(entry: Entry, kind: Kind) -> StreamEvent:
    return StreamEvent(key_entry(entry, kind), replace_positions(START_CURSOR, {kind: entry.id}))
