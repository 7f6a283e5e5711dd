from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from tests.servers import free_port, server
from worker.errors import UsageError
from worker.streams import check_server, connect, is_durable
from worker.streams.server_check import why_unsupported

if TYPE_CHECKING:
    from pathlib import Path

    from redis.asyncio import Redis

SUPPORTED: dict[str, Any] = {
    "redis_version": "7.0.15",
    "redis_mode": "standalone",
    "maxmemory": 0,
    "cluster_enabled": 0,
}


@pytest.mark.parametrize(
    "info",
    [
        {"redis_version": "6.2.0"},
        {"redis_version": "8.10.2"},
        {"maxmemory": 1, "maxmemory_policy": "noeviction"},
        {"maxmemory": 0, "maxmemory_policy": "allkeys-lru"},
    ],
)
def test_a_recent_server_that_evicts_nothing_is_supported(info: dict[str, Any]) -> None:
    assert why_unsupported(SUPPORTED | info) is None


@pytest.mark.parametrize(
    ("info", "why"),
    [
        ({"redis_version": "6.0.16"}, "is version 6.0.16: 6.2 or later is needed"),
        ({"redis_version": "5.9"}, "is version 5.9: 6.2 or later is needed"),
        ({"redis_mode": "cluster"}, "is a cluster"),
        ({"cluster_enabled": 1}, "is a cluster"),
        ({"redis_mode": "sentinel"}, "is a Sentinel: name the primary"),
        ({"maxmemory": 1, "maxmemory_policy": "volatile-ttl"}, "set maxmemory-policy noeviction"),
    ],
)
def test_why_a_server_is_unsupported(info: dict[str, Any], why: str) -> None:
    assert why in (why_unsupported(SUPPORTED | info) or "")


# ---------------------------------------------------------------- real ones
async def refusal(url: str) -> str:
    async with connect(url) as client:
        with pytest.raises(UsageError) as refused:
            await check_server(client)
    return str(refused.value)


async def test_a_server_that_may_evict_keys_is_refused(tmp_path: Path) -> None:
    async with server(tmp_path, "--maxmemory", "1gb", "--maxmemory-policy", "allkeys-lru") as url:
        assert "drops keys when its memory is full (maxmemory-policy allkeys-lru)" in await refusal(url)


async def test_a_cluster_is_refused(tmp_path: Path) -> None:
    async with server(tmp_path, "--cluster-enabled", "yes", "--port", str(free_port()), "--bind", "127.0.0.1") as url:
        assert "is a cluster" in await refusal(url)


async def test_a_sentinel_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sentinel.conf").write_text(f"port 0\nunixsocket {tmp_path / 's'}\ndir {tmp_path}\n")
    async with server(tmp_path, str(tmp_path / "sentinel.conf"), "--sentinel") as url:
        assert "is a Sentinel" in await refusal(url)


async def test_missing_permissions_are_named_in_the_error(private_redis_url: str) -> None:
    async with connect(private_redis_url) as client:
        await client.acl_setuser("narrow", enabled=True, passwords=["+secret"], keys=["*"], commands=["+get"])
    url = private_redis_url.replace("unix://", "unix://narrow:secret@")
    message = await refusal(url)
    assert "lacks a permission" in message
    assert "info" in message
    assert "secret" not in message


async def test_a_wrong_password_is_an_error_at_once_and_not_shown(private_redis_url: str) -> None:
    async with connect(private_redis_url) as client:
        await client.config_set("requirepass", "secret")
    async with connect(private_redis_url.replace("unix://", "unix://default:guess@")) as client:
        with pytest.raises(RedisConnectionError, match=r"cannot use Redis at .*password") as refused:
            await check_server(client)
    assert "guess" not in str(refused.value)


async def test_a_server_is_durable_only_with_an_append_only_file(redis: Redis, tmp_path: Path) -> None:
    assert await is_durable(redis)
    async with server(tmp_path) as url, connect(url) as client:
        assert not await is_durable(client)
