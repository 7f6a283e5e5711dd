from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.parse.pages import URL, html, story
from worker.errors import Permanent
from worker.parse.address import read_address
from worker.parse.jsonld import read_jsonld
from worker.parse.metadata import Metadata, read_metadata

NOON = datetime(2024, 9, 17, 12, tzinfo=UTC)


def read(head: str = "", body: str = "", *, url: str = URL, latest: datetime | None = None) -> Metadata:
    source = html(body, head)
    page = LexborHTMLParser(source)
    return read_metadata(page, read_jsonld(page), source, read_address(page, url), latest)


def ld(fields: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", {fields}}}</script>'


# ---------------------------------------------------------------- date
@pytest.mark.parametrize(
    "head",
    [
        ld('"datePublished": "2024-09-17T14:00:00+02:00", "dateModified": "2024-09-19"'),
        '<meta property="article:published_time" content="2024-09-17T12:00:00Z">',
        '<meta name="parsely-pub-date" content="2024-09-17T12:00:00Z">',
        '<meta name="sailthru.date" content="2024-09-17 12:00:00 +0000">',
        '<meta name="DC.date.issued" content="2024-09-17T12:00Z">',
        '<meta itemprop="datePublished" content="2024-09-17T12:00:00.000Z">',
    ],
)
def test_the_date_of_publication_is_found(head: str) -> None:
    assert read(head).published_at == NOON


def test_the_first_publication_takes_precedence_over_the_last_modification() -> None:
    head = (
        '<meta property="article:modified_time" content="2024-09-19T12:00:00Z">'
        '<meta property="article:published_time" content="2024-09-17T12:00:00Z">'
    )
    assert read(head).published_at == NOON


def test_a_visible_time_is_read_if_the_head_has_none() -> None:
    assert read("", '<time class="published" datetime="2024-09-17T12:00:00Z">today</time>').published_at == NOON


def test_a_written_out_date_is_detected() -> None:
    found = read("", '<p class="date">Published on 17 September 2024</p>' + story()).published_at
    assert found is not None
    assert found.date() == NOON.date()


def test_a_written_out_date_after_the_fetch_is_ignored() -> None:
    body = '<p class="date">17 September 2024</p>' + story()
    assert read("", body, latest=NOON - timedelta(days=30)).published_at is None


@pytest.mark.parametrize(
    ("head", "url", "day", "offset_h"),
    [
        ('<meta property="article:published_time" content="2024-09-17T23:30:00Z">', "/2024/09/18/a", 18, 1),
        ('<meta property="article:published_time" content="2024-09-17T02:30:00Z">', "/2024/09/16/a", 16, -3),
        ('<meta property="article:published_time" content="2024-09-17T12:00:00Z">', "/2024/09/17/a", 17, 0),
        (
            ld('"datePublished": "2024-09-17T23:30:00Z"')
            + '<meta property="article:published_time" content="2024-09-18T08:30:00+09:00">',
            "/a",
            18,
            9,
        ),
    ],
)
def test_a_time_in_utc_gets_the_day_of_the_outlet(head: str, url: str, day: int, offset_h: int) -> None:
    found = read(head, url=f"https://www.harbourpost.example{url}").published_at
    assert found is not None
    assert (found.day, found.utcoffset()) == (day, timedelta(hours=offset_h))


@pytest.mark.parametrize(
    ("moment", "host", "offset_h"),
    [
        ("2024-07-17T23:30:00Z", "harbourpost.fr", 2),
        ("2024-12-17T23:30:00Z", "harbourpost.fr", 1),
        ("2024-12-17T23:30:00Z", "www.harbourpost.jp", 9),
        ("2024-12-17T23:30:00Z", "harbourpost.com", 0),
        ("2024-12-17T00:00:00Z", "harbourpost.fr", 0),
        ("2024-12-17T23:30:00-05:00", "harbourpost.fr", -5),
    ],
)
def test_a_time_in_utc_gets_the_zone_of_the_country_of_the_domain(moment: str, host: str, offset_h: float) -> None:
    head = f'<meta property="article:published_time" content="{moment}">'
    found = read(head, url=f"https://{host}/a").published_at
    assert found == datetime.fromisoformat(moment)
    assert found is not None
    assert found.utcoffset() == timedelta(hours=offset_h)


def test_the_date_in_the_title_and_below_the_headline_are_read() -> None:
    assert read("<title>Ferry talks | Post | 17.09.2024</title>").published_at == datetime(2024, 9, 17, tzinfo=UTC)
    below = "<div><h1>Ferry talks</h1><ul><li><a href='/t'>17 Sep 2024 18:29</a></li></ul></div>"
    assert read("", below + "<p>1 May 2023</p>").published_at == datetime(2024, 9, 17, tzinfo=UTC)


@pytest.mark.parametrize("where", ["<p class='date'>September 2024</p>", "<a href='/2024/09/'>archive</a>"])
def test_the_first_of_a_month_is_not_invented(where: str) -> None:
    assert read("", where + story(), url="https://www.harbourpost.example/2024/09/ferry-talks").published_at is None


def test_the_first_of_a_month_is_read_if_it_is_stated() -> None:
    found = read("", story(), url="https://www.harbourpost.example/2024/09/01/ferry-talks").published_at
    assert found == datetime(2024, 9, 1, tzinfo=UTC)


def test_a_page_without_a_date_has_none() -> None:
    assert read("", story()).published_at is None


# ---------------------------------------------------------------- URL
def test_the_canonical_link_on_the_same_domain_is_the_url() -> None:
    assert read('<link rel="canonical" href="/politics/42">').url == "https://www.harbourpost.example/politics/42"
    assert read('<link rel=canonical href="https://harbourpost.example/a?utm_source=x">').url == (
        "https://harbourpost.example/a"
    )


@pytest.mark.parametrize(
    "declared",
    [
        "undefined",
        "/news/null",
        "https://www.harbourpost.example/undefined/",
        "{{ page.url }}",
        "/%7B%7Burl%7D%7D",
        "null",
        "https://elsewhere.example/a",
        "https://www.harbourpost.example/",
        "javascript:void(0)",
        "http://[::1",
        "",
        "#",
    ],
)
def test_an_address_of_another_site_a_front_page_or_an_invalid_one_is_ignored(declared: str) -> None:
    assert read(f'<link rel="canonical" href="{declared}">').url == URL


def test_a_site_on_a_shared_host_cannot_declare_the_address_of_another() -> None:
    head, own = '<link rel="canonical" href="https://victim.github.io/report">', "https://other.github.io/report"
    assert read(head, url=own).url == own
    assert read(head, url="https://victim.github.io/report?a=1").url == "https://victim.github.io/report"


def test_the_opengraph_url_is_used_if_the_canonical_link_is_unusable() -> None:
    head = '<link rel="canonical" href="https://elsewhere.example/a"><meta property="og:url" content="/b">'
    assert read(head).url == "https://www.harbourpost.example/b"


def test_relative_addresses_are_resolved_against_the_base() -> None:
    head = '<base href="/politics/"><link rel="canonical" href="42">'
    assert read(head).url == "https://www.harbourpost.example/politics/42"


def test_a_canonical_link_in_the_body_does_not_count() -> None:
    assert read("", '<link rel="canonical" href="/politics/42">').url == URL


def test_a_page_without_url_has_the_address_that_it_declares() -> None:
    assert read('<link rel="canonical" href="https://harbourpost.example/a">', url="").url == (
        "https://harbourpost.example/a"
    )
    assert read(url="").url == ""


def test_an_invalid_url_is_rejected() -> None:
    with pytest.raises(Permanent, match="bad_url"):
        read(url="ftp://harbourpost.example/a")


# ---------------------------------------------------------------- other fields
@pytest.mark.parametrize(
    "head",
    [
        '<meta property="og:site_name" content="Harbour Post">',
        ld('"publisher": {"@type": "Organization", "name": "Harbour Post"}'),
        '<meta name="application-name" content="Harbour Post">',
    ],
)
def test_the_name_of_the_site_is_found(head: str) -> None:
    assert read(head).site == "Harbour Post"


def test_the_language_of_the_jsonld_article_takes_precedence_over_that_of_the_page() -> None:
    assert read(ld('"inLanguage": "de"')).language == "de"
    assert read('<meta property="og:locale" content="fr_FR">').language == "en"


def test_descriptions_are_collected() -> None:
    head = '<meta name="Description" content="One."><meta property="og:description" content="Two.">'
    assert read(ld('"description": "Three."') + head).descriptions == ["Three.", "One.", "Two."]
