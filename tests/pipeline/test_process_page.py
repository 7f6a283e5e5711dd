"""A page is processed to its article and events, and the stages are timed."""

from itertools import count

import pytest

from worker.errors import Permanent
from worker.pipeline.process_page import StageTiming, process_page
from worker.schema import Page

WORDS = "The harbour stays open in week {}, and the yard of the town has been told so by the ministry in a letter."
BODY = "".join(f"<p>{WORDS.format(week)}</p>" for week in range(6))
PAGE = Page(url="https://a.example/", body=f"<html lang=en><title>Harbour</title><article>{BODY}</article>".encode())


def test_both_stages_are_timed() -> None:
    ticks = count(100, 10)
    assert process_page(PAGE, lambda: next(ticks)).timings == (
        StageTiming("parse", 100, 110),
        StageTiming("extract", 110, 120),
    )


def test_a_page_that_is_not_an_article_is_refused() -> None:
    with pytest.raises(Permanent, match="not_an_article"):
        process_page(Page(url="https://a.example/", body=b"<p>Sign in</p>"))


def test_events_name_title_and_site_of_their_article_and_the_article_its_origin() -> None:
    body = BODY + '<p>"We will wait for the ice to break," Harbour Minister Liis Tamm said on Monday.</p>'
    head = '<title>Harbour waits for the ice</title><meta property="og:site_name" content="Harbour Times">'
    page = Page(
        url="https://a.example/",
        body=f"<html lang=en>{head}<article>{body}</article>".encode(),
        requested_url="https://m.a.example/",
        source="Harbour feed",
    )
    found = process_page(page)
    assert [(it.title, it.site, it.revision) for it in found.events] == [
        ("Harbour waits for the ice", "Harbour Times", 0)
    ]
    assert (found.article.requested_url, found.article.source) == ("https://m.a.example/", "Harbour feed")
