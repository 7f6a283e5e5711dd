"""Find published events and articles by id, and the events extracted from an article."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Final

import msgspec

from worker.gateway.api.id_index import EventIdIndex
from worker.gateway.live.event import StreamEvent, key_entry
from worker.schema import KINDS, Article, Retraction, article_stream, event_stream
from worker.streams import Entry, range_entries, retry_while_unavailable
from worker.subscribe.cursor import START_CURSOR, replace_positions
from worker.subscribe.publications import event_entries

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.schema import Kind

MAX_EVENT_ENTRIES: Final = 50_000
"""Newest entries of an event stream in which an id is found."""
MAX_ARTICLE_ENTRIES: Final = 20_000
"""Newest entries of the article stream in which an id is found."""
EVENT_STEP: Final = 1_000
"""Event entries read in one run of the script, during which Redis serves no other client."""
ARTICLE_STEP: Final = 100
"""Article entries read in one run of the script; fewer than events, because they are larger."""


class PublicationLookup:
    """Finds events and articles in their Redis streams by id."""

    def __init__(self, client: Redis, prefix: str) -> None:
        """`client`: a Redis client that returns bytes.  `prefix`: key prefix of the streams.  Nothing is read yet."""
        self._client = client
        self._prefix = prefix
        self._events = {
            kind: EventIdIndex(client, event_stream(prefix, kind), max_entries=MAX_EVENT_ENTRIES, step=EVENT_STEP)
            for kind in KINDS
        }
        self._articles = EventIdIndex(
            client, article_stream(prefix), max_entries=MAX_ARTICLE_ENTRIES, step=ARTICLE_STEP, with_revisions=True
        )

    async def find_event(self, event_id: str) -> StreamEvent | None:
        """Return the newest publication of an event; None if it is unknown, too old or trimmed."""
        for kind, index in self._events.items():
            if entry := await self._find_entry(event_stream(self._prefix, kind), index, event_id):
                return _stream_event(entry, kind)
        return None

    async def find_article(
        self, article_id: str, revision: int | None = None
    ) -> tuple[Article, list[StreamEvent]] | None:
        """Return a revision of an article (None: the newest) and the events published with it, in text order.

        None if the article is unknown, too old or trimmed.  Raises msgspec.DecodeError if its entry is not an article.
        """
        entry = await self._find_entry(article_stream(self._prefix), self._articles, article_id, revision)
        if entry is None or entry.fields is None:
            return None
        article = msgspec.json.decode(entry.fields.get(b"data", b""), type=Article)
        return article, await self._events_of(entry, article.revision)

    async def _events_of(self, article: Entry, revision: int) -> list[StreamEvent]:
        """Return the events added in the same transaction as a revision of an article, in the order of sentences."""
        entries = await retry_while_unavailable(
            self._client, lambda: event_entries(self._client, self._prefix, article)
        )
        found = [_stream_event(entry, kind) for kind, entry in entries]
        events = [(it.event, it) for it in found if it.event and not isinstance(it.event, Retraction)]
        offsets = [(event.sentence.start, it) for event, it in events if event.revision == revision]
        return [item for _, item in sorted(offsets, key=itemgetter(0))]

    # ------------------------------------------------------------ entries
    async def _find_entry(
        self, stream: str, index: EventIdIndex, wanted: str, revision: int | None = None
    ) -> Entry | None:
        if not (entry_id := await index.find(wanted, revision)):
            return None
        found = await self._range(stream, entry_id, entry_id, 1)
        return found[0] if found else None  # it may have been trimmed since it was indexed

    async def _range(self, stream: str, first: str, last: str, count: int) -> list[Entry]:
        return await retry_while_unavailable(
            self._client, lambda: range_entries(self._client, stream, first=first, last=last, count=count)
        )


def _stream_event(entry: Entry, kind: Kind) -> StreamEvent:
    return StreamEvent(key_entry(entry, kind), replace_positions(START_CURSOR, {kind: entry.id}))
