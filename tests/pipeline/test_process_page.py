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
