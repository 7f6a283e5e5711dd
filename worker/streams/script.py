"""Lua scripts: run by their hash, loaded where the server does not have them, repeated where a reply was lost."""

from __future__ import annotations

import hashlib
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

from redis.exceptions import NoScriptError

from worker.streams.pipeline import Arg, Confirmation, pack, send_batched, send_commands, send_confirmed
from worker.streams.retry import retry_while_unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis


class ConsumerGroupLike(Protocol):
    """The part of `ConsumerGroup` that a script needs to restore a group that the server has lost."""

    async def create(self, client: Redis) -> None:
        """Create the group at the start of its stream, so that no entry is skipped; keep an existing one."""


class Call(NamedTuple):
    """Keys (KEYS) and arguments (ARGV) of one run of a script."""

    keys: Sequence[str]
    args: Sequence[Arg]


class Script:
    """A Lua script, run with EVALSHA and loaded on a server that does not have it.

    Redis has no rollback: a script must check everything that could fail before its first write.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.sha = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()

    @classmethod
    def of(cls, package: str, *names: str) -> Self:
        """Return the script made of the files `lua/NAME.lua` of a package, concatenated in the given order.

        Files that define functions come first, the script that calls them last.
        """
        folder = resources.files(package) / "lua"
        return cls("\n".join((folder / f"{name}.lua").read_text("utf-8") for name in names))

    async def run_once(self, client: Redis, call: Call) -> Any:
        """Run the script for one call.  If Redis is unavailable, raise at once instead of retrying."""
        command = ["EVALSHA", self.sha, len(call.keys), *call.keys, *call.args]
        try:
            return await client.execute_command(*command)  # type: ignore[no-untyped-call]
        except NoScriptError:
            await client.script_load(self.source)
            return await client.execute_command(*command)  # type: ignore[no-untyped-call]

    async def run(self, client: Redis, call: Call, group: ConsumerGroupLike | None = None) -> Any:
        """Run the script for one call and return its reply; see `run_many`."""
        return (await self.run_many(client, [call], group))[0]

    async def run_many(
        self,
        client: Redis,
        calls: Sequence[Call],
        group: ConsumerGroupLike | None = None,
        confirm: Confirmation | None = None,
    ) -> list[Any]:
        """Run the script for every call in one round trip and return the replies in order.

        While Redis is unavailable, the calls without a reply are repeated, so the script must be safe to repeat.  A
        missing `group` is created.  Raises ResponseError, after all calls have run, if one of them failed.

        `confirm`: return only after replicas have confirmed the writes.  While too few do, all calls are repeated, as
        for an unavailable server.
        """
        replies: dict[int, Any] = {}

        async def send_missing() -> None:
            while missing := [i for i in range(len(calls)) if i not in replies]:
                if confirm:  # it covers the writes of one server; after a failover, all are needed again
                    missing = list(range(len(calls)))
                    sent = await send_confirmed(client, self._commands(calls), confirm)
                else:
                    sent = await self._send(client, [calls[i] for i in missing])
                replies.update(
                    (i, reply) for i, reply in zip(missing, sent, strict=True) if not isinstance(reply, Exception)
                )
                for error in {str(reply): reply for reply in sent if isinstance(reply, Exception)}.values():
                    await self._restore(client, error, group)

        await retry_while_unavailable(client, send_missing)
        return [replies[i] for i in range(len(calls))]

    async def _send(self, client: Redis, calls: Sequence[Call]) -> list[Any]:
        commands = self._commands(calls)
        return await send_commands(client, commands) if len(commands) > 1 else [await send_batched(client, commands[0])]

    def _commands(self, calls: Sequence[Call]) -> list[bytes]:
        return [pack("EVALSHA", self.sha, len(keys), *keys, *args) for keys, args in calls]

    async def _restore(self, client: Redis, error: Exception, group: ConsumerGroupLike | None) -> None:
        """Load the script or create the group, if `error` says that it is missing; raise any other error."""
        if isinstance(error, NoScriptError):
            await client.script_load(self.source)
        elif group and "NOGROUP" in str(error):
            await group.create(client)
        else:
            raise error
