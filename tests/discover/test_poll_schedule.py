"""When a source is polled, and by which replica."""

from __future__ import annotations

import asyncio

import pytest

from tests.discover.conftest import Make, Site, rss


async def test_a_source_that_is_due_is_polled_by_one_replica(make: Make, site: Site) -> None:
    site.bodies["/world.xml"] = rss("/a")
    replicas = [make("/world.xml") for _ in range(3)]
    rounds = await asyncio.gather(*(r.poll_all(due_only=True) for r in replicas))
    assert sorted(o.outcome for [o] in rounds) == ["not_due", "not_due", "read"]
    [later] = await replicas[0].poll_all(due_only=True)
    assert later.outcome == "not_due"
    assert later.next_s == pytest.approx(300, abs=5)
    assert site.requests["/world.xml"] == 1


async def test_an_unchanged_feed_is_not_transferred_again_to_any_process(make: Make, site: Site) -> None:
    site.bodies["/world.xml"], site.headers["/world.xml"] = rss("/a"), {"ETag": '"v1"'}
    assert [o.outcome for o in await make("/world.xml").poll_all()] == ["read"]
    assert [o.outcome for o in await make("/world.xml").poll_all()] == ["unchanged"]
    assert [o.outcome for o in await make("/world.xml").poll_all()] == ["unchanged"]
    site.headers["/world.xml"] = {"ETag": '"v2"'}
    assert [o.outcome for o in await make("/world.xml").poll_all()] == ["read"]


async def test_the_interval_of_a_failing_source_doubles_until_it_recovers(make: Make, site: Site) -> None:
    discover = make("/world.xml")
    assert [(await discover.poll_all())[0].next_s for _ in range(3)] == [1200, 2400, 4800]
    assert [(await make("/world.xml").poll_all())[0].next_s for _ in range(9)][-1] == 6 * 3600
    site.bodies["/world.xml"] = rss("/a")
    assert (await discover.poll_all())[0].next_s == 300
    del site.bodies["/world.xml"]
    assert (await discover.poll_all())[0].next_s == 600


async def test_retry_after_of_a_feed_applies_to_all_feeds_of_its_host(make: Make, site: Site) -> None:
    site.bodies |= {"/world.xml": "", "/other.xml": rss("/a")}
    site.statuses["/world.xml"], site.headers["/world.xml"] = 429, {"Retry-After": "3000"}
    [result] = await make("/world.xml").poll_all()
    assert (result.reason, result.next_s) == ("http_429", 3000)
    [other] = await make("/other.xml").poll_all()
    assert (other.outcome, other.reason) == ("waiting", "host_busy")
    assert other.next_s == pytest.approx(3000, abs=5)
    assert site.requests["/other.xml"] == 0
