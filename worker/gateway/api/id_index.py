"""In-memory index from the id of an event or article to its entry in a Redis stream.

Redis has no index over stream fields.  The index scans the stream from its newest entry backwards, in short steps on
the server so that other clients are not blocked, and remembers every id it passes.  Each entry is scanned once in the
life of the process: looking up an unknown id costs a scan of the new entries only.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from worker.streams import Call, Script, id_key

if TYPE_CHECKING:
    from redis.asyncio import Redis

_WALK_IDS: Final = Script.of("worker.gateway.api", "walk_ids")
FORWARD: Final = "XRANGE"
BACKWARD: Final = "XREVRANGE"

ScannedEntries = list[tuple[list[bytes], str]]
"""Index keys of an entry, and its entry id, in the order scanned."""


class EventIdIndex:
    """Index over the newest entries of one stream of events or articles."""

    def __init__(
        self, client: Redis, stream: str, *, max_entries: int, step: int, with_revisions: bool = False
    ) -> None:
        """`max_entries`: largest number of entries indexed, from the newest.  Nothing is read before the first lookup.

        `step`: entries read in one run of the script.  It must be small: Redis serves no other client meanwhile.
        `with_revisions`: also index the entries by id and revision, for `find` with a revision.
        """
        self._client = client
        self._stream = stream
        self._max_entries = max_entries
        self._max_keys = 2 * max_entries if with_revisions else max_entries
        self._with_revisions = with_revisions
        self._step = step
        self._lock = asyncio.Lock()
        self._reset()

    def _reset(self) -> None:
        self._entry_ids: OrderedDict[bytes, str] = OrderedDict()
        """Entry id by index key, oldest entry first."""
        self._low = self._high = ""
        """First and last entry id of the range scanned so far; "" before the first scan."""
        self._scanned = 0
        self._is_complete = False
        """Whether the backward scan has reached the oldest entry or the limit."""

    async def find(self, wanted: str, revision: int | None = None) -> str | None:
        """Return the entry id of the newest entry whose field `id` is `wanted`; None if it is not in the index range.

        `revision`: that of the entry; None for any.  Waits while Redis is unavailable, as `Script.run` does.
        """
        key = _index_key(wanted.encode())
        if revision is not None:
            key = _revision_key(key, str(revision).encode())
        async with self._lock:  # concurrent lookups profit from the same scan
            await self._scan_new()
            while key not in self._entry_ids and not self._is_complete:
                await self._scan_older()
            return self._entry_ids.get(key)

    async def _scan_new(self) -> None:
        """Index the entries added since the last scan."""
        if not self._high:
            return
        scanned: ScannedEntries = [([], "")]
        while scanned and self._high:
            scanned, newest = await self._walk(FORWARD, f"({self._high}", "+")
            if id_key(newest or "0-0") < id_key(self._high):  # the stream was deleted and created again
                self._reset()
                return
            for keys, entry_id in scanned:
                self._high = entry_id
                for key in keys:
                    self._entry_ids[key] = entry_id
                    self._entry_ids.move_to_end(key)
            while len(self._entry_ids) > self._max_keys:
                self._entry_ids.popitem(last=False)
                self._is_complete = True

    async def _scan_older(self) -> None:
        """Index one step of entries before the range scanned so far."""
        scanned, _ = await self._walk(BACKWARD, f"({self._low}" if self._low else "+", "-")
        for keys, entry_id in scanned:
            self._high = self._high or entry_id
            self._low = entry_id
            for key in keys:
                if key not in self._entry_ids:  # a newer entry with the same id takes precedence
                    self._entry_ids[key] = entry_id
                    self._entry_ids.move_to_end(key, last=False)
        self._scanned += len(scanned)
        self._is_complete = len(scanned) < self._step or self._scanned >= self._max_entries

    async def _walk(self, command: str, first: str, last: str) -> tuple[ScannedEntries, str]:
        """Read one step of the stream from entry id `first` towards `last`; `command` is XRANGE or XREVRANGE.

        Return the index keys and entry ids, and the id of the stream's newest entry ("" if it is empty).
        """
        call = Call([self._stream], [command, first, last, self._step])
        newest, *found = await _WALK_IDS.run(self._client, call)
        rows = zip(found[::3], found[1::3], found[2::3], strict=True)
        return [(self._keys(named, revision), entry_id.decode()) for entry_id, named, revision in rows], newest.decode()

    def _keys(self, named: bytes, revision: bytes) -> list[bytes]:
        key = _index_key(named)
        return [key, _revision_key(key, revision or b"0")] if self._with_revisions else [key]


def _index_key(named: bytes) -> bytes:
    """Return the key of an id: its 16 bytes if it is hexadecimal, which halves the memory, otherwise its text."""
    try:
        return bytes.fromhex(named.decode())
    except ValueError:
        return named


def _revision_key(key: bytes, revision: bytes) -> bytes:
    return key + b"/" + revision
