from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.parse.pages import URL, html, story
from worker.errors import Permanent
from worker.parse.jsonld import read_jsonld
from worker.parse.metadata import Metadata, read_metadata

NOON = datetime(2024, 9, 17, 12, tzinfo=UTC)


def read(head: str = "", body: str = "", *, url: str = URL, latest: datetime | None = None) -> Metadata:
    source = html(body, head)
    page = LexborHTMLParser(source)
    return read_metadata(page, read_jsonld(page), source, url, latest)


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
    ["https://elsewhere.example/a", "https://www.harbourpost.example/", "javascript:void(0)", "http://[::1", "", "#"],
)
def test_an_address_of_another_site_a_front_page_or_an_invalid_one_is_ignored(declared: str) -> None:
    assert read(f'<link rel="canonical" href="{declared}">').url == URL


def test_the_opengraph_url_is_used_if_the_canonical_link_is_unusable() -> None:
    head = '<link rel="canonical" href="https://elsewhere.example/a"><meta property="og:url" content="/b">'
    assert read(head).url == "https://www.harbourpost.example/b"


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
