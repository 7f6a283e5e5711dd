"""docs/events.md is generated from the types and the golden articles."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tests.golden.articles import ARTICLES, read_articles
from tools.event_examples import EXAMPLES, Example, found, pretty
from tools.events_page import page
from worker.schema import KINDS, Article, Event

PAGE = Path(__file__).parents[2] / "docs" / "events.md"
KEPT = PAGE.read_text(encoding="utf-8")
SHOWN = re.findall(r"(?ms)^```json\n(.*?)^```$", KEPT)


def test_the_page_is_up_to_date() -> None:
    assert page() == KEPT, (
        "Run `make reference` and read the diff: a meaning in worker/schema has changed, or a golden article gives "
        "another event."
    )


def test_every_kind_has_two_examples_or_more() -> None:
    kinds = [example.kind for example in EXAMPLES]
    assert all(kinds.count(kind) >= 2 for kind in KINDS)
    assert len(SHOWN) == len(EXAMPLES)


@pytest.mark.parametrize("text", SHOWN, ids=[json.loads(text)["id"] for text in SHOWN])
def test_every_event_shown_is_complete_and_its_spans_match_its_article(text: str) -> None:
    event = msgspec.json.decode(text, type=Event)
    assert msgspec.to_builtins(event) == json.loads(text)
    spans = re.findall(r'\{\s*"start": (\d+),\s*"end": (\d+),\s*"text": ("(?:[^"\\]|\\.)*")', text)
    assert spans
    assert any(
        all(article.text[int(start) : int(end)] == json.loads(words) for start, end, words in spans)
        for article in articles(event.url)
    )


def articles(url: str) -> list[Article]:
    return [article for path in ARTICLES if url.endswith(f"/{path.stem}") for article in read_articles(path)]


def test_every_link_within_the_page_has_a_heading() -> None:
    headings = re.findall(r"(?m)^#+ (.+)$", re.sub(r"(?ms)^```.*?^```$", "", KEPT))
    anchors = [heading.lower().replace("`", "").replace(" ", "-") for heading in headings]
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r"\]\(#([^)]+)\)", KEPT)) <= set(anchors)


def test_every_row_has_as_many_cells_as_its_table() -> None:
    tables = re.findall(r"(?m)(?:^\|.*\n)+", KEPT)
    assert len(tables) >= 12
    for table in tables:
        assert len({len(re.split(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1, table


def test_a_missing_example_is_named_with_what_to_do() -> None:
    gone = Example(kind="meeting", shows="", article="meetings", sentence="Nobody met", holds={})
    with pytest.raises(
        LookupError, match=r"0 events in meetings\.txt are the meeting in “Nobody met …”.* mend the list"
    ):
        found(gone)


@pytest.mark.parametrize(
    "other", [{"status": "held"}, {"place": {"text": "Geneva"}}, {"participants": [{}]}, {"plover": None}]
)
def test_an_example_with_other_values_is_missing(other: dict[str, Any]) -> None:
    held = Example(kind="meeting", shows="", article="meetings", sentence="Serbia refused", holds={"status": "denied"})
    assert found(held)
    with pytest.raises(LookupError):
        found(replace(held, holds=other))


def test_short_values_are_on_one_line_and_long_ones_broken() -> None:
    value = {"span": {"start": 0, "text": "ü"}, "none": [], "long": ["a" * 60, {"b": "c" * 60}]}
    assert pretty(value).splitlines() == [
        "{",
        '  "span": {"start": 0, "text": "ü"},',
        '  "none": [],',
        '  "long": [',
        f'    "{"a" * 60}",',
        f'    {{"b": "{"c" * 60}"}}',
        "  ]",
        "}",
    ]
    assert json.loads(pretty(value)) == value
