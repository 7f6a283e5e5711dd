from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.parse.pages import html
from worker.parse.jsonld import linked
from worker.parse.title import headline


def title(head: str = "", body: str = "", *, site: str = "Harbour Post.harbourpost") -> str:
    page = LexborHTMLParser(html(body, head))
    return headline(page, linked(page), site)


def og(text: str) -> str:
    return f'<meta property="og:title" content="{text}">'


def ld(text: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{text}"}}</script>'


def test_two_places_that_agree_outvote_the_third() -> None:
    assert title(og("Ferry shock!") + ld("Ferry talks go on"), "<h1>Ferry talks go on</h1>") == "Ferry talks go on"
    assert title(og("Ferry talks go on") + ld("Ferry shock!"), "<h1>Ferry talks go on</h1>") == "Ferry talks go on"
    assert title(og("Ferry talks go on") + ld("Ferry talks go on"), "<h1>Ferry shock!</h1>") == "Ferry talks go on"


def test_spelling_does_not_part_voters() -> None:
    assert title(og("Governors: “Talks go on”") + ld("Ferry shock!"), '<h1>Governors: "Talks go on"</h1>') == (
        'Governors: "Talks go on"'
    )


@pytest.mark.parametrize(
    "written",
    [
        "Ferry talks go on | Harbour Post",
        "Ferry talks go on - Harbour Post",
        "Ferry talks go on – Politics – Harbour Post",  # noqa: RUF001 - as newspapers print it
        "Ferry talks go on — The Harbour Post",
        "Ferry talks go on - harbourpost.example",
        "Ferry talks go on",
    ],
)
def test_the_sites_name_is_dropped(written: str) -> None:
    assert title(f"<title>{written}</title>") == "Ferry talks go on"


def test_a_dash_in_the_headline_is_no_separator() -> None:
    assert title("<title>Ferry talks - a long night | Harbour Post</title>") == "Ferry talks - a long night"


def test_what_follows_a_title_that_stands_alone_elsewhere_is_dropped() -> None:
    assert title(og("Ferry talks go on - National | Elsewhere"), "<h1>Ferry talks go on</h1>") == "Ferry talks go on"


def test_of_several_headings_the_one_that_the_other_titles_repeat_counts() -> None:
    body = "<h1>Harbour Post</h1><h1>Ferry talks go on</h1><h1>Storm closes the northern road for a week</h1>"
    assert title("<title>Ferry talks go on tonight</title>", body) == "Ferry talks go on"


def test_a_page_without_any_title_has_none() -> None:
    assert title("<title>  </title>", "<h1></h1>") == ""


def test_a_title_as_long_as_a_book_is_none() -> None:
    assert title(f"<title>{'a - ' * 100_000}</title>") == ""
