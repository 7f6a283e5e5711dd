"""Sitemap indexes, compressed sitemaps, lists and robots.txt as sources."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import structlog

from tests.discover.conftest import Make, Site
from worker.discover import Source, sitemap_pool
from worker.discover.feed_body import MAX_BYTES


def index(*entries: tuple[str, str]) -> str:
    dated = "".join(f"<sitemap><loc>{u}</loc>{f'<lastmod>{d}</lastmod>' if d else ''}</sitemap>" for u, d in entries)
    return f"<sitemapindex>{dated}</sitemapindex>"


def sitemap(*paths: str) -> str:
    return f"<urlset>{''.join(f'<url><loc>{path}</loc></url>' for path in paths)}</urlset>"


async def test_the_sitemaps_of_an_index_are_read(make: Make, site: Site) -> None:
    site.bodies |= {
        "/index.xml": index(("/a.xml", "2026-03-01"), ("/b.xml.gz", "2026-03-02"), ("/c.txt", "")),
        "/a.xml": sitemap("/1"),
        "/b.xml.gz": gzip.compress(sitemap("/2").encode(), mtime=0),
        "/c.txt": f"{site.base}/3\n{site.base}/4\n",
    }
    site.headers["/b.xml.gz"] = {"Content-Type": "application/x-gzip"}
    with structlog.testing.capture_logs() as lines:
        [result] = await make("/index.xml").poll_all()
    assert (result.outcome, result.links, result.new, result.sitemaps) == ("read", 4, 4, 3)
    assert len([line for line in lines if line["log_level"] == "info"]) == 1
    assert {task.url for task in await make.queued()} == {f"{site.base}/{n}" for n in range(1, 5)}


async def test_only_sitemaps_that_have_changed_are_read_again(make: Make, site: Site) -> None:
    site.bodies |= {
        "/index.xml": index(("/a.xml", "2026-03-01"), ("/b.xml", "2026-03-02"), ("/c.xml", "")),
        "/a.xml": sitemap("/1"),
        "/b.xml": sitemap("/2"),
        "/c.xml": sitemap("/3"),
    }
    site.headers |= {"/index.xml": {"ETag": '"v1"'}, "/c.xml": {"ETag": '"v1"'}}
    discover = make("/index.xml")
    assert [(await discover.poll_all())[0].outcome for _ in range(2)] == ["read", "unchanged"]
    assert (site.requests["/a.xml"], site.requests["/b.xml"], site.requests["/c.xml"]) == (1, 1, 2)
    site.bodies |= {
        "/index.xml": index(("/a.xml", "2026-03-01"), ("/b.xml", "2026-03-05"), ("/c.xml", "")),
        "/b.xml": sitemap("/4", "/2"),
    }
    [result] = await make("/index.xml").poll_all()
    assert (result.outcome, result.new) == ("read", 1)
    assert (site.requests["/a.xml"], site.requests["/b.xml"]) == (1, 2)


async def test_an_index_whose_sitemaps_have_dates_is_not_transferred_again(make: Make, site: Site) -> None:
    site.bodies |= {"/index.xml": index(("/a.xml", "2026-03-01")), "/a.xml": sitemap("/1")}
    site.headers["/index.xml"] = {"ETag": '"v1"'}
    discover = make("/index.xml")
    assert [(await discover.poll_all())[0].outcome for _ in range(3)] == ["read", "unchanged", "unchanged"]
    site.headers["/index.xml"] = {"ETag": '"v2"'}
    assert (await discover.poll_all())[0].outcome == "unchanged"
    assert site.requests["/a.xml"] == 1


async def test_a_sitemap_that_fails_does_not_affect_the_others_and_is_tried_again(make: Make, site: Site) -> None:
    site.bodies |= {
        "/index.xml": index(("/a.xml", "2026-03-02"), ("/gone.xml", "2026-03-01"), ("/page.xml", "2026-02-01")),
        "/a.xml": sitemap("/1"),
        "/page.xml": "<!doctype html><title>Sign in</title>",
    }
    [result] = await make("/index.xml").poll_all()
    assert (result.outcome, result.new, result.sitemaps, result.failed_sitemaps) == ("read", 1, 1, 2)
    assert result.detail == f"{site.base}/gone.xml: http_404: Not Found"
    site.bodies["/gone.xml"] = sitemap("/2")
    [result] = await make("/index.xml").poll_all()
    assert (result.new, result.failed_sitemaps) == (1, 1)
    assert site.requests["/a.xml"] == 1


async def test_an_index_of_which_no_sitemap_can_be_read_fails(make: Make, site: Site) -> None:
    site.bodies["/index.xml"] = index(("/gone.xml", ""), ("/away.xml", ""))
    [result] = await make("/index.xml").poll_all()
    assert (result.outcome, result.reason) == ("failed", "http_404")


async def test_indexes_may_be_nested_but_not_in_each_other(make: Make, site: Site) -> None:
    site.bodies |= {
        "/1.xml": index(("/2.xml", ""), ("/1.xml", "")),
        "/2.xml": index(("/1.xml", ""), ("/3.xml", "")),
        "/3.xml": index(("/4.xml", ""), ("/2.xml", "")),
        "/4.xml": index(("/5.xml", "")),
        "/5.xml": sitemap("/too-deep"),
    }
    [result] = await make("/1.xml").poll_all()
    assert (result.outcome, result.links) == ("read", 0)
    assert max(site.requests.values()) <= 2
    assert site.requests["/5.xml"] == 0


async def test_one_poll_reads_a_number_of_sitemaps_and_the_next_the_others(
    make: Make, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.discover.feed_reader.MAX_SITEMAPS", 2)
    for date in ("2026-03-01", ""):
        name = "dated" if date else "undated"
        site.bodies[f"/{name}.xml"] = index(*((f"/{name}-{n}.xml", date) for n in range(5)))
        site.bodies |= {f"/{name}-{n}.xml": sitemap(f"/{name}/{n}") for n in range(5)}
        site.headers[f"/{name}.xml"] = {"ETag": '"v1"'}
        results = [(await make(f"/{name}.xml").poll_all())[0] for _ in range(3)]
        assert [(it.new, it.unread_sitemaps) for it in results][:2] == [(2, 3), (2, 1 if date else 3)]
        assert results[2].new == 1


async def test_since_leaves_out_sitemaps_and_their_entries(make: Make, site: Site) -> None:
    site.bodies |= {
        "/index.xml": index(("/old.xml", "2020-01-01"), ("/new.xml", "2026-03-01")),
        "/new.xml": "<urlset><url><loc>/1</loc><lastmod>2026-02-28</lastmod></url>"
        "<url><loc>/2</loc><lastmod>2021-01-01</lastmod></url></urlset>",
    }
    source = Source(name="index", url=f"{site.base}/index.xml", since="2026-01-01")
    [result] = await make(source).poll_all()
    assert (result.links, result.new, result.excluded, result.sitemaps) == (2, 1, 1, 1)
    assert site.requests["/old.xml"] == 0


async def test_the_sitemaps_of_a_robots_txt_are_read(make: Make, site: Site) -> None:
    site.bodies |= {
        "/robots.txt": f"User-agent: *\nDisallow: /private/\nSitemap: {site.base}/map.xml\nSitemap: /private/map.xml\n",
        "/map.xml": sitemap("/1"),
    }
    [result] = await make("/robots.txt").poll_all()
    assert (result.outcome, result.new, result.failed_sitemaps) == ("read", 1, 1)
    assert "robots" in (result.detail or "")
    assert site.requests["/private/map.xml"] == 0


@pytest.mark.parametrize("wire", [True, False])
async def test_a_compressed_file_that_expands_too_far_fails(make: Make, site: Site, wire: bool) -> None:
    entry = b"<url><loc>/1</loc>" + b" " * (1 << 20) + b"</url>"
    site.bodies["/bomb.xml.gz"] = gzip.compress(b"<urlset>" + entry * (1 + (MAX_BYTES >> 20)), mtime=0)
    site.headers["/bomb.xml.gz"] = {"Content-Type": "text/xml"} | ({"Content-Encoding": "gzip"} if wire else {})
    site.bodies["/good.xml"] = sitemap("/1")
    bomb, good = await make("/bomb.xml.gz", "/good.xml").poll_all()
    assert (bomb.outcome, bomb.reason, good.new) == ("failed", "too_large", 1)


async def test_a_damaged_gzip_file_fails(make: Make, site: Site) -> None:
    packed = gzip.compress(sitemap("/1").encode(), mtime=0)
    site.bodies |= {"/cut.gz": packed[:-12], "/junk.gz": packed[:10] + b"\xff" * 40}
    assert [it.reason for it in await make("/cut.gz", "/junk.gz").poll_all()] == ["truncated", "bad_encoding"]


def test_states_of_another_version_are_ignored() -> None:
    assert sitemap_pool.decode_states(b"\x93\x01") == {}
    assert sitemap_pool.decode_states(None) == {}


def test_the_limits_are_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
    assert f"at most {sitemap_pool.MAX_SITEMAPS} sitemaps" in page
    assert f"{MAX_BYTES >> 20} MiB" in page
