"""Lua scripts: run by their hash, loaded where the server does not know them, sent again where a reply was lost."""

from __future__ import annotations

import hashlib
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

from redis.exceptions import NoScriptError

from worker.streams.retry import retry_while_unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

Arg = str | bytes | int


class ConsumerGroupLike(Protocol):
    """What a script works on and a server may forget: a consumer group."""

    async def create(self, client: Redis) -> None:
        """Create it anew, so that nothing is missed; leave an existing one."""


class Call(NamedTuple):
    """Keys and arguments of one run of a script."""

    keys: Sequence[str]
    args: Sequence[Arg]


class Script:
    """A Lua script, run by its hash and loaded wherever the server does not know it (any more).

    Redis has no rollback: a script checks everything that could fail before its first write.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.sha = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()

    @classmethod
    def of(cls, package: str, *names: str) -> Self:
        """Read `lua/NAME.lua` of a package, each in turn: functions first, then the script that calls them."""
        folder = resources.files(package) / "lua"
        return cls("\n".join((folder / f"{name}.lua").read_text("utf-8") for name in names))

    async def run_readonly(self, client: Redis, call: Call) -> Any:
        """Run once, where Redis is there to answer; for scripts that only read."""
        command = ["EVALSHA", self.sha, len(call.keys), *call.keys, *call.args]
        try:
            return await client.execute_command(*command)  # type: ignore[no-untyped-call]
        except NoScriptError:
            await client.script_load(self.source)
            return await client.execute_command(*command)  # type: ignore[no-untyped-call]

    async def run(self, client: Redis, call: Call, group: ConsumerGroupLike | None = None) -> Any:
        """Run once; see `run_many`."""
        return (await self.run_many(client, [call], group))[0]

    async def run_many(self, client: Redis, calls: Sequence[Call], group: ConsumerGroupLike | None = None) -> list[Any]:
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

        await retry_while_unavailable(client, step)
        return [answers[i] for i in range(len(calls))]

    async def _send(self, client: Redis, calls: Sequence[Call]) -> list[Any]:
        pipe = client.pipeline(transaction=False)
        for keys, args in calls:
            pipe.execute_command("EVALSHA", self.sha, len(keys), *keys, *args)
        return await pipe.execute(raise_on_error=False)

    async def _restore(self, client: Redis, error: Exception, group: ConsumerGroupLike | None) -> None:
        """Bring back what the error says is missing; raise it where nothing is."""
        if isinstance(error, NoScriptError):
            await client.script_load(self.source)
        elif group and "NOGROUP" in str(error):
            await group.create(client)
        else:
            raise error
