"""The Redis permissions in docs/operating.md are sufficient and minimal."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from redis.exceptions import NoPermissionError

from tests.environment import clean_environ
from tests.gateway.conftest import Publisher
from tests.operating.conftest import process
from tests.redis_users import acl_setuser, denied_commands
from tests.servers import free_port
from tests.webhook.receiver import SECRET, running_receiver
from worker.demo.site import serve_site
from worker.monitor.stream_trimmer import StreamTrimmer
from worker.queue import UrlQueue
from worker.schema import event_stream
from worker.settings import Settings
from worker.streams import connect
from worker.subscribe import subscribe
from worker.urls import host_of

if TYPE_CHECKING:
    from pathlib import Path


async def create_user(user: str, private_url: str) -> str:
    """Create the user with the command on the page, and return its URL."""
    words = acl_setuser(user)
    async with connect(private_url) as client:
        await client.execute_command(*words)  # type: ignore[no-untyped-call]
    return private_url.replace("unix://", f"unix://{words[2]}:PASSWORD@")


async def communique(url: str, *words: str, status: int = 0) -> str:
    clean = clean_environ()
    given = {"COMMUNIQUE_REDIS_URL": url, "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "true", "COMMUNIQUE_BACKOFF_S": "0.1"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "worker", *words),
        env=clean | given | {"COMMUNIQUE_HOST_DELAY_S": "0", "COMMUNIQUE_METRICS_PORT": "0"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == status, err.decode()
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
            f"sink {tmp_path / 'files'} --once",
        ):
            await communique(url, *command.split())
        await communique(url, "dead", "--requeue", "http_404", status=1)  # there is none
        async with subscribe(url, prefix="communique:demo", group="desk", after="0") as shared:
            assert {(await anext(shared)).id for _ in events} == {event["id"] for event in events}
        assert await denied_commands(admin) == set()


async def test_the_user_of_a_fleet_may_do_everything_its_services_do(private_redis_url: str, tmp_path: Path) -> None:
    settings = Settings.of(redis_url=await create_user("fleet", private_redis_url))
    port = free_port()
    environ = {
        "COMMUNIQUE_WEBHOOK_SECRET": SECRET,
        "COMMUNIQUE_HOST_DELAY_S": "0",
        "COMMUNIQUE_LEASE_S": "1",
        "COMMUNIQUE_GATEWAY_PORT": str(port),
    }
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(serve_site(crawl_delay_s=0))
        receiver = await stack.enter_async_context(running_receiver())
        admin = await stack.enter_async_context(connect(private_redis_url))
        http = await stack.enter_async_context(aiohttp.ClientSession(f"http://127.0.0.1:{port}"))
        feeds = tmp_path / "sources.toml"
        feeds.write_text(f'[[source]]\nname = "demo"\nurl = "{site.feed_url}"\n')
        for words in (
            ["gateway"],
            ["webhook", "--to", receiver.url, "--name", "press"],
            ["sink", str(tmp_path / "files")],
            ["archive", "--to", f"sqlite:{tmp_path}/archive.sqlite"],
            ["consume"],
            ["discover", "--sources", str(feeds)],
        ):
            await stack.enter_async_context(process(settings, tmp_path / f"{words[0]}.log", *words, **environ))
        await receiver.wait_for(lambda: len(receiver.accepted) > 5)
        await use_gateway(http, site.plain[0])
        for command in (
            "subscribe --from-start --count 1",
            "webhook --dead press",
            f"forget {host_of(site.base_url)}",
        ):
            await communique(settings.redis.url or "", *command.split())
        assert await denied_commands(admin) == set()


async def use_gateway(http: aiohttp.ClientSession, url: str) -> None:
    """Request every route that reads or writes Redis; an article may not be indexed yet."""
    async with http.post("/v1/articles", json={"urls": [url]}) as response:
        assert response.status == 202, await response.text()
    events = await get_json(http, "/v1/events")
    for path in (f"/v1/events/{events['events'][0]['id']}", f"/v1/articles?url={url}", "/v1/status"):
        assert await get_json(http, path)
    async with http.get("/v1/stream?since=0") as response:
        assert await response.content.readline()


async def get_json(http: aiohttp.ClientSession, path: str) -> Any:
    async with http.get(path) as response:
        assert response.status in {200, 404}, await response.text()
        return await response.json()


async def test_the_user_of_a_fleet_may_trim_the_streams(private_redis_url: str) -> None:
    settings = Settings.of(stream_bytes=1)
    async with connect(private_redis_url) as admin:
        await Publisher(admin, settings).numbers(*range(300))
        async with connect(await create_user("fleet", private_redis_url)) as client:
            await StreamTrimmer(client, settings).poll()
        found: Any = await admin.xinfo_stream("communique:events:meeting")
        assert found["length"] < 100
        assert await denied_commands(admin) == set()


async def test_the_user_of_a_fleet_may_wait_for_replicas(private_redis_url: str) -> None:
    async with connect(await create_user("fleet", private_redis_url)) as client:
        assert await client.wait(0, 1) == 0


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
