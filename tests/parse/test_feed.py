"""Feeds: all formats, frequent errors, and bodies that are not feeds."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.errors import Permanent
from worker.parse.feed import FeedLink, parse_feed

BASE = "https://news.example.org/feeds/world.xml"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

RSS = b"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
 <title>World</title><link>https://news.example.org/</link><atom:link rel="self" href="https://news.example.org/self"/>
 <image><url>https://news.example.org/logo.png</url><link>https://news.example.org/</link></image>
 <item><title><![CDATA[Ministers &amp; mayors  meet]]></title><link>
   https://news.example.org/a?id=1&amp;x=2 </link><pubDate>Mon, 02 Mar 2026 13:00:00 +0100</pubDate></item>
 <item><atom:link rel="self" href="https://news.example.org/no"/><title>Guid only</title>
   <guid>https://news.example.org/b</guid><dc:date>2026-03-02T12:00:00Z</dc:date></item>
 <item><title>Nowhere</title><guid isPermaLink="false">https://news.example.org/not</guid></item>
 <item><title>Again</title><link>https://news.example.org/a?id=1&amp;x=2</link></item>
</channel></rss>"""

ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://other.example/en/">
 <title>Feed</title><link href="https://other.example/"/>
 <entry xml:base="2026/"><title type="html">One &lt;b&gt;bold&lt;/b&gt; step</title>
   <link rel="edit" href="/edit"/><link rel="alternate" type="application/pdf" href="a.pdf"/><link href="a.html"/>
   <updated>2026-03-02T15:00:00Z</updated><published>2026-03-02T14:00:00+02:00</published></entry>
 <entry><title>Id only</title><id>https://other.example/b</id></entry>
 <entry><title>Tag id</title><id>tag:other.example,2026:1</id></entry>
</feed>"""

RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/">
 <channel rdf:about="https://news.example.org/"><link>https://news.example.org/</link></channel>
 <item rdf:about="https://news.example.org/a"><title>A</title><link>https://news.example.org/a</link>
   <dc:date>2026-03-02</dc:date></item>
 <item rdf:about="https://news.example.org/b"><title>B</title></item></rdf:RDF>"""

SITEMAP = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
  xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
 <url><loc>https://news.example.org/a</loc><news:news><news:publication><news:name>N</news:name></news:publication>
   <news:publication_date>2026-03-02T12:00:00Z</news:publication_date><news:title>A</news:title></news:news>
   <lastmod>2026-03-03</lastmod></url>
 <url><loc>https://news.example.org/b</loc><lastmod>2026-03-02T12:00:00Z</lastmod></url></urlset>"""

JSON = b"""{"version": "https://jsonfeed.org/version/1.1", "items": [
 {"id": "1", "url": "/a", "title": "A", "date_published": "2026-03-02T12:00:00Z"}, {"id": "2"}, {"url": 7}, "x"]}"""


def test_rss_is_parsed() -> None:
    assert parse_feed(RSS, BASE) == [
        FeedLink(url="https://news.example.org/a?id=1&x=2", title="Ministers & mayors meet", published_at=NOON),
        FeedLink(url="https://news.example.org/b", title="Guid only", published_at=NOON),
    ]


def test_atom_is_parsed() -> None:
    assert parse_feed(ATOM, BASE) == [
        FeedLink(url="https://other.example/en/2026/a.html", title="One bold step", published_at=NOON),
        FeedLink(url="https://other.example/b", title="Id only"),
    ]


def test_rdf_is_parsed() -> None:
    assert parse_feed(RDF, BASE) == [
        FeedLink(url="https://news.example.org/a", title="A", published_at=NOON.replace(hour=0)),
        FeedLink(url="https://news.example.org/b", title="B"),
    ]


def test_sitemap_is_parsed() -> None:
    assert parse_feed(SITEMAP, BASE) == [
        FeedLink(url="https://news.example.org/a", title="A", published_at=NOON),
        FeedLink(url="https://news.example.org/b", published_at=NOON),
    ]


def test_json_feed_is_parsed() -> None:
    assert parse_feed(JSON, BASE) == [FeedLink(url="https://news.example.org/a", title="A", published_at=NOON)]


def _parse_item(inside: str) -> list[FeedLink]:
    return parse_feed(f"<rss><channel><item>{inside}</item></channel></rss>".encode(), BASE)


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("../a", "https://news.example.org/a"),
        ("//other.example/a", "https://other.example/a"),
        ("https://news.example.org/a?b=1&c=2&copy=3", "https://news.example.org/a?b=1&c=2&copy=3"),
        ("https://news.example.org/a?b=1&#38;c=2", "https://news.example.org/a?b=1&c=2"),
        ("<![CDATA[ https://news.example.org/a?b=1&c=2 ]]>", "https://news.example.org/a?b=1&c=2"),
        ("http://[broken", "http://[broken"),
    ],
)
def test_urls_are_resolved_and_repaired(link: str, expected: str) -> None:
    assert [found.url for found in _parse_item(f"<link>{link}</link>")] == [expected]


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Mon, 02 Mar 2026 12:00:00 GMT", NOON),
        ("Mon, 02 Mar 2026 07:00:00 EST", NOON),
        ("02 Mar 2026 12:00 +0000", NOON),
        ("Monday, 2 March 2026 12:00:00 GMT", NOON),
        ("2026-03-02T12:00:00", NOON),
        ("2026-03-02T12:00:00.000+0000", NOON),
        ("yesterday", None),
        ("Mon, 99 Mar 2026 12:00:00 GMT", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9" * 5000, None),
        ("", None),
    ],
)
def test_dates_are_parsed_or_none(date: str, expected: datetime | None) -> None:
    [link] = _parse_item(f"<link>https://news.example.org/a</link><pubDate>{date}</pubDate>")
    assert link.published_at == expected
    assert expected is None or link.published_at.utcoffset() == timedelta(0)  # type: ignore[union-attr]


