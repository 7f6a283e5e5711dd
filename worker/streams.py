"""Redis Streams and consumer groups: connecting, Lua scripts, reading; knows no URL to fetch and no event.

Three facts shape this file.  A lost reply must not make anything happen twice: clients never retry by themselves, we
do, and only around steps that may be repeated (`persist`).  A blocking read must outlast its own block: it has a
client of its own (`connect(url, block_s=…)`).  A server may forget scripts and groups at any time (SCRIPT FLUSH,
FLUSHALL, a restore): every path here loads and creates them again, groups always at the beginning, where nothing is
missed.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from msgspec import Struct
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    ConnectionError,  # noqa: A004 - the name that every caller of redis-py expects
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TimeoutError,  # noqa: A004 - as above
)

from worker.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

T = TypeVar("T")
Word = str | bytes | int

SOCKET_TIMEOUT_S: Final = 5.0
CONNECTIONS: Final = 32
"""Of one client; more commands at a time than that wait for one."""
PATIENCE_S: Final = 15.0
"""How long Redis may be away before a step fails: a restart or a failover, not an outage."""
BASELINE: Final = (6, 2)
"""XPENDING IDLE and exclusive ranges came with Redis 6.2; Valkey reports the Redis version it answers to."""

AWAY: Final = (ConnectionError, TimeoutError, OSError, ReadOnlyError, OutOfMemoryError)
"""Redis is restarting, loading, failing over or full: worth waiting for."""


class Write(Struct, frozen=True, kw_only=True):
    """One entry to be added to a stream, which is then trimmed to about `maxlen` entries."""

    stream: str
    fields: Mapping[str, str | bytes]
    maxlen: int


class Entry(NamedTuple):
    """One stream entry; `fields` is None where the entry is pending but was deleted or trimmed away."""

    stream: str
    id: str
    fields: dict[bytes, bytes] | None


# ---------------------------------------------------------------- connecting
def connect(url: str, *, block_s: float = 0.0) -> Redis:
    """Make a client that answers bytes and never repeats a command by itself; `block_s` is its longest blocking read.

    UsageError where the URL is not one of redis://, rediss:// or unix://.
    """
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=SOCKET_TIMEOUT_S,
            protocol=2,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=block_s + SOCKET_TIMEOUT_S,
            socket_connect_timeout=SOCKET_TIMEOUT_S,
        )
    except ValueError as e:
        raise UsageError(f"Redis URL {without_password(url)!r}: {e}") from None
    return Redis.from_pool(pool)


def without_password(url: str) -> str:
    """Return the URL as it may be shown and logged."""
    scheme, mark, rest = url.partition("://")  # by hand: it may be shown because it is malformed
    place, slash, path = rest.partition("/")
    shown = f"{scheme}{mark}{place.rpartition('@')[2]}{slash}{path}"
    return _PASSWORD.sub("***", shown)


_PASSWORD: Final = re.compile(r"(?<=[?&]password=)[^&#]*")
"""redis-py takes one in the query, too."""


async def check_server(client: Redis) -> None:
    """Raise UsageError unless the server is new enough and keeps what it is given; ConnectionError where it is away."""
    try:
        info = await client.info()
    except (RedisError, OSError) as e:
        raise ConnectionError(f"cannot use Redis at {_address(client)}: {e}") from None
    version = tuple(int(n) for n in str(info["redis_version"]).split(".")[:2])
    if version < BASELINE:
        raise UsageError(f"Redis at {_address(client)} is version {info['redis_version']}: 6.2 or later is needed")
    policy = info.get("maxmemory_policy", "noeviction")
    if info.get("maxmemory", 0) > 0 and policy != "noeviction":
        raise UsageError(
            f"Redis at {_address(client)} drops keys when its memory is full (maxmemory-policy {policy}), "
            "tasks and events among them: set maxmemory-policy noeviction"
        )


def _address(client: Redis) -> str:
    given = client.connection_pool.connection_kwargs
    return str(given.get("path") or f"{given.get('host', 'localhost')}:{given.get('port', 6379)}")


async def persist(client: Redis, step: Callable[[], Awaitable[T]], patience_s: float = PATIENCE_S) -> T:
    """Run a step that may be repeated safely; again, with growing pauses, while Redis is away, for `patience_s`."""
    clock = asyncio.get_running_loop().time
    deadline, pause_s = clock() + patience_s, 0.05
    while True:
        try:
            return await step()
        except AWAY as e:
            if isinstance(e, AuthenticationError | AuthorizationError) or clock() >= deadline:
                raise
            if isinstance(e, ReadOnlyError):  # we hold on to what was the primary: look it up again
                await client.connection_pool.disconnect()
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, 1.0)


# ---------------------------------------------------------------- scripts
class Call(NamedTuple):
    """Keys and arguments of one run of a script."""

    keys: Sequence[str]
    args: Sequence[Word]


class Script:
    """A Lua script, run by its hash and loaded wherever the server does not know it (any more).

    Redis has no rollback: a script checks everything that could fail before its first write.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.sha = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()

    async def run(self, client: Redis, call: Call, group: Group | None = None) -> Any:
        """Run once; see `run_many`."""
        return (await self.run_many(client, [call], group))[0]

    async def run_many(self, client: Redis, calls: Sequence[Call], group: Group | None = None) -> list[Any]:
        """Run for every call in one round trip and return the answers in order.

        Waits for a Redis that is away, then sends again what has no answer yet: the script must allow that.  A lost
        `group` is created again.  ResponseError after all calls have run, if any of them failed.
        """
        answers: dict[int, Any] = {}

        async def step() -> None:
            while missing := [i for i in range(len(calls)) if i not in answers]:
                sent = await self._send(client, [calls[i] for i in missing])
                answers.update((i, a) for i, a in zip(missing, sent, strict=True) if not isinstance(a, Exception))
                for error in {str(a): a for a in sent if isinstance(a, Exception)}.values():
                    await self._restore(client, error, group)

        await persist(client, step)
        return [answers[i] for i in range(len(calls))]

    async def _send(self, client: Redis, calls: Sequence[Call]) -> list[Any]:
        pipe = client.pipeline(transaction=False)
        for keys, args in calls:
            pipe.execute_command("EVALSHA", self.sha, len(keys), *keys, *args)
        return await pipe.execute(raise_on_error=False)

    async def _restore(self, client: Redis, error: Exception, group: Group | None) -> None:
        """Bring back what the error says is missing; raise it where nothing is."""
        if isinstance(error, NoScriptError):
            await client.script_load(self.source)
        elif group and "NOGROUP" in str(error):
            await group.create(client)
        else:
            raise error


