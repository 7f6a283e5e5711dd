"""Folded addresses: two forms of one page are one, two articles stay two."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from worker.errors import Permanent
from worker.urls import canonicalise, common_part, fold, forms_of_host, lead_to

PAGE = "https://news.example/politics/council-approves-harbour-plan"
HASH = "9f86d081884c7d659a2feaa0c55ad015"


@pytest.mark.parametrize(
    "address",
    [
        PAGE,
        # scheme and host
        PAGE.replace("https", "http"),
        PAGE.replace("//", "//www."),
        PAGE.replace("//", "//m."),
        PAGE.replace("//", "//amp."),
        PAGE.replace("//", "//www.m."),
        PAGE.replace("//", "//mobile."),
        # the end of the path
        f"{PAGE}/",
        f"{PAGE}//",
        f"{PAGE}/index.html",
        f"{PAGE}/index.php",
        # AMP
        f"{PAGE}/amp",
        f"{PAGE}/amp/",
        f"{PAGE}.amp",
        "https://news.example/amp/politics/council-approves-harbour-plan",
        f"{PAGE}?amp",
        f"{PAGE}?amp=1",
        f"{PAGE}?outputType=amp",
        f"{PAGE}?amp_js_v=0.1&usqp=mq331AQ",
        "https://news-example.cdn.ampproject.org/c/s/news.example/politics/council-approves-harbour-plan",
        "https://news-example.cdn.ampproject.org/v/s/www.news.example/politics/council-approves-harbour-plan/amp?amp=1",
        "https://news-example.cdn.ampproject.org/c/news.example/politics/council-approves-harbour-plan",
        "https://www.google.com/amp/s/news.example/politics/council-approves-harbour-plan",
        "https://www.google.co.uk/amp/s/m.news.example/politics/council-approves-harbour-plan",
        "https://www.bing.com/amp/s/news.example/politics/council-approves-harbour-plan",
        "https://news-example.bing-amp.com/c/s/news.example/politics/council-approves-harbour-plan",
        # sessions
        f"{PAGE};jsessionid=1A2B3C.node1",
        f"{PAGE}?PHPSESSID=abc",
        f"{PAGE}?ASPSESSIONIDQQ=abc",
        f"{PAGE}?sid={HASH}",
        "https://news.example/(S(lit3py55t21z5v55vlm25s55))/politics/council-approves-harbour-plan",
        # print
        f"{PAGE}/print",
        f"{PAGE}/print/",
        "https://news.example/print/politics/council-approves-harbour-plan",
        f"{PAGE}?print=1",
        f"{PAGE}?view=print",
        f"{PAGE}?tmpl=component&print=1",
        # the place of the link
        f"{PAGE}?ref=front-page",
        f"{PAGE}?partner=rss&emc=rss",
        f"{PAGE}?source=Newsletter",
        f"{PAGE}?ref=hp_1",
        f"{PAGE}?amp;utm_source=feed",
        # all at once
        "http://www.m.news.example/politics/council-approves-harbour-plan/amp/?ref=home&print=1&PHPSESSID=1",
    ],
)
def test_the_forms_of_a_page_have_one_folded_address(address: str) -> None:
    assert fold(canonicalise(address)) == PAGE


@pytest.mark.parametrize(
    ("address", "folded"),
    [
        ("https://news.example/a?b=2&a=1", "https://news.example/a?a=1&b=2"),
        ("https://news.example/a?tag=b&tag=a&id=1", "https://news.example/a?id=1&tag=b&tag=a"),  # a list has an order
        ("https://news.example/index.php?id=5", "https://news.example/?id=5"),
        ("https://news.example/story.php?id=48213&ref=rss", "https://news.example/story.php?id=48213"),
        (f"https://news.example/story.php?id=48213&sid={HASH}", "https://news.example/story.php?id=48213"),
        ("https://news.example/48213/print", "https://news.example/48213"),
        ("https://news.example/amp/48213", "https://news.example/48213"),
        ("https://m.news.example/48213", "https://news.example/48213"),
        ("http://news.example:8080/a", "https://news.example:8080/a"),
        ("https://www.taz.example.de/a", "https://taz.example.de/a"),
        ("https://m.dw.de/a", "https://dw.de/a"),
        ("https://m.news.co.uk/a", "https://news.co.uk/a"),
        ("https://news.example", "https://news.example/"),
        (f"{PAGE}.amp.html", f"{PAGE}.html"),
    ],
)
def test_what_selects_the_article_is_kept(address: str, folded: str) -> None:
    assert fold(canonicalise(address)) == folded


@pytest.mark.parametrize(
    "address",
    [
        # a label that is the name of the site, or of another server
        "https://m.example/a",
        "https://amp.dev/a",
        "https://mobile.de/a",
        "https://m.co.uk/a",
        "https://www.com/a",
        "https://www2.news.example/a",
        "https://edition.news.example/a",
        "https://mobile.news.example/123",  # a site on telephones has ids of its own
        "https://192.0.2.1/a",
        "https://[2001:db8::1]/a",
        # "amp" and "print" as words
        "https://news.example/tag/amp",
        "https://news.example/amp/news",
        "https://news.example/print",
        "https://news.example/print/48213",  # ids of a print edition
        "https://news.example/reviews/the-best-guitar-amp",
        "https://news.example/a?amp=20",
        "https://news.example/a?view=list",
        "https://news.example/a?print=edition",
        "https://news.example/a?format=full",
        # a value that may be the id of the page
        "https://news.example/story?ref=48213",
        "https://news.example/story?ref=budget",
        "https://news.example/show_full_article.php?ref=budget",
        f"{PAGE}?ref=48213",
        f"{PAGE}?source=7",
        f"{PAGE}?from=prime-minister-resigns",
        f"https://news.example/story.php?sid={HASH}",
        "https://news.example/council-session-on-harbour?session=12",
        "https://news.example/story?sid=4",
        # what sites use for different articles
        "https://news.example/A",
        "https://news.example/a.html",
        "https://news.example/a//b",
        "https://news.example/a?page=2",
        "https://news.example/a?lang=en",
        "https://news.example/a?b=",
        "https://cdn.ampproject.org/c/s/nothing",
    ],
)
def test_an_address_that_may_be_of_another_article_is_its_own_folded_address(address: str) -> None:
    assert fold(canonicalise(address)) == address


def test_the_address_in_that_of_a_cache_must_be_valid() -> None:
    cached = "https://x.cdn.ampproject.org/c/s/a_!.example:99999/b"
    assert fold(canonicalise(cached)) == cached


def test_the_longest_addresses_are_folded() -> None:
    """Each is at the limit of length; a pattern that takes exponential time would not end."""
    for repeated in ("/amp", "(s(", ";jsessionid=", "-_", "a-", "x.cdn.ampproject.org/c/s/"):
        fold("https://a.example/a-b" + repeated * (2_000 // len(repeated)) + "x")


_TOKENS = [
    *("http://", "https://", "www.", "m.", "mobile.", "amp.", "a.example", "co.uk", "b-c-d", "12345", "x.amp"),
    *("/amp", "/print", ".amp", ".html", "/index.html", ";jsessionid=1", "(S(a))", "?", "&", "=", "/", "amp;"),
    *("ref", "partner", "sid", HASH, "print=1", "view=print", "amp=1", "utm_a=1", "rss", "id=123"),
    *("x.cdn.ampproject.org/c/s/", "www.google.com/amp/s/"),
]
_ADDRESSES = st.lists(st.one_of(st.sampled_from(_TOKENS), st.text(max_size=3)), max_size=12).map("".join)


@given(st.one_of(_ADDRESSES, _ADDRESSES.map("https://a.example/".__add__), _ADDRESSES.map("http://www.".__add__)))
@example("http://a.example/?ref=a&ref=b")
@example("https://x.cdn.ampproject.org/c/s/www.google.com/amp/s/m.a.example/b-c-d/amp/print/")
def test_every_folded_address_is_canonical_and_folded(text: str) -> None:
    try:
        address = canonicalise(text)
    except Permanent:
        return
    folded = fold(address)
    assert fold(folded) == folded
    assert canonicalise(folded) == folded
    assert folded.startswith("https://")


@given(_ADDRESSES.map("http://www.a.example/".__add__))
def test_the_common_part_is_in_every_form(text: str) -> None:
    try:
        address = canonicalise(text)
    except Permanent:
        return
    assert common_part(address) in address
    assert common_part(address) == common_part(fold(address))


def test_the_hosts_of_the_forms_of_a_page() -> None:
    forms = ["news.example", "amp.news.example", "m.news.example", "www.news.example", "mobile.news.example"]
    assert forms_of_host(PAGE) == forms
    assert forms_of_host(PAGE.replace("//", "//m.")) == [forms[2], *forms[:2], *forms[3:]]


@given(st.one_of(st.text(max_size=60), _ADDRESSES))
def test_no_text_fails(text: str) -> None:
    assert fold(fold(text)) == fold(text)


# ---------------------------------------------------------------- addresses that lead to an article
def test_the_addresses_of_a_page_lead_to_its_article() -> None:
    fetched, requested = "http://www.news.example/1?ref=rss", "https://m.news.example/short-link"
    assert lead_to(fetched, PAGE, [requested, "http://news.example/2?utm_source=x"]) == [
        PAGE,
        "https://news.example/1?ref=rss",
        "https://news.example/short-link",
        "https://news.example/2",
    ]
    assert lead_to(PAGE, PAGE) == [PAGE]


@pytest.mark.parametrize(
    "claimed",
    ["https://other.example/a", "https://sub.news.example/a", "https://news.example:8080/a", "https://news.example/"],
)
def test_a_page_cannot_claim_the_address_of_another_site_or_the_front_page(claimed: str) -> None:
    assert lead_to(PAGE, claimed) == [PAGE]
    assert lead_to(PAGE, PAGE, [claimed]) == [PAGE]


@pytest.mark.parametrize("text", ["", "nonsense", "ftp://news.example/a"])
def test_an_invalid_address_leads_nowhere(text: str) -> None:
    assert lead_to(PAGE, text, [text]) == [PAGE]
    assert lead_to(text, PAGE) == []
