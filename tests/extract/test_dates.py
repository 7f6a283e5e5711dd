from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.extract.date_finder import DateFinder
from worker.extract.dates import TemporalSide, resolve_date
from worker.extract.lexicon.event_lexicon import load_event_lexicon

LEXICON = load_event_lexicon("en")
assert LEXICON
FINDER = DateFinder(LEXICON.calendar)
TUESDAY = date(2024, 9, 17)


def words_of(text: str) -> list[str]:
    return [text[w.start : w.end] for w in FINDER.find(text, 0, len(text))]


def day_of(text: str, tense: TemporalSide = "past", published: date | None = TUESDAY) -> date | None:
    [when] = FINDER.find(text, 0, len(text))
    return resolve_date(when, published, tense)


@pytest.mark.parametrize(
    ("text", "words", "past", "future"),
    [
        ("They met on Friday.", "Friday", "2024-09-13", "2024-09-20"),
        ("They met on Tuesday.", "Tuesday", "2024-09-17", "2024-09-17"),
        ("They met late on Friday night.", "late on Friday night", "2024-09-13", "2024-09-20"),
        ("It broke, in the early hours of Friday.", "the early hours of Friday", "2024-09-13", "2024-09-20"),
        ("They met last Tuesday.", "last Tuesday", "2024-09-10", "2024-09-10"),
        ("They met on 6 September 2023.", "6 September 2023", "2023-09-06", "2023-09-06"),
        ("They met on Friday, September 13, 2024.", "Friday, September 13, 2024", "2024-09-13", "2024-09-13"),
        ("They met on 2024-09-06.", "2024-09-06", "2024-09-06", "2024-09-06"),
        ("They met on 13/09/2024.", "13/09/2024", "2024-09-13", "2024-09-13"),
        ("They met on 09/13/2024.", "09/13/2024", "2024-09-13", "2024-09-13"),
        ("They met today.", "today", "2024-09-17", "2024-09-17"),
        ("They met earlier today.", "earlier today", "2024-09-17", "2024-09-17"),
        ("Yesterday evening they met.", "Yesterday evening", "2024-09-16", "2024-09-16"),
        ("They meet tomorrow.", "tomorrow", "2024-09-18", "2024-09-18"),
        ("They met this morning.", "this morning", "2024-09-17", "2024-09-17"),
        ("They met last night.", "last night", "2024-09-16", "2024-09-16"),
        ("They met three days ago.", "three days ago", "2024-09-14", "2024-09-14"),
        ("They meet in 3 days.", "3 days", "2024-09-20", "2024-09-20"),
        ("They met eleven days ago.", "eleven days ago", "2024-09-06", "2024-09-06"),
        ("They met on the 5th.", "the 5th", "2024-09-05", "2024-10-05"),
        ("They met on the 5th of last month.", "the 5th of last month", "2024-08-05", "2024-08-05"),
        ("They met on Tuesday last week.", "Tuesday last week", "2024-09-10", "2024-09-10"),
        ("They met on Monday of this week.", "Monday of this week", "2024-09-16", "2024-09-16"),
        ("They meet on Friday next week.", "Friday next week", "2024-09-27", "2024-09-27"),
    ],
)
def test_a_day_is_resolved_before_or_after_publication_by_tense(text: str, words: str, past: str, future: str) -> None:
    assert words_of(text) == [words]
    assert day_of(text, "past") == date.fromisoformat(past)
    assert day_of(text, "future") == date.fromisoformat(future)


@pytest.mark.parametrize(
    ("text", "published", "past", "future"),
    [
        ("on September 6", "2024-09-17", "2024-09-06", None),
        ("on Sept. 6", "2024-09-17", "2024-09-06", None),
        ("on the 6th of September", "2024-09-17", "2024-09-06", None),
        ("on 20 September", "2024-09-17", None, "2024-09-20"),
        ("on 5 February", "2024-12-20", "2024-02-05", "2025-02-05"),
        ("on January 4", "2024-12-20", "2024-01-04", "2025-01-04"),
        ("on 28 December", "2025-01-03", "2024-12-28", "2025-12-28"),
        ("on 4 May", "2024-09-17", "2024-05-04", None),
        ("on 4 May", "2024-02-10", None, "2024-05-04"),
        ("on Feb. 29", "2024-09-17", "2024-02-29", None),
        ("on Feb. 29", "2025-09-17", None, None),
        ("on the 31st.", "2024-10-01", None, "2024-10-31"),
    ],
)
def test_a_day_without_a_year_is_not_resolved_to_a_distant_year(
    text: str, published: str, past: str | None, future: str | None
) -> None:
    day = date.fromisoformat(published)
    assert day_of(text, "past", day) == (date.fromisoformat(past) if past else None)
    assert day_of(text, "future", day) == (date.fromisoformat(future) if future else None)


