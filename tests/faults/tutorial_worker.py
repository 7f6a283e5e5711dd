"""A worker as tutorials on Redis Streams write it: XREADGROUP, work, XADD, XACK.

It claims the entries of dead workers (XAUTOCLAIM), waits for an unavailable Redis, and creates a group that is missing.
Result and acknowledgement are separate commands.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import socket
from typing import Any

import aiohttp
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

GROUP = "workers"
TASKS, ARTICLES = "communique:ready", "communique:articles"
COUNT = 32


async def work(redis: Redis, http: aiohttp.ClientSession, me: str, entry: str, url: str) -> None:
    """Fetch the page, add the result, acknowledge the entry."""
    async with http.get(url) as response:
        text = await response.text()
    await redis.xadd(ARTICLES, {"data": json.dumps({"url": url, "text": text}), "worker": me})
    await redis.xack(TASKS, GROUP, entry)
    await redis.xdel(TASKS, entry)


async def read(redis: Redis, me: str, lease_ms: int) -> list[Any]:
    """Return entries of dead workers, and new ones."""
    claimed: Any = await redis.xautoclaim(TASKS, GROUP, me, min_idle_time=lease_ms, count=COUNT)
    new: Any = await redis.xreadgroup(GROUP, me, {TASKS: ">"}, count=COUNT, block=1000)
    return [*claimed[1], *(entry for _, entries in new for entry in entries)]


async def main() -> None:
    me = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    lease_ms = round(1000 * float(os.environ["COMMUNIQUE_LEASE_S"]))
    redis = Redis.from_url(os.environ["COMMUNIQUE_REDIS_URL"])
    async with redis, aiohttp.ClientSession() as http:
        while True:
            try:
                with contextlib.suppress(ResponseError):  # it exists
                    await redis.xgroup_create(TASKS, GROUP, id="0", mkstream=True)
                entries = await read(redis, me, lease_ms)
                await asyncio.gather(*(work(redis, http, me, entry, f[b"url"].decode()) for entry, f in entries if f))
            except (RedisError, OSError):
                await asyncio.sleep(0.5)


if __name__ == "__main__":
    asyncio.run(main())
