"""`communique sources` against a site on loopback; with and without a Redis of its own."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.discover.conftest import Site, rss, serve_site
from tests.environment import clean_environ
from worker.discover import load_sources
from worker.settings import Settings

TIMEOUT_S = 120


class Run(NamedTuple):
    """How a command has ended."""

    status: int
    out: str
    err: str


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serve_site() as site:
        site.bodies |= {"/feed.xml": "<rss><channel><title>Courier</title>" + rss("/1", "/2").partition("<channel>")[2]}
        yield site


async def communique(*args: str, settings: Settings | None = None) -> Run:
    given = {"COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "1", "COMMUNIQUE_HOST_DELAY_S": "0", "COLUMNS": "160"}
    if settings:
        given |= {"COMMUNIQUE_REDIS_URL": settings.redis.url or "", "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix}
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "worker", "sources", *args),
        env=clean_environ() | given,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(child.communicate(), TIMEOUT_S)
    return Run(child.returncode or 0, out.decode(), err.decode())


def read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


def write(path: Path, site: Site, **sources: str) -> str:
    entries = [f'[[source]]\nname = "{name}"\nurl = "{site.base}{at}"\n' for name, at in sources.items()]
    path.write_text("# mine\n" + "\n".join(entries))
    return str(path)


async def test_check_prints_a_table_and_fails_if_a_source_does(site: Site, tmp_path: Path, settings: Settings) -> None:
    file = write(tmp_path / "s.toml", site, Courier="/feed.xml", Gone="/gone.xml")
    run = await communique("check", "--sources", file, settings=settings)
    head, courier, gone = (line.split() for line in run.out.splitlines())
    assert head == ["source", "gives", "links", "used", "newest", "note"]
    assert courier == ["Courier", "rss", "2", "2", "-"]
    assert gone == ["Gone", "nothing", "0", "0", "-", "http_404:", "Not", "Found"]
    assert run.status == 1
    assert (await communique("check", "Courier", "--sources", file, settings=settings)).status == 0


async def test_check_needs_no_redis_and_prints_json(site: Site, tmp_path: Path) -> None:
    file = write(tmp_path / "s.toml", site, Courier="/feed.xml")
    run = await communique("check", "--sources", file, "--json")
    assert run.status == 0, run.err
    [report] = map(json.loads, run.out.splitlines())
    assert (report["name"], report["outcome"], report["links"], report["title"]) == ("Courier", "ok", 2, "Courier")


async def test_check_names_the_nearest_source(site: Site, tmp_path: Path) -> None:
    file = write(tmp_path / "s.toml", site, Courier="/feed.xml")
    run = await communique("check", "Courir", "--sources", file)
    assert (run.status, run.err) == (2, "communique: no source is named 'Courir'; did you mean 'Courier'?\n")


async def test_add_finds_the_feed_of_a_page_and_keeps_the_file(site: Site, tmp_path: Path, settings: Settings) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="{}">'
    head = link.format("/gone.xml") + link.format("/feed.xml")
    site.bodies["/"] = f"<!doctype html><html><head>{head}</head></html>"
    site.bodies["/robots.txt"] = f"Sitemap: {site.base}/news-sitemap.xml\n"
    site.bodies["/news-sitemap.xml"] = "<urlset><url><loc>/1</loc></url></urlset>"
    file = write(tmp_path / "s.toml", site, Other="/other.xml")
    before = read(file)
    run = await communique("add", f"{site.base}/", "--sources", file, settings=settings)
    assert run.status == 0, run.err
    added, other = run.out.splitlines()
    assert added == f"added 'Courier' to {file}: {site.base}/feed.xml (rss 'Courier', 2 links)"
    assert other == f"not added: {site.base}/news-sitemap.xml (sitemap, 1 link)"
    assert read(file).startswith(before)
    assert [(it.name, it.url) for it in load_sources(file)][1:] == [("Courier", f"{site.base}/feed.xml")]
    again = await communique("add", f"{site.base}/feed.xml#x", "--sources", file, settings=settings)
    assert (again.status, "already, as 'Courier'" in again.err) == (2, True)


async def test_add_finds_the_news_sitemap_in_an_index_of_robots_txt(site: Site, tmp_path: Path) -> None:
    site.bodies |= {
        "/a": "<!doctype html><html><p>No feed here",
        "/robots.txt": f"User-agent: *\nDisallow:\nSitemap: {site.base}/index.xml\n",
        "/index.xml": "<sitemapindex><sitemap><loc>/news.xml</loc></sitemap></sitemapindex>",
        "/news.xml": "<urlset><url><loc>/1</loc></url></urlset>",
    }
    file = str(tmp_path / "new.toml")
    run = await communique("add", f"{site.base}/a", "--name", "Tarn", "--sources", file)
    assert run.status == 0, run.err
    [source] = load_sources(file)
    assert (source.name, source.url, source.since) == ("Tarn", f"{site.base}/news.xml", "7d")


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/none", 1, "http_404"),
        ("/page", 1, "declares no feed"),
        ("/pdf", 1, "neither XML nor JSON"),
        ("", 1, "http_404"),
    ],
)
async def test_add_says_why_it_adds_nothing(site: Site, tmp_path: Path, path: str, status: int, message: str) -> None:
    site.bodies |= {"/page": "<!doctype html><html><p>No feed here", "/pdf": "%PDF-1.4"}
    run = await communique("add", f"{site.base}{path}", "--sources", str(tmp_path / "new.toml"))
    assert (run.status, run.out) == (status, "")
    assert message in run.err
    assert not (tmp_path / "new.toml").exists()


async def test_add_refuses_what_is_no_url(tmp_path: Path) -> None:
    run = await communique("add", "example.org", "--sources", str(tmp_path / "new.toml"))
    assert (run.status, run.err) == (2, "communique: 'example.org': no http:// or https://\n")
