from __future__ import annotations

import pytest

from tests.parse.pages import PARAGRAPHS, html, page, story
from worker.parse import parse_article
from worker.schema import Article

OFFER = (
    "<h3>Read on with Harbour Plus</h3><p>Subscribe now for 2.95 a week and read every article.</p>"
    "<p>Already a subscriber? Log in here.</p>"
)


def read(body: str, head: str = "") -> Article:
    return parse_article(page(html(body, head)))


@pytest.mark.parametrize("opening", ["<div class='paywall-offer'>", "<div class='xyz'>", "<section>"])
def test_a_notice_below_the_teaser_is_removed_and_the_article_marked(opening: str) -> None:
    article = read(f"<article><h1>Ferry talks</h1>{story(PARAGRAPHS[:2])}{opening}{OFFER}</div></article>")
    assert article.text.split("\n\n") == PARAGRAPHS[:2]
    assert article.paywalled


@pytest.mark.parametrize(
    "notice",
    [
        "Dieser Artikel ist exklusiv für Abonnenten.",
        "Cet article est réservé aux abonnés.",
        "Contenido exclusivo para suscriptores. ¿Ya eres suscriptor?",
        "Det är bara att bli prenumerant för att läsa vidare.",
        "この記事は会員限定です。",
    ],
)
def test_notices_are_known_in_many_languages(notice: str) -> None:
    article = read(f"<article>{story()}<p>{notice}</p></article>")
    assert (article.text.split("\n\n"), article.paywalled) == (PARAGRAPHS, True)


def test_a_paragraph_about_subscriptions_is_kept() -> None:
    report = (
        "The cinema chain asks its guests to subscribe now, before prices rise in the spring of next year, it said."
    )
    article = read(f"<article><p>{report}</p>{story([*PARAGRAPHS, *(p + ' Twice.' for p in PARAGRAPHS)])}</article>")
    assert report in article.text
    assert not article.paywalled


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ('"isAccessibleForFree": false', True),
        ('"isAccessibleForFree": "False"', True),
        ('"isAccessibleForFree": "http://schema.org/False"', True),
        ('"isAccessibleForFree": true, "hasPart": {"@type": "WebPageElement", "isAccessibleForFree": "False"}', True),
        ('"isAccessibleForFree": true', False),
        ('"isAccessibleForFree": {}', False),
        ('"headline": "x"', False),
    ],
)
def test_a_declaration_in_jsonld_marks_the_article(fields: str, *, expected: bool) -> None:
    head = f'<script type="application/ld+json">{{"@type": "NewsArticle", {fields}}}</script>'
    assert read(story(), head).paywalled is expected


@pytest.mark.parametrize(("tier", "expected"), [("locked", True), ("metered", False), ("free", False)])
def test_the_content_tier_marks_the_article(tier: str, *, expected: bool) -> None:
    assert read(story(), f'<meta property="article:content_tier" content="{tier}">').paywalled is expected


def test_links_to_subscribe_elsewhere_on_the_page_mean_nothing() -> None:
    assert not read(f"<nav><a href='/plus'>Subscribe now</a></nav><article>{story()}</article>").paywalled
