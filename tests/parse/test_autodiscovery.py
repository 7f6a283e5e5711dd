"""Feeds that a page declares or links to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.parse.feed.autodiscovery import MAX_FEED_LINKS, find_feed_links

BASE = "https://news.example.org/en/start.html"


def found(head: str = "", body: str = "") -> list[str]:
    page = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    return [link.url.removeprefix("https://news.example.org") for link in find_feed_links(page.encode(), BASE)]


@pytest.mark.parametrize(
    ("head", "urls"),
    [
        ('<link rel="alternate" type="application/rss+xml" title="All" href="/feed.xml">', ["/feed.xml"]),
        ("<LINK REL='Alternate Home' TYPE='application/atom+xml; charset=utf-8' HREF=atom>", ["/en/atom"]),
        ('<link rel="alternate" type="application/feed+json" href="https://news.example.org/f.json">', ["/f.json"]),
        ('<link rel="feed" href="/f">', ["/f"]),
        ('<link rel="alternate" hreflang="sv" href="/sv/">', []),
        ('<link rel="alternate" type="text/html" media="print" href="/print">', []),
        ('<link rel="stylesheet" type="text/xml" href="/style.xsl">', []),
        ('<link rel="alternate" type="application/rss+xml" href="">', []),
        ('<link rel="alternate" type="application/rss+xml" href="javascript:x">', []),
        ('<base href="/b/"><link rel="alternate" type="application/rss+xml" href="feed">', ["/b/feed"]),
    ],
)
def test_feeds_are_declared_in_the_head(head: str, urls: list[str]) -> None:
    assert found(head) == urls


@pytest.mark.parametrize(
    ("href", "is_feed"),
    [
        ("/rss", True),
        ("/feed/", True),
        ("/news.rss", True),
        ("/politics/atom.xml", True),
        ("/feeds/all?lang=en", True),
        ("/feedback", False),
        ("/news/rssi-values-explained", False),
        ("/news/atomic-age", False),
        ("mailto:feed@news.example.org", False),
    ],
)
def test_links_with_a_word_of_feeds_in_their_address_are_possible_feeds(href: str, is_feed: bool) -> None:
    assert found(body=f'<a href="{href}">Follow us</a>') == [href] * is_feed


def test_declared_feeds_come_first_and_feeds_of_comments_last() -> None:
    declared = '<link rel="alternate" type="application/rss+xml" title="{}" href="{}">'
    head = declared.format("Comments Feed", "/c/feed") + declared.format("All", "/feed") + declared.format("A", "/feed")
    assert found(head, '<a href="/rss">RSS</a>') == ["/feed", "/rss", "/c/feed"]


def test_the_number_of_feeds_is_limited() -> None:
    assert len(found(body="".join(f'<a href="/{n}/rss">x</a>' for n in range(100)))) == MAX_FEED_LINKS


@given(st.binary(max_size=200))
def test_any_bytes_are_read(noise: bytes) -> None:
    links = find_feed_links(b'<link rel="alternate" type="application/rss+xml" href="' + noise, BASE)
    assert all(link.url.startswith(("http://", "https://")) for link in links)
