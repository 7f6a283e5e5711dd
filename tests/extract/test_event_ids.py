"""Ids of events: different within an article, the same for the same evidence."""

import pytest

from worker.extract import extract
from worker.schema import Article


def ids(text: str) -> list[str]:
    return [event.id for event in extract(Article(id="a", url="https://news.example/a", text=text, language="en"))]


@pytest.mark.parametrize(
    "text",
    [
        '"We have agreed to sell the ferry. We have agreed to dredge the canal," Prime Minister Ola Berg said.',
        "Prime Minister Ola Berg spoke. He signed the treaty.\n\nPresident Juan Mora spoke. He signed the treaty.",
    ],
)
def test_events_with_the_same_words_have_different_ids(text: str) -> None:
    found = ids(text)
    assert len(found) > 1
    assert len(set(found)) == len(found)


def test_the_first_of_them_has_the_id_that_it_has_alone() -> None:
    first = "Prime Minister Ola Berg spoke. He signed the treaty."
    assert ids(f"{first}\n\nPresident Juan Mora spoke. He signed the treaty.")[0] == ids(first)[0]
