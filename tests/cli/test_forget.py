"""`communique forget` as a command: output, progress, exit status."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_hosts import communique
from tests.forget.test_forgetter import URL, articles, publish
from worker.cli import forget as forget_command
from worker.queue import UrlQueue

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.settings import Settings


async def test_the_report_and_the_status_of_each_run(redis: Redis, settings: Settings) -> None:
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        await publish(queue, settings, URL)
    status, out, _ = await communique(settings, "forget", "--dry-run", URL)
    assert (status, out.splitlines()[:2]) == (0, [f"{URL}: would be removed", "articles: 1"])
    assert await articles(redis, settings) == [URL]
    status, out, _ = await communique(settings, "forget", "--json", "news.example")
    report = json.loads(out)
    assert (status, report["target"], report["dry_run"], report["articles"]) == (0, "news.example", False, 1)
    assert report["events"] == {"statement": 1, "meeting": 1, "decision": 1}
    assert report["tasks"] == {"waiting": 0, "retries": 0, "active": 0, "dead": 0, "visits": 0}
    status, out, err = await communique(settings, "forget", URL)
    assert (status, out) == (1, "")
    assert err.endswith(f"communique: nothing of {URL} is kept\n")


async def test_an_invalid_target_is_a_usage_error(settings: Settings) -> None:
    status, out, err = await communique(settings, "forget", "news.example/1")
    assert (status, out) == (2, "")
    assert "'news.example/1' is no host; a URL begins with https:// or http://" in err


def test_progress_is_printed_at_most_once_per_interval(capsys: pytest.CaptureFixture[str]) -> None:
    now = 100.0
    progress = forget_command._ProgressLine(lambda: now)
    for step in range(10):
        now = 100.0 + step * 0.4
        progress("article", step * 100, 5_000)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [f"article: {n} of 5,000 entries searched" for n in (300, 600, 900)]
