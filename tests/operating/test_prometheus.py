"""A real Prometheus scrapes real services and evaluates the queries of the dashboard."""

from __future__ import annotations

import asyncio
import json
import socket
import urllib.parse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.operating.conftest import get, process, wait_until
from tests.operating.promtool import RULES, find_program, requires
from tests.operating.test_rules import queries
from tests.webhook.receiver import SECRET, running_receiver
from worker.demo.site import serve_site
from worker.settings import Settings
from worker.streams import connect

pytestmark = requires("prometheus")

WITHOUT_SERIES = {"ALERTS", "archive", "gateway", "host_pause", "source_failures", "webhook_ended"}
"""Metrics without series here: nothing is wrong, and neither gateway nor archive runs."""


LAST_SERIES = (
    'sum(rate(communique_articles_total{outcome="done"}[1m])) >= 0',
    "max(communique_subscriber_lag_entries) > 0",
    'sum(rate(communique_webhook_attempts_total{outcome="delivered"}[1m])) >= 0',
    'max(communique_subscriber_lag_seconds{group="webhook:press"}) >= 0',
    "sum(rate(communique_new_urls_total[1m])) >= 0",
    "sum(rate(communique_sources_asked_total[1m])) >= 0",
    "sum(rate(communique_sink_files_total[1m])) >= 0",
    "max(communique_sink_last_file_timestamp_seconds) > 0",
)
"""Once these queries have results, all other metrics have been scraped."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@asynccontextmanager
async def prometheus(folder: Path, *targets: str) -> AsyncIterator[str]:
    """Run Prometheus on a free port for the duration of the block; yield its address."""
    scrape = {"job_name": "communique", "static_configs": [{"targets": list(targets)}]}
    config = {"global": {"scrape_interval": "1s", "evaluation_interval": "1s"}, "rule_files": [str(RULES)]}
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config | {"scrape_configs": [scrape]}))
    address, program = f"127.0.0.1:{free_port()}", find_program("prometheus")
    assert program
    running = await asyncio.create_subprocess_exec(
        program,
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield f"http://{address}"
    finally:
        running.terminate()
        await running.wait()


async def query_api(address: str, path: str, **arguments: str) -> Any:
    """Return the data of a response; an empty result while the server does not listen yet."""
    url = f"{address}/api/v1/{path}?{urllib.parse.urlencode(arguments)}"
    try:
        return json.loads(await asyncio.to_thread(get, url))["data"]
    except OSError:
        return {"result": []}


async def result(address: str, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await query_api(address, "query", query=query))["result"]
    return found


@pytest.fixture
async def scraped(settings: Settings, tmp_path: Path) -> AsyncIterator[str]:
    """Yield the address of a Prometheus that has scraped a fleet working on the demo site, without a gateway."""
    sources = tmp_path / "sources.toml"
    quick = {"COMMUNIQUE_HOST_DELAY_S": "0.05", "COMMUNIQUE_BACKOFF_S": "0.2"}
    async with (
        serve_site(copies=2, slow_s=0.1) as served,
        running_receiver() as receiver,
        connect(settings.redis.url or "") as client,
    ):
        sources.write_text(f'[[source]]\nname = "courier"\nurl = "{served.feed_url}"\n')
        stream = f"{settings.redis.key_prefix}:events:statement"
        await client.xgroup_create(stream, "archive", id="0", mkstream=True)
        hook = quick | {"COMMUNIQUE_WEBHOOK_URL": receiver.url, "COMMUNIQUE_WEBHOOK_SECRET": SECRET}
        async with (
            process(settings, tmp_path / "sink.log", "sink", str(tmp_path / "events"), "--rotate-s", "1") as sink,
            process(settings, tmp_path / "webhook.log", "webhook", "--name", "press", **hook) as webhook,
            process(settings, tmp_path / "worker.log", "consume", **quick) as worker,
            process(settings, tmp_path / "discover.log", "discover", "--sources", str(sources), **quick) as discover,
            prometheus(tmp_path, *(service.instance for service in (worker, discover, webhook, sink))) as address,
        ):
            await wait_until(lambda: _has_result(address, " and ".join(LAST_SERIES)))
            yield address


async def _has_result(address: str, query: str) -> bool:
    return bool(await result(address, query))


async def test_a_healthy_fleet_fills_the_dashboard_and_fires_no_alert(scraped: str) -> None:
    empty = [query for query in queries() if not await result(scraped, query)]
    assert [q for q in empty if not q.endswith("> 0") and not any(word in q for word in WITHOUT_SERIES)] == []
    assert len(empty) < len(list(queries())) / 3

    await wait_until(lambda: _evaluated(scraped))
    rules = [rule for group in (await query_api(scraped, "rules"))["groups"] for rule in group["rules"]]
    assert {(rule["name"], rule["health"]) for rule in rules if rule["health"] != "ok"} == set()
    assert [rule["name"] for rule in rules if rule["state"] == "firing"] == []


async def _evaluated(address: str) -> bool:
    groups = (await query_api(address, "rules"))["groups"]
    return all(rule["health"] != "unknown" for group in groups for rule in group["rules"])
