from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from worker.parse.jsonld import linked, load, text, values


def read(*blocks: str) -> LexborHTMLParser:
    return LexborHTMLParser("".join(f'<script type="application/ld+json">{b}</script>' for b in blocks))


ARTICLE = '{"@type": "NewsArticle", "headline": "Ferry talks go on"}'


@pytest.mark.parametrize(
    "block",
    [
        ARTICLE,
        f"[{ARTICLE}]",
        f'{{"@graph": [{{"@type": "WebSite"}}, {ARTICLE}]}}',
        f'{{"@type": "WebPage", "mainEntity": {ARTICLE}}}',
        f"<!-- {ARTICLE} -->",
        f"//<![CDATA[\n{ARTICLE}\n//]]>",
        f"{ARTICLE};",
        '{"@type": ["Article", "NewsArticle"], "headline": "Ferry talks go on",}',
        '{"@type": "LiveBlogPosting", "headline": "Ferry talks\ngo on"}',
        f"{ARTICLE} trailing words",
    ],
)
def test_the_article_is_found_wherever_and_however_it_is_written(block: str) -> None:
    (article,) = linked(read(block)).articles
    assert text(article["headline"]) == "Ferry talks go on"


def test_a_broken_block_does_not_hide_the_next() -> None:
    assert len(linked(read("{nothing of the kind", ARTICLE)).articles) == 1


def test_other_articles_on_the_page_are_not_its_article() -> None:
    block = f'{{"@type": "WebPage", "relatedLink": {ARTICLE}, "mentions": [{ARTICLE}]}}'
    assert linked(read(block)).articles == []


def test_references_are_followed() -> None:
    found = linked(read('{"@graph": [{"@id": "#ann", "@type": "Person", "name": "Ann Lee"}]}'))
    assert found.resolve({"@id": "#ann"})["name"] == "Ann Lee"
    assert found.resolve({"@id": "#nobody"}) == {"@id": "#nobody"}
    assert found.resolve("Ann") == "Ann"


def test_entities_left_by_templates_are_read() -> None:
    assert text("K&amp;uuml;hlt&uuml;rme &#8216;fallen&#8217;") == "Kühltürme ‘fallen’"  # noqa: RUF001 - as newspapers print it


@pytest.mark.parametrize("value", [None, 7, [], {}, {"@value": 3}])
def test_what_is_no_literal_has_no_text(value: object) -> None:
    assert text(value) == ""


def test_one_many_and_none_are_lists() -> None:
    assert [values(v) for v in (None, "a", ["a", "b"])] == [[], ["a"], ["a", "b"]]


@pytest.mark.parametrize("source", ["[" * 100_000, '{"a":' * 100_000, "[" + ", " * 100_000, "9" * 10_000, ""])
def test_hostile_json_is_unreadable_and_no_more(source: str) -> None:
    load(source)


@given(st.text(alphabet='{}[]",:@graphtyp\\u 0<!-/*', max_size=80))
def test_any_block_is_read_or_passed_over(source: str) -> None:
    linked(LexborHTMLParser(f'<script type="application/ld+json">{source}</script>'))
