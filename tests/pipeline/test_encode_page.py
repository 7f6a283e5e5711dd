"""What the publishing process receives of a page is complete and encoded."""

from __future__ import annotations

import pickle
from collections import Counter

import msgspec

from tests.article_page import BODY
from worker.pipeline.encode_page import process_and_encode
from worker.pipeline.process_page import process_page
from worker.schema import Article, Event, Page, kind_of, publication_id

WORDS = "".join(f"<p>“The water of port {n} is calm,” Transport Minister Liis Tamm said.</p>" for n in range(10))
PAGE = Page(url="https://a.example/", body=f"<html lang=en><article>{BODY}{WORDS}</article>".encode())


def test_article_and_events_decode_to_those_of_the_page() -> None:
    processed, encoded = process_page(PAGE), pickle.loads(pickle.dumps(process_and_encode(PAGE)))
    assert processed.events
    assert msgspec.json.decode(encoded.article.data, type=Article) == processed.article
    assert [msgspec.json.decode(event.data, type=Event) for event in encoded.events] == processed.events
    assert [(event.kind, event.id) for event in encoded.events] == [(kind_of(it), it.id) for it in processed.events]
    assert (encoded.article.kind, encoded.article.id) == ("article", processed.article.id)
    assert encoded.count_kinds() == Counter(kind_of(event) for event in processed.events)


def test_the_publication_is_that_of_url_and_text() -> None:
    article, encoded = process_page(PAGE).article, process_and_encode(PAGE)
    assert (encoded.url, encoded.publication) == (article.url, publication_id(article.url, article.text))


def test_omitted_events_and_timings_are_passed_on() -> None:
    whole, limited = process_and_encode(PAGE), process_and_encode(PAGE, max_events=5)
    assert limited.events == whole.events[:5]
    assert limited.events_omitted == len(whole.events) - 5
    assert [timing.stage for timing in limited.timings] == ["parse", "extract"]
