"""Invented articles for the training of acts: their marks, and their form after reading."""

from pathlib import Path

import pytest

from tools.act_articles import read_article, read_articles

MARKED = "Quay shut\n2026-03-04\n\n“[Pay](demand) or [leave](+),” Hale said. Moen said [it rained](say).\n"


def test_the_marks_become_spans_of_the_text_without_them() -> None:
    article = read_article(MARKED)
    text = article["text"]
    assert text == "Quay shut\n\n“Pay or leave,” Hale said. Moen said it rained."
    assert article["pub_date"] == "2026-03-04"
    contents = [[text[a:b] for a, b in one["content"]] for one in article["statements"]]  # type: ignore[attr-defined]
    assert contents == [["Pay", "leave"], ["it rained"]]
    assert [one["act"] for one in article["statements"]] == ["demand", "say"]  # type: ignore[attr-defined]


def test_an_unknown_act_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown act 'shout'"):
        read_article("Quay shut\n-\n\nMoen said [it rained](shout).\n")


@pytest.mark.parametrize("body", ["Moen said [it rained](Say).", "Moen said [it rained.", "Moen said it rained](say)."])
def test_a_bracket_outside_of_a_mark_is_an_error(body: str) -> None:
    with pytest.raises(ValueError, match="a bracket outside of a mark"):
        read_article(f"Quay shut\n-\n\n{body}\n")


def test_an_article_without_a_body_is_an_error() -> None:
    with pytest.raises(ValueError, match="title, date and a body are needed"):
        read_article("Quay shut\n-")


def test_every_article_of_the_folder_is_read_without_a_mark_left() -> None:
    articles = list(read_articles(Path(__file__).parents[1] / "tools" / "acts"))
    assert articles
    assert not [one for one in articles if "](" in str(one["text"]) or not one["statements"]]
