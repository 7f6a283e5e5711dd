"""The place of a meeting."""

from datetime import UTC, datetime

import pytest

from worker.extract import extract
from worker.schema import Article, Meeting

INTRODUCTION = "Estonian Prime Minister Maarja Lepik and Norwegian President Jonas Berg lead their countries.\n\n"


def places(text: str) -> list[str | None]:
    article = Article(
        id="a",
        url="https://news.example/a",
        text=text,
        published_at=datetime(2024, 9, 17, 8, tzinfo=UTC),
        language="en",
    )
    return [m.place.text if m.place else None for m in extract(article) if isinstance(m, Meeting)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Berg met Lepik in Belm on Monday.", "Belm"),
        ("Berg met Lepik in the port of Belm on Monday.", "port of Belm"),
        ("Berg visited Tartu in 2015, meeting Lepik.", "Tartu"),
        ("Berg flew to Tartu on Monday to meet Lepik.", "Tartu"),
        ("The June talks between Lepik and Berg in Belm were long.", "Belm"),
        ("Berg gave a speech in Belm ahead of talks with Lepik.", None),
        ("Cuts in Belm were preceded by talks between Berg and Lepik.", None),
        ("Talks between Berg and Lepik scheduled to be held in Belm were called off.", "Belm"),
        ("Berg would like to go to Belm to meet Lepik.", "Belm"),
        ("Berg came to the region for talks with Lepik.", "region"),
        ("Berg met Lepik at Kask Police Station on Monday.", "Kask Police Station"),
        ("Berg met Lepik to praise troops stationed in Belm.", None),
        ("Berg met Lepik.", None),
    ],
)
def test_the_place_of_a_meeting(text: str, place: str | None) -> None:
    assert places(INTRODUCTION + text) == [place]


def test_a_listed_city_that_begins_with_a_given_name_is_a_place() -> None:
    assert places("The ministers met in Rio de Janeiro on Monday.") == ["Rio de Janeiro"]


def test_here_is_the_place_of_the_dateline() -> None:
    text = (
        "BELM, Nov 30 (Baltic Wire) - Norwegian President Jonas Berg will meet Latvia's trade minister here on Friday."
    )
    assert places(text) == ["BELM"]
