"""The version of the queue's format in Redis, and the migration from format 1.

Format 1 (communique 0.1.0) had one stream of tasks, `urls`, and a sorted set of deferred ones, `delayed`.  Its stream
is renamed in the same step that sets the version, under the stream's old key: from then on every command of an old
worker fails with WRONGTYPE before it has written anything.  The tasks are then moved one by one, each in one atomic step, so a
migration that was interrupted is continued by the next process that starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import structlog

from worker.errors import UsageError
from worker.queue import scripts
from worker.queue.keys import FORMAT, GROUP
from worker.queue.release import host_of_task
from worker.streams import Call, range_entries, retry_while_unavailable

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.queue.host_policy import HostPolicy
    from worker.queue.keys import QueueKeys
    from worker.streams import Entry

log = structlog.get_logger()

MIN_IDLE_S: Final = 30.0
"""Time since its last command after which a consumer of format 1 counts as stopped; it reads every second."""
MIGRATION_BATCH: Final = 500
"""Tasks moved per round trip."""


async def adopt_format(client: Redis, keys: QueueKeys, policy: HostPolicy) -> None:
    """Set the version of an empty queue, migrate one of format 1, and accept one of this format.

    Raises UsageError for any other version, and while workers of format 1 are running.
    """
    if await retry_while_unavailable(client, lambda: client.set(keys.format, FORMAT, nx=True)):
        return
    kind: Any = await client.type(keys.format)
    if kind == b"stream":
        await _begin_migration(client, keys)
    elif kind != b"string":
        raise UsageError(f"the key {keys.format} is a {kind.decode()}: another program uses the prefix {keys.prefix!r}")
    elif (version := cast("bytes | None", await client.get(keys.format)) or b"") != str(FORMAT).encode():
        shown = version.decode(errors="replace")
        raise UsageError(f"the queue at {keys.prefix!r} has format {shown}, this version knows {FORMAT}: update it")
    if await client.exists(keys.stream_of_format_1, keys.deferred_of_format_1):
        await _migrate(client, keys, policy)


async def _begin_migration(client: Redis, keys: QueueKeys) -> None:
    call = Call([keys.format, keys.stream_of_format_1], [GROUP, round(MIN_IDLE_S * 1000), FORMAT])
    if active := await scripts.BEGIN_MIGRATION.run(client, call):
        names = ", ".join(name.decode(errors="replace") for name in active)
        raise UsageError(
            f"workers of an older version use the queue ({names}): stop them, wait {MIN_IDLE_S:g} s, and start again"
        )


async def _migrate(client: Redis, keys: QueueKeys, policy: HostPolicy) -> None:
    """Move all tasks of format 1; what another process has moved in the meantime is left alone."""
    moved = 0
    while entries := await range_entries(client, keys.stream_of_format_1, count=MIGRATION_BATCH):
        calls, undecodable = [], []
        for entry in entries:
            task = (entry.fields or {}).get(b"task", b"")
            if host := host_of_task(task):
                calls.append(policy.call(keys, host, [keys.stream_of_format_1], [entry.id, task]))
            else:
                undecodable.append(entry)
        moved += sum(await scripts.MIGRATE_TASK.run_many(client, calls))
        for entry in undecodable:
            await _bury(client, keys, entry)
    call = Call([keys.deferred_of_format_1, keys.later, keys.waiting], [MIGRATION_BATCH])
    while last := int(await scripts.MIGRATE_DELAYED.run(client, call)):
        moved += last
    await client.delete(keys.stream_of_format_1)
    log.info("queue_migrated", tasks=moved, format=FORMAT)


async def _bury(client: Redis, keys: QueueKeys, entry: Entry) -> None:
    """Move an entry that is not a task to the dead letters."""
    why = {b"reason": b"undecodable", b"detail": b"found when the queue was migrated", b"deliveries": b"0"}
    fields: Any = {**(entry.fields or {}), **why}
    async with client.pipeline(transaction=True) as pipe:
        pipe.xadd(keys.dead, fields)
        pipe.xdel(keys.stream_of_format_1, entry.id)
        await pipe.execute()
