from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from worker.parse.jsonld import as_list, decode_block, literal_text, read_jsonld


def page(*blocks: str) -> LexborHTMLParser:
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
def test_the_article_is_found_in_various_structures_and_with_frequent_errors(block: str) -> None:
    (article,) = read_jsonld(page(block)).articles
    assert literal_text(article["headline"]) == "Ferry talks go on"


def test_an_invalid_block_is_skipped() -> None:
    assert len(read_jsonld(page("{nothing of the kind", ARTICLE)).articles) == 1


def test_other_articles_in_a_block_are_ignored() -> None:
    block = f'{{"@type": "WebPage", "relatedLink": {ARTICLE}, "mentions": [{ARTICLE}]}}'
    assert read_jsonld(page(block)).articles == []


def test_references_are_resolved() -> None:
    found = read_jsonld(page('{"@graph": [{"@id": "#ann", "@type": "Person", "name": "Ann Lee"}]}'))
    assert found.resolve({"@id": "#ann"})["name"] == "Ann Lee"
    assert found.resolve({"@id": "#nobody"}) == {"@id": "#nobody"}
    assert found.resolve("Ann") == "Ann"


def test_escaped_html_entities_are_resolved() -> None:
    assert literal_text("K&amp;uuml;hlt&uuml;rme &#8216;fallen&#8217;") == "Kühltürme ‘fallen’"  # noqa: RUF001 - as newspapers print it


@pytest.mark.parametrize("value", [None, 7, [], {}, {"@value": 3}])
def test_a_value_that_is_no_literal_has_no_text(value: object) -> None:
    assert literal_text(value) == ""


def test_as_list_accepts_none_one_and_several_values() -> None:
    assert [as_list(v) for v in (None, "a", ["a", "b"])] == [[], ["a"], ["a", "b"]]


@pytest.mark.parametrize("source", ["[" * 100_000, '{"a":' * 100_000, "[" + ", " * 100_000, "9" * 10_000, ""])
def test_hostile_json_raises_nothing(source: str) -> None:
    decode_block(source)


@given(st.text(alphabet='{}[]",:@graphtyp\\u 0<!-/*', max_size=80))
def test_any_block_is_read_or_ignored(source: str) -> None:
    read_jsonld(LexborHTMLParser(f'<script type="application/ld+json">{source}</script>'))
