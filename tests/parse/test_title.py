from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.parse.pages import html
from worker.parse.jsonld import read_jsonld
from worker.parse.meta_tags import read_meta_tags
from worker.parse.title import choose_headline


def title(head: str = "", body: str = "", *, site: str = "Harbour Post.harbourpost") -> str:
    page = LexborHTMLParser(html(body, head))
    return choose_headline(page, read_jsonld(page), read_meta_tags(page), site)


def og(text: str) -> str:
    return f'<meta property="og:title" content="{text}">'


def ld(text: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{text}"}}</script>'


def test_two_sources_that_agree_outweigh_the_third() -> None:
    assert title(og("Ferry shock!") + ld("Ferry talks go on"), "<h1>Ferry talks go on</h1>") == "Ferry talks go on"
    assert title(og("Ferry talks go on") + ld("Ferry shock!"), "<h1>Ferry talks go on</h1>") == "Ferry talks go on"
    assert title(og("Ferry talks go on") + ld("Ferry talks go on"), "<h1>Ferry shock!</h1>") == "Ferry talks go on"


def test_different_spellings_of_a_title_agree() -> None:
    assert title(og("Governors: “Talks go on”") + ld("Ferry shock!"), '<h1>Governors: "Talks go on"</h1>') == (
        'Governors: "Talks go on"'
    )


@pytest.mark.parametrize(
    "text",
    [
        "Ferry talks go on | Harbour Post",
        "Ferry talks go on - Harbour Post",
        "Ferry talks go on – Politics – Harbour Post",  # noqa: RUF001 - as newspapers print it
        "Ferry talks go on — The Harbour Post",
        "Ferry talks go on - harbourpost.example",
        "Ferry talks go on",
    ],
)
def test_the_name_of_the_site_is_removed(text: str) -> None:
    assert title(f"<title>{text}</title>") == "Ferry talks go on"


def test_a_dash_inside_the_headline_is_kept() -> None:
    assert title("<title>Ferry talks - a long night | Harbour Post</title>") == "Ferry talks - a long night"


def test_text_after_a_title_that_another_source_confirms_is_removed() -> None:
    assert title(og("Ferry talks go on - National | Elsewhere"), "<h1>Ferry talks go on</h1>") == "Ferry talks go on"


def test_the_heading_most_similar_to_the_other_titles_is_chosen() -> None:
    body = "<h1>Harbour Post</h1><h1>Ferry talks go on</h1><h1>Storm closes the northern road for a week</h1>"
    assert title("<title>Ferry talks go on tonight</title>", body) == "Ferry talks go on"


def test_a_heading_that_shares_no_word_with_the_other_titles_is_a_logo_or_a_section() -> None:
    assert title("<title>Ferry talks go on</title>", "<h1>Harbour Post</h1>") == "Ferry talks go on"
    assert title(og("Ferry talks go on"), "<h1>Politics</h1>") == "Ferry talks go on"
    assert title("", "<h1>Ferry talks go on</h1>") == "Ferry talks go on"


def test_a_headline_that_only_jsonld_has_is_taken_if_all_other_titles_are_one() -> None:
    shown = "Ferry talks: ministers meet governors"
    head = og(shown) + f"<title>{shown} | Harbour Post</title>"
    assert title(head + ld("Nobody wants to pay the boats"), f"<h1>{shown}</h1>") == shown
    assert title(head + ld("A ferry that nobody pays for"), f"<h1>{shown}</h1>") == "A ferry that nobody pays for"
    assert title(head + ld("Ferry talks: ministers meet"), f"<h1>{shown}</h1>") == shown


def test_a_title_that_a_template_left_unfilled_is_ignored() -> None:
    assert title(og("undefined") + ld("{{ headline }}"), "<h1>Ferry talks go on</h1>") == "Ferry talks go on"


def test_a_page_without_title_has_an_empty_headline() -> None:
    assert title("<title>  </title>", "<h1></h1>") == ""


def test_an_overlong_title_is_ignored() -> None:
    assert title(f"<title>{'a - ' * 100_000}</title>") == ""
