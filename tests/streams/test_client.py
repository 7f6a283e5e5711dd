from __future__ import annotations

import pytest

from worker.errors import UsageError
from worker.streams import connect, read_entries, without_password


@pytest.mark.parametrize("url", ["localhost:6379", "http://localhost", "redis://localhost:port", ""])
def test_a_malformed_url_is_named_in_the_error(url: str) -> None:
    with pytest.raises(UsageError, match="Redis URL"):
        connect(url)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://me:secret@host:1/2", "redis://host:1/2"),
        ("redis://:p@ss@host", "redis://host"),
        ("unix:///run/redis.sock?db=1", "unix:///run/redis.sock?db=1"),
        ("redis://host?password=secret&db=1", "redis://host?password=***&db=1"),
        ("unix:///run/redis.sock?db=1&password=secret", "unix:///run/redis.sock?db=1&password=***"),
        ("nonsense", "nonsense"),
    ],
)
def test_no_message_shows_a_password(url: str, shown: str) -> None:
    assert without_password(url) == shown


async def test_the_socket_timeout_is_longer_than_the_block(redis_url: str, key_prefix: str) -> None:
    async with connect(redis_url, block_s=0.01) as client:
        assert await read_entries(client, {key_prefix: "0"}, count=1, block_s=0.01) == []
        assert client.connection_pool.connection_kwargs["socket_timeout"] > 5
