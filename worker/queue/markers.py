"""Markers: which addresses were enqueued, which tasks settled, and what was published.

`lua/markers.lua` stores them; `lua/seen.lua` has the values of seen markers.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Final, Literal

from worker import urls
from worker.schema import task_id
from worker.streams import retry_while_unavailable

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.queue.keys import QueueKeys
    from worker.schema import Task

MarkerKind = Literal["seen", "done", "published"]

BUCKET_BYTES: Final = 3
"""Bytes of the hash that select the bucket, as hex digits."""
ARTICLE_BYTES: Final = 8
"""Bytes of the id of an article in the value of a seen marker."""
BAND_BYTES: Final = 8
"""Bytes of a band of a text."""
FIELD_BYTES: Final = 10
"""Bytes of the hash that are stored.  With the bucket's digits, at least 92 bits distinguish two markers."""


def make_marker(kind: MarkerKind, name: str) -> bytes:
    """Return the argument that identifies a marker: of a task (its id) or of a publication (`publication_id`).

    For the seen marker of an address see `seen_marker`.
    """
    text = f"{kind} {name}".encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(text, digest_size=BUCKET_BYTES + FIELD_BYTES).digest()
    return digest[:BUCKET_BYTES].hex().encode() + digest[BUCKET_BYTES:]


def seen_marker(url: str) -> bytes:
    """Return the seen marker of a canonical URL: all addresses with one folded address have the same."""
    return make_marker("seen", task_id(urls.fold(url)))


def task_marker(task: Task) -> bytes:
    """Return the seen marker of a task: that of its address, but of a visit one of its own."""
    return make_marker("seen", task.id) if task.visit_at else seen_marker(task.url)


def own_seen_marker(task: Task) -> bytes:
    """Return the seen marker that only this task sets; empty if it is `task_marker`."""
    if task.visit_at:
        return b""
    own = make_marker("seen", task.id)
    return b"" if own == seen_marker(task.url) else own


def article_prefix(article_id: str) -> bytes:
    """Return the part of an article's id that seen markers store."""
    return bytes.fromhex(article_id)[:ARTICLE_BYTES]


def article_of(seen: bytes | None) -> str | None:
    """Return the first 16 hex digits of the id of the article to which an address led; None if that is unknown.

    `seen`: the value of its seen marker, None if it is not set.
    """
    return seen[-ARTICLE_BYTES:].hex() if seen is not None and len(seen) >= ARTICLE_BYTES else None


def band_marker(band: int) -> bytes:
    """Return the argument that identifies a band of a text in the index of texts, which is stored like markers."""
    raw = band.to_bytes(BAND_BYTES, "big")
    return raw[:BUCKET_BYTES].hex().encode() + raw[BUCKET_BYTES:]


class OldMarkers:
    """The markers of format 1, one key each; a migrated queue has some until the last of them expires."""

    def __init__(self, keys: QueueKeys) -> None:
        self._keys = keys
        self._until: float | None = None

    async def open(self, client: Redis) -> None:
        """Read until when such markers may exist; before this call, `keys` returns none."""
        left_ms = await retry_while_unavailable(client, lambda: client.pttl(self._keys.migrated))
        if left_ms > 0:  # negative where there is no such key
            self._until = asyncio.get_running_loop().time() + left_ms / 1000

    def keys(self, *markers: tuple[MarkerKind, str]) -> list[str]:
        """Return the keys of markers of format 1; empty once all of them have expired."""
        if self._until is None or asyncio.get_running_loop().time() > self._until:
            return []
        return [self._keys.marker_of_format_1(kind, name) for kind, name in markers]
