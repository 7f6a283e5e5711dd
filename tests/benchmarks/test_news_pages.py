"""The generated pages of `make bench`: reproducible, readable, and about the size of real news pages."""

from __future__ import annotations

from statistics import mean

from lxml import html

from tests.benchmarks.news_pages import news_pages
from tests.benchmarks.news_site import article_urls, page_at
from worker.parse import parse_article
from worker.schema import Page


def test_the_same_number_gives_the_same_page() -> None:
    assert news_pages(3) == news_pages(3)
    assert len({page.url for page in news_pages()}) == len(news_pages())


def test_the_parser_reads_an_article_of_about_700_words_from_each_page() -> None:
    lengths = [len(parse_article(page).text.split()) for page in news_pages()]
    assert all(550 <= length <= 850 for length in lengths)
    assert 650 <= mean(lengths) <= 750


def test_every_url_of_the_site_is_an_article_of_its_own() -> None:
    pages = news_pages(2)
    for number, url in enumerate(article_urls("http://127.0.0.1:1", 5)):
        article = parse_article(Page(url=url, body=page_at(pages, number, url)))
        assert article.url == url
        assert article.text == parse_article(pages[number % 2]).text


def test_a_page_has_the_weight_of_a_real_news_page() -> None:
    for page in news_pages(6):
        tree = html.fromstring(page.body)
        assert 120_000 <= len(page.body) <= 250_000
        assert 700 <= sum(isinstance(element.tag, str) for element in tree.iter()) <= 1_100
        assert 130 <= len(tree.findall(".//a")) <= 220
