from __future__ import annotations

import pickle
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.parse.pages import PARAGRAPHS, URL, html, page, story
from worker.errors import Permanent
from worker.parse import parse_article
from worker.schema import Page, article_id

HEAD = """<title>Ferry talks go on | Harbour Post</title><meta property="og:site_name" content="Harbour Post">
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry talks go on", "author": {"@type":
"Person", "name": "Ann Lee"}, "datePublished": "2024-09-18T00:30:00+02:00"}</script>"""


def rejection(source: str | Page) -> Permanent:
    with pytest.raises(Permanent) as caught:
        parse_article(source if isinstance(source, Page) else page(source))
    return caught.value


def test_a_page_becomes_an_article() -> None:
    fetched = datetime(2024, 9, 18, 6, tzinfo=UTC)
    source = html(f"<article><h1>Ferry talks go on</h1>{story()}</article>", HEAD)
    article = parse_article(Page(url=URL + "?utm_source=x", body=source.encode(), fetched_at=fetched))
    assert article.text == "\n\n".join(PARAGRAPHS)
    assert (article.title, article.byline, article.site) == ("Ferry talks go on", ["Ann Lee"], "Harbour Post")
    assert (article.url, article.id, article.language) == (URL, article_id(URL), "en")
    assert article.published_at == datetime(2024, 9, 17, 22, 30, tzinfo=UTC)
    assert article.published_at.tzinfo is UTC
    assert article.published_offset_s == 7_200
    assert article.fetched_at == fetched


def test_an_article_can_be_pickled() -> None:
    article = parse_article(page(html(story())))
    assert pickle.loads(pickle.dumps(article)) == article


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/xhtml+xml", "TEXT/HTML", ""])
def test_all_media_types_of_html_are_accepted(kind: str) -> None:
    assert parse_article(Page(url=URL, body=html(story()).encode(), content_type=kind)).text


def test_the_http_charset_is_used() -> None:
    sentence = "Přístav čeká na loď, řekla ministryně dopravy v úterý večer po schůzce s hejtmany ostrovů. "
    body = html(story([sentence + "Jednání skončilo bez dohody, další kolo začne v pátek ráno."]))
    plain = body.replace('<meta charset="utf-8">', "")
    article = parse_article(Page(url=URL, body=plain.encode("iso8859-2"), charset="iso-8859-2"))
    assert article.text.startswith(sentence.strip())


OTHER = """<script type="application/ld+json">{"@type": "NewsArticle", "url": "/2019/tug", "headline": "Old tug sold",
"datePublished": "2019-07-01", "author": {"@type": "Person", "name": "Per Dahl"}}</script>"""


def test_metadata_is_that_of_this_page_not_of_the_first_block() -> None:
    own = HEAD.replace('"headline"', f'"mainEntityOfPage": "{URL}", "headline"')
    for head in (OTHER + own, own + OTHER, OTHER + HEAD):
        article = parse_article(page(html(story(), head)))
        assert (article.byline, article.published_at and article.published_at.year) == (["Ann Lee"], 2024)
    alone = parse_article(page(html(f"<h1>Ferry talks go on</h1>{story()}", OTHER)))
    assert (alone.byline, alone.published_at) == ([], None)


# ---------------------------------------------------------------- rejections
def test_another_media_type_is_rejected() -> None:
    assert rejection(Page(url=URL, body=b"%PDF-1.7", content_type="application/pdf")).reason == "not_html"


@pytest.mark.parametrize(
    "body", [b"\0" * 5_000, random.Random(7).randbytes(50_000), b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9]
)
def test_binary_data_is_rejected(body: bytes) -> None:
    assert rejection(Page(url=URL, body=body)).reason == "not_html"


@pytest.mark.parametrize("source", ["", " \n", html("<div id='root'></div><script>draw()</script>")])
def test_a_page_without_text_is_rejected_as_empty(source: str) -> None:
    assert rejection(source).reason == "empty"


def test_hostile_markup_is_rejected() -> None:
    assert rejection("<div>" * 20_000 + story()).reason == "too_deep"
    assert rejection("<div " + " ".join(f"a{i}=1" for i in range(100_000)) + ">" + story()).reason == "too_deep"


def test_a_page_of_boilerplate_is_rejected_with_the_length_of_its_text() -> None:
    links = "".join(f"<li><a href='/{i}'>Rubric number {i} of this newspaper</a></li>" for i in range(50))
    failure = rejection(html(f"<nav><ul>{links}</ul></nav><div><ul>{links}</ul></div><p>Welcome to the harbour.</p>"))
    assert failure.reason == "not_an_article"
    assert "nearly all boilerplate" in failure.detail


EXCERPT = "In district {i} the council met and talked about the harbour until late at night."


