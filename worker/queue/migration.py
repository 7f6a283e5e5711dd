"""The version of the queue's format in Redis, and the migration from format 1.

Format 1 (communique 0.1.0) had one stream of tasks, `urls`, and a sorted set of deferred ones, `delayed`.  Its stream
is renamed in the same step that sets the version, under the stream's old key: from then on every command of an old
worker fails with WRONGTYPE before it has written anything.  The tasks are then moved one by one, each in one atomic
step.  If the migration is interrupted, the next process that starts continues it.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, cast

import structlog

from worker.errors import UsageError
from worker.queue import scripts
from worker.queue.delivery import MAX_FIELDS
from worker.queue.keys import FORMAT, GROUP
from worker.queue.release import host_of_task
from worker.streams import Arg, Call, range_entries

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.queue.host_policy import HostPolicy
    from worker.queue.keys import QueueKeys
    from worker.streams import Entry

log = structlog.get_logger()

MIN_IDLE_S: Final = 30.0
"""Idle time after which a consumer of format 1 counts as stopped; a running one reads every second."""
MARKER_TTL_S: Final = 30 * 86_400
"""Default lifetime of the markers of format 1."""
MIGRATION_BATCH: Final = 500
"""Tasks moved per round trip."""


async def adopt_format(client: Redis, keys: QueueKeys, policy: HostPolicy, marker_ttl_s: int) -> None:
    """Set the version of an empty queue, migrate one of format 1, and accept one of this format; may be repeated.

    `marker_ttl_s`: longest lifetime of a marker by the settings; those of format 1 are read for at least as long.
    Raises UsageError for any other version, and while workers of format 1 are running.
    """
    # Read first: a full server and a replica reject even a SET NX of a key that exists.
    kind: Any = await client.type(keys.format)
    if kind == b"none" and not await client.set(keys.format, FORMAT, nx=True):
        kind = await client.type(keys.format)  # another process was faster
    if kind == b"stream":
        await _begin_migration(client, keys, max(marker_ttl_s, MARKER_TTL_S))
    elif kind == b"string":
        await _check_version(client, keys)
    elif kind != b"none":
        raise UsageError(f"the key {keys.format} is a {kind.decode()}: another program uses the prefix {keys.prefix!r}")
    if await client.exists(keys.stream_of_format_1, keys.deferred_of_format_1):
        await _migrate(client, keys, policy)


async def _check_version(client: Redis, keys: QueueKeys) -> None:
    version = cast("bytes | None", await client.get(keys.format)) or b""
    if version != str(FORMAT).encode():
        shown = version.decode(errors="replace")
        raise UsageError(
            f"the queue at {keys.prefix!r} has format {shown}, this version supports only {FORMAT}: update communique"
        )


async def _begin_migration(client: Redis, keys: QueueKeys, marker_ttl_s: int) -> None:
    args: list[Arg] = [GROUP, round(MIN_IDLE_S * 1000), FORMAT, marker_ttl_s]
    call = Call([keys.format, keys.stream_of_format_1, keys.migrated], args)
    if active := await scripts.BEGIN_MIGRATION.run(client, call):
        names = ", ".join(name.decode(errors="replace") for name in active)
        raise UsageError(
            f"workers of an older version use the queue ({names}): stop them, wait {MIN_IDLE_S:g} s, and start again"
        )


async def _migrate(client: Redis, keys: QueueKeys, policy: HostPolicy) -> None:
    """Move all tasks of format 1, except those that another process moves at the same time."""
    moved = 0
    while entries := await range_entries(client, keys.stream_of_format_1, count=MIGRATION_BATCH):
        calls, undecodable = [], []
        for entry in entries:
            task = (entry.fields or {}).get(b"task", b"")
            if host := host_of_task(task):
                calls.append(policy.call(keys, host, [keys.stream_of_format_1], [entry.id, task]))
            else:
                undecodable.append(_undecodable_call(keys, entry))
        moved += sum(await scripts.MIGRATE_TASK.run_many(client, calls))
        await scripts.MIGRATE_UNDECODABLE.run_many(client, undecodable)
    call = Call([keys.deferred_of_format_1, keys.later, keys.waiting], [MIGRATION_BATCH])
    while last := int(await scripts.MIGRATE_DELAYED.run(client, call)):
        moved += last
    await client.delete(keys.stream_of_format_1)
    log.info("queue_migrated", tasks=moved, format=FORMAT)


def _undecodable_call(keys: QueueKeys, entry: Entry) -> Call:
    why = {b"reason": b"undecodable", b"detail": b"found when the queue was migrated", b"deliveries": b"0"}
    fields = {**dict(islice((entry.fields or {}).items(), MAX_FIELDS)), **why}
    return Call([keys.stream_of_format_1, keys.dead], [entry.id, *chain.from_iterable(fields.items())])
