"""Events and articles by their ids: looked for from the newest back, on the server, so that no text travels in vain."""

from __future__ import annotations

from collections import OrderedDict
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import msgspec

from worker.gateway.items import Item, placed
from worker.gateway.position import START, moved
from worker.schema import KINDS, Article, article_stream, event_stream
from worker.streams import Call, Entry, Script, browse, order, persist

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.schema import Kind

MOST_SEEN: Final = {"event": 50_000, "article": 20_000}
"""Entries of a stream that are looked at for one id."""
STEP: Final = {"event": 1_000, "article": 100}
"""Entries in one run of the script, which must be short: nobody else is served meanwhile."""
REMEMBERED: Final = 10_000
SETTLED_WITHIN_MS: Final = 100
"""An article and its events are added in one step; the server's clock may go on a little in it (before Redis 7)."""

_FIND = Script("""
-- KEYS: stream.  ARGV: id looked for, last entry to look at, most entries.
-- Returns {entry id} where it is found, {entry id, next entry} where there is more to look at, else {}.
local looked_at = redis.call('XREVRANGE', KEYS[1], ARGV[2], '-', 'COUNT', ARGV[3])
for _, entry in ipairs(looked_at) do
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'id' and entry[2][i + 1] == ARGV[1] then return {entry[1]} end
  end
end
if #looked_at < tonumber(ARGV[3]) then return {} end
return {'', '(' .. looked_at[#looked_at][1]}
""")


class Lookup:
    """Finds what was published, and remembers where."""

    def __init__(self, client: Redis, prefix: str) -> None:
        """Look with a client that answers bytes."""
        self._client = client
        self._prefix = prefix
        self._known: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def event(self, event_id: str) -> Item | None:
        """Return the newest publication of an event, or None."""
        for kind in KINDS:
            stream = event_stream(self._prefix, kind)
            if entry := await self._entry(stream, event_id, "event"):
                return _item(entry, kind)
        return None

    async def article(self, article_id: str) -> tuple[Article, list[Item]] | None:
        """Return the newest publication of an article, and what was found in it in the order of the text, or None."""
        entry = await self._entry(article_stream(self._prefix), article_id, "article")
        if entry is None or entry.fields is None:
            return None
        article = msgspec.json.decode(entry.fields.get(b"data", b""), type=Article)
        return article, await self._found_in(entry, entry.fields.get(b"source", b""))

    async def _found_in(self, article: Entry, source: bytes) -> list[Item]:
        """Return the events that were added with an article."""
        ms, _ = order(article.id)
        found = []
        for kind in KINDS:
            near = await self._between(event_stream(self._prefix, kind), str(ms), str(ms + SETTLED_WITHIN_MS), 10_000)
            found += [_item(entry, kind) for entry in near if entry.fields and entry.fields.get(b"source") == source]
        places = [(item.event.sentence.start, item) for item in found if item.event]
        return [item for _, item in sorted(places, key=itemgetter(0))]

    # ------------------------------------------------------------ looking
    async def _entry(self, stream: str, wanted: str, what: str) -> Entry | None:
        entry_id = self._known.get((stream, wanted)) or await self._find(stream, wanted, what)
        if not entry_id:
            return None
        self._known[stream, wanted] = entry_id
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        found = await self._between(stream, entry_id, entry_id, 1)
        return found[0] if found else None  # it may have been trimmed away since

    async def _between(self, stream: str, first: str, last: str, count: int) -> list[Entry]:
        return await persist(self._client, lambda: browse(self._client, stream, first=first, last=last, count=count))

    async def _find(self, stream: str, wanted: str, what: str) -> str:
        last = "+"
        for _ in range(MOST_SEEN[what] // STEP[what]):
            answer = await _FIND.run(self._client, Call([stream], [wanted, last, STEP[what]]))
            if len(answer) < 2:  # noqa: PLR2004 - found, or nothing left
                return answer[0].decode() if answer else ""
            last = answer[1].decode()
        return ""


def _item(entry: Entry, kind: Kind) -> Item:
    return Item(placed(entry, kind), moved(START, {kind: entry.id}))
