"""All keys of a Redis server as JSON values, and back: text where the bytes are UTF-8, otherwise base64."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

IDLE_MS = 86_400_000
"""Idle time of restored pending entries: their leases have expired."""


def to_text(value: bytes) -> str | dict[str, str]:
    """Return a string as JSON."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def to_bytes(value: str | dict[str, str]) -> bytes:
    """Invert `to_text`."""
    return value.encode() if isinstance(value, str) else base64.b64decode(value["base64"])


async def dump_keys(client: Redis) -> list[dict[str, Any]]:
    """Return the type and the content of every key, sorted by key; expiry times are left out."""
    keys = sorted([key async for key in client.scan_iter(count=10_000)])
    return [await _dump_key(client, key) for key in keys]


async def _dump_key(client: Any, key: bytes) -> dict[str, Any]:
    kind = (await client.type(key)).decode()
    made: dict[str, Any] = {"key": to_text(key), "type": kind}
    match kind:
        case "string":
            made["value"] = to_text(await client.get(key))
        case "list":
            made["value"] = [to_text(it) for it in await client.lrange(key, 0, -1)]
        case "set":
            made["value"] = sorted([to_text(it) for it in await client.smembers(key)], key=str)
        case "hash":
            made["value"] = [[to_text(name), to_text(it)] for name, it in sorted((await client.hgetall(key)).items())]
        case "zset":
            made["value"] = [[to_text(it), score] for it, score in await client.zrange(key, 0, -1, withscores=True)]
        case "stream":
            made["value"] = [[i.decode(), _fields(fields)] for i, fields in await client.xrange(key)]
            made["groups"] = [await _dump_group(client, key, group) for group in await client.xinfo_groups(key)]
    return made


def _fields(fields: dict[bytes, bytes]) -> list[list[Any]]:
    return [[to_text(name), to_text(value)] for name, value in fields.items()]


async def _dump_group(client: Any, key: bytes, group: dict[str, Any]) -> dict[str, Any]:
    pending = await client.xpending_range(key, group["name"], "-", "+", 10_000)
    return {
        "name": group["name"].decode(),
        "last": group["last-delivered-id"].decode(),
        "pending": [[it["message_id"].decode(), it["consumer"].decode(), it["times_delivered"]] for it in pending],
    }


async def restore_keys(client: Redis, keys: Sequence[dict[str, Any]]) -> None:
    """Write the keys of `dump_keys`."""
    for key in keys:
        await _restore_key(client, to_bytes(key["key"]), key)


async def _restore_key(client: Any, name: bytes, key: dict[str, Any]) -> None:
    value = key["value"]
    match key["type"]:
        case "string":
            await client.set(name, to_bytes(value))
        case "list":
            await client.rpush(name, *map(to_bytes, value))
        case "set":
            await client.sadd(name, *map(to_bytes, value))
        case "hash":
            await client.hset(name, mapping={to_bytes(field): to_bytes(it) for field, it in value})
        case "zset":
            await client.zadd(name, {to_bytes(it): score for it, score in value})
        case "stream":
            for entry_id, fields in value:
                await client.xadd(name, {to_bytes(field): to_bytes(it) for field, it in fields}, id=entry_id)
            for group in key["groups"]:
                await _restore_group(client, name, group)


async def _restore_group(client: Any, key: bytes, group: dict[str, Any]) -> None:
    await client.xgroup_create(key, group["name"], id=group["last"], mkstream=True)
    for entry_id, consumer, deliveries in group["pending"]:
        await client.xclaim(
            key, group["name"], consumer, 0, [entry_id], idle=IDLE_MS, retrycount=deliveries, force=True, justid=True
        )
