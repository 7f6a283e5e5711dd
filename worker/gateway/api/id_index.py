"""Where in a stream the entry with an id stands: looked for once, remembered from then on.

Redis has no index over fields.  The newest entries are walked through on the server, in short steps so that nobody
waits, and each entry once in our life however many ids are asked for: an id that does not exist costs a look at what is
new, not a walk through everything.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from worker.streams import Call, Script, id_key

if TYPE_CHECKING:
    from redis.asyncio import Redis

_WALK = Script("""
-- KEYS: stream.  ARGV: command (XRANGE or XREVRANGE), first, last, most entries.
-- Returns the newest entry's id (or ''), then entry id and field `id` of each entry in turn.
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local found = {newest and newest[1] or ''}
for _, entry in ipairs(redis.call(ARGV[1], KEYS[1], ARGV[2], ARGV[3], 'COUNT', ARGV[4])) do
  local named = ''
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'id' then named = entry[2][i + 1] end
  end
  found[#found + 1] = entry[1]
  found[#found + 1] = named
end
return found
""")
UP: Final = "XRANGE"
DOWN: Final = "XREVRANGE"

Walked = list[tuple[bytes, str]]
"""Id, and the entry's id, in the order in which they were met."""


class EventIdIndex:
    """The ids of one stream's newest entries."""

    def __init__(self, client: Redis, stream: str, *, most: int, step: int) -> None:
        """Look at `most` entries back, `step` in one run of the script, which must be short."""
        self._client = client
        self._stream = stream
        self._most = most
        self._step = step
        self._walking = asyncio.Lock()
        self._forget()

    def _forget(self) -> None:
        self._entry_of: OrderedDict[bytes, str] = OrderedDict()
        """The oldest first."""
        self._low = self._high = ""
        """The entries from here to here were walked through."""
        self._seen = 0
        self._at_end = False
        """Whether there is nothing below that is to be looked at."""

    async def find(self, wanted: str) -> str | None:
        """Return the id of the newest entry with an id, or None."""
        key = _key(wanted.encode())
        async with self._walking:  # whoever else asks is better off when this has been done
            await self._walk_up()
            while key not in self._entry_of and not self._at_end:
                await self._walk_down()
            return self._entry_of.get(key)

    async def _walk_up(self) -> None:
        """Take in what has been added since."""
        if not self._high:
            return
        met: Walked = [(b"", "")]
        while met and self._high:
            met, newest = await self._step_through(UP, f"({self._high}", "+")
            if id_key(newest or "0-0") < id_key(self._high):  # the stream was begun anew
                self._forget()
                return
            for key, entry_id in met:
                self._entry_of[key] = self._high = entry_id
                self._entry_of.move_to_end(key)
            while len(self._entry_of) > self._most:
                self._entry_of.popitem(last=False)
                self._at_end = True

    async def _walk_down(self) -> None:
        """Take in one step of what is older."""
        met, _ = await self._step_through(DOWN, f"({self._low}" if self._low else "+", "-")
        for key, entry_id in met:
            self._high = self._high or entry_id
            self._low = entry_id
            if key not in self._entry_of:  # what is newer was there before
                self._entry_of[key] = entry_id
                self._entry_of.move_to_end(key, last=False)
        self._seen += len(met)
        self._at_end = len(met) < self._step or self._seen >= self._most

    async def _step_through(self, command: str, first: str, last: str) -> tuple[Walked, str]:
        newest, *found = await _WALK.run(self._client, Call([self._stream], [command, first, last, self._step]))
        pairs = zip(found[::2], found[1::2], strict=True)
        return [(_key(named), entry_id.decode()) for entry_id, named in pairs], newest.decode()


def _key(named: bytes) -> bytes:
    """Return what an id is kept as: half as long where it is one of ours."""
    try:
        return bytes.fromhex(named.decode())
    except ValueError:
        return named
