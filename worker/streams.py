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
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar
from urllib.parse import urlsplit

from msgspec import Struct
from redis.asyncio import Redis
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
    from collections.abc import Awaitable, Callable, Mapping, Sequence

T = TypeVar("T")

SOCKET_TIMEOUT_S: Final = 5.0
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


# ---------------------------------------------------------------- connecting
def connect(url: str, *, block_s: float = 0.0) -> Redis:
    """Make a client that answers bytes and never repeats a command by itself; `block_s` is its longest blocking read.

    UsageError where the URL is not one of redis://, rediss:// or unix://.
    """
    try:
        return Redis.from_url(
            url,
            protocol=2,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=block_s + SOCKET_TIMEOUT_S,
            socket_connect_timeout=SOCKET_TIMEOUT_S,
        )
    except ValueError as e:
        raise UsageError(f"Redis URL {without_password(url)!r}: {e}") from None


def without_password(url: str) -> str:
    """Return the URL as it may be shown and logged."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if parts.netloc else url


async def check_server(client: Redis) -> None:
    """Raise UsageError unless the server is there, is new enough, and keeps what it is given."""
    try:
        info = await client.info()
    except (RedisError, OSError) as e:
        raise UsageError(f"no answer from Redis at {_address(client)}: {e}") from None
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
    args: Sequence[str | bytes | int]


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

        Waits for a Redis that is away and then sends everything again: the script must allow that.  A lost `group`
        is created again.  ResponseError after all calls have run, if any of them failed.
        """
        return await persist(client, lambda: self._run_many(client, calls, group)) if calls else []

    async def _run_many(self, client: Redis, calls: Sequence[Call], group: Group | None) -> list[Any]:
        answers = await self._send(client, calls)
        for _ in range(2):  # a server that lost its scripts may have lost the group too
            lost = [i for i, answer in enumerate(answers) if await self._restored(client, answer, group)]
            for i, answer in zip(lost, await self._send(client, [calls[i] for i in lost]), strict=True):
                answers[i] = answer
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers

    async def _send(self, client: Redis, calls: Sequence[Call]) -> list[Any]:
        if not calls:
            return []
        pipe = client.pipeline(transaction=False)
        for keys, args in calls:
            pipe.execute_command("EVALSHA", self.sha, len(keys), *keys, *args)
        return await pipe.execute(raise_on_error=False)

    async def _restored(self, client: Redis, answer: Any, group: Group | None) -> bool:
        """Bring back what the answer says is missing; False where nothing is."""
        if isinstance(answer, NoScriptError):
            await client.script_load(self.source)
        elif isinstance(answer, ResponseError) and group and "NOGROUP" in str(answer):
            await group.create(client)
        else:
            return False
        return True


# ---------------------------------------------------------------- reading
async def read_group(
    client: Redis, groups: Sequence[Group], consumer: str, *, count: int, block_s: float = 0.0, after: str = ">"
) -> list[Entry]:
    """Read up to `count` entries of each group's stream: new ones (`>`), or the consumer's own pending after an id.

    All groups have one name.  Waits up to `block_s` for the first entry; 0 does not wait.  Entries whose reply is lost
    stay pending for the consumer.
    """
    streams = _positions({group.stream: after for group in groups})
    try:
        answer = await client.xreadgroup(groups[0].name, consumer, streams, count=count, block=_block_ms(block_s))
    except ResponseError as e:
        if "NOGROUP" not in str(e):
            raise
        for group in groups:
            await group.create(client)
        answer = await client.xreadgroup(groups[0].name, consumer, streams, count=count, block=_block_ms(block_s))
    return entries(answer)


async def read(client: Redis, after: Mapping[str, str], *, count: int, block_s: float = 0.0) -> list[Entry]:
    """Read up to `count` entries behind an id of each stream; waits as `read_group` does."""
    return entries(await client.xread(_positions(after), count=count, block=_block_ms(block_s)))


def _positions(after: Mapping[str, str]) -> dict[Any, Any]:
    return dict(after)  # redis-py types its keys as an invariant union


def _block_ms(block_s: float) -> int | None:
    return max(1, round(block_s * 1000)) if block_s > 0 else None  # BLOCK 0 would wait for ever


def entries(answer: Any) -> list[Entry]:
    """Make entries of what XREAD and XREADGROUP answer (None when nothing came)."""
    return [
        Entry(stream.decode(), entry_id.decode(), fields)
        for stream, items in answer or []
        for entry_id, fields in items
    ]


def order(entry_id: str) -> tuple[int, int]:
    """Return what stream ids sort by: milliseconds, then sequence number."""
    ms, _, sequence = entry_id.partition("-")
    return int(ms), int(sequence or 0)
