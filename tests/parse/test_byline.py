from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from tests.parse.pages import html
from worker.parse.byline import read_byline, split_names
from worker.parse.jsonld import read_jsonld
from worker.parse.meta_tags import read_meta_tags


def names(head: str = "", body: str = "") -> list[str]:
    page = LexborHTMLParser(html(body, head))
    return read_byline(page, read_jsonld(page), read_meta_tags(page))


def ld(author: str, more: str = "") -> str:
    block = f'[{{"@type": "NewsArticle", "headline": "x", "author": {author}}}{more}]'
    return f'<script type="application/ld+json">{block}</script>'


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("Ann Lee", ["Ann Lee"]),
        ("By Ann Lee and Bo Ek", ["Ann Lee", "Bo Ek"]),
        ("By: Ann Lee, Bo Ek and Cem Oz", ["Ann Lee", "Bo Ek", "Cem Oz"]),
        ("Von Anna Lehm und Bodo Eck", ["Anna Lehm", "Bodo Eck"]),
        ("Par Anne Lys et Benoît Eck", ["Anne Lys", "Benoît Eck"]),
        ("Por Ana Luz y Beto Eco", ["Ana Luz", "Beto Eco"]),
        ("Ann Lee, PhD", ["Ann Lee"]),
        ("Ann Lee, political correspondent", ["Ann Lee"]),
        ("Ann Lee (text); Bo Ek (photos)", ["Ann Lee", "Bo Ek"]),
        ("AFP, Port Calder", ["AFP, Port Calder"]),
        ("By Karen E Holm and Jan Y Ek", ["Karen E Holm", "Jan Y Ek"]),
        ("By I Vance", ["I Vance"]),
        ("By Von Miller", ["Von Miller"]),
        ("By Ann Lee ann.lee@post.example", ["Ann Lee"]),
        ("By Ann Lee @annlee", ["Ann Lee"]),
        ("By Ann Lee | 17 September 2024", ["Ann Lee"]),
        ("Ann Lee, Senior Political Editor, and Bo Ek, Reporter", ["Ann Lee", "Bo Ek"]),
        ("Staff reporter", []),
        ("undefined", []),
        ("{{ author.name }}", []),
        ("Byron Vance", ["Byron Vance"]),
        ("Anders Vond", ["Anders Vond"]),
        ("admin", []),
        ("https://example.org/ann", []),
        ("ann@example.org", []),
        ("17 September 2024", []),
        ("", []),
        ("a very long line that is plainly no name of anybody at all", []),
    ],
)
def test_a_byline_is_split_into_names(byline: str, expected: list[str]) -> None:
    assert split_names(byline) == expected


@pytest.mark.parametrize(
    "author",
    ['"Ann Lee"', '{"@type": "Person", "name": "Ann Lee"}', '[{"name": "Ann Lee"}]', '{"name": ["Ann Lee"]}'],
)
def test_jsonld_authors_are_read_in_any_form(author: str) -> None:
    assert names(ld(author)) == ["Ann Lee"]


@pytest.mark.parametrize("name", ["Karen E Holm", "Ann Lee and Sons", "Von Miller", "Ana Luz y Beto"])
def test_a_structured_name_is_not_split(name: str) -> None:
    assert names(ld(f'{{"@type": "Person", "name": "{name}"}}')) == [name]


def test_the_outlet_is_an_author_only_if_there_is_no_other() -> None:
    outlet = ld('{"@type": "Person", "name": "Harbour Post Staff"}')
    page = LexborHTMLParser(html('<p class="byline">By Ann Lee and Harbour Post</p>', outlet))
    assert read_byline(page, read_jsonld(page), read_meta_tags(page), "Harbour Post.harbourpost") == ["Ann Lee"]
    page = LexborHTMLParser(html("", outlet))
    assert read_byline(page, read_jsonld(page), read_meta_tags(page), "Harbour Post.harbourpost") == [
        "Harbour Post Staff"
    ]


def test_the_label_of_a_card_names_the_author() -> None:
    card = '<meta name="twitter:label1" content="Written by"><meta name="twitter:data1" content="Ann Lee">'
    assert names(card) == ["Ann Lee"]
    assert names(card.replace("Written by", "Reading time")) == []


def test_authors_of_teasers_are_ignored() -> None:
    teaser = '<div class="teaser"><span class="author">By Bo Ek</span></div>'
    assert names("", f'{teaser}<p><span class="author">By Ann Lee</span></p>') == ["Ann Lee"]


def test_references_to_jsonld_authors_are_resolved() -> None:
    assert names(ld('{"@id": "#1"}', ', {"@id": "#1", "@type": "Person", "name": "Ann Lee"}')) == ["Ann Lee"]


def test_a_visible_person_is_preferred_to_the_organisation_in_jsonld() -> None:
    organisation = ld('{"@type": "Organization", "name": "Harbour Post"}')
    assert names(organisation, '<a rel="author">Ann Lee</a>') == ["Ann Lee"]
    assert names(organisation) == ["Harbour Post"]


def test_meta_tags_take_precedence_over_the_visible_byline() -> None:
    assert names('<meta name="Author" content="Ann Lee">', '<p class="byline">By Bo Ek</p>') == ["Ann Lee"]


def test_authors_of_other_articles_on_the_page_are_ignored() -> None:
    body = (
        '<p><a rel="author">Ann Lee</a> and <a rel="author">Bo Ek</a></p>'
        '<ul><li><a rel="author">Cem Oz</a></li><li><a rel="author">Dee Fox</a></li></ul>'
    )
    assert names("", body) == ["Ann Lee", "Bo Ek"]


def test_a_page_without_names_has_no_byline() -> None:
    assert names("", "<p>By the harbour the boats wait.</p>") == []


@given(st.text(max_size=200))
def test_any_text_is_split_into_clean_names(byline: str) -> None:
    assert all(name and name == " ".join(name.split()) for name in split_names(byline))
