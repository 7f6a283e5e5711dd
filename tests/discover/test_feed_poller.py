"""Polling real feeds: every new link is enqueued once, failures are isolated, hosts are rate-limited."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest
import structlog

from tests.discover.conftest import Make, Site, rss
from worker.discover import Source
from worker.discover.link_selector import LinkSelector
from worker.parse.feed import FeedLink
from worker.queue import QueueFull
from worker.schema import Task, task_id
from worker.telemetry import metrics


async def test_each_new_link_is_enqueued_once(make: Make, site: Site) -> None:
    site.bodies["/world.xml"] = rss("/a?utm_source=rss", "https://other.example/b#top", "/a")
    discover = make("/world.xml")
    [result] = await discover.poll_all()
    assert (result.outcome, result.links, result.new, result.refused) == ("read", 3, 2, 0)
    [again] = await discover.poll_all()
    assert (again.outcome, again.links, again.new) == ("read", 3, 0)
    first, second = await make.queued()
    assert (first.url, second.url) == (f"{site.base}/a", "https://other.example/b")
    assert first.id == task_id(first.url)
    assert first.source == "/world.xml"
    assert isinstance(first.put_at, datetime)
    assert first.put_at.tzinfo is not None


async def test_an_invalid_link_does_not_affect_the_others(make: Make, site: Site) -> None:
    site.bodies["/world.xml"] = rss("/a", "javascript:alert(1)", "http://user:pw@a.example/", "http://[x", "/b")
    [result] = await make("/world.xml").poll_all()
    assert (result.new, result.refused) == (2, 3)
    assert result.detail
    assert "javascript" in result.detail


async def test_a_failing_source_does_not_affect_the_others(make: Make, site: Site) -> None:
    site.bodies |= {"/good.xml": rss("/a"), "/page": "<!doctype html><title>Sign in</title>", "/busy.xml": ""}
    site.statuses["/busy.xml"] = 500
    outcomes = await make("/gone.xml", "/page", "/good.xml", "/busy.xml").poll_all()
    assert [(o.source, o.outcome, o.reason) for o in outcomes] == [
        ("/gone.xml", "failed", "http_404"),
        ("/page", "failed", "not_a_feed"),
        ("/good.xml", "read", None),
        ("/busy.xml", "failed", "http_500"),
    ]
    assert outcomes[1].detail
    assert "HTML page titled 'Sign in'" in outcomes[1].detail
    assert len(await make.queued()) == 1


async def test_each_poll_is_one_log_line(make: Make, site: Site) -> None:
    site.bodies["/good.xml"] = rss("/a")
    with structlog.testing.capture_logs() as lines:
        await make("/good.xml", "/gone.xml").poll_all()
    by_source = {line["source"]: line for line in lines if line["event"] == "source"}
    assert [line["event"] for line in lines].count("source") == len(by_source) == 2
    assert by_source["/good.xml"]["new"] == 1
    assert by_source["/gone.xml"]["reason"] == "http_404"


async def test_feeds_obey_robots_txt(make: Make, site: Site) -> None:
    site.bodies |= {"/robots.txt": "User-agent: *\nDisallow: /feeds/", "/feeds/world.xml": rss("/a")}
    [result] = await make("/feeds/world.xml").poll_all()
    assert (result.outcome, result.reason) == ("failed", "robots")
    assert site.requests["/feeds/world.xml"] == 0


async def test_a_feed_redirected_to_a_disallowed_url_is_not_requested_there(make: Make, site: Site) -> None:
    site.bodies |= {"/robots.txt": "User-agent: *\nDisallow: /new/", "/old.xml": "", "/new/world.xml": rss("/a")}
    site.statuses["/old.xml"], site.headers["/old.xml"] = 301, {"Location": "/new/world.xml"}
    [result] = await make("/old.xml").poll_all()
    assert (result.outcome, result.reason) == ("failed", "robots")
    assert site.requests["/new/world.xml"] == 0


async def test_feeds_of_one_host_are_polled_one_after_the_other(make: Make, site: Site) -> None:
    site.bodies |= {f"/{n}.xml": rss(f"/{n}") for n in range(3)}
    started = asyncio.get_running_loop().time()
    outcomes = await make("/0.xml", "/1.xml", "/2.xml", host_delay_s=0.6).poll_all()
    assert [o.outcome for o in outcomes] == ["read"] * 3
    assert asyncio.get_running_loop().time() - started >= 1.0


async def test_validators_are_not_stored_where_enqueueing_failed(make: Make, site: Site) -> None:
    """Otherwise the links that a full queue rejected would be lost, since the feed would be unchanged."""

    class Full:
        async def put_many(self, tasks: Sequence[Task]) -> list[bool]:
            raise QueueFull(waiting=7, put=len(tasks) - 1)

    site.bodies["/world.xml"], site.headers["/world.xml"] = rss("/a"), {"ETag": '"v1"'}
    [full] = await make("/world.xml", queue=Full()).poll_all()
    assert (full.outcome, full.reason, full.next_s) == ("failed", "queue_full", 600)
    [result] = await make("/world.xml").poll_all()
    assert (result.outcome, result.new) == ("read", 1)


def sitemap(*dates: str) -> str:
    entries = "".join(
        f"<url><loc>/{n}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</url>" for n, date in enumerate(dates)
    )
    return f"<urlset>{entries}</urlset>"


async def test_of_too_many_links_the_newest_are_enqueued_and_the_others_counted(make: Make, site: Site) -> None:
    site.bodies["/map.xml"] = sitemap("2026-01-01", "2026-03-01", "", "2026-02-01")
    omitted = metrics.OMITTED_LINKS.labels("/map.xml")._value.get()
    with structlog.testing.capture_logs() as lines:
        [result] = await make("/map.xml", max_links=2).poll_all()
    assert (result.links, result.new, result.omitted) == (4, 2, 2)
    assert [task.url for task in await make.queued()] == [f"{site.base}/1", f"{site.base}/3"]
    assert [line["omitted"] for line in lines if line["event"] == "source"] == [2]
    assert metrics.OMITTED_LINKS.labels("/map.xml")._value.get() == omitted + 2


async def test_of_too_many_links_without_dates_the_first_are_enqueued(make: Make, site: Site) -> None:
    site.bodies["/map.xml"] = sitemap("", "", "")
    [result] = await make("/map.xml", max_links=2).poll_all()
    assert (result.new, result.omitted) == (2, 1)
    assert [task.url for task in await make.queued()] == [f"{site.base}/0", f"{site.base}/1"]


# ---------------------------------------------------------------- isolation
async def test_a_fault_of_the_program_fails_one_source_only(
    make: Make, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.bodies |= {"/odd.xml": rss("/odd"), "/good.xml": rss("/a")}
    add = LinkSelector.add

    def faulty(self: LinkSelector, link: FeedLink) -> None:
        if link.url.endswith("/odd"):
            raise UnicodeEncodeError("utf-8", "\ud83d", 0, 1, "surrogates not allowed")
        add(self, link)

    monkeypatch.setattr(LinkSelector, "add", faulty)
    odd, good = await make("/odd.xml", "/good.xml").poll_all()
    assert (odd.outcome, odd.reason, good.outcome, good.new) == ("failed", "bug", "read", 1)


async def test_sources_that_do_not_answer_do_not_delay_the_others(make: Make, site: Site) -> None:
    """More sources than were once polled at a time wait for a response that comes only after the good one is read."""
    paths = [f"/hanging/{n}.xml" for n in range(40)]
    site.bodies |= {path: rss() for path in paths} | {"/good.xml": rss("/a")}
    site.released = asyncio.Event()
    puts: list[str] = []

    class Releasing:
        async def put_many(self, tasks: Sequence[Task]) -> list[bool]:
            puts.extend(task.url for task in tasks)
            site.released.set()
            return [True] * len(tasks)

    async with asyncio.timeout(60):
        results = await make(*paths, "/good.xml", queue=Releasing(), host_max_requests=100).poll_all()
    assert puts == [f"{site.base}/a"]
    assert {it.outcome for it in results} == {"read"}


async def test_the_links_of_a_feed_are_logged_in_one_line(make: Make, site: Site) -> None:
    site.bodies["/world.xml"] = rss(*(f"/{n}" for n in range(50)))
    with structlog.testing.capture_logs() as lines:
        await make("/world.xml").poll_all()
    assert [line["event"] for line in lines if line["log_level"] == "info"] == ["source"]


# ---------------------------------------------------------------- permanent redirects
async def test_a_permanent_redirect_is_remembered(make: Make, site: Site) -> None:
    site.bodies |= {"/old.xml": "", "/new.xml": rss("/a")}
    site.statuses["/old.xml"], site.headers["/old.xml"] = 308, {"Location": "/new.xml"}
    site.headers["/new.xml"] = {"ETag": '"v1"'}
    results = [(await make("/old.xml").poll_all())[0] for _ in range(3)]
    assert [it.outcome for it in results] == ["read", "unchanged", "unchanged"]
    assert {it.moved_to for it in results} == {f"{site.base}/new.xml"}
    assert (site.requests["/old.xml"], site.requests["/new.xml"]) == (1, 3)


async def test_a_source_is_read_at_its_own_url_if_it_is_not_where_it_moved_to(make: Make, site: Site) -> None:
    site.bodies |= {"/old.xml": "", "/new.xml": rss("/a")}
    site.statuses["/old.xml"], site.headers["/old.xml"] = 301, {"Location": "/new.xml"}
    await make("/old.xml").poll_all()
    del site.bodies["/new.xml"], site.statuses["/old.xml"], site.headers["/old.xml"]
    site.bodies["/old.xml"] = rss("/b")
    [result] = await make("/old.xml").poll_all()
    assert (result.outcome, result.new, result.moved_to) == ("read", 1, None)


async def test_a_source_is_read_at_its_own_url_if_the_host_it_moved_to_keeps_failing(make: Make, site: Site) -> None:
    site.bodies |= {"/old.xml": "", "/new.xml": rss("/a")}
    site.statuses["/old.xml"], site.headers["/old.xml"] = 301, {"Location": "/new.xml"}
    await make("/old.xml").poll_all()
    del site.statuses["/old.xml"], site.headers["/old.xml"]
    site.statuses["/new.xml"], site.bodies["/old.xml"] = 408, rss("/b")
    results = [(await make("/old.xml").poll_all())[0] for _ in range(4)]
    assert [it.reason for it in results] == ["http_408"] * 3 + [None]
    assert (results[-1].new, results[-1].moved_to) == (1, None)


async def test_a_temporary_redirect_is_not_remembered(make: Make, site: Site) -> None:
    site.bodies |= {"/old.xml": "", "/new.xml": rss("/a")}
    site.statuses["/old.xml"], site.headers["/old.xml"] = 302, {"Location": "/new.xml"}
    assert [(await make("/old.xml").poll_all())[0].moved_to for _ in range(2)] == [None, None]
    assert site.requests["/old.xml"] == 2


# ---------------------------------------------------------------- what the feed and the server request
async def test_the_freshness_of_the_response_and_the_ttl_of_the_feed_are_honoured(make: Make, site: Site) -> None:
    site.bodies |= {"/fresh.xml": rss("/a"), "/ttl.xml": "<rss><channel><ttl>50</ttl></channel></rss>"}
    site.headers["/fresh.xml"] = {"Cache-Control": "max-age=2000"}
    fresh, ttl = await make("/fresh.xml", "/ttl.xml").poll_all()
    assert (fresh.next_s, ttl.next_s) == (2000, 3000)


async def test_entries_without_a_link_are_counted_as_refused(make: Make, site: Site) -> None:
    site.bodies["/world.xml"] = rss("/a", "N/A", "")
    [result] = await make("/world.xml").poll_all()
    assert (result.new, result.refused) == (1, 2)


async def test_the_tasks_of_a_source_have_its_schedule(make: Make, site: Site) -> None:
    site.bodies["/world.xml"] = rss("/a")
    source = Source(name="world", url=f"{site.base}/world.xml", revisit=("6h", "1h"))
    await make(source).poll_all()
    [task] = await make.queued()
    assert task.revisit_s == (3600.0, 21600.0)
