"""The demo site serves what its stories declare, on a real socket: statuses, headers, encodings, feeds."""

import asyncio
import gzip
import json
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from xml.etree import ElementTree as ET

import aiohttp
import brotli  # type: ignore[import-untyped]
import msgspec
import pytest
from lxml import html

from worker.demo import pages
from worker.demo.site import Site, serve_site
from worker.demo.story import REJECTIONS, Serve, Story, load_stories, parse_story

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

DECODERS = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": zstd.decompress}
ATOM = "{http://www.w3.org/2005/Atom}"
STORIES = load_stories()
ARTICLES = [s for s in STORIES if s.serve not in REJECTIONS]


@pytest.fixture
async def demo_site() -> AsyncIterator[Site]:
    async with serve_site(slow_s=0.0, endless_bytes=1 << 20) as up:
        yield up


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(auto_decompress=False, headers={"Accept-Encoding": "identity"}) as session:
        yield session


def of(serve: Serve) -> Story:
    return next(s for s in STORIES if s.serve == serve)


async def listed(client: aiohttp.ClientSession, url: str, path: str) -> list[str]:
    async with client.get(url) as r:
        assert r.status == 200
        return [link.text or link.attrib["href"] for link in ET.fromstring(await r.text()).iterfind(path)]


# ---------------------------------------------------------------- stories
@pytest.mark.parametrize("story", ARTICLES, ids=lambda s: s.slug)
def test_every_article_is_complete(story: Story) -> None:
    words = sum(len(p.split()) for p in story.paragraphs)
    assert words >= 200 or story.slug == "morning-in-brief"
    assert story.byline
    assert story.standfirst
    assert not any("\n" in p for p in story.paragraphs)
    "\n".join(story.paragraphs).encode(story.charset)


def test_links_between_stories_lead_to_existing_stories() -> None:
    slugs = {s.slug for s in ARTICLES}
    linked = {slug for s in STORIES for p in s.paragraphs for slug in re.findall(r"\]\(([^)]*)\)", p)}
    assert linked
    assert linked <= slugs


def test_the_feed_has_a_story_for_every_kind_of_failure() -> None:
    assert {s.serve for s in STORIES} >= {*REJECTIONS, "slow", "huge", "busy", "moved"}
    assert {s.coding for s in STORIES} == {"identity", "gzip", "br", "zstd"}
    assert {s.layout for s in ARTICLES} == {"gazette", "agency", "tribune", "archive", "amp", "live"}
    assert {s.charset for s in ARTICLES} == {"utf-8", "windows-1252"}
    assert {s.language for s in ARTICLES} == {"en", "de"}


@pytest.mark.parametrize(
    ("header", "named"),
    [("Layout: tabloid", "layout"), ("Date: 2025-03-04T06:20:00", "date"), ("Colour: red", "colour")],
)
def test_an_invalid_header_is_named(header: str, named: str) -> None:
    head = "Title: A\nDate: 2025-03-04T06:20:00+01:00\n"
    with pytest.raises(msgspec.ValidationError, match=named):
        parse_story("a", f"{head}{header}\n\nText.")


# ---------------------------------------------------------------- pages
@pytest.mark.parametrize("story", ARTICLES, ids=lambda s: s.slug)
def test_a_page_shows_the_title_and_every_paragraph(story: Story) -> None:
    page = pages.render_page(story, "http://h/u", "http://h", [])
    for paragraph in [story.title, *story.paragraphs]:
        first = re.split(r"[\[\]&<>\"']", paragraph.removeprefix("## "))[0]
        assert first.removeprefix("@ ").partition(" ")[2] in page
    assert "$" not in page, "a placeholder was left"


def test_no_text_of_a_story_becomes_markup() -> None:
    story = parse_story("x", 'Title: </script><b>&"\nDate: 2025-03-04T06:20:00+01:00\n\n<i>one</i>')
    tree = html.fromstring(pages.render_page(story, "http://h/u", "http://h", [story]))
    assert tree.findtext(".//h1") == story.title
    assert [p.text for p in tree.iterfind(".//div[@class='story-body']/p")] == ["<i>one</i>"]
    assert json.loads(tree.findall(".//script[@type='application/ld+json']")[1].text or "")["headline"] == story.title


async def test_the_live_blog_is_a_big_page(demo_site: Site, client: aiohttp.ClientSession) -> None:
    async with client.get(demo_site.base_url + of("huge").path) as r:
        assert 1 << 20 < len(await r.read()) < 8 << 20


# ---------------------------------------------------------------- the site
async def test_both_feeds_list_every_url_in_the_same_order(demo_site: Site, client: aiohttp.ClientSession) -> None:
    assert await listed(client, demo_site.feed_url, ".//item/link") == list(demo_site.urls)
    assert await listed(client, demo_site.atom_url, f".//{ATOM}entry/{ATOM}link") == list(demo_site.urls)


async def test_an_unchanged_feed_is_a_304(demo_site: Site, client: aiohttp.ClientSession) -> None:
    async with client.get(demo_site.feed_url) as first:
        etag = first.headers["ETag"]
    async with client.get(demo_site.feed_url, headers={"If-None-Match": etag}) as second:
        assert second.status == 304
        assert await second.read() == b""


async def test_every_url_is_an_article_or_a_declared_rejection(demo_site: Site) -> None:
    assert set(demo_site.articles).isdisjoint(demo_site.refused)
    assert {*demo_site.articles, *demo_site.refused} == set(demo_site.urls)
    assert set(demo_site.plain) < set(demo_site.articles)


