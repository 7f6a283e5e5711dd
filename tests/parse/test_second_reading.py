from __future__ import annotations

import subprocess
import sys

from tests.parse.pages import PARAGRAPHS, html, page, story
from worker.parse import parse_article
from worker.parse.second_reading import read_again

PAGE = html(f"<article><h1>Ferry talks go on</h1>{story()}</article>")


def test_a_text_that_begins_as_described_is_returned() -> None:
    assert read_again(PAGE, [PARAGRAPHS[0][:60] + "…"])[-4:] == PARAGRAPHS
    assert read_again(PAGE, [])[-4:] == PARAGRAPHS


def test_a_text_that_begins_otherwise_is_not_returned() -> None:
    assert read_again(PAGE, ["The weather of the islands: rain in the north, and more rain in the south."]) == []


def test_a_short_text_without_a_description_is_not_returned() -> None:
    assert read_again(html("<p>Welcome to the harbour.</p>"), []) == []


def test_a_page_with_too_many_tags_is_not_read_again() -> None:
    assert read_again(PAGE + "<i></i>" * 20_000, []) == []


def test_an_article_of_lines_that_are_no_paragraphs_is_read_again() -> None:
    lines = [f"Pier {number} opens at {number} sharp." for number in range(1, 13)]
    head = '<meta property="og:type" content="article">'
    article = parse_article(page(html(f"<article><h1>Ferry times</h1>{story(lines)}</article>", head)))
    assert [line for line in article.text.split("\n\n") if line in lines] == lines


def test_an_ordinary_page_does_not_load_the_other_reader() -> None:
    code = (
        "import sys; from worker.parse import parse_article; from tests.parse.pages import html, page, story; "
        "assert parse_article(page(html(story()))).text; print('trafilatura' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