# ---------------------------------------------------------------- consumer groups
class Lease(NamedTuple):
    """What a consumer holds: an entry, as of one delivery.  Both must still be so for it to act on the entry."""

    entry_id: str
    attempts: int
    """Redis's delivery counter: 1 at first, one more for every claim."""


class Group(Struct, frozen=True, kw_only=True):
    """A consumer group on one stream."""

    stream: str
    name: str

    async def create(self, client: Redis, at: str = "0") -> None:
        """Create the group, and the stream if need be, to deliver what follows the id `at`; leave an existing one."""
        try:
            await client.xgroup_create(self.stream, self.name, id=at, mkstream=True)
        except ResponseError as e:
            if "BUSYGROUP" not in str(e):
                raise

    async def claim(
        self, client: Redis, consumer: str, *, idle_s: float, count: int, held: Collection[str] = ()
    ) -> list[tuple[Lease, Entry]]:
        """Take over up to `count` entries idle for `idle_s`, each with its delivery counter one up.

        The consumer's own are taken over too, unless `held`: they were delivered in a reply that got lost.
        """
        args: list[Word] = [self.name, consumer, max(1, round(idle_s * 1000)), count, *held]
        found = await _CLAIM.run(client, Call([self.stream], args), self)
        return [
            (
                Lease(entry_id.decode(), attempts),
                Entry(self.stream, entry_id.decode(), dict(zip(fields[::2], fields[1::2], strict=True))),
            )
            for entry_id, attempts, fields in found
        ]

    async def renew(self, client: Redis, consumer: str, leases: Sequence[Lease]) -> list[Lease]:
        """Begin the leases anew and return those that are no longer the consumer's."""
        if not leases:
            return []
        args: list[Word] = [self.name, consumer, *(word for lease in leases for word in lease)]
        return [leases[i] for i in await _RENEW.run(client, Call([self.stream], args), self)]

    async def collect(self, client: Redis, consumer: str, *, idle_s: float) -> int:
        """Delete the other consumers that hold nothing and have been silent for `idle_s`; return how many."""
        call = Call([self.stream], [self.name, consumer, round(idle_s * 1000)])
        return int(await _COLLECT.run(client, call, self))