async def test_plain_urls_return_their_story_at_once(demo_site: Site, client: aiohttp.ClientSession) -> None:
    titles = {s.path: s.title for s in STORIES}
    for url in demo_site.plain:
        async with client.get(url) as r:
            assert r.status == 200
            assert r.content_type == "text/html"
            tree = html.fromstring(await r.read())
            assert titles[url.removeprefix(demo_site.base_url)] in (tree.findtext("head/title") or "")


@pytest.mark.parametrize(("serve", "status"), [("gone", 410), ("missing", 404), ("members", 200), ("front", 200)])
async def test_stories_fail_as_declared(
    demo_site: Site, client: aiohttp.ClientSession, serve: Serve, status: int
) -> None:
    async with client.get(demo_site.base_url + of(serve).path) as r:
        assert r.status == status


async def test_robots_txt_disallows_the_members_pages_and_sets_a_delay(
    demo_site: Site, client: aiohttp.ClientSession
) -> None:
    async with client.get(f"{demo_site.base_url}/robots.txt") as r:
        rules = await r.text()
    assert "Disallow: /members/" in rules
    assert "Crawl-delay: 0.05" in rules
    assert of("members").path.startswith("/members/")


async def test_the_busy_page_is_busy_only_once(demo_site: Site, client: aiohttp.ClientSession) -> None:
    url = demo_site.base_url + of("busy").path
    async with client.get(url) as r:
        assert (r.status, r.headers["Retry-After"]) == (503, "1")
    async with client.get(url) as r:
        assert r.status == 200
    assert demo_site.requests[of("busy").path] == 2


async def test_the_moved_page_redirects_to_its_new_path(demo_site: Site, client: aiohttp.ClientSession) -> None:
    async with client.get(demo_site.base_url + of("moved").path) as r:
        assert [h.status for h in r.history] == [301]
        assert str(r.url) == f"{demo_site.base_url}/news/{of('moved').slug}"
        assert f'href="{r.url}"' in await r.text()


async def test_the_slow_page_takes_as_long_as_configured(client: aiohttp.ClientSession) -> None:
    async with serve_site(slow_s=60) as demo_site:
        with pytest.raises(TimeoutError):
            await client.get(demo_site.base_url + of("slow").path, timeout=aiohttp.ClientTimeout(sock_read=0.2))


async def test_the_endless_page_has_no_content_length_and_exceeds_the_limit(client: aiohttp.ClientSession) -> None:
    async with serve_site() as demo_site:
        async with client.get(demo_site.base_url + of("endless").path) as r:
            assert "Content-Length" not in r.headers
            seen = 0
            async for chunk in r.content.iter_chunked(1 << 16):
                seen += len(chunk)
                if seen > 17 << 20:
                    break
            assert seen > 17 << 20, "shorter than the body cap it is there to meet"
            r.close()
        async with client.get(demo_site.feed_url) as after:
            assert after.status == 200


@pytest.mark.parametrize("story", [s for s in STORIES if s.coding != "identity"], ids=lambda s: s.coding)
async def test_a_coding_is_used_only_where_the_client_accepts_it(
    demo_site: Site, client: aiohttp.ClientSession, story: Story
) -> None:
    url = demo_site.base_url + story.path
    async with client.get(url, headers={"Accept-Encoding": "gzip, br, zstd"}) as r:
        assert r.headers["Content-Encoding"] == story.coding
        decoded = DECODERS[story.coding](await r.read())
    async with client.get(url, headers={"Accept-Encoding": "identity"}) as r:
        assert "Content-Encoding" not in r.headers
        assert await r.read() == decoded


async def test_the_old_page_declares_its_charset_only_in_a_meta_element(
    demo_site: Site, client: aiohttp.ClientSession
) -> None:
    story = next(s for s in STORIES if s.charset == "windows-1252")
    async with client.get(demo_site.base_url + story.path) as r:
        assert r.charset is None
        body = await r.read()
    assert b"charset=windows-1252" in body
    assert "Übelhör" in body.decode("windows-1252")
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")


async def test_the_document_is_not_html(demo_site: Site, client: aiohttp.ClientSession) -> None:
    async with client.get(demo_site.base_url + of("document").path) as r:
        assert r.content_type == "application/pdf"
        assert (await r.read()).startswith(b"%PDF-")


async def test_copies_multiply_the_plain_articles_each_with_its_own_canonical_url(
    client: aiohttp.ClientSession,
) -> None:
    async with serve_site(copies=3) as demo_site:
        plain = [s for s in STORIES if s.serve == "plain"]
        assert len(demo_site.plain) == 3 * len(plain)
        assert len(set(demo_site.urls)) == len(demo_site.urls) == len(STORIES) + 2 * len(plain)
        for url in demo_site.plain[:4]:
            async with client.get(url) as r:
                assert f'rel="canonical" href="{url}"' in await r.text()
        assert await listed(client, demo_site.feed_url, ".//item/link") == list(demo_site.urls)


def ignore_sigint() -> None:
    """Start a child as a shell script starts its background jobs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


async def test_the_module_serves_the_site_until_interrupted(tmp_path: Path, client: aiohttp.ClientSession) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "worker.demo",
        "--copies",
        "2",
        stdout=asyncio.subprocess.PIPE,
        env={"HOME": str(tmp_path)},
        preexec_fn=ignore_sigint,
    )
    try:
        assert process.stdout
        feed_url = (await process.stdout.readline()).decode().strip()
        assert len(await listed(client, feed_url, ".//item/link")) > len(STORIES)
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
