"""Whatever the text: nothing is raised, every span is right, the same text gives the same events."""

from collections.abc import Iterator

import msgspec
import pytest

from tests.benchmarks.hostile import GENERATORS, text_of
from worker.extract import extract
from worker.schema import Article, Span

SIZE = 2_000
"""Bytes: the benchmark takes long ones."""


def spans(value: object) -> Iterator[Span]:
    """Yield every span anywhere inside an event."""
    if isinstance(value, Span):
        yield value
    elif isinstance(value, msgspec.Struct):
        yield from spans(list(msgspec.structs.asdict(value).values()))
    elif isinstance(value, list):
        for one in value:
            yield from spans(one)


def article(text: str) -> Article:
    return Article(id="a", url="https://news.example/a", text=text, language="en")


@pytest.mark.parametrize("number", range(2 * len(GENERATORS)))
def test_hostile_texts_give_events_with_right_spans(number: int) -> None:
    text = text_of(number, 1, SIZE)
    events = extract(article(text))
    assert all(text[span.start : span.end] == span.text for event in events for span in spans(event))
    assert all(0 < event.confidence < 1 for event in events)
    assert extract(article(text)) == events


@pytest.mark.parametrize(
    "text",
    [
        "Tamm " + "who " * 1200 + "said that it rains.",
        "Tamm, " + "who, " * 1200 + "who said that it rains.",
        "Tamm of " + "who of " * 1200 + "who said that it rains.",
        'quality," deny Its',
        "Tamm's " * 1200 + "post said that it rains.",
        "He told " + "him to tell " * 1200 + "her that it rains.",
        "(" * 1200 + "Tamm said" + ")" * 1200,
        "“Tamm said \u2018" * 1200 + "it rains",
    ],
    ids=lambda text: text[:24],
)
def test_what_leads_to_itself_or_nests_for_ever_ends(text: str) -> None:
    assert all(text[span.start : span.end] == span.text for event in extract(article(text)) for span in spans(event))
