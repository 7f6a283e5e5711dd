"""The Redis permissions in docs/operating.md are sufficient and minimal."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from redis.exceptions import NoPermissionError

from tests.environment import clean_environ
from tests.gateway.conftest import Publisher
from tests.redis_users import acl_setuser
from worker.demo.site import serve_site
from worker.queue import UrlQueue
from worker.schema import event_stream
from worker.settings import Settings
from worker.streams import connect
from worker.subscribe import subscribe

if TYPE_CHECKING:
    from pathlib import Path

    from redis.asyncio import Redis

IGNORED_DENIALS = {"client|setinfo", "client"}
"""Sent by redis-py to identify itself, which may be denied; Redis 6.2 logs only the command."""


async def create_user(user: str, private_url: str) -> str:
    """Create the user with the command on the page, and return its URL."""
    words = acl_setuser(user)
    async with connect(private_url) as client:
        await client.execute_command(*words)  # type: ignore[no-untyped-call]
    return private_url.replace("unix://", f"unix://{words[2]}:PASSWORD@")


async def denied_commands(client: Redis) -> set[str]:
    """Return the commands that were denied."""
    log: Any = await client.acl_log(count=1000)
    return {entry["object"].lower() for entry in log} - IGNORED_DENIALS


async def communique(url: str, *words: str) -> str:
    clean = clean_environ()
    given = {"COMMUNIQUE_REDIS_URL": url, "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "true", "COMMUNIQUE_BACKOFF_S": "0.1"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "worker", *words),
        env=clean | given | {"COMMUNIQUE_HOST_DELAY_S": "0", "COMMUNIQUE_METRICS_PORT": "0"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


async def test_the_user_of_a_fleet_may_do_everything_a_fleet_does(private_redis_url: str, tmp_path: Path) -> None:
    url = await create_user("fleet", private_redis_url)
    async with serve_site(crawl_delay_s=0) as served, connect(private_redis_url) as admin:
        feeds = tmp_path / "sources.toml"
        feeds.write_text(f'[[source]]\nname = "demo"\nurl = "{served.feed_url}"\n')
        events = [json.loads(line) for line in (await communique(url, "demo", "--json")).splitlines()]
        assert {event["kind"] for event in events} == {"statement", "meeting", "decision"}
        await communique(url, "discover", "--once", "--sources", str(feeds))
        await communique(url, "put", served.plain[0])
        for command in (
            "status",
            "top --once",
            "hosts",
            f"why {served.plain[0]}",
            "dead --requeue http_404",
            f"sink {tmp_path / 'files'} --once",
        ):
            await communique(url, *command.split())
        async with subscribe(url, prefix="communique:demo", group="desk", after="0") as shared:
            assert {(await anext(shared)).id for _ in events} == {event["id"] for event in events}
        assert await denied_commands(admin) == set()


async def test_the_user_of_a_fleet_may_do_nothing_else(private_redis_url: str) -> None:
    url = await create_user("fleet", private_redis_url)
    async with connect(url) as client:
        for words in ("GET other", "SET other x", "FLUSHALL", "CONFIG GET *", "KEYS *", "SHUTDOWN", "PUBLISH a b"):
            with pytest.raises(NoPermissionError):
                await client.execute_command(*words.split())  # type: ignore[no-untyped-call]
    with pytest.raises(NoPermissionError):
        await UrlQueue(url, Settings.of(key_prefix="another")).__aenter__()


async def test_the_user_of_a_subscriber_can_read_but_not_write(private_redis_url: str) -> None:
    settings = Settings()
    async with connect(private_redis_url) as admin:
        await Publisher(admin, settings).numbers(1, 2, 3)
        url = await create_user("reader", private_redis_url)
        async with subscribe(url, after="0") as events:
            assert len({(await anext(events)).id for _ in range(3)}) == 3
        assert await denied_commands(admin) == set()
    async with connect(url) as client:
        with pytest.raises(NoPermissionError):
            await client.xadd(event_stream(settings.redis.key_prefix, "meeting"), {"data": "{}"})
        with pytest.raises(NoPermissionError):
            await client.xrange("communique:urls")
