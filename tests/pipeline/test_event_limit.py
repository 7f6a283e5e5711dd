"""The limit of events per article: the first are kept, the others counted."""

import pytest

from tests.article_page import BODY
from worker.pipeline.event_limit import limit_events
from worker.pipeline.process_page import process_page
from worker.schema import Event, Meeting, Page, Span, Statement

SENTENCE = Span(start=0, end=1, text="x")
COMMON = {"url": "", "language": "en", "sentence": SENTENCE, "confidence": 0.5, "rule": "r"}
STATEMENTS: list[Event] = [
    Statement(id=f"s{n}", **COMMON, content=[SENTENCE], quotation="direct", act="say")  # type: ignore[arg-type]
    for n in range(5)
]


def meeting(attributed_to: str | None) -> Meeting:
    return Meeting(id="m", **COMMON, form="talks", status="held", participants=[], attributed_to=attributed_to)  # type: ignore[arg-type]


@pytest.mark.parametrize(("limit", "omitted"), [(1, 4), (4, 1), (5, 0), (6, 0)])
def test_the_first_events_are_kept_and_the_others_counted(limit: int, omitted: int) -> None:
    assert limit_events(STATEMENTS, limit) == (STATEMENTS[:limit], omitted)


def test_no_event_is_attributed_to_one_that_was_omitted() -> None:
    kept, omitted = limit_events([STATEMENTS[0], meeting("s1"), STATEMENTS[1]], 2)
    assert (kept, omitted) == ([STATEMENTS[0], meeting(None)], 1)
    kept, _ = limit_events([STATEMENTS[0], meeting("s0"), STATEMENTS[1]], 2)
    assert kept == [STATEMENTS[0], meeting("s0")]


def test_the_article_of_a_page_has_the_number_of_omitted_events() -> None:
    words = "".join(f"<p>“The water of port {n} is calm,” Transport Minister Liis Tamm said.</p>" for n in range(10))
    page = Page(url="https://a.example/", body=f"<html lang=en><article>{BODY}{words}</article>".encode())
    whole = process_page(page)
    assert (len(whole.events) > 5, whole.article.events_omitted) == (True, 0)
    limited = process_page(page, max_events=5)
    assert limited.events == whole.events[:5]
    assert limited.article.events_omitted == len(whole.events) - 5