@pytest.mark.parametrize(
    "teaser",
    [
        f"<div><h2><a href='/{{i}}'>Headline number {{i}} of the day</a></h2><p>{EXCERPT}</p></div>",
        f"<li><a href='/{{i}}'>Headline number {{i}} of the day</a> {EXCERPT}</li>",
    ],
)
def test_a_front_page_is_rejected(teaser: str) -> None:
    teasers = "".join(teaser.format(i=i) for i in range(12))
    failure = rejection(html(f"<main>{teasers}</main>", "<title>Harbour Post</title>"))
    assert failure.reason == "not_an_article"
    assert failure.detail == "a list of 12 headlines that lead to other pages"


def test_an_article_with_a_list_of_related_articles_is_accepted() -> None:
    related = "".join(
        f"<li><a href='/{i}'>Headline number {i} of the day</a> and an excerpt of it</li>" for i in range(4)
    )
    article = parse_article(page(html(f"<div>{story()}<ul>{related}</ul></div>")))
    assert article.text.startswith("\n\n".join(PARAGRAPHS))


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("404 Not Found", "error page"),
        ("Seite nicht gefunden", "error page"),
        ("Just a moment...", "error page"),
        ("Log in to read on", "login wall"),
        ("Subscribe | Harbour Post", "login wall"),
    ],
)
def test_error_pages_and_login_walls_are_rejected_by_their_title(title: str, kind: str) -> None:
    notice = (
        "What you are looking for cannot be shown to you here. Please go back to where you came from, or write a letter"
    )
    failure = rejection(html(f"<h1>{title}</h1><p>{notice} to the editors of this newspaper in Port Calder.</p>"))
    assert failure.reason == "not_an_article"
    assert kind in failure.detail


@pytest.mark.parametrize(
    "title",
    [
        "Storm leaves 500 homes without power",
        "Access denied to harbour files",
        "Volunteers sign up for ferry duty",
        "Forbidden city reopens",
        "Missing sailor not found after a week of search",
        "Minister unavailable for talks",
    ],
)
def test_a_short_brief_is_accepted_whatever_words_its_headline_has(title: str) -> None:
    assert parse_article(page(html(f"<h1>{title}</h1>{story(PARAGRAPHS[:2])}"))).title == title


def test_an_article_about_an_error_is_accepted() -> None:
    head = HEAD.replace("Ferry talks go on", "Server error 404 stops the ferries")
    assert parse_article(page(html(story(PARAGRAPHS[:2]), head))).title == "Server error 404 stops the ferries"


def test_an_invalid_url_of_the_page_is_rejected() -> None:
    assert rejection(Page(url="mailto:ann@example.org", body=html(story()).encode())).reason == "bad_url"


def test_text_rendered_by_scripts_is_read_from_jsonld() -> None:
    block = "\\n".join(f"<p>{p}</p>" for p in PARAGRAPHS).replace('"', '\\"')
    head = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{block}"}}</script>'
    assert parse_article(page(html("<div id='root'>Loading…</div>", head))).text == "\n\n".join(PARAGRAPHS)


# ---------------------------------------------------------------- arbitrary input
TAGS = [
    "div",
    "p",
    "b",
    "a",
    "h1",
    "table",
    "td",
    "tr",
    "ul",
    "li",
    "br",
    "form",
    "article",
    "script",
    "template",
    "svg",
]
pieces = st.one_of(
    st.sampled_from([f"<{t}>" for t in TAGS] + [f"</{t}>" for t in TAGS]),
    st.sampled_from(
        ["<!--", "-->", "<![CDATA[", "]]>", "\0", "&nbsp;", "&#xD800;", "<", ">", '"', "<p class=", "<a href='"]
    ),
    st.sampled_from(
        ['<meta property="og:title" content="', '<script type="application/ld+json">{"@type":"Article","author":']
    ),
    st.sampled_from(PARAGRAPHS),
    st.text(max_size=20),
)


REASONS = {"not_html", "not_an_article", "empty", "too_deep"}


def outcome(source: Page) -> tuple[str, str]:
    """Text of the article, or the reason of the rejection."""
    try:
        return parse_article(source).text, ""
    except Permanent as error:
        return "", error.reason


@settings(max_examples=200)
@given(st.lists(pieces, max_size=40).map("".join))
def test_any_markup_gives_an_article_or_a_reason(source: str) -> None:
    text, reason = outcome(Page(url=URL, body=source.encode("utf-8", "surrogatepass")))
    assert text or reason in REASONS
    assert reason or all(line and line == " ".join(line.split()) for line in text.split("\n\n"))
    text.encode()


@settings(max_examples=100)
@given(st.binary(max_size=400), st.none() | st.text(max_size=12))
def test_any_bytes_give_an_article_or_a_reason(body: bytes, charset: str | None) -> None:
    text, reason = outcome(Page(url=URL, body=body + story().encode(), charset=charset))
    assert text or reason in REASONS