_CLAIM = Script("""
-- KEYS: stream.  ARGV: group, consumer, least idle time (ms), most entries, ids held by the consumer…
-- Returns {id, delivery counter, {field, value, …}} of each entry taken over.
local group, consumer, idle_ms, most = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local held = {}
for i = 5, #ARGV do held[ARGV[i]] = true end
local claimed = {}
for _, p in ipairs(redis.call('XPENDING', KEYS[1], group, 'IDLE', idle_ms, '-', '+', most + #ARGV - 4)) do
  if #claimed == most then break end
  if not (p[2] == consumer and held[p[1]]) then
    local entry = redis.call('XCLAIM', KEYS[1], group, consumer, 0, p[1])[1]
    if entry then
      claimed[#claimed + 1] = {p[1], p[4] + 1, entry[2]}
    else
      redis.call('XACK', KEYS[1], group, p[1])  -- the entry itself is gone: nobody can do it any more
    end
  end
end
return claimed
""")

_RENEW = Script("""
-- KEYS: stream.  ARGV: group, consumer, then an id and its delivery counter, each.
-- Returns the indexes, from 0, of those that another owner or a later delivery has.
local lost = {}
for i = 3, #ARGV, 2 do
  local p = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1)[1]
  if p and p[2] == ARGV[2] and p[4] == tonumber(ARGV[i + 1]) then
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[i], 'JUSTID')
  else
    lost[#lost + 1] = (i - 3) / 2
  end
end
return lost
""")

_COLLECT = Script("""
-- KEYS: stream.  ARGV: group, the consumer that asks, least idle time (ms).  Returns the number deleted.
-- One step: a consumer with pending entries must not be deleted, they would be lost with it.
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end  -- XINFO alone calls that an error
local deleted = 0
for _, flat in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local it = {}
  for i = 1, #flat, 2 do it[flat[i]] = flat[i + 1] end
  if it.pending == 0 and it.idle >= tonumber(ARGV[3]) and it.name ~= ARGV[2] then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], it.name)
    deleted = deleted + 1
  end
end
return deleted
""")


# ---------------------------------------------------------------- reading
async def read_group(
    client: Redis, after: Mapping[Group, str], consumer: str, *, count: int, block_s: float = 0.0
) -> list[Entry]:
    """Read up to `count` entries of each group's stream: new ones (`>`), or the consumer's own pending after an id.

    All groups have one name.  Waits up to `block_s` for the first entry; 0 does not wait.  Entries whose reply is lost
    stay pending for the consumer.
    """
    name = next(iter(after)).name
    streams = _positions({group.stream: at for group, at in after.items()})
    try:
        answer = await client.xreadgroup(name, consumer, streams, count=count, block=_block_ms(block_s))
    except ResponseError as e:
        if "NOGROUP" not in str(e):
            raise
        for group in after:
            await group.create(client)
        answer = await client.xreadgroup(name, consumer, streams, count=count, block=_block_ms(block_s))
    return entries(answer)


async def read(client: Redis, after: Mapping[str, str], *, count: int, block_s: float = 0.0) -> list[Entry]:
    """Read up to `count` entries behind an id of each stream; waits as `read_group` does."""
    return entries(await client.xread(_positions(after), count=count, block=_block_ms(block_s)))


async def browse(
    client: Redis, stream: str, *, first: str = "-", last: str = "+", count: int, newest_first: bool = False
) -> list[Entry]:
    """Return up to `count` entries from id `first` to `last`, "(" before an id excludes it; touches no group."""
    found: Any = await (
        client.xrevrange(stream, last, first, count) if newest_first else client.xrange(stream, first, last, count)
    )
    return entries([(stream.encode(), found)])


def _positions(after: Mapping[str, str]) -> dict[Any, Any]:
    return dict(after)  # redis-py types its keys as an invariant union


def _block_ms(block_s: float) -> int | None:
    return max(1, round(block_s * 1000)) if block_s > 0 else None  # BLOCK 0 would wait for ever


def entries(answer: Any) -> list[Entry]:
    """Make entries of what XREAD and XREADGROUP answer (None when nothing came)."""
    return [
        Entry(stream.decode(), entry_id.decode(), fields or None)
        for stream, items in answer or []
        for entry_id, fields in items
    ]


def order(entry_id: str) -> tuple[int, int]:
    """Return what stream ids sort by: milliseconds, then sequence number."""
    ms, _, sequence = entry_id.partition("-")
    return int(ms), int(sequence or 0)
