"""When and where a statement was made, according to its sentence."""

from datetime import UTC, date, datetime

import pytest

from worker.extract import extract
from worker.schema import Article, Meeting, Statement

TUESDAY = datetime(2024, 9, 17, 8, tzinfo=UTC)


def only_statement(text: str, published: datetime | None = TUESDAY) -> Statement:
    article = Article(id="a", url="https://news.example/a", text=text, published_at=published, language="en")
    [one] = [event for event in extract(article) if isinstance(event, Statement)]
    return one


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Hale said on Monday that the dam was safe.", date(2024, 9, 16)),
        ("Hale told reporters in Oslo on Friday that the dam was safe.", date(2024, 9, 13)),
        ("“The dam is safe,” Hale said yesterday.", date(2024, 9, 16)),
        ("“The dam is safe,” said Hale on September 2.", date(2024, 9, 2)),
        ("On Sunday, Hale said the dam was safe.", date(2024, 9, 15)),
        ("Hale on Sunday said the dam was safe.", date(2024, 9, 15)),
        ("Hale, the mayor, yesterday told reporters that the dam was safe.", date(2024, 9, 16)),
        ("Hale, who met Astrid Holm on Sunday, said the dam was safe.", None),
        ("Hale said the dam would be safe on Friday.", None),
        ("A survey released on Friday said the dam was safe.", None),
        ("Hale said last week that the dam was safe.", None),
        ("Hale said the dam was safe.", None),
    ],
)
def test_the_day_is_taken_from_the_adverbial_of_the_cue_only(text: str, day: date | None) -> None:
    assert only_statement(text).said_on == day


def test_a_weekday_is_not_resolved_without_a_date_of_publication() -> None:
    assert only_statement("Hale said on Monday that the dam was safe.", None).said_on is None


@pytest.mark.parametrize(
    ("text", "venue"),
    [
        ("“The dam is safe,” Hale told the agency Baltic Wire.", "the agency Baltic Wire"),
        ("Hale said in a televised speech that the dam was safe.", "a televised speech"),
        ("Hale said that the dam was safe.", None),
    ],
)
def test_the_venue_is_taken_from_the_words_after_the_cue(text: str, venue: str | None) -> None:
    found = only_statement(text).venue
    assert (found.text if found else None) == venue


def test_relative_days_count_from_the_local_day_of_publication_not_the_utc_day() -> None:
    """At 00:30 on Tuesday in Tokyo it is still Monday in UTC; "yesterday" there was Monday."""
    article = Article(
        id="a",
        url="https://news.example/a",
        text="Hale said yesterday that the dam was safe.\n\nForeign Minister Tom Hale met Premier Ana Belm yesterday.",
        language="en",
        published_at=datetime(2026, 3, 2, 15, 30, tzinfo=UTC),
        published_offset_s=9 * 3600,
    )
    events = extract(article)
    assert [e.said_on for e in events if isinstance(e, Statement)] == [date(2026, 3, 2)]
    assert [e.held_on for e in events if isinstance(e, Meeting)] == [date(2026, 3, 2)]
