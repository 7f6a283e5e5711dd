from __future__ import annotations

import pytest

from tests.parse.pages import PARAGRAPHS, html, page, story
from worker.errors import Permanent
from worker.parse import parse_article
from worker.schema import ArticleFormat

HOST = "https://www.harbourpost.example"


def ld(kind: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "{kind}", "headline": "Ferry talks go on"}}</script>'


@pytest.mark.parametrize(
    ("head", "path", "expected"),
    [
        ("", "/politics/ferry-talks", "article"),
        (ld("NewsArticle"), "/politics/ferry-talks", "article"),
        (ld("LiveBlogPosting"), "/politics/ferry-talks", "live"),
        (ld("ImageGallery"), "/politics/ferry-talks", "gallery"),
        (ld("PodcastEpisode"), "/politics/ferry-talks", "podcast"),
        ("", "/fotostrecke/ferry-talks", "gallery"),
        ("", "/podcasts/ferry-talks", "podcast"),
        ("", "/video/ferry-talks", "video"),
        ('<meta property="og:type" content="video.other">', "/politics/ferry-talks", "video"),
        ("", "/politics/video", "article"),
    ],
)
def test_the_format_is_found(head: str, path: str, expected: ArticleFormat) -> None:
    assert parse_article(page(html(story(), head), url=HOST + path)).format == expected


def test_a_long_text_in_a_folder_of_videos_is_an_article() -> None:
    long = [f"{number} {paragraph}" for number in range(4) for paragraph in PARAGRAPHS]
    assert parse_article(page(html(story(long)), url=f"{HOST}/video/ferry-talks")).format == "article"


@pytest.mark.parametrize(("title", "expected"), [("Ferry talks live", "live"), ("Ferry talks", "article")])
def test_entries_with_their_times_are_a_live_ticker_if_the_title_says_so(title: str, expected: ArticleFormat) -> None:
    entries = [f"1{number}:05 {paragraph}" for number, paragraph in enumerate(PARAGRAPHS)]
    assert parse_article(page(html(f"<h1>{title}</h1>{story(entries)}"))).format == expected


def test_the_rejection_of_a_page_without_text_names_its_format() -> None:
    with pytest.raises(Permanent, match="a podcast page"):
        parse_article(page(html("<p>Listen to it now.</p>"), url=f"{HOST}/podcast/ferry-talks"))
