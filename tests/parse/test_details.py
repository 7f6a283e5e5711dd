from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.parse.pages import html, page, story
from worker.parse import parse_article
from worker.schema import Article


def read(head: str = "", *, body: str = "") -> Article:
    return parse_article(page(html(body or story(), head)))


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


def ld(fields: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", {fields}}}</script>'


@pytest.mark.parametrize(
    "head", [ld('"dateModified": "2024-09-17T14:00:00+02:00"'), meta("article:modified_time", "2024-09-17T12:00:00Z")]
)
def test_the_last_update_is_read(head: str) -> None:
    assert read(head).updated_at == datetime(2024, 9, 17, 12, tzinfo=UTC)


@pytest.mark.parametrize("head", [ld('"articleSection": ["Islands", "News"]'), meta("article:section", "Islands")])
def test_the_section_is_read(head: str) -> None:
    assert read(head).section == "Islands"


@pytest.mark.parametrize(
    "head",
    [
        ld('"keywords": ["ferries", "islands", "ferries"]'),
        ld('"keywords": "ferries, islands"'),
        meta("article:tag", "ferries") + meta("article:tag", "islands"),
        '<meta name="news_keywords" content="ferries; islands">',
    ],
)
def test_keywords_are_read_each_once(head: str) -> None:
    assert read(head).keywords == ["ferries", "islands"]


@pytest.mark.parametrize(
    "head",
    [
        meta("og:image", "/ferry.jpg"),
        ld('"image": "/ferry.jpg"'),
        ld('"image": [{"@type": "ImageObject", "url": "/ferry.jpg"}]'),
        meta("og:image", "undefined") + ld('"image": "/ferry.jpg"'),
    ],
)
def test_the_address_of_the_picture_is_absolute(head: str) -> None:
    assert read(head).image == "https://www.harbourpost.example/ferry.jpg"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:image/png;base64,xx", "null", "", "http://[::1"])
def test_other_addresses_of_pictures_are_refused(address: str) -> None:
    assert read(meta("og:image", address)).image is None


def test_the_description_is_read_and_values_left_unfilled_are_not() -> None:
    assert read(meta("og:description", "Who pays?")).description == "Who pays?"
    empty = read(meta("og:description", "{{ text }}") + meta("article:section", "undefined") + ld('"keywords": "null"'))
    assert (empty.description, empty.section, empty.keywords) == (None, None, [])


def test_words_are_counted_and_characters_where_words_are_not_divided() -> None:
    assert read(body=f"<p>{'One two-three four. ' * 10}</p>").word_count == 40
    assert read(body=f"<p>{'連絡船の費用。' * 20}</p>").word_count == 120
