"""Feeds with faults: each entry is read whatever another one holds, and the right link of each is taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.errors import Permanent
from worker.parse.feed import FeedLink, FeedParser, parse_feed

BASE = "https://news.example.org/feeds/world.xml"
GOOD = "<item><title>Ferry</title><link>https://news.example.org/good?a=1&amp;b=2</link></item>"
"""An entry without faults, which every faulty one precedes."""


def urls(body: str | bytes, base: str = BASE) -> list[str]:
    return [link.url for link in parse_feed(body.encode() if isinstance(body, str) else body, base)]


def of_item(inside: str, head: str = "") -> str:
    """Return the link of an RSS item, and check that the entry after it is read."""
    found = urls(f"<rss><channel>{head}<item>{inside}</item>{GOOD}</channel></rss>")
    assert found[-1] == "https://news.example.org/good?a=1&b=2"
    return "" if len(found) == 1 else found[0]


LINK = "<link>https://news.example.org/1</link>"


@pytest.mark.parametrize(
    "inside",
    [
        "<title>Port&nbsp;d&rsquo;Or &euro;</title>" + LINK,
        "<title>&unknown; &; & &#; &#x; &#0; &#x1F; &#99999999; &#x110000;</title>" + LINK,
        "<title>&#xD83D;&#xDE00; &#xD83D; &#56832; &#55357;&#56832;</title>" + LINK,
        "<title>\x01\x0b\x1f\ufffe</title>" + LINK,
        "<description><p>one<br>two<img src='a.png'></description>" + LINK,
        "<description>if (a < b && c > d) </description>" + LINK,
        "<description></p></div></description>" + LINK,
        "<title>no end tag" + LINK,
        LINK + "<title",
        LINK + '<title foo="bar></title>',
        "<enclosure url=http://a.example/a.mp3?b=1&c=2 type='audio/mpeg' type='again'/>" + LINK,
        "<title><![CDATA[a ]] > b]]></title>" + LINK,
        LINK + "<title><![CDATA[no end",
        "<title>]]></title>" + LINK,
        "<undeclared:title>x</undeclared:title>" + LINK,
        "<title>x</title>" + LINK + "</item></channel></rss><rss><channel><item>",
        "<!-- <link>https://news.example.org/no</link> -->" + LINK,
        "<?php echo 1 ?>" + LINK,
        "<a><b></a></b>" + LINK,
        LINK + "</item>\n<item>",
        LINK + "<item>",
    ],
)
def test_a_fault_of_an_entry_affects_no_link(inside: str) -> None:
    assert of_item(inside) == "https://news.example.org/1"


@pytest.mark.parametrize(
    ("inside", "link"),
    [
        ("<link/><link>https://news.example.org/1</link>", "https://news.example.org/1"),
        ("<link>N/A</link><guid>https://news.example.org/1</guid>", "https://news.example.org/1"),
        ("<link> </link><guid isPermaLink='true'>https://news.example.org/1</guid>", "https://news.example.org/1"),
        ("<link>undefined</link>", ""),
        ("<link>no link yet</link>", ""),
        ("<link>javascript:void(0)</link><guid>https://news.example.org/1</guid>", "https://news.example.org/1"),
        ("<link>mailto:desk@news.example.org</link>", "mailto:desk@news.example.org"),
        ("<link>www.example.org/1</link>", "https://www.example.org/1"),
        ("<link>https://news.example.org/\n  1</link>", ""),
        ("<link>https://news.example.org/\n1</link>", "https://news.example.org/1"),
        ("<link>https://news.example.org/1?a=1&amp;amp;b=2</link>", "https://news.example.org/1?a=1&b=2"),
        ("<media:link href='https://cdn.example.org/1.jpg'/>" + LINK, "https://news.example.org/1"),
        ("<media:link href='https://news.example.org/m'/>", "https://news.example.org/m"),
        (
            "<link>https://p.example/1</link><feedburner:origLink>https://news.example.org/1</feedburner:origLink>",
            "https://news.example.org/1",
        ),
        ("<atom:link rel='self' href='https://news.example.org/f'/>" + LINK, "https://news.example.org/1"),
        (
            "<source url='https://other.example/'><link>https://other.example/</link></source>" + LINK,
            "https://news.example.org/1",
        ),
    ],
)
def test_the_link_of_an_item_is_its_page(inside: str, link: str) -> None:
    assert of_item(inside) == link


def test_a_sitemap_entry_is_its_loc_and_not_a_translation_or_a_picture() -> None:
    alternate = '<xhtml:link rel="alternate" hreflang="sv" href="https://news.example.org/sv/{}"/>'
    image = "<image:image><image:loc>https://news.example.org/a.png</image:loc></image:image>"
    entries = [
        f"<url>{alternate.format(1)}<loc>https://news.example.org/1</loc></url>",
        f"<url>{image}<loc>https://news.example.org/2</loc>{alternate.format(2)}</url>",
        f"<url>{alternate.format(3)}</url>",
    ]
    declared = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
    for namespaces in (declared, ""):
        assert urls(f"<urlset {namespaces}>{''.join(entries)}</urlset>") == [
            "https://news.example.org/1",
            "https://news.example.org/2",
        ]


def test_an_atom_entry_without_a_link_to_its_page_is_found_by_its_content() -> None:
    content = '<entry><id>urn:1</id><content src="https://news.example.org/1" type="text/html"/></entry>'
    picture = '<entry><id>urn:2</id><content src="https://news.example.org/2.png" type="image/png"/></entry>'
    relation = '<entry><link rel="http://www.iana.org/assignments/relation/alternate" href="/3"/></entry>'
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom">{content}{picture}{relation}</feed>'
    assert urls(feed) == ["https://news.example.org/1", "https://news.example.org/3"]


@pytest.mark.parametrize(
    ("head", "link", "expected"),
    [
        ("<link>https://www.example.org/</link>", "/1", "https://www.example.org/1"),
        ("<link>https://www.example.org/a/index.html</link>", "1", "https://www.example.org/a/1"),
        ("<link>/</link>", "1", "https://news.example.org/1"),
        ("<link>N/A</link>", "1", "https://news.example.org/feeds/1"),
        ("<image><link>https://cdn.example.org/</link></image>", "/1", "https://news.example.org/1"),
        ("<atom:link rel='self' href='https://cdn.example.org/'/>", "/1", "https://news.example.org/1"),
    ],
)
def test_a_relative_link_is_resolved_against_that_of_the_channel(head: str, link: str, expected: str) -> None:
    item = f"<item><link>{link}</link></item>"
    assert urls(f"<rss><channel>{head}{item}</channel></rss>") == [expected]
    assert urls(f"<rss><channel>{item}{head}</channel></rss>") == [expected]


def test_xml_base_precedes_the_link_of_the_channel() -> None:
    channel = '<channel xml:base="https://base.example/a/"><link>https://www.example.org/</link>'
    assert urls(f"<rss>{channel}<item><link>1</link></item></channel></rss>") == ["https://base.example/a/1"]


# ---------------------------------------------------------------- JSON Feed
@pytest.mark.parametrize(
    ("item", "link"),
    [
        ('{"id": "1", "external_url": "https://other.example/1"}', "https://other.example/1"),
        ('{"id": "https://news.example.org/1"}', "https://news.example.org/1"),
        ('{"id": "https://news.example.org/0", "url": "N/A", "external_url": "/1"}', "https://news.example.org/1"),
        ('{"id": 1, "url": "/1", "external_url": "https://other.example/1"}', "https://news.example.org/1"),
        ('{"id": "1", "url": "/1", "title": "\\ud83d"}', "https://news.example.org/1"),
        ('{"id": "1", "url": "/1", "title": "\x01"}', "https://news.example.org/1"),
        (
            '{"id": "1", "url": "/1", "authors": [{"url": "https://a.example/"}], "x": \\}, {"id": "1", "url": "/1"}',
            "https://news.example.org/1",
        ),
        ('{"id": "1", "url": ["/1"]}', ""),
        ('"/1"', ""),
    ],
)
def test_the_link_of_a_json_item_is_its_page(item: str, link: str) -> None:
    found = urls(f'{{"items": [{item}, {{"id": "2", "url": "/2"}}]}}')
    assert found == [*filter(None, [link]), "https://news.example.org/2"]


def test_a_truncated_json_feed_gives_its_complete_items() -> None:
    assert urls('{"items": [{"id": "1", "url": "/1"}, {"id": "2", "ur') == ["https://news.example.org/1"]


def test_relative_links_of_json_are_resolved_against_its_home_page() -> None:
    body = '{"home_page_url": "https://www.example.org/en/", "items": [{"id": "1", "url": "1"}]}'
    assert urls(body) == ["https://www.example.org/en/1"]


# ---------------------------------------------------------------- what precedes and follows a feed
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\n\n  ", ""),
        ("<br />\n<b>Warning</b>: Undefined index in <b>/srv/feed.php</b> on line <b>7</b><br />\n", ""),
        ("<br />\n<b>Warning</b>: x<br />\n<?xml version='1.0'?>", ""),
        ("Notice: x in feed.php\n<?xml version='1.0'?>", ""),
        ("<!-- cached " + "x" * 10_000 + " -->", ""),
        ("<?xml version='1.0'?>\n<!DOCTYPE rss [<!ENTITY a '>'> ]>\n", ""),
        ("", "\n<script>alert(1 < 2)</script>"),
        ("", "<!-- 0.2 s -->\n\0\0"),
    ],
)
def test_text_around_a_feed_is_ignored(before: str, after: str) -> None:
    assert urls(f"{before}<rss><channel>{GOOD}</channel></rss>{after}") == ["https://news.example.org/good?a=1&b=2"]


def test_utf16_without_a_mark_and_a_wrong_charset_of_the_header_are_read() -> None:
    body = "<?xml version='1.0' encoding='utf-8'?><rss><item><title>Zürich</title><link>/1</link></item></rss>"
    [link] = parse_feed(body.encode(), BASE, "iso-8859-1")
    assert link.title == "Zürich"
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-32"):
        assert [it.title for it in parse_feed(body.encode(encoding), BASE)] == ["Zürich"]
    [latin] = parse_feed(body.replace(" encoding='utf-8'", "").encode("latin-1"), BASE, "iso-8859-1")
    assert latin.title == "Zürich"


@pytest.mark.parametrize(
    "label", ["x-user-defined", "replacement", "zip", "rot13", "idna", "utf-7", "utf-16", "cp037", "x"]
)
def test_any_declared_encoding_is_read(label: str) -> None:
    body = f"<?xml version='1.0' encoding='{label}'?><rss><item><link>/1</link></item></rss>".encode()
    assert urls(body) == ["https://news.example.org/1"]
    assert [it.url for it in parse_feed(body.partition(b"?>")[2], BASE, label)] == ["https://news.example.org/1"]


# ---------------------------------------------------------------- indexes and lists
def test_an_index_gives_its_sitemaps() -> None:
    index = (
        "<sitemapindex><sitemap><loc>/map-1.xml</loc><lastmod>2026-03-02T12:00:00Z</lastmod></sitemap>"
        "<sitemap><loc>https://cdn.example.org/map-2.xml.gz</loc></sitemap></sitemapindex>"
    )
    first, second = parse_feed(index.encode(), BASE)
    assert first.is_sitemap
    assert second.is_sitemap
    assert (first.url, second.url) == ("https://news.example.org/map-1.xml", "https://cdn.example.org/map-2.xml.gz")
    assert first.published_at is not None


def test_a_list_of_urls_is_read() -> None:
    body = "\ufeffhttps://news.example.org/1\r\n\n# note\nhttps://news.example.org/2\nN/A\n/3"
    parser = FeedParser(BASE)
    assert [it.url for it in parser.feed(body.encode()) + parser.finish()] == [
        f"https://news.example.org/{n}" for n in (1, 2, 3)
    ]
    assert (parser.metadata.format, parser.metadata.without_link) == ("text", 1)


def test_a_robots_txt_gives_the_sitemaps_that_it_names() -> None:
    body = (
        b"# robots\nUser-agent: *\nDisallow: /x\nSitemap: https://news.example.org/map.xml # all\nsitemap:/news.xml\n"
    )
    found = parse_feed(body, "https://news.example.org/robots.txt")
    assert [(it.url, it.is_sitemap) for it in found] == [
        ("https://news.example.org/map.xml", True),
        ("https://news.example.org/news.xml", True),
    ]


# ---------------------------------------------------------------- what a feed says about itself
@pytest.mark.parametrize(
    ("said", "interval_s"),
    [
        ("<ttl>15</ttl>", 900.0),
        ("<ttl>soon</ttl>", 0.0),
        ("<ttl>-5</ttl>", 0.0),
        ("<ttl>nan</ttl>", 0.0),
        ("<ttl>1e300</ttl>", 31_536_000.0),
        ("<sy:updatePeriod> hourly </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 900.0),
        ("<sy:updateFrequency>2</sy:updateFrequency><sy:updatePeriod>daily</sy:updatePeriod>", 43_200.0),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", 86_400.0),
        ("<image><ttl>15</ttl></image>", 0.0),
    ],
)
def test_the_interval_that_a_feed_asks_for_is_read(said: str, interval_s: float) -> None:
    parser = FeedParser(BASE)
    parser.feed(f"<rss><channel><title>Tarn</title>{said}{GOOD}</channel></rss>".encode())
    parser.finish()
    assert parser.metadata.interval_s == interval_s
    assert (parser.metadata.title, parser.metadata.format) == ("Tarn", "rss")


def test_entries_without_a_link_are_counted() -> None:
    parser = FeedParser(BASE)
    parser.feed(b"<rss><item><title>x</title></item><item><link>N/A</link></item><item><link>/1</link></item></rss>")
    assert [it.url for it in parser.finish()] == ["https://news.example.org/1"]
    assert parser.metadata.without_link == 2


# ---------------------------------------------------------------- streaming
def read(body: bytes, cuts: list[int]) -> list[FeedLink] | str:
    parser, found, at = FeedParser(BASE), [], 0
    try:
        for cut in [*cuts, len(body)]:
            found += parser.feed(body[at:cut])
            at = max(at, cut)
        return found + parser.finish()
    except Permanent as e:
        return e.reason


_PARTS = [
    "<item>",
    "</item>",
    "<link>https://a.example/1</link>",
    "<link>2</link>",
    "<guid>https://a.example/3?a=1&amp;b&c</guid>",
    "&#xD83D;&#xDE00;",
    "&nbsp;&x;&",
    "<title a='b' c=\"d>e\">",
    "</title>",
    "<![CDATA[ <b> & ]] ]]>",
    "<![CDATA[ ",
    "<!-- <item> -->",
    "<?pi a?>",
    "<a b=c>",
    "< 3 >",
    "é😀",
    "<br/>",
    "\x00",
]


@given(st.lists(st.sampled_from(_PARTS), max_size=30), st.lists(st.integers(0, 6000), max_size=8))
def test_a_feed_is_read_alike_however_it_is_cut(parts: list[str], cuts: list[int]) -> None:
    body = ("<rss><channel>" + " " * 4096 + "".join(parts) + "</channel></rss>").encode()
    whole, pieces = read(body, []), read(body, sorted(min(cut, len(body)) for cut in cuts))
    assert pieces == whole
    assert read(body, list(range(4090, len(body)))) == whole


@given(st.lists(st.sampled_from(_PARTS), max_size=30))
def test_whatever_an_entry_holds_the_next_is_read(parts: list[str]) -> None:
    inside = "".join(part for part in parts if part != "<!-- <item> -->")
    found = urls(f"<rss><channel><item>{inside}</item>{GOOD}</channel></rss>")
    assert "https://news.example.org/good?a=1&b=2" in found


def test_a_feed_that_goes_on_without_entries_is_refused() -> None:
    parser = FeedParser(BASE)
    body = ("<rss>" + " " * (9 << 20) + GOOD).encode()
    assert len(parser.feed(body)) == len(parser.feed(body)) == 1
    with pytest.raises(Permanent, match="8 MiB without an entry"):
        parser.feed(b" " * (9 << 20))


def test_the_root_of_another_format_is_refused_before_the_body_is_complete() -> None:
    parser = FeedParser(BASE)
    with pytest.raises(Permanent, match="root is <opml>"):
        parser.feed(b"<?xml version='1.0'?><opml>" + b"<outline/>" * 1000)
