"""Find the entry of an article in its stream, and those of its events in theirs; read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from worker.schema import KINDS, article_stream, event_stream
from worker.streams import Call, Script, id_key, range_entries

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.schema import Kind
    from worker.streams import Entry

FIND_ARTICLE: Final = Script.of("worker.subscribe", "find_article")
STEP: Final = 100
"""Entries searched in one run of the script, during which Redis serves no other client."""
TRANSACTION_MS: Final = 100
"""Tolerance between the entry ids of an article and its events: they are added in one transaction, during which the
server's clock may advance (before Redis 7)."""
MAX_TRANSACTION_ENTRIES: Final = 10_000


class ArticleSearch(NamedTuple):
    """Result of the search for an article."""

    entry: Entry | None
    searched: int
    """Number of entries searched, from the newest."""
    is_complete: bool
    """Whether the search reached the oldest entry, or found the article."""


async def find_article_entry(
    client: Redis, prefix: str, article_id: str, task_id: str, *, max_entries: int
) -> ArticleSearch:
    """Return the newest entry of an article, or published for a task, among the newest `max_entries`.

    `article_id`: the id of the article, or its first digits.
    """
    stream, start, searched = article_stream(prefix), "+", 0
    while searched < max_entries:
        call = Call([stream], [start, STEP, article_id, task_id])
        count, last, found = await FIND_ARTICLE.run_once(client, call)
        searched += count
        if found:
            entry_id = found.decode()
            entries = await range_entries(client, stream, first=entry_id, last=entry_id, count=1)
            return ArticleSearch(entries[0] if entries else None, searched, is_complete=True)
        if count < STEP:
            return ArticleSearch(None, searched, is_complete=True)
        start = f"({last.decode()}"
    return ArticleSearch(None, searched, is_complete=False)


async def event_entries(client: Redis, prefix: str, article: Entry) -> list[tuple[Kind, Entry]]:
    """Return the entries added in the same transaction as the entry of an article, by kind."""
    ms, source = id_key(article.id)[0], (article.fields or {}).get(b"source", b"")
    first, last = str(ms), str(ms + TRANSACTION_MS)
    found: list[tuple[Kind, Entry]] = []
    for kind in KINDS:
        stream = event_stream(prefix, kind)
        near = await range_entries(client, stream, first=first, last=last, count=MAX_TRANSACTION_ENTRIES)
        found += [(kind, entry) for entry in near if entry.fields and entry.fields.get(b"source") == source]
    return found
