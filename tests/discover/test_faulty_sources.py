"""One file of sources with every kind of fault: what each gives, and that none affects another."""

from __future__ import annotations

import gzip
from typing import NamedTuple

import pytest

from tests.discover.conftest import Make, Site, rss
from worker.discover import Source
from worker.discover.source_check import SourceChecker
from worker.fetch.client import Fetcher, open_fetcher
from worker.fetch.politeness import Politeness
from worker.queue import Hosts

GOOD = "<item><link>/good</link></item>"


class Fault(NamedTuple):
    """A response, and what a source with it gives."""

    body: str | bytes
    gives: int | str
    """Number of links; or the reason of the failure."""
    status: int = 200
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed


def in_item(inside: str) -> str:
    return f"<rss><channel><item>{inside}<link>/1</link></item>{GOOD}</channel></rss>"


XML = {"Content-Type": "text/xml"}
FAULTS = {
    "good": Fault(rss("/a"), 1),
    "empty-channel": Fault("<rss><channel/></rss>", 0),
    "empty": Fault("", "not_a_feed"),
    "blank": Fault(" \n", "not_a_feed"),
    "entities": Fault(in_item("<title>a&nbsp;b&rsquo;c &x; &</title>"), 2),
    "surrogates": Fault(in_item("<title>&#xD83D;&#xDE00; &#xDFFF;</title>"), 2),
    "controls": Fault(in_item("<title>\x00\x01\x1f</title>"), 2),
    "unclosed": Fault(in_item("<description><p>a<br>b</description>"), 2),
    "unclosed-item": Fault(f"<rss><channel><item><link>/1</link>{GOOD}</channel></rss>", 2),
    "unclosed-cdata": Fault(in_item("<title><![CDATA[x").replace("<link>/1</link>", "", 1), 1),
    "bad-encoding": Fault(
        b"<?xml version='1.0' encoding='utf-8'?>" + in_item("<title>\xfc</title>").encode("latin-1"), 2
    ),
    "unknown-encoding": Fault("<?xml version='1.0' encoding='x-none'?>" + in_item(""), 2),
    "utf-16": Fault(("<?xml version='1.0' encoding='utf-16'?>" + in_item("")).encode("utf-16"), 2),
    "php": Fault("<br />\n<b>Warning</b>: x in <b>/srv/a.php</b><br />\n<?xml version='1.0'?>" + in_item(""), 2),
    "after": Fault(in_item("") + "<script>1 < 2</script>", 2),
    "truncated": Fault(in_item("")[:-12], 2),
    "no-links": Fault(rss("N/A", "", "undefined"), 0),
    "bad-links": Fault(rss("javascript:x", "http://[x", "/1"), 3),
    "no-root-end": Fault("<rss><channel>" + GOOD, 1),
    "xxe": Fault('<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + in_item("<title>&x;</title>"), 2),
    "bomb": Fault('<!DOCTYPE rss [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>' + in_item("<title>&b;</title>"), 2),
    "deep": Fault("<rss>" + "<a>" * 5000 + GOOD, 0),
    "html": Fault("<!doctype html><html><title>Sign in</title></html>", "not_a_feed"),
    "opml": Fault("<opml><body/></opml>", "not_a_feed"),
    "pdf": Fault(b"%PDF-1.4 \x00", "not_a_feed", headers={"Content-Type": "application/pdf"}),
    "wrong-type": Fault(in_item(""), 2, headers={"Content-Type": "image/png"}),
    "no-type": Fault(in_item(""), 2, headers={"Content-Type": ""}),
    "json": Fault('{"items": [{"id": "1", "external_url": "/1"}, {"id": "http://b.example/2"}, 3]}', 2),
    "json-surrogate": Fault('{"items": [{"id": "1", "url": "/1", "title": "\\ud83d"}, {"id": "2", "url": "/2"}]}', 2),
    "json-cut": Fault('{"items": [{"id": "1", "url": "/1"}, {"id": "2"', 1),
    "json-other": Fault('{"results": []}', "not_a_feed"),
    "json-deep": Fault('{"items": ' + "[" * 50_000, "not_a_feed"),
    "sitemap": Fault("<urlset><url><loc>/1</loc><xhtml:link rel='alternate' href='/sv'/></url></urlset>", 1),
    "list": Fault("http://b.example/1\n\nhttp://b.example/2", 2),
    "gzip": Fault(gzip.compress(in_item("").encode(), mtime=0), 2),
    "gzip-cut": Fault(gzip.compress(in_item("").encode(), mtime=0)[:-9], "truncated"),
    "gzip-junk": Fault(b"\x1f\x8b\x08\x00" + b"\xff" * 60, "bad_encoding"),
    "coding-junk": Fault(in_item(""), "bad_encoding", headers=XML | {"Content-Encoding": "br"}),
    "coding-unknown": Fault(in_item(""), "bad_encoding", headers=XML | {"Content-Encoding": "rot13"}),
    "index": Fault("<sitemapindex><sitemap><loc>/sitemap</loc></sitemap></sitemapindex>", 1),
    "index-gone": Fault("<sitemapindex><sitemap><loc>/none</loc></sitemap></sitemapindex>", "http_404"),
    "index-loop": Fault("<sitemapindex><sitemap><loc>/index-loop</loc></sitemap></sitemapindex>", 0),
    "gone": Fault("", "http_410", 410),
    "forbidden": Fault("", "http_403", 403),
    "redirect-loop": Fault("", "redirect_loop", 302, {"Location": "/redirect-loop"}),
    "redirect-nowhere": Fault("", "bad_redirect", 301),
    "redirect-scheme": Fault("", "bad_redirect", 301, {"Location": "ftp://a.example/"}),
    "moved": Fault("", 1, 301, {"Location": "/good"}),
    "disallowed": Fault(in_item(""), "robots"),
    "server-error": Fault("", "http_500", 500),
}
"""Path -> response.  The last one opens no circuit breaker: three server errors in a row would."""


@pytest.fixture
def faulty(site: Site) -> Site:
    site.bodies["/robots.txt"] = "User-agent: *\nDisallow: /disallowed"
    for name, fault in FAULTS.items():
        site.bodies[f"/{name}"] = fault.body
        site.statuses[f"/{name}"] = fault.status
        if fault.headers:
            site.headers[f"/{name}"] = fault.headers
    return site


def sources(site: Site) -> list[Source]:
    return [Source(name=name, url=f"{site.base}/{name}") for name in FAULTS]


async def test_every_source_gives_what_can_be_read(make: Make, faulty: Site, fetcher: Fetcher) -> None:
    make(host_max_requests=20)  # sets the pace of the fetcher
    checker = SourceChecker(fetcher, Politeness(make.redis, fetcher, make.settings), make.settings)
    reports = await checker.check_all(sources(faulty))
    assert {it.name: it.reason or it.links for it in reports} == {name: it.gives for name, it in FAULTS.items()}
    assert await make.queued() == []


async def test_polling_them_gives_the_same_and_none_fails_another(make: Make, faulty: Site) -> None:
    results = await make(*sources(faulty), host_max_requests=20).poll_all()
    assert {it.source: it.reason or it.links for it in results} == {name: it.gives for name, it in FAULTS.items()}
    assert {it.outcome for it in results} == {"read", "failed"}


async def test_addresses_that_are_not_public_are_not_requested(make: Make, faulty: Site) -> None:
    settings = make.settings.override(allow_private_addresses=False)
    async with open_fetcher(Hosts(make.redis, settings), settings) as fetcher:
        checker = SourceChecker(fetcher, Politeness(make.redis, fetcher, settings), settings)
        report = await checker.check(Source(name="good", url=f"{faulty.base}/good"))
    assert (report.outcome, report.reason) == ("failed", "private_address")
    assert faulty.requests.total() == 0
