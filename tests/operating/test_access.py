"""What docs/operating.md lets Redis' users do is enough, and not too much."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from redis.exceptions import NoPermissionError

from tests.gateway.conftest import Publisher
from worker.demo.site import serve_site
from worker.queue import UrlQueue
from worker.schema import event_stream
from worker.settings import Settings
from worker.streams import connect
from worker.subscribe import subscribe

if TYPE_CHECKING:
    from redis.asyncio import Redis

PAGE = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
SHRUGGED_OFF = {"client|setinfo", "client"}
"""By redis-py, which would like to introduce itself; Redis 6.2 logs only the command."""


async def url_of(user: str, private_url: str) -> str:
    """Make the user as the page has it, and return the URL with which it comes."""
    (command,) = re.findall(rf"(?ms)^```redis {user}\n(.*?)\n```$", PAGE)
    async with connect(private_url) as client:
        await client.execute_command(*command.split())  # type: ignore[no-untyped-call]
    return private_url.replace("unix://", f"unix://{command.split()[2]}:PASSWORD@")


async def denied(client: Redis) -> set[str]:
    """Return what a user tried and was not allowed to."""
    log: Any = await client.acl_log(count=1000)
    return {entry["object"].lower() for entry in log} - SHRUGGED_OFF


async def communique(url: str, *words: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COMMUNIQUE_")}
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


async def test_the_fleets_user_may_do_all_that_a_fleet_does(private_redis_url: str, tmp_path: Path) -> None:
    url = await url_of("fleet", private_redis_url)
    async with serve_site(crawl_delay_s=0) as served, connect(private_redis_url) as admin:
        feeds = tmp_path / "sources.toml"
        feeds.write_text(f'[[source]]\nname = "demo"\nurl = "{served.feed_url}"\n')
        events = [json.loads(line) for line in (await communique(url, "demo", "--json")).splitlines()]
        assert {event["kind"] for event in events} == {"statement", "meeting", "decision"}
        await communique(url, "discover", "--once", "--sources", str(feeds))
        await communique(url, "put", served.plain[0])
        for command in ("status", "top --once", "dead --requeue http_404", f"sink {tmp_path / 'files'} --once"):
            await communique(url, *command.split())
        async with subscribe(url, prefix="communique:demo", group="desk", after="0") as shared:
            assert {(await anext(shared)).id for _ in events} == {event["id"] for event in events}
        assert await denied(admin) == set()


async def test_it_may_not_touch_anything_else(private_redis_url: str) -> None:
    url = await url_of("fleet", private_redis_url)
    async with connect(url) as client:
        for words in ("GET other", "SET other x", "FLUSHALL", "CONFIG GET *", "KEYS *", "SHUTDOWN", "PUBLISH a b"):
            with pytest.raises(NoPermissionError):
                await client.execute_command(*words.split())  # type: ignore[no-untyped-call]
    with pytest.raises(NoPermissionError):
        await UrlQueue(url, Settings.of(key_prefix="another")).__aenter__()


async def test_a_readers_user_subscribes_and_cannot_write(private_redis_url: str) -> None:
    settings = Settings()
    async with connect(private_redis_url) as admin:
        await Publisher(admin, settings).numbers(1, 2, 3)
        url = await url_of("reader", private_redis_url)
        async with subscribe(url, after="0") as events:
            assert len({(await anext(events)).id for _ in range(3)}) == 3
        assert await denied(admin) == set()
    async with connect(url) as client:
        with pytest.raises(NoPermissionError):
            await client.xadd(event_stream(settings.redis.key_prefix, "meeting"), {"data": "{}"})
        with pytest.raises(NoPermissionError):
            await client.xrange("communique:urls")