def test_a_truncated_feed_gives_its_complete_entries() -> None:
    assert parse_feed(RSS[:-120], BASE)[0].url == "https://news.example.org/a?id=1&x=2"


def test_declared_entities_are_neither_expanded_nor_fetched() -> None:
    declared = '<!DOCTYPE rss [<!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY net SYSTEM "http://127.0.0.1:1/">'
    bomb = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n + 1} "&a{n};&a{n};&a{n};&a{n};">' for n in range(30)) + "]>"
    item = "<item><link>https://news.example.org/a</link><title>&file;|&net;|&nbsp;|&eacute;</title></item>"
    [link] = parse_feed(f"{declared}]><rss>{item}</rss>".encode(), BASE)
    assert link.title == "&file;|&net;| |é"
    [link] = parse_feed(f"{declared}{bomb}<rss>{item.replace('&nbsp;', '&a30;')}</rss>".encode(), BASE)
    assert link.title.startswith("&file;|&net;|")
    assert "haha" not in link.title


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"<!doctype html><html><head><title>Sign in</title></head><p>x<br>y</html>", "HTML page titled 'Sign in'"),
        (b"<HTML><body>x", "HTML page"),
        (b"User-agent: *\nDisallow: /private/\n", "robots.txt that names no sitemap"),
        (b"<opml><outline/></opml>", "root is <opml>"),
        (b"Service unavailable", "begins with 'Service unavailable'"),
        (b"%PDF-1.4 \x00\xff", "begins with '%PDF"),
        (b'{"error": "no"}', "no list of items"),
        (b'{"items": [', "looks like JSON, but"),
        (b'{"items": ' + b"[" * 100_000, "looks like JSON, but"),
    ],
)
def test_the_error_for_another_body_describes_it(body: bytes, why: str) -> None:
    with pytest.raises(Permanent) as e:
        parse_feed(body, BASE)
    assert e.value.reason == "not_a_feed"
    assert why in e.value.detail


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_declared_encoding_is_used(encoding: str) -> None:
    text = "<rss><item><link>https://news.example.org/ü</link><title>Zürich</title></item></rss>"
    declared = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
    assert parse_feed((declared + text).encode(encoding), BASE)[0].title == "Zürich"


def test_an_empty_feed_is_a_feed() -> None:
    assert parse_feed(b"<rss><channel><title>Quiet</title></channel></rss>", BASE) == []


@pytest.mark.parametrize(
    "body",
    [
        b"<rss>" + b"<item>" * 100_000,
        b"<rss " + b" ".join(b'a%d=""' % n for n in range(50_000)) + b"><item/></rss>",
        b"<rss>" + b"&" * 500_000,
        b"<rss><item><link>x</link><title>" + b"<" * 500_000,
    ],
    ids=["deep", "attributes", "ampersands", "angles"],
)
def test_hostile_feeds_are_parsed(body: bytes) -> None:
    assert len(parse_feed(body, BASE)) <= 1


_TAGS = [
    "<rss>",
    "</rss>",
    "<item>",
    "</item>",
    "<link>",
    "</link>",
    "<entry>",
    "<link href='",
    "'/>",
    "<title>",
    "&",
    "&x;",
]
_BITS = [
    *_TAGS,
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?xml ",
    "?>",
    "http://a/",
    "[",
    "{",
    '"items":',
    "}",
    "\x00",
    "é",
    " xml:base='",
    "<pubDate>",
]


@given(
    st.one_of(st.binary(max_size=80), st.lists(st.sampled_from(_BITS), max_size=25).map(lambda b: "".join(b).encode()))
)
def test_any_bytes_give_links_or_not_a_feed(noise: bytes) -> None:
    for body in (noise, b"<rss><item><link>/a</link>" + noise, b"<feed>" + noise + b"</feed>"):
        try:
            found = parse_feed(body, BASE)
        except Permanent as e:
            assert e.reason == "not_a_feed"  # noqa: PT017 - either is right
        else:
            assert all(link.url for link in found)
            assert len({link.url for link in found}) == len(found)


def test_dates_are_converted_to_utc() -> None:
    [link] = _parse_item("<link>/a</link><pubDate>2026-03-02T14:00:00+02:00</pubDate>")
    assert link.published_at is not None
    assert link.published_at == NOON == datetime(2026, 3, 2, 14, tzinfo=timezone(timedelta(hours=2)))
    assert link.published_at.tzinfo is UTC
