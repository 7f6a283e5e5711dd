"""A worker of communique 0.1.0: its Lua scripts (`format_1/`), with the keys and arguments that it passed to them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

    from worker.schema import Task

SCRIPTS: Final = Path(__file__).parent / "format_1"
GROUP: Final = "workers"


class OldQueue:
    """The queue of format 1, as one old worker uses it."""

    def __init__(self, client: Redis, prefix: str, consumer: str) -> None:
        self.client = client
        self.consumer = consumer
        self.prefix = prefix
        self.urls, self.delayed, self.dead = (f"{prefix}:{name}" for name in ("urls", "delayed", "dead"))

    async def create_group(self) -> None:
        await self.client.xgroup_create(self.urls, GROUP, id="0", mkstream=True)

    async def put_many(self, tasks: Sequence[Task]) -> list[int]:
        pipe = self.client.pipeline(transaction=False)
        for task in tasks:
            keys = [self.urls, self.delayed, f"{self.prefix}:seen:{task.id}"]
            args = [msgspec.json.encode(task), 1000, 1_000_000, "token"]
            pipe.execute_command("EVAL", _source("check_type", "put"), len(keys), *keys, *args)
        return await pipe.execute()

    async def read(self, n: int) -> list[tuple[bytes, dict[bytes, bytes]]]:
        reply: Any = await self.client.xreadgroup(GROUP, self.consumer, {self.urls: ">"}, count=n)
        return reply[0][1] if reply else []

    async def promote(self, now_ms: int) -> Any:
        return await self._run("promote_due", [self.delayed, self.urls], [now_ms, 500])

    async def settle(self, entry_id: str) -> Any:
        keys = [self.urls, f"{self.prefix}:done:1", f"{self.prefix}:published:1", f"{self.prefix}:out"]
        return await self._end("settle", keys, entry_id, [1000, 4, 100, 2, "tag", "old"])

    async def defer(self, entry_id: str, task: bytes, due_ms: int) -> Any:
        return await self._end("defer", [self.urls, self.delayed], entry_id, [task, due_ms])

    async def dead_letter(self, entry_id: str) -> Any:
        return await self._end("dead_letter", [self.urls, self.dead], entry_id, [1000, "task", "{}", "reason", "old"])

    async def requeue(self, letter_id: str) -> Any:
        return await self._run("requeue", [self.dead, self.urls, f"{self.prefix}:seen:1"], [letter_id, "{}", 1000])

    async def _end(self, script: str, keys: list[str], entry_id: str, args: list[Any]) -> Any:
        return await self._run(script, keys, [GROUP, self.consumer, entry_id, 1, *args], "lease")

    async def _run(self, script: str, keys: list[str], args: list[Any], *before: str) -> Any:
        source = _source("check_type", *before, script)
        return await self.client.execute_command("EVAL", source, len(keys), *keys, *args)  # type: ignore[no-untyped-call]


def _source(*names: str) -> str:
    return "\n".join((SCRIPTS / f"{name}.lua").read_text("utf-8") for name in names)
