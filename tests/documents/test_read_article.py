"""Bytes to an article: pages, texts and JSON are recognised, anything else is refused with its name."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.documents.read_article import read_article
from worker.errors import Permanent
from worker.parse import parse_article
from worker.schema import Page

PARAGRAPHS = (
    "<p>Harbour Minister Ilse Varga said on Monday that the ferries would sail again before the winter storms.</p>"
    "<p>Shops on the islands had been without fresh bread for a week, and two schools stayed closed.</p>"
)
PAGE = f"<html lang=en><title>Ferries</title><article><h1>Ferries</h1>{PARAGRAPHS}</article></html>".encode()
URL = "https://harbourpost.example/ferries"


def test_a_page_is_parsed() -> None:
    assert read_article(PAGE, url=URL).article == parse_article(Page(url=URL, body=PAGE))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"\xef\xbb\xbfThe pier is open.\r\n", "The pier is open.\r\n"),
        ("Der Kai in Kołobrzeg".encode("utf-16"), "Der Kai in Kołobrzeg"),
        (b"{{ a template }} and text", "{{ a template }} and text"),
        (b"[Port Calder] The pier is open.", "[Port Calder] The pier is open."),
    ],
)
def test_a_text_is_used_as_given(body: bytes, text: str) -> None:
    assert read_article(body).article.text == text


def test_the_json_of_parse_is_recognised_with_its_file() -> None:
    article = parse_article(Page(url=URL, body=PAGE))
    line = msgspec.to_builtins(article) | {"file": "saved/ferries.html"}
    used = msgspec.structs.replace(article, word_count=0)  # what only describes the page is not needed to extract
    assert read_article(msgspec.json.encode(line)) == (used, "saved/ferries.html")


def test_the_options_apply_to_a_text_without_a_date() -> None:
    at = datetime(2024, 9, 17, tzinfo=UTC)
    article = read_article(b"The pier is open.", url=URL, published_at=at, published_offset_s=7200).article
    assert (article.url, article.published_at, article.published_offset_s) == (URL, at, 7200)


@pytest.mark.parametrize(
    ("body", "reason", "words"),
    [
        (b"", "empty", "white space"),
        (b"\xef\xbb\xbf \n", "empty", "white space"),
        (b'<?xml version="1.0"?>\n<rss version="2.0"><channel/></rss>', "feed", "an RSS feed"),
        (b'<?xml version="1.0"?><!-- made by hand --><feed xmlns="http://www.w3.org/2005/Atom"/>', "feed", "an Atom"),
        (b"<rdf:RDF xmlns:rdf='x'></rdf:RDF>", "feed", "an RSS feed"),
        (b"<urlset></urlset>", "feed", "a sitemap"),
        (b"<sitemapindex></sitemapindex>", "feed", "an index of sitemaps"),
        (b"%PDF-1.7\n\xe2\xe3", "not_text", "pdftotext"),
        (b"PK\x03\x04rest", "not_text", "office document"),
        (b"\x89PNG\r\n\x1a\n", "not_text", "a picture"),
        (b"x" * 257 + b"ustar\x0000", "not_text", "a tar archive"),
        (b"The pier in Malm\xf6", "not_text", "byte 0xf6 at offset 16"),
        (b"The\0pier", "not_text", "NUL"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', "not_an_article", "JSON Feed"),
        (b'{"kind": "meeting", "sentence": {}}', "not_an_article", "an event"),
        (b'{"id": "1", "html_path": "a.html"}', "not_an_article", "parse --jsonl"),
        (b'[{"text": "a"}]', "not_an_article", "one object per line"),
        (b'{"text": 1}', "not_an_article", "$.text"),
        (b'{"text": "a", "published_at": "17.9.2024"}', "bad_date", "such as 2024-09-17"),
        (b'{"text": "a"', "not_json", "truncated"),
    ],
)
def test_anything_else_is_refused_with_its_name(body: bytes, reason: str, words: str) -> None:
    with pytest.raises(Permanent) as refused:
        read_article(body)
    assert refused.value.reason == reason
    assert words in refused.value.detail


@given(st.binary(max_size=300) | st.text(alphabet='{}[]"<>:,rsfedtxul? \\u0', max_size=120).map(str.encode))
def test_any_bytes_give_an_article_or_a_reason(noise: bytes) -> None:
    with suppress(Permanent):
        article = read_article(noise).article
        assert json.loads(msgspec.json.encode(article))["text"] == article.text