def test_a_cancelled_day_is_the_nearest_one() -> None:
    assert day_of("on 20 September", "near") == date(2024, 9, 20)
    assert day_of("on 6 September", "near") == date(2024, 9, 6)
    assert day_of("on the 20th.", "near") == date(2024, 9, 20)


@pytest.mark.parametrize(
    ("text", "words", "past"),
    [
        ("The talks of Monday and Tuesday ended.", "Monday and Tuesday", "2024-09-16"),
        ("They met on September 6-7.", "September 6-7", "2024-09-06"),
        ("They met from 6 to 8 September.", "6 to 8 September", "2024-09-06"),
        ("They met on September 6 and 7, 2023.", "September 6 and 7, 2023", "2023-09-06"),
    ],
)
def test_a_range_is_resolved_to_its_first_day(text: str, words: str, past: str) -> None:
    assert words_of(text) == [words]
    assert day_of(text) == date.fromisoformat(past)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("They met last week.", "last week"),
        ("They met in December.", "December"),
        ("They met last December to talk.", "last December"),
        ("They met in May.", "May"),
        ("They met in 2015.", "2015"),
        ("It closed, at the end of last year.", "the end of last year"),
        ("They met earlier this week.", "earlier this week"),
        ("They met two weeks ago.", "two weeks ago"),
        ("They met two days later.", "two days later"),
        ("They will meet next Friday.", "next Friday"),
        ("It opens by March of next year.", "March of next year"),
        ("They will meet soon.", "soon"),
        ("The road stays shut for now.", "for now"),
        ("They met on 6/9/2024.", "6/9/2024"),
        ("They met several days ago.", "several days ago"),
        ("They met a short while ago.", "a short while ago"),
        ("They met a couple of weeks ago.", "a couple of weeks ago"),
        ("They met in recent weeks.", "recent weeks"),
        ("They met over the past three months.", "the past three months"),
        ("They met in the autumn of 1978.", "the autumn of 1978"),
        ("They met in spring.", "spring"),
        ("They met in the 1990s.", "the 1990s"),
        ("They met earlier in the day.", "earlier in the day"),
        ("They met on February 30.", "February 30"),
        ("They met on February 30, 2024.", "February 30, 2024"),
    ],
)
def test_an_expression_of_no_single_day_is_found_but_not_resolved(text: str, words: str) -> None:
    assert words_of(text) == [words]
    assert day_of(text) is None
    assert day_of(text, "future") is None


@pytest.mark.parametrize(
    "text",
    [
        "It may help.",
        "They march on.",
        "2015 people came.",
        "He spoke for three days.",
        "They live on the 5th floor.",
        "the fall of Riga",
        "in a time of war",
        "a spring tide",
        "Sunday1 x",
        "",
        "\n",
    ],
)
def test_words_that_resemble_dates_are_not_found(text: str) -> None:
    assert words_of(text) == []


def test_without_a_publication_date_only_a_full_date_is_resolved() -> None:
    assert day_of("on Friday", published=None) is None
    assert day_of("on September 6", published=None) is None
    assert day_of("on September 6, 2024", published=None) == date(2024, 9, 6)


def test_a_weekday_selects_the_year_of_a_date() -> None:
    assert day_of("on Friday, September 6") == date(2024, 9, 6)
    assert day_of("on Wednesday, September 6") == date(2023, 9, 6)


@pytest.mark.parametrize("published", [date.min, date.max])
def test_the_limits_of_the_calendar_raise_nothing(published: date) -> None:
    for text in ("yesterday", "tomorrow", "on Friday", "on September 6", "last Monday"):
        day_of(text, "past", published)
        day_of(text, "future", published)


@given(st.text(alphabet="Mondaytuesfri ,.-/0123456789Septh", max_size=80), st.dates())
def test_any_text_is_accepted_and_offsets_are_valid(text: str, published: date) -> None:
    for when in FINDER.find(text, 0, len(text)):
        assert 0 <= when.start < when.end <= len(text)
        resolve_date(when, published, "past")
        resolve_date(when, published, "future")


def test_a_long_run_of_date_words_takes_linear_time() -> None:
    text = "Monday and " * 5_000 + "the end of " * 5_000 + "6 to 7 " * 5_000
    assert FINDER.find(text, 0, len(text))
